/* SPDX-License-Identifier: MIT */
/*
 * The history, as Zeek writes it (conn.log, `history`): what each side did, in
 * the order of its first time; capitals for the initiator.  A letter is four
 * bits from the lowest on: 1 + its index, 8 for the responder; bits 48 to 61
 * say which ones are there, so that at most twelve letters are kept.
 */
#ifndef NSC_FLOW_HISTORY_H
#define NSC_FLOW_HISTORY_H

#include "flow/flow.h"

enum nsc_letter {
	NSC_LETTER_SYN,
	NSC_LETTER_SYN_ACK,
	NSC_LETTER_ACK,
	NSC_LETTER_DATA,
	NSC_LETTER_FIN,
	NSC_LETTER_RST,
};

enum { NSC_HISTORY_RESPONDER = 8, NSC_HISTORY_MASK = 48, NSC_HISTORY_BITS = 4 };

/* 1 until the side has that letter. */
static inline uint32_t
nsc_history_lacks(const struct nsc_flow *f, int side, enum nsc_letter letter)
{
	return ~(uint32_t)(f->history >> (NSC_HISTORY_MASK + side * NSC_HISTORY_RESPONDER + letter)) & 1;
}

/* What the packet adds. */
void nsc_history_note(struct nsc_flow *f, int side, const struct nsc_packet *p);

/* The sides have changed their names. */
void nsc_history_flip(struct nsc_flow *f);

#endif
