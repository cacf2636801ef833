/* SPDX-License-Identifier: MIT */
/* Facts: whole copies while a writer writes, own addresses, listeners. */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>

#include "scope/facts.h"
#include "suite.h"

static struct nsc_facts facts;			/* large: not on the stack */
static struct nsc_facts_view view, copy;

static struct nsc_addr
addr(const char *text)
{
	struct nsc_addr a;

	ck_assert_msg(nsc_addr_parse(&a, text) == 0, "%s", text);
	return a;
}

static void
add_address(struct nsc_facts_view *v, const char *text, uint8_t bits)
{
	v->address[v->addresses++] = (struct nsc_fact_address){.addr = addr(text), .bits = bits};
	v->addresses_known = 1;
}

START_TEST(test_generations)
{
	struct nsc_facts_view *v;
	uint64_t seen = 0;

	ck_assert(!nsc_facts_read(&facts, &seen, &copy));
	v = nsc_facts_edit(&facts);
	add_address(v, "192.0.2.1", 120);
	ck_assert(!nsc_facts_read(&facts, &seen, &copy));	/* not yet */
	nsc_facts_commit(&facts);
	ck_assert(nsc_facts_read(&facts, &seen, &copy));
	ck_assert_uint_eq(seen, 1);
	ck_assert_uint_eq(copy.addresses, 1);
	ck_assert(!nsc_facts_read(&facts, &seen, &copy));
	add_address(nsc_facts_edit(&facts), "192.0.2.0", 120);	/* the copy had the first one */
	nsc_facts_commit(&facts);
	add_address(nsc_facts_edit(&facts), "10.0.0.1", 104);
	nsc_facts_commit(&facts);
	ck_assert(nsc_facts_read(&facts, &seen, &copy));
	ck_assert_uint_eq(seen, 3);
	ck_assert_uint_eq(copy.addresses, 3);
	for (int i = 1; i < 3; i++)				/* a commit sorts */
		ck_assert_int_lt(nsc_addr_cmp(&copy.address[i - 1].addr, &copy.address[i].addr), 0);
}
END_TEST

START_TEST(test_counts_are_clamped)
{
	struct nsc_facts_view *v = nsc_facts_edit(&facts);
	uint64_t seen = 0;

	v->addresses = v->interfaces = v->listeners = v->prefixes = UINT32_MAX;
	v->macs = 255;
	nsc_facts_commit(&facts);
	ck_assert(nsc_facts_read(&facts, &seen, &copy));
	ck_assert_uint_eq(copy.addresses, NSC_FACT_ADDRESSES);
	ck_assert_uint_eq(copy.prefixes, NSC_FACT_PREFIXES);
	ck_assert_uint_eq(copy.interfaces, NSC_FACT_INTERFACES);
	ck_assert_uint_eq(copy.listeners, NSC_FACT_LISTENERS);
	ck_assert_uint_eq(copy.macs, 32);
}
END_TEST

enum { EDITS = 3000 };

/* Writes one number all over the view, faster than any host would. */
static void *
write_views(void *arg)
{
	for (uint32_t i = 1; i <= EDITS; i++) {
		struct nsc_facts_view *v = nsc_facts_edit(arg);

		v->addresses = v->listeners = 0;
		for (unsigned k = 0; k < NSC_FACT_ADDRESSES; k++)
			v->address[k].ifindex = i;
		for (unsigned k = 0; k < NSC_FACT_INTERFACES; k++)
			v->interface[k].ifindex = i;
		nsc_facts_commit(arg);
		for (volatile int pause = 0; pause < 2000 && i % 16 == 0; pause++)
			;
	}
	return NULL;
}

START_TEST(test_copies_are_whole)
{
	uint64_t seen = 0, last = 0;
	unsigned copies = 0, torn = 0;
	pthread_t writer;

	ck_assert_int_eq(pthread_create(&writer, NULL, write_views, &facts), 0);
	while (seen < EDITS) {
		if (!nsc_facts_read(&facts, &seen, &copy))
			continue;
		copies++;
		ck_assert_uint_gt(seen, last);
		last = seen;
		for (unsigned k = 0; k < NSC_FACT_ADDRESSES; k++)
			torn += copy.address[k].ifindex != seen;
		for (unsigned k = 0; k < NSC_FACT_INTERFACES; k++)
			torn += copy.interface[k].ifindex != seen;
	}
	pthread_join(writer, NULL);
	ck_assert_uint_eq(torn, 0);
	ck_assert_uint_ge(copies, 1);
}
END_TEST

START_TEST(test_local)
{
	struct nsc_facts_view *v = nsc_facts_edit(&facts);
	struct nsc_addr a;
	uint64_t seen = 0;

	a = addr("127.0.0.1");
	ck_assert(!nsc_facts_local(v, &a));		/* nothing is known yet */
	add_address(v, "192.0.2.7", 120);
	add_address(v, "2001:db8::7", 64);
	add_address(v, "10.0.0.1", 104);
	add_address(v, "fe80::1", 64);
	v->prefix[0] = (struct nsc_fact_address){.addr = addr("198.51.100.0"), .bits = 120};
	v->prefix[1] = (struct nsc_fact_address){.addr = addr("2001:db8:1::"), .bits = 48};
	v->prefixes = 2;
	nsc_facts_commit(&facts);
	ck_assert(nsc_facts_read(&facts, &seen, &copy));
	static const struct {
		const char *text;
		bool local;
	} cases[] = {
		{"192.0.2.7", true}, {"192.0.2.6", false}, {"192.0.2.8", false}, {"10.0.0.1", true},
		{"::ffff:10.0.0.1", true}, {"2001:db8::7", true}, {"2001:db8::8", false},
		{"fe80::1", true}, {"fe80::", false}, {"127.0.0.1", true}, {"127.255.0.9", true},
		{"::1", true}, {"::2", false}, {"::", false}, {"198.51.100.0", true},
		{"198.51.100.255", true}, {"198.51.101.0", false}, {"2001:db8:1:ffff::1", true},
		{"2001:db8:2::", false}, {"255.255.255.255", false},
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false}, {"0.0.0.0", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		a = addr(cases[i].text);
		ck_assert_msg(nsc_facts_local(&copy, &a) == cases[i].local, "%s", cases[i].text);
	}
}
END_TEST

static void
add_listener(struct nsc_facts_view *v, uint8_t proto, const char *text, uint16_t port,
	     uint8_t families)
{
	v->listener[v->listeners++] = (struct nsc_fact_listener){
		.addr = addr(text), .port = port, .proto = proto, .families = families,
	};
	v->listeners_known = 1;
}

START_TEST(test_listening)
{
	struct nsc_facts_view *v = nsc_facts_edit(&facts);
	struct nsc_addr a = addr("192.0.2.7");
	uint64_t seen = 0;

	ck_assert_int_eq(nsc_facts_listening(&view, 6, &a, 22), NSC_LISTENING_UNKNOWN);
	add_listener(v, 17, "::", 53, 2);		/* IPv6 only */
	add_listener(v, 6, "::", 22, 3);		/* dual */
	add_listener(v, 6, "127.0.0.1", 25, 1);
	add_listener(v, 6, "192.0.2.7", 443, 1);
	add_listener(v, 6, "192.0.2.7", 443, 1);	/* SO_REUSEPORT */
	add_listener(v, 6, "0.0.0.0", 80, 1);
	add_listener(v, 6, "2001:db8::7", 443, 2);
	nsc_facts_commit(&facts);
	ck_assert(nsc_facts_read(&facts, &seen, &copy));
	static const struct {
		uint8_t proto;
		const char *text;
		uint16_t port;
		enum nsc_listening want;
	} cases[] = {
		{6, "192.0.2.7", 22, NSC_LISTENING_YES}, {6, "2001:db8::7", 22, NSC_LISTENING_YES},
		{17, "192.0.2.7", 22, NSC_LISTENING_NO}, {17, "192.0.2.7", 53, NSC_LISTENING_NO},
		{17, "2001:db8::7", 53, NSC_LISTENING_YES}, {6, "192.0.2.7", 25, NSC_LISTENING_NO},
		{6, "127.0.0.1", 25, NSC_LISTENING_YES}, {6, "192.0.2.7", 443, NSC_LISTENING_YES},
		{6, "192.0.2.8", 443, NSC_LISTENING_NO}, {6, "192.0.2.7", 80, NSC_LISTENING_YES},
		{6, "2001:db8::7", 80, NSC_LISTENING_NO}, {6, "2001:db8::7", 443, NSC_LISTENING_YES},
		{6, "192.0.2.7", 21, NSC_LISTENING_NO}, {6, "192.0.2.7", 444, NSC_LISTENING_NO},
		{0, "192.0.2.7", 0, NSC_LISTENING_NO}, {255, "192.0.2.7", 65535, NSC_LISTENING_NO},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		a = addr(cases[i].text);
		ck_assert_msg(nsc_facts_listening(&copy, cases[i].proto, &a, cases[i].port) ==
				      cases[i].want,
			      "%u %s %u", cases[i].proto, cases[i].text, cases[i].port);
	}
}
END_TEST

static void
forget(void)
{
	memset(&facts, 0, sizeof facts.generation + sizeof facts.view);
	memset(&facts.draft, 0, sizeof facts.draft);
	memset(&copy, 0, sizeof copy);
}

RUN_TESTS("facts", forget, NULL, ONCE(test_generations), ONCE(test_counts_are_clamped),
	  ONCE(test_copies_are_whole), ONCE(test_local), ONCE(test_listening))
