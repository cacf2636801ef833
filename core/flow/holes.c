/* SPDX-License-Identifier: MIT */
/* Records of holes come from a pool of fixed size; a side without holes has none. */
#include "flow/holes.h"

#include <string.h>

#include "flow/tcp.h"

static struct nsc_holes_side *
take_record(struct nsc_holes *h, uint16_t *ref)
{
	uint32_t i = h->free;

	if (i != 0)
		h->free = h->side[i].free;
	else if (h->used + 1 < NSC_HOLES_SIDES)
		i = ++h->used;
	else
		return NULL;
	h->side[i].count = 0;
	*ref = (uint16_t)i;
	return &h->side[i];
}

void
nsc_holes_release(struct nsc_holes *h, uint16_t *ref)
{
	if (*ref == 0)
		return;
	h->side[*ref].free = h->free;
	h->free = *ref;
	*ref = 0;
}

static void
remove_hole(struct nsc_holes_side *s, uint32_t i)
{
	s->count--;
	memmove(&s->hole[i], &s->hole[i + 1], (s->count - i) * sizeof s->hole[0]);
}

void
nsc_holes_open(struct nsc_holes *h, uint16_t *ref, const struct nsc_hole *hole)
{
	struct nsc_holes_side *s = *ref != 0 ? &h->side[*ref] : take_record(h, ref);

	if (s == NULL)
		return;
	if (s->count == NSC_HOLES)
		remove_hole(s, 0);
	s->hole[s->count++] = *hole;
}

uint32_t
nsc_holes_fill(struct nsc_holes *h, uint16_t *ref, uint32_t start, uint32_t end,
	       struct nsc_hole *first)
{
	struct nsc_holes_side *s = &h->side[*ref];
	uint32_t filled = 0;

	if (*ref == 0)
		return 0;
	for (uint32_t i = 0; i < s->count;) {
		struct nsc_hole *hole = &s->hole[i];
		uint32_t from = nsc_seq_diff(start, hole->start) > 0 ? start : hole->start;
		uint32_t to = nsc_seq_diff(end, hole->end) < 0 ? end : hole->end;

		if (nsc_seq_diff(to, from) <= 0) {
			i++;
			continue;
		}
		if (filled == 0)
			*first = *hole;
		filled += to - from;
		if (from == hole->start && to == hole->end) {
			remove_hole(s, i);
		} else if (from == hole->start) {
			hole->start = to;
			i++;
		} else if (to == hole->end) {
			hole->end = from;
			i++;
		} else {		/* out of its middle: two are left, if there is room */
			uint32_t tail = hole->end;

			hole->end = from;
			if (s->count < NSC_HOLES) {
				memmove(hole + 1, hole, (s->count - i) * sizeof *hole);
				s->count++;
				hole[1].start = to;
				hole[1].end = tail;
			}
			break;
		}
	}
	if (s->count == 0)
		nsc_holes_release(h, ref);
	return filled;
}

void
nsc_holes_acked(struct nsc_holes *h, uint16_t *ref, uint32_t seq)
{
	struct nsc_holes_side *s = &h->side[*ref];

	if (*ref == 0)
		return;
	while (s->count > 0 && nsc_seq_diff(s->hole[0].end, seq) <= 0)
		remove_hole(s, 0);
	if (s->count == 0)
		nsc_holes_release(h, ref);
	else if (nsc_seq_diff(s->hole[0].start, seq) < 0)
		s->hole[0].start = seq;
}
