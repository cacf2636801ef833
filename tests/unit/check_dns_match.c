/* SPDX-License-Identifier: MIT */
/* The matching of DNS queries and responses (features.md, algorithm 7) on a virtual clock.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/dns_match.h"
#include "suite.h"

static unsigned
ask(struct nsc_dns_matcher *m, struct nsc_dns_query *q)
{
	nsc_dns_matcher_expect(m, q);
	return nsc_dns_matcher_query(m, q);
}

static unsigned
answer(struct nsc_dns_matcher *m, struct nsc_dns_query *r, uint64_t *latency)
{
	nsc_dns_matcher_expect(m, r);
	return nsc_dns_matcher_response(m, r, latency);
}

/* A virtual clock: each line is a message or a tick at a time, and the outcomes it must
 * have. */
struct step {
	const char *what;
	uint64_t at;                  /* ms */
	char kind;                    /* q query, r response, t tick */
	unsigned id, question, rcode; /* question 0: none */
	const char *outcome;          /* letters of `letters` */
	uint64_t latency;             /* ms */
};

static const char letters[] = "atlumrseX"; /* in the order of nsc_dns_outcome_kind */

static void
append(char *got, unsigned outcomes)
{
	got += strlen(got);
	for (unsigned kind = 0; kind < NSC_DNS_OUTCOMES; kind++)
		if (outcomes >> kind & 1)
			*got++ = letters[kind];
	*got = '\0';
}

static struct nsc_dns_key
key(unsigned client_port, unsigned id)
{
	static const struct nsc_addr any;

	return nsc_dns_key(&any, &any, (uint16_t)client_port, 53, (uint16_t)id, 1);
}

START_TEST(algorithm_7_ii_each_branch) /* algorithm 7 (ii): each branch */
{
	static const struct step steps[] = {
		{"query", 0, 'q', 1, 1, 0, "", 0},
		{"answer", 20, 'r', 1, 1, 0, "a", 20},
		{"the answer again: a copy", 30, 'r', 1, 1, 0, "", 0},
		{"and again 5 s later", 5100, 'r', 1, 1, 0, "u", 0},
		{"nobody asked", 5200, 'r', 2, 1, 0, "u", 0},
		{"query", 6000, 'q', 3, 1, 0, "", 0},
		{"the same: the first time counts", 7000, 'q', 3, 1, 0, "r", 0},
		{"another question", 7010, 'r', 3, 2, 0, "m", 0},
		{"no question, no error", 7020, 'r', 3, 0, 0, "m", 0},
		{"the right one", 7500, 'r', 3, 1, 0, "a", 1500},
		{"query", 8000, 'q', 4, 1, 0, "", 0},
		{"its id used anew", 8100, 'q', 4, 2, 0, "s", 0},
		{"answer to the new one", 8150, 'r', 4, 2, 0, "a", 50},
		{"query", 9000, 'q', 5, 1, 0, "", 0},
		{"FORMERR without a question", 9010, 'r', 5, 0, 1, "a", 10},
		{"query", 9000, 'q', 6, 1, 0, "", 0},
		{"REFUSED without a question", 9010, 'r', 6, 0, 5, "a", 10},
		{"query", 10000, 'q', 7, 1, 0, "", 0},
		{"clocks step back: clamped", 9990, 'r', 7, 1, 0, "a", 0},
		{"query", 20000, 'q', 8, 1, 0, "", 0},
		{"too early for a timeout", 34999, 't', 0, 0, 0, "", 0},
		{"timeout after 15 s", 35000, 't', 0, 0, 0, "t", 0},
		{"counted once", 36000, 't', 0, 0, 0, "", 0},
		{"late", 37000, 'r', 8, 1, 0, "l", 17000},
		{"late again: a copy", 37100, 'r', 8, 1, 0, "", 0},
		{"query", 40000, 'q', 9, 1, 0, "", 0},
		{"late before the tick", 55500, 'r', 9, 1, 0, "tl", 15500},
		{"query", 60000, 'q', 10, 1, 0, "", 0},
		{"timeout", 75000, 't', 0, 0, 0, "t", 0},
		{"asked again after it", 75100, 'q', 10, 1, 0, "", 0},
		{"answer", 75200, 'r', 10, 1, 0, "a", 100},
		{"query", 80000, 'q', 11, 1, 0, "", 0},
		{"timeout", 95000, 't', 0, 0, 0, "t", 0},
		{"forgotten", 155000, 't', 0, 0, 0, "", 0},
		{"no question (IQUERY)", 155000, 'q', 12, 0, 0, "", 0},
		{"its answer has one", 155010, 'r', 12, 1, 0, "a", 10},
		{"then nobody asked", 155100, 'r', 11, 1, 0, "u", 0},
	};
	struct nsc_dns_matcher *m;

	ck_assert_int_eq(nsc_dns_matcher_new(&m), 0);
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		const struct step *s = &steps[i];
		char got[16] = "";
		uint64_t latency = 0;
		struct nsc_dns_query q = {.key = key(0, s->id),
					  .question = s->question,
					  .asked = s->question != 0,
					  .rcode = (uint16_t)s->rcode,
					  .time = (1000000 + s->at) * 1000000};

		if (s->kind == 'q')
			append(got, ask(m, &q));
		else if (s->kind == 'r')
			append(got, answer(m, &q, &latency));
		else
			memset(got, 't', nsc_dns_matcher_tick(m, q.time));
		ck_assert_msg(strcmp(got, s->outcome) == 0, "%s: %s", s->what, got);
		ck_assert_msg(latency == s->latency * 1000000, "%s", s->what);
	}
	ck_assert_uint_eq(nsc_dns_matcher_pending(m), 0);
	nsc_dns_matcher_free(m);
}
END_TEST

START_TEST(algorithm_7_full) /* the oldest gives way, and is counted */
{
	struct nsc_dns_matcher *m;
	char got[64] = "";
	uint64_t latency;
	struct nsc_dns_query q = {.question = 1, .asked = true};

	ck_assert_int_eq(nsc_dns_matcher_new(&m), 0);
	for (unsigned i = 0; i < NSC_DNS_PENDING; i++) {
		q.key = key(0, i);
		q.time = 1000000000 + i;
		append(got, ask(m, &q));
	}
	ck_assert_str_eq(got, "");
	q.key = key(0, NSC_DNS_PENDING);
	append(got, ask(m, &q));
	ck_assert_str_eq(got, "e");
	ck_assert_uint_eq(nsc_dns_matcher_pending(m), NSC_DNS_PENDING);
	q.key = key(0, 0);
	append(got, answer(m, &q, &latency));
	ck_assert_str_eq(got, "eu");
	q.key = key(0, 1);
	append(got, answer(m, &q, &latency));
	ck_assert_str_eq(got, "eua");
	nsc_dns_matcher_free(m);
}
END_TEST

/* Ten times as many as are kept, all timed out and answered late: what is remembered is
 * capped too. */
START_TEST(algorithm_7_flood)
{
	struct nsc_dns_matcher *m;
	unsigned count[NSC_DNS_OUTCOMES] = {0};
	struct nsc_dns_query q = {.question = 1, .asked = true};

	ck_assert_int_eq(nsc_dns_matcher_new(&m), 0);
	for (unsigned i = 0; i < 100000; i++) {
		char got[16] = "";
		uint64_t latency;

		q.key = key(i >> 16, i);
		q.time = 1000000000000 + i * 2000000ull;
		append(got, ask(m, &q));
		if (i % 3 == 0)
			append(got, answer(m, &q, &latency));
		if (i % 1000 == 0)
			count[NSC_DNS_TIMEOUT] += nsc_dns_matcher_tick(m, q.time);
		for (const char *p = got; *p != '\0'; p++)
			count[strchr(letters, *p) - letters]++;
	}
	ck_assert_uint_eq(count[NSC_DNS_ANSWERED], 33334);
	ck_assert_uint_eq(count[NSC_DNS_ANSWERED] + count[NSC_DNS_TIMEOUT] +
				  count[NSC_DNS_EVICTED] + nsc_dns_matcher_pending(m),
			  100000);
	ck_assert_uint_gt(count[NSC_DNS_TIMEOUT], 0);
	nsc_dns_matcher_free(m);
}
END_TEST

RUN_SUITE("dns_match", algorithm_7_ii_each_branch, algorithm_7_full, algorithm_7_flood)
