/* SPDX-License-Identifier: MIT */
/* Connections and their clients: features.md rows 3.1 to 3.5, 3.13, and algorithm 6. */
#include <check.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "host/connections.h"
#include "suite.h"

#define SECOND 1000000000ull

static struct nsc_connections *c;
static uint64_t clock_ns;

static void
begin(void)
{
	clock_ns = 1000 * SECOND;
	ck_assert_int_eq(nsc_connections_new(&c), 0);
}

static void
end(void)
{
	nsc_connections_free(c);
}

static struct nsc_addr
v4(uint8_t a, uint8_t b, uint8_t last)
{
	const uint8_t octets[4] = {a, b, 0, last};

	return nsc_addr_v4(octets);
}

/* 10.0.0.1:LOCAL -> 192.0.0.9:443, of namespace 7 */
static struct nsc_socket
tcp(uint64_t cookie, uint16_t local, uint64_t sent, uint64_t received)
{
	return (struct nsc_socket){
		.cookie = cookie, .inode = cookie, .netns = 7, .proto = IPPROTO_TCP,
		.state = NSC_SOCKET_ESTABLISHED, .local = v4(10, 0, 1), .remote = v4(192, 0, 9),
		.local_port = local, .remote_port = 443, .measured = true,
		.totals = {.sent = sent, .received = received},
	};
}

static struct nsc_connection *
event(uint8_t kind, struct nsc_socket s)
{
	struct nsc_trace_event e = {.kind = kind, .socket = s};

	return nsc_connections_event(c, &e);
}

/* One dump of these sockets, whole. */
static void
dump(const struct nsc_socket *s, size_t n, bool traced)
{
	nsc_connections_begin(c, clock_ns);
	for (size_t i = 0; i < n; i++)
		nsc_connections_saw(c, &s[i]);
	nsc_connections_end(c, IPPROTO_TCP, traced);
	nsc_connections_end(c, IPPROTO_UDP, traced);
}

struct heard {
	unsigned rows, closed;
	struct nsc_socket_totals sum;
};

static void
hear(void *arg, const struct nsc_connection_delta *d)
{
	struct heard *h = arg;

	h->rows++;
	h->closed += d->connection->closed;
	h->sum.sent += d->delta.sent;
	h->sum.received += d->delta.received;
	h->sum.retransmits += d->delta.retransmits;
}

static struct heard
read_client(int client)
{
	struct heard h = {.rows = 0};

	nsc_connections_read(c, client, clock_ns, hear, &h);
	return h;
}

static struct nsc_connections_stats
stats(void)
{
	struct nsc_connections_stats s;

	nsc_connections_stats(c, &s);
	return s;
}

/* --- 3.1: what a connection is ------------------------------------------------------ */

START_TEST(row_3_1_one_tuple_in_two_namespaces)
{
	struct nsc_socket s[4] = {tcp(0, 5000, 1, 1), tcp(0, 5000, 2, 2), tcp(9, 5000, 4, 4),
				  tcp(9, 5000, 8, 8)};
	int client;

	s[1].netns = s[3].netns = 8;	/* without and with a cookie */
	dump(NULL, 0, false);
	client = nsc_connections_join(c, clock_ns);
	dump(s, 4, false);
	ck_assert_uint_eq(stats().open, 4);
	ck_assert_uint_eq(read_client(client).sum.sent, 15);
	dump(s, 4, false);
	ck_assert_uint_eq(stats().open, 4);
	ck_assert_uint_eq(read_client(client).sum.sent, 0);
}
END_TEST

START_TEST(listeners_and_what_waits_are_no_connections)
{
	struct nsc_socket s = tcp(1, 80, 0, 0);
	static const uint8_t none[] = {NSC_SOCKET_LISTEN, NSC_SOCKET_CLOSE, NSC_SOCKET_TIME_WAIT};

	nsc_connections_begin(c, clock_ns);
	for (unsigned i = 0; i < sizeof none; i++) {
		s.state = none[i];
		ck_assert_ptr_null(nsc_connections_saw(c, &s));
	}
	s.proto = IPPROTO_UDP;		/* CLOSE is UNCONN there */
	s.state = NSC_SOCKET_CLOSE;
	ck_assert_ptr_nonnull(nsc_connections_saw(c, &s));
}
END_TEST

START_TEST(what_is_once_known_stays)
{
	struct nsc_socket s = tcp(1, 5000, 10, 20);
	struct nsc_connection *one;

	nsc_connections_begin(c, clock_ns);
	one = nsc_connections_saw(c, &s);
	one->owner = 17;
	s.inode = 0;			/* the process has closed it, the kernel goes on */
	s.state = NSC_SOCKET_FIN_WAIT1;
	s.measured = false;
	s.totals = (struct nsc_socket_totals){.sent = 0};
	one = nsc_connections_saw(c, &s);
	ck_assert_uint_eq(one->owner, 17);
	ck_assert_uint_eq(one->socket.inode, 1);
	ck_assert_uint_eq(one->socket.state, NSC_SOCKET_FIN_WAIT1);
	ck_assert_uint_eq(one->socket.totals.sent, 10);
	ck_assert(one->socket.measured);
	ck_assert_uint_eq(stats().resets, 0);
}
END_TEST

/* --- 3.2: deltas --------------------------------------------------------------------- */

START_TEST(row_3_2_first_read_of_what_was_open_is_0)
{
	struct nsc_socket s = tcp(1, 5000, 1000, 2000);
	struct heard h;
	int early = nsc_connections_join(c, clock_ns), late;

	dump(&s, 1, false);		/* it was there before us */
	late = nsc_connections_join(c, clock_ns);
	h = read_client(early);
	ck_assert_uint_eq(h.rows, 1);
	ck_assert_uint_eq(h.sum.sent, 0);
	h = read_client(late);
	ck_assert_uint_eq(h.rows, 1);
	ck_assert_uint_eq(h.sum.received, 0);
	s.totals.sent += 5;
	dump(&s, 1, false);
	ck_assert_uint_eq(read_client(early).sum.sent, 5);
	ck_assert_uint_eq(read_client(early).sum.sent, 0);
	ck_assert_uint_eq(read_client(late).sum.sent, 5);
}
END_TEST

START_TEST(row_3_2_totals_that_fall_begin_anew)
{
	struct nsc_socket s = tcp(1, 5000, 0, 0);
	struct heard h;
	int client;

	dump(NULL, 0, false);
	client = nsc_connections_join(c, clock_ns);
	s.totals = (struct nsc_socket_totals){.sent = 100, .received = 70, .retransmits = 3};
	dump(&s, 1, false);
	read_client(client);
	s.totals = (struct nsc_socket_totals){.sent = 40, .received = 90, .retransmits = 2};
	dump(&s, 1, false);
	h = read_client(client);	/* one field fell: all are taken whole */
	ck_assert_uint_eq(h.sum.sent, 40);
	ck_assert_uint_eq(h.sum.received, 90);
	ck_assert_uint_eq(h.sum.retransmits, 2);
	ck_assert_uint_eq(stats().resets, 1);
}
END_TEST

START_TEST(retransmits_wrap_and_are_no_reset)
{
	struct nsc_socket s = tcp(1, 5000, 100, 100);
	int client;

	s.totals.retransmits = UINT32_MAX - 4;
	dump(&s, 1, false);
	client = nsc_connections_join(c, clock_ns);
	s.totals.retransmits = 10;
	s.totals.sent = 101;
	dump(&s, 1, false);
	ck_assert_uint_eq(read_client(client).sum.retransmits, 15);
	ck_assert_uint_eq(stats().resets, 0);
}
END_TEST

/* --- 3.3: closed ones ------------------------------------------------------------------ */

START_TEST(row_3_3_the_same_tuple_three_times)
{
	struct heard h;
	int client;

	dump(NULL, 0, true);
	client = nsc_connections_join(c, clock_ns);
	for (uint64_t cookie = 1; cookie <= 3; cookie++) {
		ck_assert_ptr_nonnull(event(NSC_TRACE_OPENED, tcp(cookie, 5000, 0, 0)));
		ck_assert_ptr_nonnull(event(NSC_TRACE_CLOSED, tcp(cookie, 5000, cookie, 10 * cookie)));
	}
	h = read_client(client);
	ck_assert_uint_eq(h.closed, 3);
	ck_assert_uint_eq(h.sum.sent, 6);
	ck_assert_uint_eq(h.sum.received, 60);
	ck_assert_uint_eq(stats().opened, 3);
	ck_assert_uint_eq(stats().closed, 3);
	ck_assert_uint_eq(stats().open, 0);
	ck_assert_uint_eq(read_client(client).rows, 0);	/* told once */
}
END_TEST

START_TEST(row_3_3_a_closing_told_twice)
{
	struct nsc_socket s = tcp(1, 5000, 50, 60);
	int client;

	dump(NULL, 0, true);
	client = nsc_connections_join(c, clock_ns);
	event(NSC_TRACE_CLOSED, s);
	ck_assert_ptr_null(event(NSC_TRACE_CLOSED, s));		/* still waiting */
	ck_assert_uint_eq(read_client(client).sum.sent, 50);
	ck_assert_ptr_null(event(NSC_TRACE_CLOSED, s));		/* told */
	ck_assert_ptr_null(event(NSC_TRACE_OPENED, s));
	ck_assert_uint_eq(read_client(client).rows, 0);
	ck_assert_uint_eq(stats().duplicates, 2);
	ck_assert_uint_eq(stats().closed, 1);
}
END_TEST

START_TEST(a_dump_is_older_than_a_closing)
{
	struct nsc_socket s = tcp(1, 5000, 50, 60);
	struct heard h;
	int client;

	dump(NULL, 0, true);
	client = nsc_connections_join(c, clock_ns);
	event(NSC_TRACE_CLOSED, s);
	s.totals.sent = 40;
	dump(&s, 1, true);
	h = read_client(client);
	ck_assert_uint_eq(h.closed, 1);
	ck_assert_uint_eq(h.sum.sent, 50);
	ck_assert_uint_eq(stats().resets, 0);
	ck_assert_uint_eq(stats().open, 0);
}
END_TEST

START_TEST(row_3_3_beyond_the_cap_the_sums_are_in_lost)
{
	enum { MORE = 1234 };
	struct nsc_connections_stats s;
	struct heard fast = {.rows = 0}, slow;
	int a, b;

	dump(NULL, 0, true);
	a = nsc_connections_join(c, clock_ns);
	b = nsc_connections_join(c, clock_ns);
	for (uint64_t n = 1; n <= NSC_CLOSED_MAX + MORE; n++) {
		event(NSC_TRACE_CLOSED, tcp(n, 5000, n, 1));
		if (n % 1000 == 0)
			nsc_connections_read(c, b, clock_ns, hear, &fast);
	}
	nsc_connections_read(c, b, clock_ns, hear, &fast);
	slow = read_client(a);
	ck_assert_uint_eq(fast.closed, NSC_CLOSED_MAX + MORE);	/* a slow client takes nothing from it */
	ck_assert_uint_eq(slow.closed, NSC_CLOSED_MAX);
	ck_assert_uint_eq(fast.sum.sent, slow.sum.sent + nsc_connections_lost(c, a).sent);
	ck_assert_uint_eq(nsc_connections_lost(c, a).received, MORE);
	ck_assert_uint_eq(nsc_connections_lost(c, b).sent, 0);
	s = stats();
	ck_assert_uint_eq(s.closed_dropped, MORE);
	ck_assert_uint_eq(s.closed, NSC_CLOSED_MAX + MORE);
}
END_TEST

START_TEST(what_a_dump_misses_has_vanished)
{
	struct nsc_socket s[2] = {tcp(1, 5000, 50, 60), tcp(2, 5001, 1, 1)};
	struct heard h;
	int client = nsc_connections_join(c, clock_ns);

	dump(s, 2, false);
	s[0].totals.sent = 55;
	dump(s, 2, false);
	dump(&s[1], 1, false);
	h = read_client(client);
	ck_assert_uint_eq(h.closed, 1);
	ck_assert_uint_eq(h.sum.sent, 5);	/* its last totals */
	ck_assert_uint_eq(stats().vanished, 1);
	ck_assert_uint_eq(stats().closed, 1);
}
END_TEST

START_TEST(where_events_come_a_second_dump_decides)
{
	struct nsc_socket s[2] = {tcp(1, 5000, 50, 60), tcp(2, 5001, 1, 1)};

	nsc_connections_join(c, clock_ns);
	dump(s, 2, true);
	dump(NULL, 0, true);
	ck_assert_uint_eq(stats().open, 2);
	s[0].totals.sent = 70;
	event(NSC_TRACE_CLOSED, s[0]);		/* it was on the way */
	dump(NULL, 0, true);
	ck_assert_uint_eq(stats().open, 0);
	ck_assert_uint_eq(stats().vanished, 1);
	ck_assert_uint_eq(stats().duplicates, 0);
}
END_TEST

START_TEST(a_dump_that_failed_lets_nothing_vanish)
{
	struct nsc_socket s[2] = {tcp(1, 5000, 50, 60), tcp(2, 53, 0, 0)};

	s[1].proto = IPPROTO_UDP;
	dump(s, 2, false);
	nsc_connections_begin(c, clock_ns);
	nsc_connections_end(c, IPPROTO_UDP, false);	/* TCP's part ended with an error */
	ck_assert_uint_eq(stats().open, 1);
	nsc_connections_begin(c, clock_ns);
	nsc_connections_end(c, IPPROTO_TCP, false);
	ck_assert_uint_eq(stats().open, 0);
}
END_TEST

/* --- 3.4, 3.5: clients and room --------------------------------------------------------- */

/* Nothing waits for it, and yet nothing of the sums is lost or told twice. */
START_TEST(row_3_4_who_does_not_read_loses_no_octet)
{
	struct nsc_socket s = tcp(1, 5000, 100, 100);
	struct heard h;
	int client;

	dump(&s, 1, true);
	client = nsc_connections_join(c, clock_ns);
	event(NSC_TRACE_CLOSED, tcp(2, 5001, 7, 7));
	clock_ns += NSC_CLIENT_REST * SECOND;
	dump(&s, 1, true);
	event(NSC_TRACE_CLOSED, tcp(3, 5001, 7, 7));
	clock_ns += SECOND;
	s.totals.sent = 5000;
	dump(&s, 1, true);		/* it rests from here on */
	event(NSC_TRACE_CLOSED, tcp(4, 5001, 7, 7));
	ck_assert_uint_eq(nsc_connections_lost(c, client).sent, 21);
	event(NSC_TRACE_OPENED, tcp(5, 5001, 0, 0));	/* takes an entry that was another's */
	event(NSC_TRACE_CLOSED, tcp(5, 5001, 9, 0));
	event(NSC_TRACE_OPENED, tcp(6, 5001, 0, 0));
	h = read_client(client);
	ck_assert_uint_eq(h.rows, 2);
	ck_assert_uint_eq(h.closed, 0);
	ck_assert_uint_eq(h.sum.sent, 4900);
	ck_assert_uint_eq(nsc_connections_lost(c, client).sent, 30);
	ck_assert_uint_eq(stats().closed_dropped, 0);
	s.totals.sent = 5001;
	dump(&s, 1, true);
	event(NSC_TRACE_CLOSED, tcp(6, 5001, 3, 0));
	h = read_client(client);
	ck_assert_uint_eq(h.sum.sent, 4);
	ck_assert_uint_eq(h.closed, 1);
	ck_assert_uint_eq(nsc_connections_lost(c, client).sent, 30);
}
END_TEST

/* An agent with an interval of five minutes: from its second read on all wait for it. */
START_TEST(row_3_4_who_reads_seldom_is_waited_for)
{
	struct heard h = {.rows = 0};
	int client;

	dump(NULL, 0, true);
	client = nsc_connections_join(c, clock_ns);
	for (unsigned read = 1; read <= 4; read++) {
		for (unsigned n = 1; n <= 10; n++) {
			clock_ns += 30 * SECOND;
			event(NSC_TRACE_CLOSED, tcp(100 * read + n, 5000, 7, 0));
			dump(NULL, 0, true);
		}
		nsc_connections_read(c, client, clock_ns, hear, &h);
	}
	ck_assert_uint_eq(h.sum.sent + nsc_connections_lost(c, client).sent, 4 * 10 * 7);
	ck_assert_uint_ge(h.closed, 30);
	/* Who comes back after a day is not waited for that long. */
	clock_ns += 86400 * SECOND;
	read_client(client);
	event(NSC_TRACE_CLOSED, tcp(1000, 5000, 7, 0));
	clock_ns += (NSC_CLIENT_REST_MOST + 1) * SECOND;
	dump(NULL, 0, true);
	ck_assert_uint_eq(read_client(client).closed, 0);
}
END_TEST

START_TEST(row_3_4_two_intervals_have_equal_sums)
{
	struct nsc_socket s[40];
	struct heard a = {.rows = 0}, b = {.rows = 0};
	int ten, sixty;

	for (unsigned i = 0; i < 40; i++)
		s[i] = tcp(i + 1, (uint16_t)(5000 + i), 100, 100);
	dump(s, 20, true);
	ten = nsc_connections_join(c, clock_ns);
	sixty = nsc_connections_join(c, clock_ns);
	for (unsigned second = 1; second <= 600; second++) {
		clock_ns += SECOND;
		if (second % 15 == 0) {		/* one goes, one comes */
			unsigned i = second / 15 % 40;

			event(NSC_TRACE_CLOSED, s[i]);
			s[i] = tcp(1000 + second, s[i].local_port, 0, 0);
		}
		if (second % 10 != 0)
			continue;
		for (unsigned i = 0; i < 40; i++)
			s[i].totals.sent += 3 * i + second;
		dump(s, second < 300 ? 20 : 40, true);
		nsc_connections_read(c, ten, clock_ns, hear, &a);
		if (second % 60 == 0)
			nsc_connections_read(c, sixty, clock_ns, hear, &b);
	}
	ck_assert_uint_gt(a.sum.sent, 0);
	ck_assert_uint_eq(a.sum.sent, b.sum.sent);
	ck_assert_uint_eq(a.sum.received, b.sum.received);
	ck_assert_uint_eq(a.closed, b.closed);
}
END_TEST

START_TEST(row_3_5_a_full_table_counts_and_goes_on)
{
	struct heard h;
	int client;

	dump(NULL, 0, true);
	client = nsc_connections_join(c, clock_ns);
	nsc_connections_begin(c, clock_ns);
	for (uint64_t n = 1; n <= NSC_CONNECTIONS_MAX; n++) {
		struct nsc_socket s = tcp(n, 5000, 1, 0);

		ck_assert_ptr_nonnull(nsc_connections_saw(c, &s));
	}
	for (uint64_t n = 1; n <= 10; n++) {
		struct nsc_socket s = tcp(NSC_CONNECTIONS_MAX + n, 5000, 1, 0);

		ck_assert_ptr_null(nsc_connections_saw(c, &s));
		ck_assert_ptr_null(event(NSC_TRACE_OPENED, s));
	}
	nsc_connections_end(c, IPPROTO_TCP, true);
	ck_assert_uint_eq(stats().untracked, 20);
	ck_assert_uint_eq(stats().open, NSC_CONNECTIONS_MAX);
	/* Its closing is told all the same, and so the sums are whole. */
	event(NSC_TRACE_CLOSED, tcp(NSC_CONNECTIONS_MAX + 1, 5000, 500, 0));
	h = read_client(client);
	ck_assert_uint_eq(h.sum.sent, NSC_CONNECTIONS_MAX + 500);
	ck_assert_uint_eq(h.rows, NSC_CONNECTIONS_MAX + 1);
	ck_assert_ptr_nonnull(event(NSC_TRACE_CLOSED, tcp(1, 5000, 3, 0)));
	ck_assert_ptr_nonnull(event(NSC_TRACE_OPENED, tcp(NSC_CONNECTIONS_MAX + 2, 5000, 0, 0)));
	ck_assert_uint_eq(read_client(client).sum.sent, 2);
}
END_TEST

START_TEST(eight_clients_and_no_more)
{
	struct nsc_socket s = tcp(1, 5000, 10, 0);
	int id[NSC_CLIENTS_MAX];

	dump(&s, 1, true);
	for (int i = 0; i < NSC_CLIENTS_MAX; i++) {
		id[i] = nsc_connections_join(c, clock_ns);
		ck_assert_int_eq(id[i], i);
	}
	ck_assert_int_lt(nsc_connections_join(c, clock_ns), 0);
	event(NSC_TRACE_CLOSED, tcp(2, 5000, 10, 0));
	for (int i = 1; i < NSC_CLIENTS_MAX; i++)
		ck_assert_uint_eq(read_client(id[i]).closed, 1);
	nsc_connections_leave(c, 0);		/* the last that it waited for */
	ck_assert_int_eq(nsc_connections_join(c, clock_ns), 0);
	ck_assert_uint_eq(read_client(0).rows, 1);
}
END_TEST

/* --- 3.13: counting ---------------------------------------------------------------------- */

START_TEST(row_3_13_adopted_ones_were_not_opened)
{
	struct nsc_socket s[3] = {tcp(1, 5000, 5, 5), tcp(2, 5001, 5, 5), tcp(3, 5002, 0, 0)};

	nsc_connections_join(c, clock_ns);
	event(NSC_TRACE_CLOSED, tcp(9, 5009, 100, 100));	/* before the first dump */
	dump(s, 2, true);
	ck_assert_uint_eq(stats().adopted, 3);
	ck_assert_uint_eq(stats().opened, 0);
	event(NSC_TRACE_OPENED, s[2]);
	dump(s, 3, true);
	ck_assert_uint_eq(stats().opened, 1);
	for (unsigned i = 0; i < 3; i++)
		event(NSC_TRACE_CLOSED, s[i]);
	ck_assert_uint_eq(stats().closed, 4);
	ck_assert_uint_eq(read_client(0).sum.sent, 0);
}
END_TEST

START_TEST(a_handshake_that_fails_is_no_connection)
{
	struct nsc_socket s[3] = {tcp(1, 5000, 0, 0), tcp(2, 5001, 0, 0), tcp(3, 5002, 0, 0)};
	struct heard h;

	dump(NULL, 0, true);
	nsc_connections_join(c, clock_ns);
	s[0].state = s[1].state = NSC_SOCKET_SYN_SENT;
	s[2].state = NSC_SOCKET_SYN_RECV;
	dump(s, 3, true);
	ck_assert_uint_eq(stats().opened, 0);
	ck_assert_uint_eq(read_client(0).rows, 3);	/* its state is counted */
	event(NSC_TRACE_FAILED, s[0]);
	s[1].state = NSC_SOCKET_ESTABLISHED;
	event(NSC_TRACE_OPENED, s[1]);
	dump(&s[1], 1, false);
	h = read_client(0);
	ck_assert_uint_eq(h.rows, 1);
	ck_assert_uint_eq(h.closed, 0);
	ck_assert_uint_eq(stats().opened, 1);
	ck_assert_uint_eq(stats().closed, 0);
	ck_assert_uint_eq(stats().vanished, 0);
	ck_assert_uint_eq(stats().open, 1);
	s[0].state = NSC_SOCKET_ESTABLISHED;	/* the socket that failed tries once more */
	event(NSC_TRACE_OPENED, s[0]);
	ck_assert_uint_eq(stats().opened, 2);
	ck_assert_uint_eq(stats().open, 2);
}
END_TEST

/* --- algorithm 6: any schedule ------------------------------------------------------------- */

enum { SOCKETS = 300, CLIENTS = 4, STEPS = 60000 };

struct one {
	struct nsc_socket s;
	bool open;
};

struct model {
	struct one one[SOCKETS];
	uint64_t next, rng;
	struct nsc_socket_totals told;		/* increments that the table was told of */
	struct nsc_socket_totals at[CLIENTS], sum[CLIENTS];
};

static uint32_t
draw(struct model *m, uint32_t below)
{
	m->rng = m->rng * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(m->rng >> 33) % below;
}

static void
more(struct model *m, struct one *o)
{
	struct nsc_socket_totals d = {.sent = draw(m, 100000), .received = draw(m, 1u << 30),
				      .retransmits = draw(m, 3) == 0 ? draw(m, 1u << 30) : 0};

	o->s.totals.sent += d.sent;
	o->s.totals.received += d.received;
	o->s.totals.retransmits += d.retransmits;
	m->told.sent += d.sent;
	m->told.received += d.received;
	m->told.retransmits += d.retransmits;
}

static void
step_open(struct model *m, struct one *o)
{
	static const uint16_t ports = 20;	/* few: tuples are used again and again */

	m->next++;
	o->s = tcp(m->next, (uint16_t)(5000 + m->next % ports), 0, 0);
	o->s.netns = 7 + m->next % 2;
	o->open = true;
	if (draw(m, 2) == 0)
		event(NSC_TRACE_OPENED, o->s);
}

static void
step_close(struct model *m, struct one *o)
{
	more(m, o);
	event(NSC_TRACE_CLOSED, o->s);
	if (draw(m, 4) == 0)
		event(NSC_TRACE_CLOSED, o->s);
	o->open = false;
}

static void
step_dump(struct model *m)
{
	nsc_connections_begin(c, clock_ns);
	for (unsigned i = 0; i < SOCKETS; i++)
		if (m->one[i].open) {
			more(m, &m->one[i]);
			nsc_connections_saw(c, &m->one[i].s);
		}
	nsc_connections_end(c, IPPROTO_TCP, true);
}

static void
step_read(struct model *m, int client)
{
	struct heard h = read_client(client);

	m->sum[client].sent += h.sum.sent;
	m->sum[client].received += h.sum.received;
	m->sum[client].retransmits += h.sum.retransmits;
}

START_TEST(algorithm_6_sums_are_the_totals)
{
	static struct model m;
	/* Steps of 10 ms: the last one rests between its reads. */
	static const unsigned every[CLIENTS] = {7, 100, 2500, 20000};

	memset(&m, 0, sizeof m);
	m.rng = (uint64_t)_i * 7919 + 1;
	dump(NULL, 0, true);
	for (unsigned n = 0; n < STEPS; n++) {
		struct one *o = &m.one[draw(&m, SOCKETS)];

		clock_ns += SECOND / 100;
		for (int k = 0; k < CLIENTS; k++)	/* each joins at its own time */
			if (n == 1000u * (unsigned)k) {
				step_dump(&m);		/* so that what is known is the truth */
				ck_assert_int_eq(nsc_connections_join(c, clock_ns), k);
				m.at[k] = m.told;
			}
		if (!o->open)
			step_open(&m, o);
		else if (draw(&m, 3) == 0)
			step_close(&m, o);
		if (draw(&m, 200) == 0)
			step_dump(&m);
		for (int k = 0; k < CLIENTS; k++)
			if (n >= 1000u * (unsigned)k && n % every[k] == 0)
				step_read(&m, k);
	}
	step_dump(&m);
	for (int k = 0; k < CLIENTS; k++) {
		struct nsc_socket_totals lost = nsc_connections_lost(c, k);

		step_read(&m, k);
		ck_assert_uint_eq(m.sum[k].sent + lost.sent, m.told.sent - m.at[k].sent);
		ck_assert_uint_eq(m.sum[k].received + lost.received,
				  m.told.received - m.at[k].received);
		ck_assert_uint_eq((uint32_t)(m.sum[k].retransmits + lost.retransmits),
				  (uint32_t)(m.told.retransmits - m.at[k].retransmits));
	}
	ck_assert_uint_eq(stats().resets, 0);
	ck_assert_uint_eq(stats().vanished, 0);
	ck_assert_uint_gt(stats().duplicates, 0);
}
END_TEST

RUN_TESTS("connections", begin, end, ONCE(row_3_1_one_tuple_in_two_namespaces),
	  ONCE(listeners_and_what_waits_are_no_connections), ONCE(what_is_once_known_stays),
	  ONCE(row_3_2_first_read_of_what_was_open_is_0),
	  ONCE(row_3_2_totals_that_fall_begin_anew),
	  ONCE(retransmits_wrap_and_are_no_reset), ONCE(row_3_3_the_same_tuple_three_times),
	  ONCE(row_3_3_a_closing_told_twice), ONCE(a_dump_is_older_than_a_closing),
	  ONCE(row_3_3_beyond_the_cap_the_sums_are_in_lost),
	  ONCE(what_a_dump_misses_has_vanished),
	  ONCE(where_events_come_a_second_dump_decides),
	  ONCE(a_dump_that_failed_lets_nothing_vanish),
	  ONCE(row_3_4_who_does_not_read_loses_no_octet),
	  ONCE(row_3_4_who_reads_seldom_is_waited_for),
	  ONCE(row_3_4_two_intervals_have_equal_sums),
	  ONCE(row_3_5_a_full_table_counts_and_goes_on), ONCE(eight_clients_and_no_more),
	  ONCE(row_3_13_adopted_ones_were_not_opened),
	  ONCE(a_handshake_that_fails_is_no_connection),
	  ROWS(algorithm_6_sums_are_the_totals, 4))
