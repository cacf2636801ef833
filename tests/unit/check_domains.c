/* SPDX-License-Identifier: MIT */
/* A worker's table of registered domains: so many rows, whatever names outsiders make up. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/domains.h"
#include "suite.h"

enum { NAMED = NSC_DOMAIN_ROWS - NSC_DOMAIN_FIRST };

static const struct nsc_hash_key key = {{1, 2}};

/* NULL without a list (check_suffix tells why): then there is nothing to be tested. */
static struct nsc_suffixes *
list(void)
{
	struct nsc_suffixes *s;
	char err[NSC_ERR];
	int rc = nsc_suffixes_open(&s, err);

	ck_assert_msg(rc == 0 || rc == -ENOTSUP, "%s", err);
	return s;
}

static struct nsc_domains *
make(const struct nsc_suffixes *s, unsigned number, unsigned workers)
{
	struct nsc_domains_options o = {.suffixes = s, .key = &key, .number = number,
					.workers = workers, .flows = 1024};
	struct nsc_domains *d;

	ck_assert_int_eq(nsc_domains_new(&d, &o), 0);
	return d;
}

static uint32_t
find(struct nsc_domains *d, const char *name)
{
	return nsc_domains_find(d, name, strlen(name));
}

static uint32_t
find_number(struct nsc_domains *d, unsigned n)
{
	char name[64];

	snprintf(name, sizeof name, "www.made-up-%u.com", n);
	return find(d, name);
}

static void
use(struct nsc_domains *d, uint32_t ticket, uint64_t octets)
{
	nsc_domains_octets(d, nsc_domains_row(d, ticket), NSC_WAY_RX, octets);
}

static uint64_t
octets(const struct nsc_cells *c, unsigned row)
{
	return c->cell[NSC_CELL(NAME_OCTETS, row, 0)] + c->cell[NSC_CELL(NAME_OCTETS, row, 0) + 1];
}

static uint64_t
total(const struct nsc_cells *c)
{
	uint64_t sum = 0;

	for (unsigned n = 0; n < NSC_DOMAIN_ROWS; n++)
		sum += octets(c, n);
	return sum;
}

START_TEST(names_of_one_domain_share_a_row)
{
	struct nsc_suffixes *s = list();
	struct nsc_domains *d;
	char token[NSC_TOKEN];
	uint32_t generation, t;

	if (s == NULL)
		return;
	d = make(s, 0, 1);
	t = find(d, "www.example.co.uk");
	ck_assert_uint_eq(find(d, "MAIL.Example.CO.UK."), t);
	ck_assert_uint_ne(find(d, "other.co.uk"), t);
	ck_assert_uint_eq(find(d, "192.0.2.1"), NSC_DOMAIN_UNKNOWN);
	ck_assert_uint_eq(find(d, "localhost"), NSC_DOMAIN_UNKNOWN);
	ck_assert(nsc_domains_name(d, nsc_domains_row(d, t), token, &generation));
	ck_assert_str_eq(token, "example_co_uk");
	ck_assert_uint_eq(generation, 1);
	ck_assert(!nsc_domains_name(d, NSC_DOMAIN_UNKNOWN, token, &generation));
	ck_assert(!nsc_domains_name(d, NSC_DOMAIN_OTHER, token, &generation));
	nsc_domains_free(d);
	nsc_suffixes_close(s);
}
END_TEST

START_TEST(ten_thousand_names_in_one_interval)
{
	struct nsc_cells *c = calloc(1, sizeof *c);
	struct nsc_suffixes *s = list();
	struct nsc_domains *d;
	unsigned n;

	ck_assert_ptr_nonnull(c);
	if (s == NULL)
		return;
	d = make(s, 0, 1);
	for (n = 0; n < 10000; n++)
		use(d, find_number(d, n), 100);
	nsc_domains_settle(d, c);
	ck_assert_uint_eq(total(c), 1000000);
	ck_assert_uint_eq(octets(c, NSC_DOMAIN_OTHER), 1000000 - 100 * NAMED);
	nsc_domains_free(d);
	nsc_suffixes_close(s);
	free(c);
}
END_TEST

/* The busy ones keep their rows through any number of names that pass by. */
START_TEST(busy_names_stay)
{
	struct nsc_cells *c = calloc(1, sizeof *c);
	struct nsc_suffixes *s = list();
	struct nsc_domains *d;
	uint64_t sum = 0;

	ck_assert_ptr_nonnull(c);
	if (s == NULL)
		return;
	d = make(s, 0, 1);
	for (unsigned read = 0; read < 40; read++) {
		for (unsigned busy = 0; busy < 20; busy++, sum += 5000)
			use(d, find_number(d, busy), 5000);
		for (unsigned n = 0; n < 1000; n++, sum += 60)
			use(d, find_number(d, 1000 + read * 1000 + n), 60);
		nsc_domains_settle(d, c);
	}
	ck_assert_uint_eq(total(c), sum);
	for (unsigned busy = 0; busy < 20; busy++) {
		uint32_t t = find_number(d, busy);

		ck_assert_uint_eq(t >> 8, 1);	/* never given up */
		ck_assert_uint_eq(octets(c, nsc_domains_row(d, t)), 40 * 5000);
	}
	nsc_domains_free(d);
	nsc_suffixes_close(s);
	free(c);
}
END_TEST

/* A flow that outlives its row counts in `other`, and a row in use is not given away. */
START_TEST(a_row_that_changes_hands)
{
	struct nsc_cells *c = calloc(1, sizeof *c);
	struct nsc_suffixes *s = list();
	struct nsc_domains *d;
	char token[NSC_TOKEN];
	uint32_t generation, t;
	unsigned row;

	ck_assert_ptr_nonnull(c);
	if (s == NULL)
		return;
	d = make(s, 0, 1);
	t = find_number(d, 0);
	row = nsc_domains_row(d, t);
	for (unsigned n = 1; n < NAMED; n++)
		use(d, find_number(d, n), 1000);
	use(d, t, 10);
	ck_assert_uint_eq(find_number(d, 20000), NSC_DOMAIN_OTHER);
	nsc_domains_settle(d, c);
	/* The least of those that rest. */
	ck_assert_uint_eq(nsc_domains_row(d, find_number(d, 20000)), row);
	ck_assert_uint_eq(nsc_domains_row(d, t), NSC_DOMAIN_OTHER);
	ck_assert(nsc_domains_name(d, row, token, &generation));
	ck_assert_str_eq(token, "made_up_20000_com");
	ck_assert_uint_eq(generation, 2);
	use(d, t, 7);
	nsc_domains_settle(d, c);
	ck_assert_uint_eq(octets(c, NSC_DOMAIN_OTHER), 7);
	ck_assert_uint_eq(octets(c, row), 10);
	nsc_domains_free(d);
	nsc_suffixes_close(s);
	free(c);
}
END_TEST

START_TEST(workers_share_no_row)
{
	struct nsc_suffixes *s = list();
	bool taken[NSC_DOMAIN_ROWS] = {false};

	if (s == NULL)
		return;
	for (unsigned number = 0; number < 16; number++) {
		struct nsc_domains *d = make(s, number, 16);
		unsigned rows = 0;

		for (unsigned n = 0; n < 100; n++) {
			unsigned row = nsc_domains_row(d, find_number(d, n));

			if (row == NSC_DOMAIN_OTHER)
				continue;
			ck_assert(!taken[row]);
			taken[row] = true;
			rows++;
		}
		ck_assert_uint_eq(rows, NAMED / 16);
		nsc_domains_free(d);
	}
	nsc_suffixes_close(s);
}
END_TEST

/* --- names while they are written ------------------------------------------------------- */

struct writing {
	struct nsc_domains *d;
	struct nsc_cells *c;
	_Atomic bool done;
};

/* Names of one letter, as long as a token: a torn one has two. */
static void *
write_names(void *arg)
{
	struct writing *w = arg;
	char name[64];

	for (unsigned n = 0; n < 100000; n++) {
		memset(name, 'a' + (int)(n % 26), 28);
		snprintf(name + 28, sizeof name - 28, "%03u.com", n % 1000);
		use(w->d, find(w->d, name), 1);
		if (n % 64 == 0)
			nsc_domains_settle(w->d, w->c);
	}
	atomic_store(&w->done, true);
	return NULL;
}

START_TEST(names_are_whole_for_other_threads)
{
	struct writing w = {.c = calloc(1, sizeof *w.c)};
	struct nsc_suffixes *s = list();
	uint32_t generation, last = 0;
	char token[NSC_TOKEN];
	pthread_t t;

	ck_assert_ptr_nonnull(w.c);
	if (s == NULL)
		return;
	w.d = make(s, 15, 16);		/* few rows: they change hands all the time */
	ck_assert_int_eq(pthread_create(&t, NULL, write_names, &w), 0);
	while (!atomic_load(&w.done)) {
		if (!nsc_domains_name(w.d, NSC_DOMAIN_ROWS - NAMED % 16 - 1, token, &generation))
			continue;
		ck_assert_uint_ge(generation, last);
		last = generation;
		ck_assert_uint_eq(strlen(token), NSC_TOKEN - 1);
		for (unsigned i = 1; i < 28; i++)
			ck_assert_int_eq(token[i], token[0]);
	}
	pthread_join(t, NULL);
	nsc_domains_free(w.d);
	nsc_suffixes_close(s);
	free(w.c);
}
END_TEST

RUN_SUITE("domains", names_of_one_domain_share_a_row, ten_thousand_names_in_one_interval,
	  busy_names_stay, a_row_that_changes_hands, workers_share_no_row,
	  names_are_whole_for_other_threads)
