/* SPDX-License-Identifier: MIT */
/* Talks of datagrams: in any order, lost, or several times. */
#ifndef NSC_TESTS_DATAGRAMS_H
#define NSC_TESTS_DATAGRAMS_H

#include "tape.h"

/* A datagram in a copy of its exact size; the state's verdict, the guess's while none is fed. */
static inline enum nsc_verdict
datagram_say(struct tape *tape, const struct nsc_dissector *d, void *shared, void *state,
	     bool *claimed, const struct turn *t, uint64_t time)
{
	uint8_t *copy = malloc(t->len > 0 ? t->len : 1);
	struct nsc_out out = {.arg = tape, .event = tape_event, .label = tape_label,
			      .shared = shared, .time = time, .transport = NSC_OVER_UDP};
	struct nsc_chunk in = {.side = (uint8_t)t->side, .transport = NSC_OVER_UDP, .time = time};
	struct nsc_guess g = {.side = (uint8_t)t->side, .transport = NSC_OVER_UDP};
	enum nsc_verdict v = NSC_DONE;

	memcpy(copy, t->p, t->len);
	in.bytes = g.bytes = nsc_bytes(copy, t->len);
	if (!*claimed)
		v = d->guess(&g);
	if (v == NSC_DONE) {
		*claimed = true;
		v = d->feed(state, &in, &out);
	}
	free(copy);
	return v;
}

/* All datagrams in the order given by `order` (NULL: as they are); each `times` times. */
static inline enum nsc_verdict
datagrams_play(struct tape *tape, const struct nsc_dissector *d, void *shared,
	       const struct talk *talk, const unsigned *order, unsigned times)
{
	void *state = calloc(1, d->state_size);
	struct nsc_out out = {.arg = tape, .event = tape_event, .label = tape_label,
			      .shared = shared};
	enum nsc_verdict v = NSC_MORE;
	bool claimed = false;

	memset(tape, 0, sizeof *tape);
	for (unsigned i = 0; i < talk->turns && v != NSC_DONE; i++)
		for (unsigned n = 0; n < times && v != NSC_DONE; n++)
			v = datagram_say(tape, d, shared, state, &claimed,
					 &talk->turn[order != NULL ? order[i] : i],
					 (i + 1) * 1000000ull);
	if (v != NSC_DONE && claimed)
		d->end(state, &out);
	free(state);
	return v;
}

#endif
