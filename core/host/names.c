/* SPDX-License-Identifier: MIT */
/*
 * Two tables of names and the pairs that were met of them.  A name that nobody asks for
 * rests for ten minutes before another one may have its row; the ids of the old one then
 * lead to `other`, and are used again only when no fresh id is left.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/fnv.h"
#include "host/names.h"

enum {
	ROWS = NSC_NAMES_ROWS, FIRST = NSC_NAMES_OTHER + 1,
	TEXT = 64,
	CHAINS = 1024,			/* a power of two */
	REST = 600,			/* seconds without a question */
};

_Static_assert((int)TEXT == (int)NSC_PROCESS_NAME && (int)TEXT == (int)NSC_UNIT_NAME, "one room");
_Static_assert(ROWS <= 256, "a row fits eight bits (nsc_owner_rows)");

static const uint64_t SECOND = 1000000000;

struct row {
	char name[TEXT];
	uint32_t generation;		/* 0: never used */
	uint16_t next;			/* of its chain; 0: the last */
	uint64_t asked;			/* ns: last time */
};

struct table {
	struct row row[ROWS];
	uint16_t chain[CHAINS];		/* the first row of each hash; 0: none */
	unsigned used;			/* rows ever used, with those before FIRST */
};

struct id {
	uint8_t process, unit;		/* rows */
	uint16_t generation;
	bool held;			/* its pair is found under it */
	uint64_t asked;
};

struct nsc_names {
	pthread_mutex_t lock;		/* one writer; names are read by any thread */
	struct table process, unit;
	struct id id[NSC_OWNERS];
	unsigned ids;			/* ever used */
	uint16_t pair[ROWS][ROWS];	/* process row, unit row -> id; 0: none */
};

int
nsc_names_new(struct nsc_names **out)
{
	struct nsc_names *n = calloc(1, sizeof *n);

	*out = n;
	if (n == NULL)
		return -ENOMEM;
	pthread_mutex_init(&n->lock, NULL);
	n->process.used = n->unit.used = FIRST;
	n->ids = FIRST;
	return 0;
}

void
nsc_names_free(struct nsc_names *n)
{
	if (n == NULL)
		return;
	pthread_mutex_destroy(&n->lock);
	free(n);
}

/* FNV-1a: names are the host's own; whoever chooses them badly waits for himself. */
static unsigned
chain_of(const char *name)
{
	uint32_t h = nsc_fnv(NSC_FNV_BASIS, name, strlen(name));

	return (h ^ h >> 16) % CHAINS;
}

static unsigned
find(const struct table *t, const char *name)
{
	unsigned i = t->chain[chain_of(name)];

	while (i != 0 && strcmp(t->row[i].name, name) != 0)
		i = t->row[i].next;
	return i;
}

static void
unchain(struct table *t, unsigned row)
{
	uint16_t *p = &t->chain[chain_of(t->row[row].name)];

	while (*p != row)
		p = &t->row[*p].next;
	*p = t->row[row].next;
}

/* One never used, else the one that rested for longest, if that was long enough; 0: none. */
static unsigned
spare(const struct table *t, uint64_t now)
{
	unsigned best = FIRST;

	if (t->used < ROWS)
		return t->used;
	for (unsigned i = FIRST; i < ROWS; i++)
		if (t->row[i].asked < t->row[best].asked)
			best = i;
	return now - t->row[best].asked >= REST * SECOND ? best : 0;
}

static void
put(struct nsc_facts *facts, unsigned id, const struct id *i)
{
	if (facts != NULL)
		atomic_store_explicit(&facts->owner_rows[id],
				      nsc_owner_rows(i->process, i->unit, i->generation),
				      memory_order_release);
}

/* The row's name goes: what was counted under it goes on in `other`. */
static void
forget(struct nsc_names *n, const struct table *t, unsigned row, struct nsc_facts *facts)
{
	for (unsigned k = FIRST; k < n->ids; k++) {
		struct id *i = &n->id[k];
		uint8_t *of = t == &n->process ? &i->process : &i->unit;

		if (*of != row)
			continue;
		if (i->held)
			n->pair[i->process][i->unit] = 0;
		i->held = false;
		*of = NSC_NAMES_OTHER;
		put(facts, k, i);
	}
}

static unsigned
row_of(struct nsc_names *n, struct table *t, const char *name, struct nsc_facts *facts,
       uint64_t now)
{
	char text[TEXT] = "";
	unsigned chain, i;

	memcpy(text, name, strnlen(name, sizeof text - 1));
	if (text[0] == '\0')
		return NSC_NAMES_UNKNOWN;
	i = find(t, text);
	if (i == 0 && (i = spare(t, now)) == 0)
		return NSC_NAMES_OTHER;
	t->row[i].asked = now;
	if (t->row[i].generation != 0 && strcmp(t->row[i].name, text) == 0)
		return i;
	if (t->row[i].generation != 0) {
		unchain(t, i);
		forget(n, t, i, facts);
	} else {
		t->used++;
	}
	memcpy(t->row[i].name, text, sizeof text);
	t->row[i].generation++;
	chain = chain_of(text);
	t->row[i].next = t->chain[chain];
	t->chain[chain] = (uint16_t)i;
	return i;
}

/* An id for a new pair: a fresh one, else the one that rested for longest; OTHER: none. */
static unsigned
take_id(struct nsc_names *n, struct nsc_facts *facts, uint64_t now)
{
	unsigned best = FIRST;

	if (n->ids < NSC_OWNERS)
		return n->ids++;
	for (unsigned k = FIRST; k < NSC_OWNERS; k++)
		if (n->id[k].asked < n->id[best].asked)
			best = k;
	if (now - n->id[best].asked < REST * SECOND)
		return NSC_NAMES_OTHER;
	if (n->id[best].held)
		n->pair[n->id[best].process][n->id[best].unit] = 0;
	if (facts != NULL)
		nsc_facts_disown(facts, (uint16_t)best);
	n->id[best].generation++;
	return best;
}

static unsigned
id_of(struct nsc_names *n, unsigned process, unsigned unit, struct nsc_facts *facts, uint64_t now)
{
	unsigned k = n->pair[process][unit];

	if (process <= NSC_NAMES_OTHER && unit == process)
		return process;
	if (k == 0 && (k = take_id(n, facts, now)) != NSC_NAMES_OTHER) {
		n->pair[process][unit] = (uint16_t)k;
		n->id[k].process = (uint8_t)process;
		n->id[k].unit = (uint8_t)unit;
		n->id[k].held = true;
		put(facts, k, &n->id[k]);
	}
	n->id[k].asked = now;
	return k;
}

uint16_t
nsc_names_id(struct nsc_names *n, const char *process, const char *unit, struct nsc_facts *facts,
	     uint64_t now)
{
	unsigned p, u, id;

	pthread_mutex_lock(&n->lock);
	p = row_of(n, &n->process, process, facts, now);
	u = row_of(n, &n->unit, unit, facts, now);
	id = id_of(n, p, u, facts, now);
	pthread_mutex_unlock(&n->lock);
	return (uint16_t)id;
}

static bool
name_of(struct nsc_names *n, const struct table *t, unsigned row, char name[TEXT],
	uint32_t *generation)
{
	bool known = false;

	if (row < FIRST || row >= ROWS)
		return false;
	pthread_mutex_lock(&n->lock);
	if (t->row[row].generation != 0) {
		memcpy(name, t->row[row].name, TEXT);
		*generation = t->row[row].generation;
		known = true;
	}
	pthread_mutex_unlock(&n->lock);
	return known;
}

bool
nsc_names_process(struct nsc_names *n, unsigned row, char name[NSC_PROCESS_NAME],
		  uint32_t *generation)
{
	return name_of(n, &n->process, row, name, generation);
}

bool
nsc_names_unit(struct nsc_names *n, unsigned row, char name[NSC_UNIT_NAME], uint32_t *generation)
{
	return name_of(n, &n->unit, row, name, generation);
}
