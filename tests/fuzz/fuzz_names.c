/* SPDX-License-Identifier: MIT */
/*
 * Guesses of the protocols that are named by their first octets: the first octet says over
 * what, the second how many octets the other side said, which come before the rest.
 */
#include <stdlib.h>

#include "dissect/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum nsc_verdict
ask(const struct nsc_dissector *d, struct nsc_guess *g, const uint8_t *p, size_t n)
{
	g->bytes = nsc_bytes(p, n);
	return (d->transports & g->transport) != 0 ? d->guess(g) : NSC_NOT_MINE;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nsc_guess g = {.transport = NSC_OVER_TCP};
	const uint8_t *p;
	size_t other, n, i;

	if (size < 2)
		return 0;
	if (data[0] & 1)
		g.transport = NSC_OVER_UDP;
	other = data[1] < size - 2 ? data[1] : size - 2;
	g.other = nsc_bytes(data + 2, g.transport == NSC_OVER_TCP ? other : 0);
	p = data + 2 + other;
	n = size - 2 - other;
	for (unsigned app = 1; app < nsc_dissector_count; app++) {
		const struct nsc_dissector *d = nsc_dissectors[app];

		/* What keeps a state has a target of its own. */
		if (d == NULL || d->state_size > 0 || d->transports == 0 || d->guess == NULL)
			continue;
		if (ask(d, &g, p, n) != NSC_DONE || g.transport == NSC_OVER_UDP)
			continue;
		/* Of a stream: what is accepted was not refused when there was less of it. */
		for (i = 0; i < n && i < 64; i++)
			if (ask(d, &g, p, i) == NSC_NOT_MINE)
				abort();
	}
	return 0;
}
