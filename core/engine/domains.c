/* SPDX-License-Identifier: MIT */
/*
 * A row's name is written by its worker alone and read by any thread: words with a
 * generation before them that is odd meanwhile.  A ticket holds row and generation, so that
 * a flow whose row went to another name does not count there.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/domains.h"

enum {
	WORDS = 5,			/* of a token: 33 octets */
	CHAINS = 1024,			/* a power of two */
	ROW_BITS = 8,
	TRIES = 3,			/* at a name that is being written */
	QUERY = 64,			/* octets that a query weighs, about its own */
};

_Static_assert((int)NSC_DOMAIN_ROWS <= 1 << ROW_BITS, "a ticket holds any row");
_Static_assert(WORDS * 8 >= (int)NSC_TOKEN, "a name holds any token");

/* As that of readers' ranks. */
static const double DECAY = 0.9;

struct row {
	_Atomic uint32_t generation;	/* 0: never used; odd: being written */
	uint16_t next;			/* of its chain; 0: the last */
	uint32_t epoch;			/* of the last use */
	double score;
	uint64_t flows, queries;	/* since the last settlement, as sums */
	struct nsc_way_sums sums;
	_Atomic uint64_t name[WORDS];
};

struct nsc_domains {
	struct nsc_domains_options o;
	unsigned first, end;		/* rows with names that are ours */
	unsigned used;
	uint32_t epoch;			/* publishes */
	uint16_t chain[CHAINS];
	struct row row[NSC_DOMAIN_ROWS];
	uint32_t ticket[];		/* by entry of the flow table */
};

int
nsc_domains_new(struct nsc_domains **out, const struct nsc_domains_options *o)
{
	unsigned each = (NSC_DOMAIN_ROWS - NSC_DOMAIN_FIRST) / o->workers;
	struct nsc_domains *d =
		calloc(1, sizeof *d + ((size_t)o->flows + 1) * sizeof d->ticket[0]);

	*out = d;
	if (d == NULL)
		return -ENOMEM;
	d->o = *o;
	d->first = d->used = NSC_DOMAIN_FIRST + o->number * each;
	d->end = d->first + each;
	d->epoch = 1;
	return 0;
}

void
nsc_domains_free(struct nsc_domains *d)
{
	free(d);
}

/* --- names ------------------------------------------------------------------------- */

static unsigned
chain_of(const struct nsc_domains *d, const uint64_t name[WORDS])
{
	return (unsigned)nsc_hash(d->o.key, name, WORDS * sizeof name[0]) % CHAINS;
}

static void
read_name(const struct row *r, uint64_t name[WORDS])
{
	for (unsigned i = 0; i < WORDS; i++)
		name[i] = atomic_load_explicit(&r->name[i], memory_order_acquire);
}

static void
write_name(struct row *r, const uint64_t name[WORDS])
{
	uint32_t g = atomic_load_explicit(&r->generation, memory_order_relaxed);

	atomic_store_explicit(&r->generation, g + 1, memory_order_relaxed);
	/* Who reads a new word reads this generation, too: no fence, which TSan does not know. */
	for (unsigned i = 0; i < WORDS; i++)
		atomic_store_explicit(&r->name[i], name[i], memory_order_release);
	atomic_store_explicit(&r->generation, g + 2, memory_order_release);
}

static bool
has_name(const struct row *r, const uint64_t name[WORDS])
{
	uint64_t own[WORDS];

	read_name(r, own);
	return memcmp(own, name, sizeof own) == 0;
}

static void
unchain(struct nsc_domains *d, unsigned n)
{
	uint64_t name[WORDS];
	uint16_t *at;

	read_name(&d->row[n], name);
	at = &d->chain[chain_of(d, name)];
	while (*at != n)
		at = &d->row[*at].next;
	*at = d->row[n].next;
}

/* A fresh row, else the one with the least score of those that rest; OTHER: none. */
static unsigned
spare(struct nsc_domains *d)
{
	unsigned best = NSC_DOMAIN_OTHER;

	if (d->used < d->end)
		return d->used++;
	for (unsigned n = d->first; n < d->end; n++) {
		const struct row *r = &d->row[n];

		if (r->epoch != d->epoch &&
		    (best == NSC_DOMAIN_OTHER || r->score < d->row[best].score))
			best = n;
	}
	if (best != NSC_DOMAIN_OTHER)
		unchain(d, best);
	return best;
}

static uint32_t
ticket_of(const struct nsc_domains *d, unsigned n)
{
	uint32_t g = atomic_load_explicit(&d->row[n].generation, memory_order_relaxed);

	return (g / 2) << ROW_BITS | n;
}

uint32_t
nsc_domains_find(struct nsc_domains *d, const char *text, size_t len)
{
	char domain[NSC_DOMAIN], token[NSC_TOKEN];
	uint64_t name[WORDS] = {0};
	unsigned chain, n;

	len = nsc_registered(d->o.suffixes, text, len, domain);
	if (len == 0)
		return NSC_DOMAIN_UNKNOWN;
	nsc_token(token, domain, len);
	memcpy(name, token, strlen(token));
	chain = chain_of(d, name);
	for (n = d->chain[chain]; n != 0 && !has_name(&d->row[n], name); n = d->row[n].next)
		;
	if (n == 0) {
		n = spare(d);
		if (n == NSC_DOMAIN_OTHER)
			return NSC_DOMAIN_OTHER;
		write_name(&d->row[n], name);
		d->row[n].score = 0;
		d->row[n].next = d->chain[chain];
		d->chain[chain] = (uint16_t)n;
	}
	d->row[n].epoch = d->epoch;
	return ticket_of(d, n);
}

unsigned
nsc_domains_row(const struct nsc_domains *d, uint32_t ticket)
{
	unsigned n = ticket & ((1u << ROW_BITS) - 1);

	return n < NSC_DOMAIN_FIRST || ticket_of(d, n) == ticket ? n : NSC_DOMAIN_OTHER;
}

uint32_t *
nsc_domains_of(struct nsc_domains *d, uint32_t entry)
{
	return &d->ticket[entry <= d->o.flows ? entry : 0];
}

bool
nsc_domains_name(const struct nsc_domains *d, unsigned n, char token[NSC_TOKEN],
		 uint32_t *generation)
{
	uint64_t name[WORDS];
	uint32_t before, after;

	if (n < d->first || n >= d->end)
		return false;
	for (unsigned i = 0; i < TRIES; i++) {
		const struct row *r = &d->row[n];

		before = atomic_load_explicit(&r->generation, memory_order_acquire);
		read_name(r, name);
		after = atomic_load_explicit(&r->generation, memory_order_relaxed);
		if (before == after && before % 2 == 0 && before != 0) {
			memcpy(token, name, NSC_TOKEN);
			*generation = before / 2;
			return true;
		}
	}
	return false;
}

/* --- sums -------------------------------------------------------------------------- */

void
nsc_domains_octets(struct nsc_domains *d, unsigned n, unsigned way, uint64_t octets)
{
	nsc_ways_add(&d->row[n].sums, way, octets, 0);
	d->row[n].epoch = d->epoch;
}

void
nsc_domains_opened(struct nsc_domains *d, unsigned n, uint64_t flows)
{
	d->row[n].flows += flows;
	d->row[n].epoch = d->epoch;
}

void
nsc_domains_query(struct nsc_domains *d, unsigned n)
{
	d->row[n].queries++;
	d->row[n].epoch = d->epoch;
}

void
nsc_domains_settle(struct nsc_domains *d, struct nsc_cells *cells)
{
	for (unsigned n = 0; n < NSC_DOMAIN_ROWS; n++) {
		struct row *r = &d->row[n];
		uint64_t *pair = &cells->cell[NSC_CELL(NAME_OCTETS, n, 0)];
		uint64_t before = pair[0] + pair[1];

		if (n >= NSC_DOMAIN_FIRST && (n < d->first || n >= d->used))
			continue;
		nsc_ways_part(pair, &r->sums);
		cells->cell[NSC_CELL(NAME_OPENED, n, 0)] += r->flows;
		cells->cell[NSC_CELL(NAME_QUERIES, n, 0)] += r->queries;
		r->score = r->score * DECAY + (double)(pair[0] + pair[1] - before) +
			   QUERY * (double)r->queries;
		r->flows = r->queries = 0;
		r->sums = (struct nsc_way_sums){.way = {{0}}};
	}
	d->epoch++;
}
