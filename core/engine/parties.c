/* SPDX-License-Identifier: MIT */
/* A hash table of parties; one that no flow leads to is used again when room is needed. */
#include <string.h>

#include "engine/parties.h"

enum { OTHER = 1 };			/* id and row (host/names.h) */

static bool
same(const struct nsc_ends *a, const struct nsc_ends *b)
{
	return a->ours == b->ours && a->owner[0] == b->owner[0] && a->owner[1] == b->owner[1] &&
	       a->generation[0] == b->generation[0] && a->generation[1] == b->generation[1];
}

/* Ids are ours to give: a plain multiplicative hash will do. */
static unsigned
chain_of(const struct nsc_ends *e)
{
	uint64_t x = (uint64_t)e->owner[0] | (uint64_t)e->owner[1] << 16 |
		     (uint64_t)e->generation[0] << 32 | (uint64_t)e->generation[1] << 48;

	return (unsigned)((x ^ e->ours) * 0x9e3779b97f4a7c15u >> 51) % NSC_PARTY_CHAINS;
}

void
nsc_parties_init(struct nsc_parties *p, const struct nsc_facts *facts, bool processes, bool units)
{
	p->facts = facts;
	p->processes = processes;
	p->units = units;
	p->used = NSC_PARTY_KNOWN;
	for (unsigned ours = 1; ours <= 3; ours++) {
		struct nsc_ends *e = &p->party[NSC_PARTY_OTHER + ours].ends;

		p->party[NSC_PARTY_UNKNOWN + ours].ends.ours = (uint8_t)ours;
		e->ours = (uint8_t)ours;
		e->owner[0] = ours & 1 ? OTHER : 0;
		e->owner[1] = ours & 2 ? OTHER : 0;
	}
}

static void
unchain(struct nsc_parties *p, uint16_t n)
{
	uint16_t *at = &p->chain[chain_of(&p->party[n].ends)];

	while (*at != n)
		at = &p->party[*at].next;
	*at = p->party[n].next;
}

/* Takes back every party that no entry leads to. */
static void
reclaim(struct nsc_parties *p, struct nsc_cells *cells)
{
	for (uint16_t n = NSC_PARTY_KNOWN; n < p->used; n++) {
		struct nsc_party *y = &p->party[n];

		if (y->held > 0)
			continue;
		nsc_parties_fold(p, n, cells);
		unchain(p, n);
		y->ends = (struct nsc_ends){.ours = 0};
		y->held = UINT32_MAX;	/* a free one: nobody's */
		y->next = p->free;
		p->free = n;
	}
}

static uint16_t
take(struct nsc_parties *p, struct nsc_cells *cells)
{
	uint16_t n;

	if (p->used < NSC_PARTIES)
		return p->used++;
	if (p->free == 0 && !p->exhausted) {
		reclaim(p, cells);
		p->exhausted = p->free == 0;
	}
	n = p->free;
	if (n != 0)
		p->free = p->party[n].next;
	return n;
}

uint16_t
nsc_parties_find(struct nsc_parties *p, const struct nsc_ends *ends, struct nsc_cells *cells)
{
	unsigned chain = chain_of(ends);
	uint16_t n;

	if (ends->owner[0] == 0 && ends->owner[1] == 0)
		return NSC_PARTY_UNKNOWN + ends->ours;
	for (n = p->chain[chain]; n != 0; n = p->party[n].next)
		if (same(&p->party[n].ends, ends))
			return n;
	n = take(p, cells);
	if (n == 0)
		return NSC_PARTY_OTHER + ends->ours;
	p->party[n] = (struct nsc_party){.ends = *ends, .next = p->chain[chain]};
	p->chain[chain] = n;
	return n;
}

void
nsc_parties_hold(struct nsc_parties *p, uint16_t n, bool open)
{
	p->party[n].held++;
	p->party[n].flows += open;
}

void
nsc_parties_let(struct nsc_parties *p, uint16_t n)
{
	if (--p->party[n].held == 0)
		p->exhausted = false;
}

void
nsc_parties_rows(const struct nsc_parties *p, uint16_t owner, uint16_t generation,
		 unsigned *process, unsigned *unit)
{
	uint32_t rows;

	*process = *unit = owner;	/* unknown and other are rows, too */
	if (owner <= OTHER || owner >= NSC_OWNERS)
		return;
	rows = atomic_load_explicit(&p->facts->owner_rows[owner], memory_order_acquire);
	*process = *unit = OTHER;	/* the id is another name's by now */
	if (nsc_owner_generation(rows) != generation)
		return;
	*process = nsc_owner_process(rows);
	*unit = nsc_owner_unit(rows);
}

/* What one end sent and got, or its share of the flows that are open now. */
static void
add_end(const struct nsc_parties *p, const struct nsc_party *y, unsigned place, bool flows,
	struct nsc_cells *cells)
{
	unsigned row[2], octets[2], packets[2], current[2];
	const bool told[2] = {p->processes, p->units};

	nsc_parties_rows(p, y->ends.owner[place], y->ends.generation[place], &row[0], &row[1]);
	octets[0] = NSC_CELL(PROCESS_OCTETS, row[0], 0);
	octets[1] = NSC_CELL(UNIT_OCTETS, row[1], 0);
	packets[0] = NSC_CELL(PROCESS_PACKETS, row[0], 0);
	packets[1] = NSC_CELL(UNIT_PACKETS, row[1], 0);
	current[0] = NSC_CELL(PROCESS_CURRENT, row[0], 0);
	current[1] = NSC_CELL(UNIT_CURRENT, row[1], 0);
	for (unsigned i = 0; i < 2; i++) {
		if (!told[i])
			continue;
		if (flows) {
			cells->cell[current[i]] += y->flows;
			continue;
		}
		cells->cell[octets[i]] += y->octets[!place];
		cells->cell[octets[i] + 1] += y->octets[place];
		cells->cell[packets[i]] += y->packets[!place];
		cells->cell[packets[i] + 1] += y->packets[place];
	}
}

void
nsc_parties_fold(struct nsc_parties *p, uint16_t n, struct nsc_cells *cells)
{
	struct nsc_party *y = &p->party[n];

	if ((y->packets[0] | y->packets[1] | y->octets[0] | y->octets[1]) == 0)
		return;
	for (unsigned place = 0; place < 2; place++)
		if (y->ends.ours & 1u << place)
			add_end(p, y, place, false, cells);
	memset(y->octets, 0, sizeof y->octets);
	memset(y->packets, 0, sizeof y->packets);
}

void
nsc_parties_settle(struct nsc_parties *p, struct nsc_cells *cells)
{
	memset(&cells->cell[NSC_CELL(PROCESS_CURRENT, 0, 0)], 0,
	       NSC_COUNT_PROCESS * sizeof cells->cell[0]);
	memset(&cells->cell[NSC_CELL(UNIT_CURRENT, 0, 0)], 0,
	       NSC_COUNT_UNIT * sizeof cells->cell[0]);
	for (uint16_t n = NSC_PARTY_NOBODY + 1; n < p->used; n++) {
		const struct nsc_party *y = &p->party[n];

		nsc_parties_fold(p, n, cells);
		for (unsigned place = 0; place < 2 && y->flows > 0; place++)
			if (y->ends.ours & 1u << place)
				add_end(p, y, place, true, cells);
	}
}
