/* SPDX-License-Identifier: MIT */
/* A ruleset in memory: names, look-ups in sets, how much is read. */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/nft_lookup.h"
#include "host/nft_message.h"
#include "suite.h"

static struct nsc_nft nft;

static void
begin(void)
{
	ck_assert_ptr_nonnull(nsc_nft_add(&nft, &nft.octets, 1, 1));
}

static void
end(void)
{
	nsc_nft_clear(&nft);
}

START_TEST(names_are_of_a_table)
{
	char name[32];

	for (int i = 0; i < 5000; i++) {
		struct nsc_nft_chain *c = nsc_nft_add(&nft, &nft.chain, sizeof *c, 1);

		c->table = i % 3;
		snprintf(c->name, sizeof c->name, "KUBE-SVC-%d", i / 3);
		ck_assert_int_eq(nsc_nft_name_chain(&nft, i), 0);
	}
	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof name, "KUBE-SVC-%d", i / 3);
		ck_assert_int_eq(nsc_nft_chain_named(&nft, i % 3, name), i);
	}
	ck_assert_int_eq(nsc_nft_chain_named(&nft, 3, "KUBE-SVC-0"), NSC_NFT_NONE);
	ck_assert_int_eq(nsc_nft_chain_named(&nft, 0, "KUBE-SVC-"), NSC_NFT_NONE);
	ck_assert_int_eq(nsc_nft_set_named(&nft, 0, "KUBE-SVC-0"), NSC_NFT_NONE);
}
END_TEST

/* --- sets ---------------------------------------------------------------------- */

struct interval {
	uint32_t low, high;
};

/* Who counts as a stranger, by RFC 6890 and DESIGN 2, as numbers. */
static const struct interval public4[] = {
	{0x01000000, 0x09ffffff}, {0x0b000000, 0x643fffff}, {0x64800000, 0x7effffff},
	{0x80000000, 0xa9fdffff}, {0xa9ff0000, 0xac0fffff}, {0xac200000, 0xc0a7ffff},
	{0xc0a90000, 0xdfffffff}, {0xf0000000, 0xfffffffe},
};
static const struct interval private4[] = {
	{0x0a000000, 0x0affffff}, {0x64400000, 0x647fffff}, {0xac100000, 0xac1fffff},
	{0xc0a80000, 0xc0a8ffff},
};

static uint32_t
keep(uint32_t value)
{
	uint32_t at = nft.octets.count, n = htonl(value);

	memcpy(nsc_nft_add(&nft, &nft.octets, 1, 4), &n, 4);
	return at;
}

static void
add_element(uint32_t key, bool ends)
{
	struct nsc_nft_element *e = nsc_nft_add(&nft, &nft.element, sizeof *e, 1);

	e->key = keep(key);
	e->ends = ends;
}

/* As the kernel tells them: the beginning, and the end where there is one behind it. */
static void
add_set(const struct interval *list, unsigned count)
{
	struct nsc_nft_set *s = nsc_nft_add(&nft, &nft.set, sizeof *s, 1);
	struct nsc_nft_reading l = {.nft = &nft, .set = (int32_t)nft.set.count - 1};

	s->key_len = 4;
	s->flags = NFT_SET_INTERVAL;
	s->first = nft.element.count;
	for (unsigned i = count; i-- > 0;) {
		add_element(list[i].low, false);
		if (list[i].high != UINT32_MAX)
			add_element(list[i].high + 1, true);
	}
	s->count = nft.element.count - s->first;
	nsc_nft_sort_elements(&l);
}

static uint64_t
overlap(struct interval a, struct interval b)
{
	uint32_t low = a.low > b.low ? a.low : b.low, high = a.high < b.high ? a.high : b.high;

	return low <= high ? (uint64_t)high - low + 1 : 0;
}

static enum nsc_ternary
sources_among(const struct interval *list, unsigned count, const struct interval *of, unsigned n)
{
	uint64_t all = 0, in = 0;

	for (unsigned i = 0; i < n; i++) {
		all += overlap(of[i], of[i]);
		for (unsigned k = 0; k < count; k++)
			in += overlap(of[i], list[k]);
	}
	return in == 0 ? NSC_NO : in == all ? NSC_YES : NSC_MAYBE;
}

static void
count_told(void *arg, const struct nsc_nft_element *e)
{
	(void)e;
	++*(unsigned *)arg;
}

static enum nsc_ternary
look_up(const struct nsc_knowledge *k, const struct nsc_doubt *d)
{
	unsigned told = 0;

	return nsc_nft_lookup(&nft, nsc_nft_set(&nft, (int32_t)nft.set.count - 1), k, 0, d,
			      count_told, &told);
}

static void
check_key(const struct interval *list, unsigned count, uint32_t key)
{
	struct nsc_doubt d = {NSC_SOURCE_PUBLIC, 4};
	struct nsc_knowledge k = {0};
	uint32_t n = htonl(key);
	bool in = false;

	for (unsigned i = 0; i < count; i++)
		in |= list[i].low <= key && key <= list[i].high;
	nsc_know(&k, 0, &n, 4);
	ck_assert_int_eq(look_up(&k, &d), in ? NSC_YES : NSC_NO);
}

static void
check_sources(const struct interval *list, unsigned count)
{
	struct nsc_doubt d = {NSC_SOURCE_PUBLIC, 4};
	struct nsc_knowledge k = {.source = {1, 2, 3, 4}};

	ck_assert_int_eq(look_up(&k, &d), sources_among(list, count, public4, 8));
	d.kind = NSC_SOURCE_PRIVATE;
	ck_assert_int_eq(look_up(&k, &d), sources_among(list, count, private4, 4));
}

START_TEST(an_interval_set_by_chance)
{
	struct interval list[40];
	unsigned count = 0;
	uint64_t at = 0;

	srand((unsigned)_i);
	while (count < 40) {
		uint64_t gap = rand() % 3 == 0 ? 1 : (uint64_t)(rand() % 0x10000000);
		uint64_t size = 1 + (uint64_t)(rand() % 4 == 0 ? rand() % 0x30000000 : rand() % 256);

		if (at + gap + size > UINT32_MAX)
			break;
		list[count].low = (uint32_t)(at + gap);
		list[count].high = (uint32_t)(at + gap + size - 1);
		at = list[count++].high;
	}
	add_set(list, count);
	check_sources(list, count);
	for (unsigned i = 0; i < count; i++)
		for (int by = -1; by <= 1; by++) {
			check_key(list, count, list[i].low + (uint32_t)by);
			check_key(list, count, list[i].high + (uint32_t)by);
		}
	check_key(list, count, 0);
	check_key(list, count, UINT32_MAX);
}
END_TEST

/* What no element holds alone, several beside each other do. */
START_TEST(ranges_together_hold_all_sources)
{
	static const struct interval lan[] = {
		{0x0a000000, 0x0a7fffff}, {0x0a800000, 0x0affffff}, {0x64400000, 0x647fffff},
		{0xac100000, 0xac1fffff}, {0xc0a80000, 0xc0a8ffff},
	};
	struct nsc_doubt d = {NSC_SOURCE_PRIVATE, 4};
	struct nsc_knowledge k = {.source = {1, 2, 3, 4}};

	add_set(lan, 5);
	ck_assert_int_eq(look_up(&k, &d), NSC_YES);
	((struct nsc_nft_element *)nft.element.item)[2].doubt = true;
	ck_assert_int_eq(look_up(&k, &d), NSC_MAYBE);
	d.kind = NSC_SOURCE_PUBLIC;
	ck_assert_int_eq(look_up(&k, &d), NSC_NO);
}
END_TEST

START_TEST(a_limit_of_elements)
{
	struct nsc_nft_set *s = nsc_nft_add(&nft, &nft.set, sizeof *s, 1);
	struct nsc_nft_reading l = {.nft = &nft};
	char buffer[256];
	struct nlmsghdr *h = mnl_nlmsg_put_header(buffer);
	struct nlattr *list, *one, *key;

	s->key_len = 4;
	mnl_nlmsg_put_extra_header(h, 4);
	list = mnl_attr_nest_start(h, NFTA_SET_ELEM_LIST_ELEMENTS);
	one = mnl_attr_nest_start(h, NFTA_LIST_ELEM);
	key = mnl_attr_nest_start(h, NFTA_SET_ELEM_KEY);
	mnl_attr_put_u32(h, NFTA_DATA_VALUE, 1);
	mnl_attr_nest_end(h, key);
	mnl_attr_nest_end(h, one);
	mnl_attr_nest_end(h, list);
	for (int i = 0; i < NSC_NFT_ELEMENTS; i++)
		ck_assert_int_eq(nsc_nft_on_elements(h, &l), MNL_CB_OK);
	ck_assert_int_eq(nsc_nft_on_elements(h, &l), MNL_CB_STOP);
	ck_assert_int_eq(l.error, -E2BIG);
	ck_assert_uint_le(nft.memory, NSC_NFT_MEMORY);
}
END_TEST

RUN_TESTS("nft_sets", begin, end, ONCE(names_are_of_a_table),
	  ROWS(an_interval_set_by_chance, 50), ONCE(ranges_together_hold_all_sources),
	  ONCE(a_limit_of_elements))
