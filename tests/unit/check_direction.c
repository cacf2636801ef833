/* SPDX-License-Identifier: MIT */
/*
 * Direction: the 24 cases of the reference algorithm (6 TCP, 6 UDP, 4 local, 4 from
 * the middle, 2 transit, 2 ICMP), each with listeners known and unknown; then group
 * addresses and what else is odd.
 */
#include <check.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "scope/direction.h"

#define US "192.0.2.7"
#define US6 "2001:db8::7"
#define TOO "10.0.0.1"			/* another address of ours */
#define PEER "198.51.100.9"
#define PEER6 "2001:db8:ffff::9"
#define OTHER "203.0.113.5"

enum { HANDSHAKE = 1, QUERY = 2 };
enum {
	NONE = NSC_DIRECTION_NONE, IN = NSC_DIRECTION_INCOMING, OUT = NSC_DIRECTION_OUTGOING,
	LOCAL = NSC_DIRECTION_LOCAL, GUESS = 16,
};

struct row {
	const char *name;
	uint8_t proto;
	const char *from;		/* the SYN's or the first packet's sender */
	uint16_t from_port;
	const char *to;
	uint16_t to_port;
	int flags, known, unknown;	/* expected with listeners known and unknown */
};

/* Ours: TCP 22, 443, 40022 and UDP 53, 123 listen; ephemeral ports are 32768 to 60999. */
static const struct row rows[] = {
	{"TCP 1: our SYN", 6, US, 40000, PEER, 443, HANDSHAKE, OUT, OUT},
	{"TCP 2: their SYN", 6, PEER, 40000, US, 22, HANDSHAKE, IN, IN},
	{"TCP 3: our SYN from a port that listens", 6, US, 22, PEER, 443, HANDSHAKE, OUT, OUT},
	{"TCP 4: their SYN to a port that does not listen", 6, PEER, 22, US, 40000, HANDSHAKE, IN, IN},
	{"TCP 5: IPv6, ours", 6, US6, 40000, PEER6, 443, HANDSHAKE, OUT, OUT},
	{"TCP 6: between ephemeral ports, theirs", 6, PEER, 45000, US, 45001, HANDSHAKE, IN, IN},
	{"UDP 1: we ask", 17, US, 40000, PEER, 53, 0, OUT, OUT},
	{"UDP 2: asked where we listen", 17, PEER, 40000, US, 53, 0, IN, NONE | GUESS},
	{"UDP 3: got where nobody listens", 17, PEER, 40000, US, 5000, 0, NONE, NONE | GUESS},
	{"UDP 4: a server's answer seen first", 17, US, 53, PEER, 40000, 0, IN, OUT | GUESS},
	{"UDP 5: we send from a plain port that does not listen", 17, US, 68, PEER, 67, 0, OUT, OUT | GUESS},
	{"UDP 6: peers of equal ports", 17, US, 123, PEER, 123, 0, OUT, OUT},
	{"local 1: both ends ours", 6, US, 40000, TOO, 22, HANDSHAKE, LOCAL, LOCAL},
	{"local 2: loopback", 6, "127.0.0.1", 40000, "127.0.0.53", 53, 0, LOCAL, LOCAL},
	{"local 3: one address to itself", 17, OTHER, 9, OTHER, 9, 0, LOCAL, LOCAL},
	{"local 4: loopback to our address", 17, "::1", 5000, US6, 53, 0, LOCAL, LOCAL},
	{"middle 1: our port listens", 6, US, 40022, PEER, 443, 0, IN, OUT | GUESS},
	{"middle 2: theirs looks like a server's", 6, PEER, 443, US, 40000, 0, OUT, OUT | GUESS},
	{"middle 3: the lower port serves", 6, US, 40000, PEER, 50000, 0, IN | GUESS, IN | GUESS},
	{"middle 4: equal ports, the first packet", 6, PEER, 179, US, 179, 0, IN | GUESS, IN | GUESS},
	{"transit 1: TCP", 6, PEER, 40000, OTHER, 443, HANDSHAKE, NONE, NONE},
	{"transit 2: UDP", 17, PEER, 40000, OTHER, 53, 0, NONE, NONE},
	{"ICMP 1: our echo", 1, US, 0, PEER, 0, QUERY, OUT, OUT},
	{"ICMP 2: their echo", 58, PEER6, 0, US6, 0, QUERY, IN, IN},
	/* more than the 24 */
	{"middle: equal ports, ours first", 6, US, 179, PEER, 179, 0, OUT | GUESS, OUT | GUESS},
	{"middle: the lower port is theirs", 6, US, 50000, PEER, 40000, 0, OUT | GUESS, OUT | GUESS},
	{"middle: both plain, ours lower", 6, US, 21, PEER, 1024, 0, IN | GUESS, IN | GUESS},
	{"middle: a port of ours that was closed", 6, PEER, 40000, US, 8080, 0, IN, IN | GUESS},
	{"middle: we listen, ours was first", 6, US, 22, PEER, 40000, 0, IN, IN | GUESS},
	{"UDP: got at an ephemeral port that is bound", 17, PEER, 53, US, 40053, 0, IN, NONE | GUESS},
	{"UDP: we send from it", 17, US, 40053, PEER, 53, 0, OUT, OUT},
	{"UDP: a peer of equal port begins", 17, PEER, 123, US, 123, 0, IN, NONE | GUESS},
	{"ICMP: no query", 1, PEER, 0, US, 0, 0, NONE, NONE},
	{"ESP: ours", 50, US, 0, PEER, 0, 0, OUT, OUT},
	{"ESP: theirs", 50, PEER, 0, US, 0, 0, NONE, NONE},
	{"multicast: sent", 17, US, 5353, "224.0.0.251", 5353, 0, OUT, OUT},
	{"multicast: got", 17, PEER, 5353, "224.0.0.251", 5353, 0, IN, IN},
	{"multicast: IPv6, got", 17, PEER6, 5353, "ff02::fb", 5353, 0, IN, IN},
	{"broadcast: sent", 17, US, 68, "255.255.255.255", 67, 0, OUT, OUT},
	{"broadcast: got", 17, "0.0.0.0", 68, "255.255.255.255", 67, 0, IN, IN},
	{"broadcast of our network: sent", 17, US, 138, "192.0.2.255", 138, 0, OUT, OUT},
	{"broadcast of our network: got", 17, "192.0.2.9", 138, "192.0.2.255", 138, 0, IN, IN},
	{"broadcast of a network of ours: got", 17, "10.9.9.9", 138, "10.255.255.255", 138, 0, IN, IN},
	{"broadcast of another network", 17, PEER, 138, "203.0.113.255", 138, 0, NONE, NONE},
	{"no broadcast in a /31", 17, PEER, 9, "192.168.0.3", 9, 0, NONE, NONE},
};

static struct nsc_facts facts;
static struct nsc_facts_view *view;

static struct nsc_addr
addr(const char *text)
{
	struct nsc_addr a;

	ck_assert_msg(nsc_addr_parse(&a, text) == 0, "%s", text);
	return a;
}

static void
add_listener(uint8_t proto, uint16_t port)
{
	view->listener[view->listeners++] =
		(struct nsc_fact_listener){.port = port, .proto = proto, .families = 3};
}

static void
know(void)
{
	static const struct {
		const char *text;
		uint8_t bits;
	} own[] = {{US, 120}, {TOO, 104}, {US6, 64}, {"192.168.0.2", 127}, {"127.0.0.1", 104}};

	memset(&facts.draft, 0, sizeof facts.draft);
	view = nsc_facts_edit(&facts);
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		view->address[view->addresses++] = (struct nsc_fact_address){
			.addr = addr(own[i].text), .bits = own[i].bits,
		};
	view->addresses_known = 1;
	add_listener(6, 22);
	add_listener(6, 443);
	add_listener(6, 40022);
	add_listener(17, 53);
	add_listener(17, 123);
	add_listener(17, 40053);
	nsc_facts_commit(&facts);
}

static struct nsc_direction_answer
ask(const struct row *r)
{
	struct nsc_direction_question q = {
		.addr = {addr(r->from), addr(r->to)}, .port = {r->from_port, r->to_port},
		.proto = r->proto, .handshake = (r->flags & HANDSHAKE) != 0,
		.icmp_query = (r->flags & QUERY) != 0,
	};

	return nsc_direction(view, &q);
}

static void
check_row(const struct row *r, int want)
{
	struct nsc_direction_answer a = ask(r);

	ck_assert_msg(a.known, "%s", r->name);
	ck_assert_msg(a.direction == (want & 15), "%s: %s", r->name,
		      nsc_direction_text((enum nsc_direction)a.direction));
	ck_assert_msg(a.guess == ((want & GUESS) != 0), "%s: guess %d", r->name, a.guess);
	if (a.direction == NSC_DIRECTION_LOCAL)
		ck_assert_msg(a.local[0] && a.local[1], "%s", r->name);
	else
		ck_assert_msg(!(a.local[0] && a.local[1]), "%s", r->name);
}

START_TEST(test_listeners_known)
{
	view->listeners_known = 1;
	check_row(&rows[_i], rows[_i].known);
}
END_TEST

START_TEST(test_listeners_unknown)
{
	view->listeners_known = 0;
	check_row(&rows[_i], rows[_i].unknown);
}
END_TEST

START_TEST(test_nothing_known)
{
	struct nsc_direction_answer a;

	view->addresses_known = 0;
	a = ask(&rows[_i]);
	ck_assert(!a.known && !a.guess && !a.local[0] && !a.local[1]);
	ck_assert_uint_eq(a.direction, NSC_DIRECTION_NONE);
}
END_TEST

/* Our end of what is sent to a group is the sender, or else the interface. */
START_TEST(test_sides)
{
	struct row got = {"", 17, PEER, 1, "224.0.0.1", 1, 0, 0, 0};
	struct row sent = {"", 17, US, 1, "224.0.0.1", 1, 0, 0, 0};
	struct row in = {"", 6, PEER, 40000, US, 22, HANDSHAKE, 0, 0};
	struct row transit = {"", 6, PEER, 40000, OTHER, 22, HANDSHAKE, 0, 0};

	ck_assert(!ask(&got).local[0] && ask(&got).local[1]);
	ck_assert(ask(&sent).local[0] && !ask(&sent).local[1]);
	ck_assert(!ask(&in).local[0] && ask(&in).local[1]);
	ck_assert(!ask(&transit).local[0] && !ask(&transit).local[1]);
}
END_TEST

START_TEST(test_ephemeral_range_of_the_host)
{
	struct row r = {"", 6, US, 20000, PEER, 40000, 0, 0, 0};

	view->listeners_known = 1;
	ck_assert_uint_eq(ask(&r).direction, NSC_DIRECTION_INCOMING);
	view->ephemeral_low = 15000;
	view->ephemeral_high = 25000;
	ck_assert_uint_eq(ask(&r).direction, NSC_DIRECTION_OUTGOING);
	ck_assert(!ask(&r).guess);
}
END_TEST

/* A replay: whole prefixes are ours, and their broadcast address is for all of them. */
START_TEST(test_prefixes)
{
	struct row out = {"", 6, "172.16.5.9", 40000, PEER, 443, HANDSHAKE, 0, 0};
	struct row both = {"", 6, "172.16.5.9", 40000, "172.16.9.9", 443, HANDSHAKE, 0, 0};
	struct row all = {"", 17, "172.16.5.9", 138, "172.16.255.255", 138, 0, 0, 0};

	view->addresses = 0;
	view->prefix[0] = (struct nsc_fact_address){.addr = addr("172.16.0.0"), .bits = 112};
	view->prefixes = 1;
	ck_assert_uint_eq(ask(&out).direction, NSC_DIRECTION_OUTGOING);
	ck_assert_uint_eq(ask(&both).direction, NSC_DIRECTION_LOCAL);
	ck_assert_uint_eq(ask(&all).direction, NSC_DIRECTION_OUTGOING);
}
END_TEST

START_TEST(test_words)
{
	ck_assert_str_eq(nsc_direction_text(NSC_DIRECTION_NONE), "none");
	ck_assert_str_eq(nsc_direction_text(NSC_DIRECTION_INCOMING), "incoming");
	ck_assert_str_eq(nsc_direction_text(NSC_DIRECTION_OUTGOING), "outgoing");
	ck_assert_str_eq(nsc_direction_text(NSC_DIRECTION_LOCAL), "local");
	ck_assert_str_eq(nsc_direction_text((enum nsc_direction)9), "");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("direction");
	TCase *t = tcase_create("direction");
	SRunner *r = srunner_create(s);
	int failed, n = sizeof rows / sizeof *rows;

	tcase_add_checked_fixture(t, know, NULL);
	tcase_add_loop_test(t, test_listeners_known, 0, n);
	tcase_add_loop_test(t, test_listeners_unknown, 0, n);
	tcase_add_loop_test(t, test_nothing_known, 0, n);
	tcase_add_test(t, test_sides);
	tcase_add_test(t, test_ephemeral_range_of_the_host);
	tcase_add_test(t, test_prefixes);
	tcase_add_test(t, test_words);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
