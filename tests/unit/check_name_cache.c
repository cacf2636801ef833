/* SPDX-License-Identifier: MIT */
/* Names of addresses (features.md, algorithm 8 and row 4.11) on a virtual clock. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/dns_names.h"
#include "suite.h"

static const struct nsc_hash_key key = {{1, 2}};
static const uint64_t second = 1000000000, start = 1700000000;
static struct nsc_name_cache *cache;

static void
setup(void)
{
	ck_assert_int_eq(nsc_name_cache_new(&cache, &key), 0);
}

static void
teardown(void)
{
	nsc_name_cache_free(cache);
}

static struct nsc_addr
host(uint32_t n)
{
	const uint8_t b[4] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};

	return nsc_addr_v4(b);
}

static void
learn(uint32_t addr, uint32_t client, const char *name, uint32_t ttl, uint64_t at)
{
	struct nsc_name_fact f = {.addr = host(addr), .client = host(client),
				  .name = {name, (uint32_t)strlen(name)},
				  .ttl = ttl, .time = (start + at) * second};

	nsc_name_cache_learn(cache, &f);
}

/* The name of `addr` for a flow of `client` that began at `from`; "" if none. */
static const char *
name_of(uint32_t addr, uint32_t client, uint64_t from, uint64_t now)
{
	static char text[2][256];
	static unsigned turn;
	struct nsc_name_question q = {.addr = host(addr), .client = host(client),
				      .start = (start + from) * second, .now = (start + now) * second};
	struct nsc_name_answer a = nsc_name_cache_find(cache, &q);

	turn ^= 1;
	snprintf(text[turn], sizeof text[turn], "%.*s%s", (int)a.name.len,
		 a.name.len > 0 ? a.name.p : "", a.shared ? " shared" : "");
	return text[turn];
}

/* algorithm 8: at t < TTL + 60 yes, after no; TTL within [5 s, 1 h] */
START_TEST(algorithm_8_life)
{
	static const struct {
		uint32_t ttl;
		uint64_t lives;
	} cases[] = {{300, 360}, {0, 65}, {4, 65}, {5, 65}, {6, 66}, {3600, 3660}, {86400, 3660}};

	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		learn(i, 9, "a.example", cases[i].ttl, 0);
		ck_assert_str_eq(name_of(i, 9, 1, cases[i].lives - 1), "a.example");
		ck_assert_str_eq(name_of(i, 9, 1, cases[i].lives), "");
	}
	learn(1, 9, "a.example", 300, 10000);
	learn(1, 9, "a.example", 300, 10300);	/* told again: lives on */
	ck_assert_str_eq(name_of(1, 9, 10301, 10600), "a.example");
}
END_TEST

/* algorithm 8: an address with nine names keeps the eight newest */
START_TEST(algorithm_8_eight)
{
	char name[32];

	for (unsigned i = 0; i < 9; i++) {
		snprintf(name, sizeof name, "n%u.example", i);
		learn(1, 9, name, 300, i);
		ck_assert_str_eq(name_of(1, 9, i, i) + strlen(name), i < 8 ? "" : " shared");
	}
	for (unsigned i = 0; i < 9; i++) {	/* as it was for a flow of that moment */
		snprintf(name, sizeof name, "n%u.example shared", i);
		ck_assert_int_eq(strcmp(name_of(1, 9, i, 10), name) == 0, i > 0);
	}
	/* The first would be dead by now, and so no more than eight are alive. */
	ck_assert_str_eq(name_of(1, 9, 100, 359), "n8.example shared");
	ck_assert_str_eq(name_of(1, 9, 100, 360), "n8.example");
}
END_TEST

/* the client's own, newest before the flow; anybody's; the newest */
START_TEST(algorithm_8_preference)
{
	learn(1, 7, "seven.example", 300, 10);
	learn(1, 8, "eight.example", 300, 20);
	learn(1, 7, "later.example", 300, 30);
	ck_assert_str_eq(name_of(1, 7, 25, 40), "seven.example");
	ck_assert_str_eq(name_of(1, 7, 35, 40), "later.example");
	ck_assert_str_eq(name_of(1, 8, 35, 40), "eight.example");
	ck_assert_str_eq(name_of(1, 9, 25, 40), "eight.example");
	ck_assert_str_eq(name_of(1, 9, 5, 40), "later.example");
	/* The same name told to others takes nobody's away. */
	for (uint32_t client = 20; client < 40; client++)
		learn(1, client, "eight.example", 300, 50);
	ck_assert_str_eq(name_of(1, 7, 35, 60), "later.example");
	ck_assert_str_eq(name_of(1, 7, 25, 60), "seven.example");
}
END_TEST

/* in use: it stays, and goes when its time is over and nobody uses it */
START_TEST(algorithm_8_pinned)
{
	learn(1, 9, "a.example", 300, 0);
	ck_assert(nsc_name_cache_pin(cache, &(struct nsc_addr){0}) == false);
	for (int i = 0; i < 2; i++) {
		const struct nsc_addr a = host(1);

		ck_assert(nsc_name_cache_pin(cache, &a));
	}
	nsc_name_cache_unpin(cache, &(const struct nsc_addr){0});
	for (int i = 0; i < 2; i++) {
		const struct nsc_addr a = host(1);

		ck_assert_str_eq(name_of(1, 9, 5000, 5000), "a.example");
		nsc_name_cache_unpin(cache, &a);
	}
	ck_assert_str_eq(name_of(1, 9, 5000, 5000), "");
}
END_TEST

START_TEST(algorithm_8_full) /* the least recently used goes, never one in use; counted */
{
	const struct nsc_addr first = host(0);

	for (uint32_t i = 0; i < NSC_NAMES; i++)
		learn(i, 9, "a.example", 3600, 0);
	ck_assert(nsc_name_cache_pin(cache, &first));
	ck_assert_str_eq(name_of(1, 9, 1, 1), "a.example");	/* used */
	ck_assert_uint_eq(nsc_name_cache_stats(cache)->evicted, 0);
	learn(NSC_NAMES, 9, "b.example", 300, 1);
	learn(NSC_NAMES + 1, 9, "b.example", 300, 1);
	ck_assert_uint_eq(nsc_name_cache_stats(cache)->evicted, 2);
	ck_assert_uint_eq(nsc_name_cache_stats(cache)->addresses, NSC_NAMES);
	ck_assert_str_eq(name_of(0, 9, 1, 1), "a.example");
	ck_assert_str_eq(name_of(1, 9, 1, 1), "a.example");
	ck_assert_str_eq(name_of(2, 9, 1, 1), "");
	ck_assert_str_eq(name_of(3, 9, 1, 1), "");
	ck_assert_str_eq(name_of(NSC_NAMES + 1, 9, 1, 1), "b.example");
	ck_assert_uint_eq(nsc_name_cache_stats(cache)->hits, 4);
	ck_assert_uint_eq(nsc_name_cache_stats(cache)->misses, 2);
}
END_TEST

START_TEST(algorithm_8_long_names) /* texts are capped too: long names push addresses out */
{
	char name[1001];

	memset(name, 'x', 1000);
	name[1000] = '\0';
	for (uint32_t i = 0; i < NSC_NAMES; i++) {
		snprintf(name, 10, "%09u", i);
		name[9] = '.';
		learn(i, 9, name, 300, 0);
	}
	ck_assert_uint_gt(nsc_name_cache_stats(cache)->evicted, 0);
	ck_assert_uint_gt(strlen(name_of(NSC_NAMES - 1, 9, 1, 1)), 200);
	ck_assert_uint_le(nsc_name_cache_stats(cache)->addresses, NSC_NAME_MEMORY / 1000);
}
END_TEST

/* --- what answers teach ------------------------------------------------------------ */

struct message {
	uint8_t b[4096];
	size_t n;
};

static void
put(struct message *m, const char *octets, size_t n)
{
	memcpy(m->b + m->n, octets, n);
	m->n += n;
}

#define PUT(m, text) put(m, text, sizeof(text) - 1)

static void
put_name(struct message *m, const char *name)
{
	while (*name != '\0') {
		size_t n = strcspn(name, ".");

		m->b[m->n++] = (uint8_t)n;
		put(m, name, n);
		name += n + (name[n] == '.');
	}
	m->b[m->n++] = 0;
}

static void
put_u32(struct message *m, uint32_t v)
{
	const char b[4] = {(char)(v >> 24), (char)(v >> 16), (char)(v >> 8), (char)v};

	put(m, b, 4);
}

/* A response with a question for `name`. */
static void
begin(struct message *m, const char *name, unsigned answers, unsigned others)
{
	const uint8_t header[12] = {0, 1, 0x81, 0x80, 0, 1, 0, (uint8_t)answers, 0, (uint8_t)others};

	memcpy(m->b, header, 12);
	m->n = 12;
	put_name(m, name);
	PUT(m, "\0\1\0\1");
}

static void
put_a(struct message *m, const char *owner, uint32_t ttl, uint32_t addr)
{
	put_name(m, owner);
	PUT(m, "\0\1\0\1");
	put_u32(m, ttl);
	PUT(m, "\0\4");
	put_u32(m, addr);
}

static void
put_cname(struct message *m, const char *owner, uint32_t ttl, const char *target)
{
	size_t at;

	put_name(m, owner);
	PUT(m, "\0\5\0\1");
	put_u32(m, ttl);
	at = m->n;
	m->n += 2;
	put_name(m, target);
	m->b[at] = 0;
	m->b[at + 1] = (uint8_t)(m->n - at - 2);
}

static void
teach(const struct message *m, uint8_t kind)
{
	static struct nsc_dns_parsed d;
	const struct nsc_addr client = host(9);

	ck_assert(nsc_dns_read(&d, m->b, m->n, false, kind));
	ck_assert(!d.msg.malformed);
	if (kind == NSC_DNS_MULTICAST)
		nsc_dns_learn_owners(cache, &d, m->b, m->n, start * second);
	else
		nsc_dns_learn(cache, &d, m->b, m->n, &client, start * second);
}

/* algorithm 8: in any order; the least TTL of the chain; letters' case */
START_TEST(algorithm_8_aliases)
{
	struct message m;

	begin(&m, "WWW.Example", 4, 0);
	put_a(&m, "edge.example", 300, 4);
	put_a(&m, "alone.example", 300, 5);
	put_cname(&m, "CDN.example", 20, "Edge.Example");
	put_cname(&m, "www.example", 100, "cdn.example");
	teach(&m, NSC_DNS_UNICAST);
	ck_assert_str_eq(name_of(4, 9, 1, 79), "www.example");
	ck_assert_str_eq(name_of(4, 9, 1, 80), "");
	ck_assert_str_eq(name_of(5, 9, 1, 1), "");	/* the question does not lead to it */
}
END_TEST

START_TEST(algorithm_8_hops) /* 16 aliases are followed, 17 are not */
{
	for (unsigned hops = 16; hops <= 17; hops++) {
		struct message m;
		char from[24] = "n0.example", to[24];

		begin(&m, from, hops + 1, 0);
		for (unsigned i = 0; i < hops; i++) {
			snprintf(to, sizeof to, "n%u.example", i + 1);
			put_cname(&m, from, 300, to);
			memcpy(from, to, sizeof to);
		}
		put_a(&m, from, 300, hops);
		teach(&m, NSC_DNS_UNICAST);
		ck_assert_str_eq(name_of(hops, 9, 1, 1), hops == 16 ? "n0.example" : "");
	}
}
END_TEST

START_TEST(algorithm_8_cycle) /* aliases that lead to themselves end */
{
	struct message m;

	begin(&m, "a.example", 4, 0);
	put_cname(&m, "a.example", 300, "b.example");
	put_cname(&m, "b.example", 300, "a.example");
	put_a(&m, "b.example", 300, 2);
	put_cname(&m, "b.example", 300, "b.example");
	teach(&m, NSC_DNS_UNICAST);
	ck_assert_str_eq(name_of(2, 9, 1, 1), "a.example");
}
END_TEST

/* the answer section alone: anybody can add to the others */
START_TEST(algorithm_8_sections)
{
	struct message m;

	begin(&m, "a.example", 1, 1);
	put_a(&m, "a.example", 300, 1);
	put_a(&m, "a.example", 300, 2);
	teach(&m, NSC_DNS_UNICAST);
	ck_assert_str_eq(name_of(1, 9, 1, 1), "a.example");
	ck_assert_str_eq(name_of(2, 9, 1, 1), "");
}
END_TEST

/* other classes, addresses of odd length, a TTL with its top bit */
START_TEST(algorithm_8_odd_answers)
{
	struct message m;

	begin(&m, "a.example", 4, 0);
	put_a(&m, "a.example", 300, 1);
	m.b[m.n - 11] = 3;			/* CHAOS */
	put_cname(&m, "b.example", 300, "c.example");
	PUT(&m, "\xc0\x0c\0\1\0\1\x80\0\0\1\0\4\0\0\0\7");
	PUT(&m, "\xc0\x0c\0\x10\0\1\0\0\0\1\0\1\0");
	teach(&m, NSC_DNS_UNICAST);
	ck_assert_str_eq(name_of(1, 9, 1, 1), "");
	ck_assert_str_eq(name_of(7, 9, 1, 64), "a.example");
	ck_assert_str_eq(name_of(7, 9, 1, 65), "");	/* RFC 2181, 8: it counts as 0 */
}
END_TEST

/* who answers names himself, unasked; a TTL of 0 says goodbye */
START_TEST(algorithm_8_mdns)
{
	struct message m;

	begin(&m, "x.local", 2, 0);
	put_a(&m, "Printer.local", 120, 1);
	put_a(&m, "gone.local", 0, 2);
	teach(&m, NSC_DNS_MULTICAST);
	ck_assert_str_eq(name_of(1, 9, 1, 1), "printer.local");
	ck_assert_str_eq(name_of(2, 9, 1, 1), "");
}
END_TEST

RUN_TESTS("name_cache", setup, teardown, ONCE(algorithm_8_life), ONCE(algorithm_8_eight),
	  ONCE(algorithm_8_preference), ONCE(algorithm_8_pinned), ONCE(algorithm_8_full),
	  ONCE(algorithm_8_long_names), ONCE(algorithm_8_aliases), ONCE(algorithm_8_hops),
	  ONCE(algorithm_8_cycle), ONCE(algorithm_8_sections),
	  ONCE(algorithm_8_odd_answers), ONCE(algorithm_8_mdns))
