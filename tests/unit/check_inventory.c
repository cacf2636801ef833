/* SPDX-License-Identifier: MIT */
/* The inventory of real sockets: this process's own, on loopback. */
#include <arpa/inet.h>
#include <check.h>
#include <dirent.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "host/inventory.h"
#include "host/link.h"
#include "nsc.h"
#include "scope/direction.h"
#include "suite.h"

enum { LOOKS = 1000 };

static struct nsc_interfaces interfaces;
static struct nsc_facts *facts;
static int server, client, accepted, udp;
static uint16_t port, udp_port;

static uint64_t
steady(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static struct sockaddr_in
loopback(uint16_t at)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(at)};

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return a;
}

static uint16_t
bound_port(int fd)
{
	struct sockaddr_in a;
	socklen_t len = sizeof a;

	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	return ntohs(a.sin_port);
}

static void
begin(void)
{
	struct sockaddr_in a = loopback(0);
	char text[8];

	facts = calloc(1, sizeof *facts);
	ck_assert_ptr_nonnull(facts);
	ck_assert_int_eq(nsc_link_dump(&interfaces, NULL), 0);
	server = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(server, (struct sockaddr *)&a, sizeof a), 0);
	ck_assert_int_eq(listen(server, 3), 0);
	port = bound_port(server);
	a = loopback(port);
	client = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(client, (struct sockaddr *)&a, sizeof a), 0);
	accepted = accept(server, NULL, NULL);
	ck_assert_int_ge(accepted, 0);
	ck_assert_int_eq(write(client, "request", 7), 7);
	ck_assert_int_eq(read(accepted, text, sizeof text), 7);
	ck_assert_int_eq(write(accepted, "ok", 2), 2);
	ck_assert_int_eq(read(client, text, sizeof text), 2);
	udp = socket(AF_INET, SOCK_DGRAM, 0);
	a = loopback(0);
	ck_assert_int_eq(bind(udp, (struct sockaddr *)&a, sizeof a), 0);
	udp_port = bound_port(udp);
}

static void
end(void)
{
	close(server);
	close(client);
	close(accepted);
	close(udp);
	nsc_interfaces_clear(&interfaces);
	free(facts);
}

static struct nsc_inventory *
inventory(bool bpf)
{
	struct nsc_inventory_options o = {
		.listeners = true, .connections = true, .totals = true, .processes = true, .bpf = bpf,
	};
	struct nsc_inventory *i;

	ck_assert_int_eq(nsc_inventory_new(&i, &o), 0);
	return i;
}

static void
look(struct nsc_inventory *i)
{
	nsc_inventory_look(i, &interfaces, true, steady());
	nsc_inventory_tell(i, facts);
	nsc_facts_commit(facts);
}

/* On a busy machine the search for owners takes more than one look's time. */
static void
look_for_owners(struct nsc_inventory *i)
{
	struct nsc_inventory_stats s;
	uint64_t unfinished;

	do {
		nsc_inventory_stats(i, &s);
		unfinished = s.owners.unfinished;
		look(i);
		nsc_inventory_stats(i, &s);
	} while (s.owners.unfinished != unfinished);
}

struct found {
	unsigned rows;
	struct nsc_connection one[2];	/* our end that connected, our end that accepted; UDP: [0] */
	struct nsc_socket_totals delta[2];
	uint8_t proto;
};

static void
find(void *arg, const struct nsc_connection_delta *d)
{
	const struct nsc_socket *s = &d->connection->socket;
	struct found *f = arg;
	unsigned n = 2;

	if (s->proto == IPPROTO_TCP && f->proto == IPPROTO_TCP)
		n = s->remote_port == port ? 0 : s->local_port == port ? 1 : 2;
	else if (s->proto == f->proto && s->local_port == udp_port)
		n = 0;
	if (n == 2)
		return;
	f->rows++;
	f->one[n] = *d->connection;
	f->delta[n] = d->delta;
}

static struct found
read_as(struct nsc_inventory *i, int reader, uint8_t proto)
{
	struct found f = {.proto = proto};

	nsc_connections_read(nsc_inventory_connections(i), reader, steady(), find, &f);
	return f;
}

START_TEST(a_connection_and_its_owner)
{
	struct nsc_inventory *i = inventory(false);
	struct nsc_owner_key k = {.proto = IPPROTO_TCP};
	struct found f;
	const char *err;
	int reader = nsc_connections_join(nsc_inventory_connections(i), steady());

	look_for_owners(i);
	ck_assert_int_eq(nsc_inventory_source(i, NSC_INVENTORY_SOCKETS, &err), 0);
	f = read_as(i, reader, IPPROTO_TCP);
	ck_assert_uint_eq(f.rows, 2);
	for (unsigned n = 0; n < 2; n++) {
		ck_assert_uint_eq(f.one[n].direction, NSC_DIRECTION_LOCAL);
		ck_assert_uint_eq(f.one[n].owner_state, NSC_OWNER_KNOWN);
		ck_assert_uint_eq(f.one[n].process.pid, (uint32_t)getpid());
		ck_assert_uint_ge(f.one[n].owner, 2);
		ck_assert(f.one[n].adopted);
		ck_assert_uint_eq(f.delta[n].sent, 0);
	}
	ck_assert_uint_eq(f.one[0].socket.totals.sent, 7);
	ck_assert_uint_eq(f.one[0].socket.totals.received, 2);
	ck_assert_uint_eq(f.one[1].socket.totals.sent, 2);
	ck_assert_uint_eq(f.one[1].socket.totals.received, 7);

	k.local = f.one[0].socket.local;
	k.remote = f.one[0].socket.remote;
	k.local_port = f.one[0].socket.local_port;
	k.remote_port = port;
	ck_assert_uint_eq(nsc_facts_owner(facts, &k), f.one[0].owner);

	ck_assert_int_eq(write(client, "more", 4), 4);
	look(i);
	ck_assert_uint_eq(read_as(i, reader, IPPROTO_TCP).delta[0].sent, 4);
	nsc_inventory_free(i);
}
END_TEST

START_TEST(a_listener_and_its_owner)
{
	struct nsc_inventory *i = inventory(false);
	const struct nsc_facts_view *v = &facts->draft;
	const struct nsc_listeners *l;
	struct nsc_addr a = {.b = {0}};
	const struct nsc_listener *one = NULL;

	look_for_owners(i);
	l = nsc_inventory_listeners(i);
	for (size_t n = 0; n < l->count; n++)
		if (l->listener[n].socket.local_port == port && l->listener[n].socket.proto == IPPROTO_TCP)
			one = &l->listener[n];
	ck_assert_ptr_nonnull(one);
	ck_assert_uint_eq(one->bind, NSC_BIND_LOOPBACK);
	ck_assert_uint_eq(one->owner_state, NSC_OWNER_KNOWN);
	ck_assert_uint_eq(one->process.pid, (uint32_t)getpid());
	ck_assert_uint_eq(one->socket.queue_max, 3);
	ck_assert_int_eq(one->exposure, NSC_EXPOSURE_LOCAL_ONLY);

	ck_assert_int_eq(nsc_addr_parse(&a, "127.0.0.1"), 0);
	ck_assert(v->listeners_known);
	ck_assert_int_eq(nsc_facts_listening(v, IPPROTO_TCP, &a, port), NSC_LISTENING_YES);
	nsc_inventory_free(i);
}
END_TEST

/* A UDP socket without a peer is a listener, or, on a port that the kernel chose, a connection. */
START_TEST(each_socket_is_told_once)
{
	struct nsc_inventory_options o = {.listeners = true, .connections = true, .ignore_ephemeral_udp = true};
	struct nsc_inventory *i;
	struct found f;

	for (int ignore = 0; ignore < 2; ignore++) {
		size_t listening = 0;
		int reader;

		o.ignore_ephemeral_udp = ignore;
		ck_assert_int_eq(nsc_inventory_new(&i, &o), 0);
		reader = nsc_connections_join(nsc_inventory_connections(i), steady());
		look(i);
		f = read_as(i, reader, IPPROTO_UDP);
		for (size_t n = 0; n < nsc_inventory_listeners(i)->count; n++)
			listening += nsc_inventory_listeners(i)->listener[n].socket.local_port == udp_port;
		ck_assert_uint_eq(listening, !ignore);
		ck_assert_uint_eq(f.rows, ignore);
		nsc_inventory_free(i);
	}
}
END_TEST

START_TEST(row_3_12_what_is_excluded_is_not_told_of)
{
	static struct nsc_excludes x;
	struct nsc_inventory_options o = {.listeners = true, .connections = true, .excludes = &x};
	const struct nsc_facts_view *v = &facts->draft;
	const char *ports[1];
	char text[8];
	struct nsc_inventory *i;
	struct found f;
	struct nsc_addr a;
	size_t wrong;
	int reader;

	snprintf(text, sizeof text, "%u", port);
	ports[0] = text;
	ck_assert_int_eq(nsc_exclude_add(&x, "127.0.0.0/8", ports, 1, &wrong), 0);
	ck_assert_int_eq(nsc_inventory_new(&i, &o), 0);
	reader = nsc_connections_join(nsc_inventory_connections(i), steady());
	look(i);
	f = read_as(i, reader, IPPROTO_TCP);	/* followed, since flows have owners all the same */
	ck_assert_uint_eq(f.rows, 2);
	ck_assert(f.one[0].excluded && f.one[1].excluded);
	for (size_t n = 0; n < nsc_inventory_listeners(i)->count; n++)
		ck_assert_uint_ne(nsc_inventory_listeners(i)->listener[n].socket.local_port, port);
	/* The workers know of it all the same: directions rest on it. */
	ck_assert_int_eq(nsc_addr_parse(&a, "127.0.0.1"), 0);
	ck_assert_int_eq(nsc_facts_listening(v, IPPROTO_TCP, &a, port), NSC_LISTENING_YES);
	nsc_inventory_free(i);
}
END_TEST

static unsigned
descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	ck_assert_ptr_nonnull(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

/* Sanitizers look for what leaks. */
START_TEST(a_thousand_looks)
{
	struct nsc_inventory *i = inventory(_i != 0);
	int reader = nsc_connections_join(nsc_inventory_connections(i), steady());
	unsigned before;

	look(i);
	before = descriptors();
	for (unsigned n = 0; n < LOOKS; n++) {
		struct sockaddr_in a = loopback(port);
		int fd = socket(AF_INET, SOCK_STREAM, 0), end;

		ck_assert_int_eq(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
		end = accept(server, NULL, NULL);
		nsc_inventory_look(i, &interfaces, n % 3 != 0, steady());
		nsc_inventory_hear(i, facts, steady());
		nsc_inventory_tell(i, facts);
		if (n % 10 == 0)
			read_as(i, reader, IPPROTO_TCP);
		close(fd);
		close(end);
	}
	ck_assert_uint_eq(descriptors(), before);
	nsc_inventory_free(i);
}
END_TEST

/* --- with a trace ------------------------------------------------------------------ */

/* An inventory with a trace that has looked once; NULL where there is none to be had. */
static struct nsc_inventory *
traced(void)
{
	struct nsc_inventory *i = inventory(true);
	const char *err;

	if (nsc_inventory_source(i, NSC_INVENTORY_BPF, &err) != 0) {
		printf("no trace here: %s\n", err);
		nsc_inventory_free(i);
		return NULL;
	}
	ck_assert_int_ge(nsc_inventory_fd(i), 0);
	look(i);
	nsc_inventory_hear(i, facts, steady());
	return i;
}

static void
hear(struct nsc_inventory *i)
{
	struct timespec pause = {.tv_nsec = 50000000};

	nanosleep(&pause, NULL);
	nsc_inventory_hear(i, facts, steady());
}

struct closed {
	unsigned begun, taken, owned;
	struct nsc_socket_totals sum;
};

static void
count_closed(void *arg, const struct nsc_connection_delta *d)
{
	const struct nsc_connection *one = d->connection;
	struct closed *c = arg;

	if (!one->closed || (one->socket.remote_port != port && one->socket.local_port != port))
		return;
	c->begun += one->socket.remote_port == port;
	c->taken += one->socket.local_port == port;
	c->owned += one->owner_state == NSC_OWNER_KNOWN && one->owner >= 2 &&
		    one->process.pid == (uint32_t)getpid();
	c->sum.sent += d->delta.sent;
	c->sum.received += d->delta.received;
}

/* Both ends, with their owners and octets; also those that nobody wrote to. */
START_TEST(what_lived_between_two_looks)
{
	struct nsc_inventory *i = traced();
	struct closed c = {.begun = 0};
	int reader;

	if (i == NULL)
		return;
	reader = nsc_connections_join(nsc_inventory_connections(i), steady());
	for (unsigned n = 0; n < 100; n++) {
		struct sockaddr_in a = loopback(port);
		int fd = socket(AF_INET, SOCK_STREAM, 0), end;
		char text[8];

		ck_assert_int_eq(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
		end = accept(server, NULL, NULL);
		if (n % 2 == 0) {
			ck_assert_int_eq(write(fd, "12345", 5), 5);
			ck_assert_int_eq(read(end, text, sizeof text), 5);
		}
		close(fd);
		close(end);
	}
	hear(i);
	nsc_connections_read(nsc_inventory_connections(i), reader, steady(), count_closed, &c);
	ck_assert_uint_eq(c.begun, 100);
	ck_assert_uint_eq(c.taken, 100);
	ck_assert_uint_eq(c.owned, 200);
	ck_assert_uint_eq(c.sum.sent, 250);
	ck_assert_uint_eq(c.sum.received, 250);
	nsc_inventory_free(i);
}
END_TEST

/* No look comes between: one socket with a peer, one without, one that receives. */
START_TEST(who_uses_udp_is_known_at_once)
{
	struct nsc_inventory *i = traced();
	struct nsc_inventory_stats s;
	struct sockaddr_in a = loopback(udp_port);
	struct nsc_owner_key k = {.proto = IPPROTO_UDP, .remote_port = udp_port};
	int with, without;
	char text[8];

	if (i == NULL)
		return;
	nsc_inventory_stats(i, &s);
	with = socket(AF_INET, SOCK_DGRAM, 0);
	ck_assert_int_eq(connect(with, (struct sockaddr *)&a, sizeof a), 0);
	ck_assert_int_eq(write(with, "?", 1), 1);
	without = socket(AF_INET, SOCK_DGRAM, 0);
	ck_assert_int_eq(sendto(without, "?", 1, 0, (struct sockaddr *)&a, sizeof a), 1);
	ck_assert_int_eq(read(udp, text, sizeof text), 1);
	k.local_port = bound_port(with);
	ck_assert_int_eq(nsc_addr_parse(&k.local, "127.0.0.1"), 0);
	k.remote = k.local;
	ck_assert_uint_eq(nsc_facts_owner(facts, &k), 0);
	hear(i);
	if (!(s.trace.hooks & 1u << NSC_HOOK_SEND))
		goto out;		/* Linux < 6.3 */
	ck_assert_uint_ge(nsc_facts_owner(facts, &k), 2);
	k.remote_port = 0;
	memset(&k.remote, 0, sizeof k.remote);
	ck_assert_uint_eq(nsc_facts_owner(facts, &k), 0);
	k.local_port = udp_port;
	ck_assert_uint_ge(nsc_facts_owner(facts, &k), 2);
	memset(&k.local, 0, sizeof k.local);
	k.local_port = bound_port(without);
	ck_assert_uint_ge(nsc_facts_owner(facts, &k), 2);
out:
	close(with);
	close(without);
	nsc_inventory_free(i);
}
END_TEST

/* No packet pays for owners that nobody asks for. */
START_TEST(without_processes_no_hook_sees_a_packet)
{
	const struct nsc_inventory_options o = {.connections = true, .bpf = true};
	struct nsc_inventory_stats s;
	struct nsc_inventory *i;

	ck_assert_int_eq(nsc_inventory_new(&i, &o), 0);
	nsc_inventory_stats(i, &s);
	ck_assert_uint_eq(s.trace.hooks & (1u << NSC_HOOK_SEND | 1u << NSC_HOOK_RECV), 0);
	if (nsc_inventory_fd(i) >= 0)
		ck_assert_uint_eq(s.trace.hooks, 1u << NSC_HOOK_SET_STATE);
	nsc_inventory_free(i);
}
END_TEST

START_TEST(row_3_14_what_fails_is_counted)
{
	struct nsc_inventory *i = traced();
	struct linger now = {.l_onoff = 1};
	struct nsc_inventory_stats before, after;
	struct sockaddr_in a = loopback(0);
	int fd, end;

	if (i == NULL)
		return;
	nsc_inventory_stats(i, &before);
	fd = socket(AF_INET, SOCK_STREAM, 0);	/* bound, not listening: refused */
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	a = loopback(bound_port(fd));
	end = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_lt(connect(end, (struct sockaddr *)&a, sizeof a), 0);
	close(end);
	close(fd);
	a = loopback(port);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	end = accept(server, NULL, NULL);
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now), 0);
	close(fd);				/* by RST: both ends end so */
	close(end);
	hear(i);
	nsc_inventory_stats(i, &after);
	ck_assert_uint_ge(after.failed[NSC_SCOPE_LOOPBACK][NSC_INVENTORY_REFUSED],
			  before.failed[NSC_SCOPE_LOOPBACK][NSC_INVENTORY_REFUSED] + 1);
	ck_assert_uint_ge(after.aborted[NSC_SCOPE_LOOPBACK], before.aborted[NSC_SCOPE_LOOPBACK] + 1);
	ck_assert_uint_gt(after.trace.events, before.trace.events);
	nsc_inventory_free(i);
}
END_TEST

START_TEST(a_listener_that_comes_is_heard_of)
{
	struct nsc_inventory *i = traced();
	struct sockaddr_in a = loopback(0);
	struct timespec pause = {.tv_nsec = 50000000};
	int fd;

	if (i == NULL)
		return;
	fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	nanosleep(&pause, NULL);
	ck_assert(nsc_inventory_hear(i, NULL, steady()));
	close(fd);
	nsc_inventory_free(i);
}
END_TEST

RUN_TESTS("inventory", begin, end, ONCE(a_connection_and_its_owner),
	  ONCE(a_listener_and_its_owner), ONCE(each_socket_is_told_once),
	  ONCE(row_3_12_what_is_excluded_is_not_told_of), ROWS(a_thousand_looks, 2),
	  ONCE(what_lived_between_two_looks), ONCE(who_uses_udp_is_known_at_once),
	  ONCE(without_processes_no_hook_sees_a_packet),
	  ONCE(row_3_14_what_fails_is_counted), ONCE(a_listener_that_comes_is_heard_of))
