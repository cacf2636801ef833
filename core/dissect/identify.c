/* SPDX-License-Identifier: MIT */
/* Whose protocol a conversation speaks, told by its first octets on any port. */
#include "dissect/conversation.h"

struct nsc_app_set
nsc_identify_candidates(const struct nsc_sessions *ss, unsigned transport)
{
	return ss->wanted[transport == NSC_OVER_UDP];
}

int
nsc_identify(const struct nsc_sessions *ss, struct nsc_guess *g, struct nsc_app_set *candidates)
{
	int left = 0;

	for (unsigned w = 0; w < NSC_APP_WORDS; w++) {
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
