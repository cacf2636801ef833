/* SPDX-License-Identifier: MIT */
/* All of an interface's rings or none; several workers share its flows by hash. */
#include "engine/tap.h"
#include "source/ring.h"

int
nsc_tap_open(struct nsc_tap *tap, const struct nsc_capture_options *o, uint16_t type,
	     char err[NSC_ERR])
{
	uint16_t group = 0;
	struct nsc_ring_options ring = {
		.name = tap->name,
		.ifindex = tap->ifindex,
		.type = type,
		.row = tap->row,
		.size = o->ring_size / o->workers,
		.snaplen = o->snaplen,
		.filter = o->filter,
		.promiscuous = o->promiscuous,
		.fanout = o->workers > 1 ? &group : NULL,
	};
	int r = 0;

	for (unsigned w = 0; r == 0 && w < o->workers; w++) {
		r = nsc_ring_open(&tap->source[w], &ring, err);
		if (r == 0)
			tap->size += nsc_ring_size(tap->source[w]);
	}
	for (unsigned w = 0; r < 0 && w < o->workers; w++)
		nsc_tap_close(tap, w);
	return r;
}

static uint64_t
source_dropped(struct nsc_source *s)
{
	struct nsc_source_stats st;

	if (s == NULL)
		return 0;
	s->ops->stats(s, &st);
	return st.dropped;
}

uint64_t
nsc_tap_dropped(const struct nsc_tap *tap)
{
	uint64_t sum = 0;

	for (unsigned w = 0; w < NSC_CAPTURE_WORKERS; w++)
		sum += source_dropped(tap->source[w]);
	return sum;
}

uint64_t
nsc_tap_close(struct nsc_tap *tap, unsigned lane)
{
	uint64_t dropped = source_dropped(tap->source[lane]);

	nsc_source_close(tap->source[lane]);
	tap->source[lane] = NULL;
	return dropped;
}
