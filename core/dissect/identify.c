/* SPDX-License-Identifier: MIT */
/* Whose protocol a conversation speaks, told by its first octets on any port. */
#include "dissect/conversation.h"

struct nsc_app_set
nsc_identify_candidates(const struct nsc_sessions *ss, unsigned transport)
{
	return ss->wanted[transport == NSC_OVER_UDP];
}

static bool
can_begin(const struct nsc_dissector *d, unsigned octet)
{
	unsigned i, n = sizeof d->first / sizeof d->first[0];

	for (i = 0; i < n && d->first[i].end != 0; i++)
		if (octet >= d->first[i].from && octet < d->first[i].end)
			return true;
	return i == 0;
}

void
nsc_identify_prepare(struct nsc_sessions *ss)
{
	for (unsigned app = 1; app < ss->dissector_count; app++)
		for (unsigned octet = 0; octet < 256; octet++)
			if (ss->dissectors[app] != NULL && can_begin(ss->dissectors[app], octet))
				ss->first[octet].bits[app / 64] |= UINT64_C(1) << app % 64;
}

int
nsc_identify(const struct nsc_sessions *ss, struct nsc_guess *g, struct nsc_app_set *candidates)
{
	const struct nsc_app_set *first =
		nsc_bytes_left(&g->bytes) > 0 ? &ss->first[*g->bytes.p] : NULL;
	int left = 0;

	for (unsigned w = 0; w < NSC_APP_WORDS; w++) {
		if (first != NULL)
			candidates->bits[w] &= first->bits[w];
		for (uint64_t bits = candidates->bits[w]; bits != 0; bits &= bits - 1) {
			unsigned app = w * 64 + (unsigned)__builtin_ctzll(bits);

			g->shared = ss->shared[app];
			switch (ss->dissectors[app]->guess(g)) {
			case NSC_DONE:
				return (int)app;
			case NSC_MORE:
				left = NSC_IDENTIFY_PERHAPS;
				break;
			default:
				nsc_app_remove(candidates, app);
				break;
			}
		}
	}
	return left;
}
