/* SPDX-License-Identifier: MIT */
/* Ways of sockets' connections: features.md algorithm 4, rows 2.5, 3.6 and 3.8. */
#include <check.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "host/way.h"
#include "scope/direction.h"

static struct nsc_ways *w;

static struct nsc_addr
addr(const char *text)
{
	struct nsc_addr a;

	ck_assert_int_eq(nsc_addr_parse(&a, text), 0);
	return a;
}

static void
add_address(struct nsc_interfaces *t, const char *text)
{
	struct nsc_interface_address *a = nsc_interfaces_add_address(t);

	a->addr = addr(text);
	a->ifindex = 2;
	a->bits = 128;
}

static void
add_listener(uint8_t proto, const char *local, uint16_t port, uint8_t families)
{
	struct nsc_socket s = {.proto = proto, .local = addr(local), .local_port = port,
			       .families = families};

	nsc_ways_listener(w, &s);
}

/* Namespace 8 is a container with 10.0.0.2; ours is 7, entered last. */
static void
begin(void)
{
	struct nsc_interfaces t = {0};

	ck_assert_int_eq(nsc_ways_new(&w), 0);
	add_address(&t, "10.0.0.2");
	nsc_interfaces_sort(&t);
	ck_assert_int_eq(nsc_ways_enter(w, 8, &t, 32768, 60999), 0);
	nsc_interfaces_clear(&t);
	add_address(&t, "192.0.2.1");
	add_address(&t, "10.0.0.1");
	add_address(&t, "2001:db8::1");
	add_address(&t, "fe80::1");
	nsc_interfaces_sort(&t);
	ck_assert_int_eq(nsc_ways_enter(w, 7, &t, 32768, 60999), 0);
	nsc_interfaces_clear(&t);
	add_listener(IPPROTO_TCP, "0.0.0.0", 22, NSC_FAMILY_IPV4);
	add_listener(IPPROTO_TCP, "::", 443, NSC_FAMILY_IPV4 | NSC_FAMILY_IPV6);
	add_listener(IPPROTO_TCP, "::", 444, NSC_FAMILY_IPV6);
	add_listener(IPPROTO_TCP, "192.0.2.1", 8080, NSC_FAMILY_IPV4);
	add_listener(IPPROTO_TCP, "0.0.0.0", 40000, NSC_FAMILY_IPV4);	/* an ephemeral port */
	add_listener(IPPROTO_UDP, "0.0.0.0", 53, NSC_FAMILY_IPV4);
}

static void
end(void)
{
	nsc_ways_free(w);
}

#define TCP IPPROTO_TCP
#define UDP IPPROTO_UDP

static const struct {
	uint8_t proto, state;
	const char *local;
	uint16_t local_port;
	const char *remote;
	uint16_t remote_port;
	uint8_t direction;
} row[] = {
	/* a listener has our end */
	{TCP, 1, "192.0.2.1", 22, "198.51.100.1", 50000, NSC_DIRECTION_INCOMING},
	{TCP, 1, "192.0.2.1", 443, "198.51.100.1", 50000, NSC_DIRECTION_INCOMING},	/* dual stack */
	{TCP, 1, "2001:db8::1", 443, "2001:db8::9", 50000, NSC_DIRECTION_INCOMING},
	{TCP, 1, "2001:db8::1", 444, "2001:db8::9", 50000, NSC_DIRECTION_INCOMING},
	{TCP, 1, "192.0.2.1", 8080, "198.51.100.1", 50000, NSC_DIRECTION_INCOMING},
	{TCP, 1, "192.0.2.1", 40000, "198.51.100.1", 443, NSC_DIRECTION_INCOMING},
	{TCP, 1, "::ffff:192.0.2.1", 22, "::ffff:198.51.100.1", 50000, NSC_DIRECTION_INCOMING},
	/* nobody listens there */
	{TCP, 1, "192.0.2.1", 45000, "198.51.100.1", 443, NSC_DIRECTION_OUTGOING},
	{TCP, 1, "192.0.2.1", 45000, "198.51.100.1", 22, NSC_DIRECTION_OUTGOING},	/* their 22 */
	{TCP, 1, "192.0.2.1", 80, "198.51.100.1", 50000, NSC_DIRECTION_INCOMING},	/* not any more */
	{TCP, 1, "2001:db8::1", 22, "2001:db8::9", 22, NSC_DIRECTION_OUTGOING},		/* that one is IPv4's */
	{TCP, 1, "10.0.0.1", 8080, "198.51.100.1", 8080, NSC_DIRECTION_OUTGOING},
	{TCP, 1, "192.0.2.1", 45000, "198.51.100.1", 46000, NSC_DIRECTION_INCOMING},	/* lower port */
	{TCP, 1, "192.0.2.1", 46000, "198.51.100.1", 45000, NSC_DIRECTION_OUTGOING},
	{TCP, 1, "192.0.2.1", 53, "198.51.100.1", 53, NSC_DIRECTION_OUTGOING},		/* UDP's 53 */
	/* a handshake that is on its way */
	{TCP, 2, "192.0.2.1", 22, "198.51.100.1", 443, NSC_DIRECTION_OUTGOING},
	{TCP, 3, "192.0.2.1", 45000, "198.51.100.1", 443, NSC_DIRECTION_INCOMING},
	{TCP, 12, "192.0.2.1", 45000, "198.51.100.1", 443, NSC_DIRECTION_INCOMING},
	/* within this host */
	{TCP, 1, "127.0.0.1", 45000, "127.0.0.1", 22, NSC_DIRECTION_LOCAL},
	{TCP, 1, "127.0.0.1", 22, "127.0.0.53", 45000, NSC_DIRECTION_LOCAL},
	{TCP, 1, "::1", 45000, "::1", 443, NSC_DIRECTION_LOCAL},
	{TCP, 1, "192.0.2.1", 45000, "10.0.0.1", 22, NSC_DIRECTION_LOCAL},
	{TCP, 1, "192.0.2.1", 45000, "192.0.2.1", 22, NSC_DIRECTION_LOCAL},
	{TCP, 2, "fe80::1", 45000, "2001:db8::1", 9, NSC_DIRECTION_LOCAL},
	/* UDP */
	{UDP, 1, "192.0.2.1", 45000, "198.51.100.1", 53, NSC_DIRECTION_OUTGOING},
	{UDP, 1, "192.0.2.1", 53, "198.51.100.1", 45000, NSC_DIRECTION_INCOMING},
	{UDP, 1, "192.0.2.1", 123, "198.51.100.1", 123, NSC_DIRECTION_OUTGOING},
	{UDP, 7, "0.0.0.0", 45000, "0.0.0.0", 0, NSC_DIRECTION_NONE},
	{UDP, 1, "127.0.0.1", 45000, "127.0.0.53", 53, NSC_DIRECTION_LOCAL},
};

static struct nsc_connection
connection(unsigned n)
{
	return (struct nsc_connection){.socket = {
		.netns = 7, .proto = row[n].proto, .state = row[n].state,
		.local = addr(row[n].local), .remote = addr(row[n].remote),
		.local_port = row[n].local_port, .remote_port = row[n].remote_port}};
}

START_TEST(algorithm_4_listeners_known)
{
	struct nsc_connection c = connection((unsigned)_i);

	nsc_way_of(w, &c, false, false);
	ck_assert_uint_eq(c.direction, row[_i].direction);
}
END_TEST

/* Who saw the handshake knows better than listeners and ports, but not than addresses. */
START_TEST(algorithm_4_a_handshake_decides)
{
	struct nsc_connection c = connection((unsigned)_i), d = c;
	bool local = row[_i].direction == NSC_DIRECTION_LOCAL || row[_i].remote_port == 0;

	nsc_way_of(w, &c, true, true);
	nsc_way_of(w, &d, true, false);
	ck_assert_uint_eq(c.direction, local ? row[_i].direction : NSC_DIRECTION_INCOMING);
	ck_assert_uint_eq(d.direction, local ? row[_i].direction : NSC_DIRECTION_OUTGOING);
}
END_TEST

START_TEST(algorithm_4_a_guess_is_asked_again)
{
	struct nsc_connection c = connection(13), sure = connection(0);

	nsc_way_of(w, &c, false, false);
	ck_assert_uint_eq(c.certainty, NSC_CERTAINTY_GUESS);
	add_listener(IPPROTO_TCP, "0.0.0.0", 46000, NSC_FAMILY_IPV4);
	nsc_way_of(w, &c, false, false);
	ck_assert_uint_eq(c.direction, NSC_DIRECTION_INCOMING);
	ck_assert_uint_eq(c.certainty, NSC_CERTAINTY_SURE);

	nsc_way_of(w, &sure, false, false);
	nsc_ways_clear(w);			/* its listener has gone: it stays what it was */
	nsc_way_of(w, &sure, false, false);
	ck_assert_uint_eq(sure.direction, NSC_DIRECTION_INCOMING);
}
END_TEST

START_TEST(algorithm_4_an_unknown_namespace_has_no_direction)
{
	struct nsc_connection c = connection(0);

	c.socket.netns = 9;
	nsc_way_of(w, &c, false, false);
	ck_assert_uint_eq(c.direction, NSC_DIRECTION_NONE);
	ck_assert_uint_eq(c.certainty, NSC_CERTAINTY_NONE);
}
END_TEST

/* A container's end and ours mirror each other: no address tells that it is within the host. */
START_TEST(row_3_8_the_other_end_is_ours)
{
	struct nsc_connection c = connection(7), other;

	c.socket.remote = addr("10.0.0.2");
	other = c;
	other.socket.netns = 8;
	other.socket.local = c.socket.remote;
	other.socket.remote = c.socket.local;
	other.socket.local_port = c.socket.remote_port;
	other.socket.remote_port = c.socket.local_port;
	ck_assert_int_eq(nsc_ways_expect(w, 2), 0);
	nsc_ways_end(w, &c.socket);
	nsc_way_of(w, &c, false, false);
	ck_assert_uint_eq(c.direction, NSC_DIRECTION_OUTGOING);
	c.certainty = NSC_CERTAINTY_NONE;
	nsc_ways_end(w, &other.socket);
	nsc_way_of(w, &c, false, false);
	nsc_way_of(w, &other, false, false);
	ck_assert_uint_eq(c.direction, NSC_DIRECTION_LOCAL);
	ck_assert_uint_eq(other.direction, NSC_DIRECTION_LOCAL);
	c.certainty = NSC_CERTAINTY_NONE;
	c.socket.remote_port++;
	nsc_way_of(w, &c, false, false);
	ck_assert_uint_eq(c.direction, NSC_DIRECTION_OUTGOING);
}
END_TEST

static struct nsc_tuple
tuple(const char *local, uint16_t local_port, const char *remote, uint16_t remote_port)
{
	return (struct nsc_tuple){.addr = {addr(local), addr(remote)},
				  .port = {local_port, remote_port}};
}

static struct nsc_connection
translated(struct nsc_tuple t, struct nsc_tuple other)
{
	struct nsc_connection c = connection(7);

	c.socket.local = t.addr[0];
	c.socket.remote = t.addr[1];
	c.socket.local_port = t.port[0];
	c.socket.remote_port = t.port[1];
	c.translated = true;
	c.other = other;
	return c;
}

/* Of two sockets of which each is the other's end by another name; the addresses are nobody's. */
static void
both_are_local(struct nsc_tuple began, struct nsc_tuple began_other, struct nsc_tuple answers,
	       struct nsc_tuple answers_other)
{
	struct nsc_connection a = translated(began, began_other);
	struct nsc_connection b = translated(answers, answers_other);

	ck_assert_int_eq(nsc_ways_expect(w, 2), 0);
	nsc_ways_end(w, &a.socket);
	nsc_way_of(w, &a, true, false);
	ck_assert_uint_eq(a.direction, NSC_DIRECTION_OUTGOING);
	nsc_ways_end(w, &b.socket);
	nsc_way_of(w, &a, false, false);	/* although its handshake made that sure */
	nsc_way_of(w, &b, true, true);
	ck_assert_uint_eq(a.direction, NSC_DIRECTION_LOCAL);
	ck_assert_uint_eq(b.direction, NSC_DIRECTION_LOCAL);
}

START_TEST(row_3_8_by_another_name)
{
	/* DNAT: 2.2.2.2 is 1.1.1.1 */
	both_are_local(tuple("10.0.25.1", 59782, "2.2.2.2", 8000),
		       tuple("10.0.25.1", 59782, "1.1.1.1", 8000),
		       tuple("1.1.1.1", 8000, "10.0.25.1", 59782),
		       tuple("2.2.2.2", 8000, "10.0.25.1", 59782));
	/* SNAT: 10.0.25.1 is 2.2.2.2 */
	both_are_local(tuple("10.0.25.1", 59782, "1.1.1.1", 8000),
		       tuple("2.2.2.2", 59782, "1.1.1.1", 8000),
		       tuple("1.1.1.1", 8000, "2.2.2.2", 59782),
		       tuple("1.1.1.1", 8000, "10.0.25.1", 59782));
}
END_TEST

START_TEST(row_3_8_another_name_that_is_ours)
{
	struct nsc_connection c = translated(tuple("192.0.2.1", 50000, "2.2.2.2", 8000),
					     tuple("192.0.2.1", 50000, "10.0.0.1", 8000));

	nsc_way_of(w, &c, false, false);
	ck_assert_uint_eq(c.direction, NSC_DIRECTION_LOCAL);
	c.certainty = NSC_CERTAINTY_NONE;
	c.other.addr[1] = addr("198.51.100.1");
	nsc_way_of(w, &c, false, false);
	ck_assert_uint_eq(c.direction, NSC_DIRECTION_OUTGOING);
}
END_TEST

int
main(void)
{
	enum { ROWS = sizeof row / sizeof *row };
	Suite *s = suite_create("way");
	TCase *t = tcase_create("way");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, algorithm_4_listeners_known, 0, ROWS);
	tcase_add_loop_test(t, algorithm_4_a_handshake_decides, 0, ROWS);
	tcase_add_test(t, algorithm_4_a_guess_is_asked_again);
	tcase_add_test(t, algorithm_4_an_unknown_namespace_has_no_direction);
	tcase_add_test(t, row_3_8_the_other_end_is_ours);
	tcase_add_test(t, row_3_8_by_another_name);
	tcase_add_test(t, row_3_8_another_name_that_is_ours);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
