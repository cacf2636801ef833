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
	struct nsc_tap_losses none = {0};
	int r = 0;

	for (unsigned w = 0; r == 0 && w < o->workers; w++) {
		r = nsc_ring_open(&tap->source[w], &ring, err);
		if (r == 0)
			tap->size += nsc_ring_size(tap->source[w]);
	}
	for (unsigned w = 0; r < 0 && w < o->workers; w++)
		nsc_tap_close(tap, w, &none);
	return r;
}

static void
add_losses(struct nsc_source *s, struct nsc_tap_losses *sum)
{
	struct nsc_source_stats st;

	if (s == NULL)
		return;
	s->ops->stats(s, &st);
	sum->dropped += st.dropped;
	sum->freezes += st.freezes;
}

void
nsc_tap_losses(const struct nsc_tap *tap, struct nsc_tap_losses *sum)
{
	for (unsigned w = 0; w < NSC_CAPTURE_WORKERS; w++)
		add_losses(tap->source[w], sum);
}

void
nsc_tap_close(struct nsc_tap *tap, unsigned lane, struct nsc_tap_losses *sum)
{
	add_losses(tap->source[lane], sum);
	nsc_source_close(tap->source[lane]);
	tap->source[lane] = NULL;
}
