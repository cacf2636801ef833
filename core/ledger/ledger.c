/* SPDX-License-Identifier: MIT */
/*
 * Publishing: the writer fills the copy that nobody is told to read, then
 * moves the generation, so that its death in the middle leaves the last copy whole.
 *
 * Cells are stored with release and loaded with acquire order.  That is what
 * makes the reader's second look at the generation tell: if one cell that it
 * loaded belongs to a later publish, so does the generation that it sees then.
 */
#include <errno.h>
#include <string.h>

#include "ledger/ledger.h"

/* "nsc-ldgr" in the memory of a little-endian machine. */
#define MAGIC UINT64_C(0x7267646c2d63736e)

/*
 * A publish happens only on request, and copying takes 10 us or so: a second
 * try is rare, a fifth comes from a writer that does not keep to the rule.
 */
enum { TRIES = 5 };

enum { BLOCK = 64 };		/* cells */

static uint64_t
hash_octet(uint64_t h, uint8_t octet)
{
	return (h ^ octet) * UINT64_C(0x100000001b3);	/* FNV-1a, 64 bits */
}

static uint64_t
hash_text(uint64_t h, const char *text)
{
	for (; *text != '\0'; text++)
		h = hash_octet(h, (uint8_t)*text);
	return hash_octet(h, 0);
}

static uint64_t
hash_number(uint64_t h, uint64_t n)
{
	unsigned i;

	for (i = 0; i < 8; i++)
		h = hash_octet(h, (uint8_t)(n >> 8 * i));
	return h;
}

uint64_t
nsc_ledger_layout(void)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	unsigned i, j;

	for (i = 0; i < NSC_METRICS; i++) {
		const struct nsc_metric *m = &nsc_metrics[i];

		h = hash_text(h, m->id);
		h = hash_text(h, m->family);
		h = hash_text(h, m->type);
		h = hash_text(h, m->value);
		h = hash_number(h, m->group);
		h = hash_number(h, m->values);
		h = hash_number(h, m->shape);
		h = hash_number(h, m->width);
		h = hash_number(h, m->base);
	}
	for (i = 0; i < NSC_SETS; i++) {
		enum nsc_set set = (enum nsc_set)i;

		h = hash_text(h, nsc_set_name(set));
		h = hash_number(h, nsc_set_count(set));
		for (j = 0; nsc_set_token(set, j) != NULL; j++)
			h = hash_text(h, nsc_set_token(set, j));
	}
	return hash_number(h, sizeof(struct nsc_ledger));
}

void
nsc_ledger_init(struct nsc_ledger *l)
{
	l->magic = MAGIC;
	l->layout = nsc_ledger_layout();
}

/* Most cells stand still: blocks that the copy has already are compared, not written. */
static void
store(struct nsc_cells *to, const struct nsc_cells *from)
{
	unsigned i, end;

	for (i = 0; i < NSC_LEDGER_CELLS; i = end) {
		end = i + BLOCK < NSC_LEDGER_CELLS ? i + BLOCK : NSC_LEDGER_CELLS;
		if (memcmp(&to->cell[i], &from->cell[i], (end - i) * sizeof *to->cell) == 0)
			continue;
		for (; i < end; i++)
			__atomic_store_n(&to->cell[i], from->cell[i], __ATOMIC_RELEASE);
	}
}

static void
load(struct nsc_cells *to, const struct nsc_cells *from)
{
	unsigned i;

	for (i = 0; i < NSC_LEDGER_CELLS; i++)
		to->cell[i] = __atomic_load_n(&from->cell[i], __ATOMIC_ACQUIRE);
}

bool
nsc_ledger_asked(const struct nsc_ledger *l)
{
	return atomic_load_explicit(&l->wanted, memory_order_acquire) !=
	       atomic_load_explicit(&l->answered, memory_order_relaxed);
}

bool
nsc_ledger_publish(struct nsc_ledger *l, const struct nsc_cells *cells, bool force)
{
	uint64_t wanted = atomic_load_explicit(&l->wanted, memory_order_acquire);
	uint64_t generation;

	if (!force && !nsc_ledger_asked(l))
		return false;
	generation = atomic_load_explicit(&l->generation, memory_order_relaxed) + 1;
	store(&l->copy[generation & 1], cells);
	atomic_store_explicit(&l->generation, generation, memory_order_release);
	atomic_store_explicit(&l->answered, wanted, memory_order_release);
	return true;
}

uint64_t
nsc_ledger_ask(struct nsc_ledger *l)
{
	return atomic_fetch_add_explicit(&l->wanted, 1, memory_order_acq_rel) + 1;
}

bool
nsc_ledger_answered(const struct nsc_ledger *l, uint64_t request)
{
	uint64_t answered = atomic_load_explicit(&l->answered, memory_order_acquire);

	return (int64_t)(answered - request) >= 0;
}

int
nsc_ledger_copy(const struct nsc_ledger *l, uint64_t layout, struct nsc_cells *copy)
{
	uint64_t generation, after;
	unsigned i;

	if (__atomic_load_n(&l->magic, __ATOMIC_RELAXED) != MAGIC ||
	    __atomic_load_n(&l->layout, __ATOMIC_RELAXED) != layout)
		return -EBADMSG;
	after = atomic_load_explicit(&l->generation, memory_order_acquire);
	for (i = 0; i < TRIES; i++) {
		generation = after;
		load(copy, &l->copy[generation & 1]);
		after = atomic_load_explicit(&l->generation, memory_order_acquire);
		if (after == generation)
			return 0;
	}
	return -EAGAIN;
}

int
nsc_ledger_collect(const struct nsc_ledger *l, struct nsc_cells *sum)
{
	struct nsc_cells copy;		/* 140 KiB: not for small stacks */
	int rc = nsc_ledger_copy(l, nsc_ledger_layout(), &copy);
	unsigned i;

	if (rc != 0)
		return rc;
	for (i = 0; i < NSC_LEDGER_CELLS; i++)
		sum->cell[i] += copy.cell[i];
	return 0;
}
