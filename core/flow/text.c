/* SPDX-License-Identifier: MIT */
/* What a flow says about itself: counters, names, the history string. */
#include "flow/history.h"

static const char letters[] = "SHADFR";		/* by nsc_letter */

enum { LETTER_BITS = NSC_HISTORY_BITS, RESPONDER = NSC_HISTORY_RESPONDER, MASK_SHIFT = NSC_HISTORY_MASK };

/* A letter's code is never 0, so the highest one tells how many there are. */
static unsigned
letters_of(const struct nsc_flow *f)
{
	uint64_t codes = f->history & ((1ull << MASK_SHIFT) - 1);

	return codes == 0 ? 0 : (63 - (unsigned)__builtin_clzll(codes)) / LETTER_BITS + 1;
}

static void
note(struct nsc_flow *f, int side, enum nsc_letter letter)
{
	unsigned bit = MASK_SHIFT + (unsigned)side * RESPONDER + letter;
	unsigned count = letters_of(f);

	if (!nsc_history_lacks(f, side, letter))
		return;
	f->history |= 1ull << bit;
	f->history |= (uint64_t)(1 + letter + (unsigned)side * RESPONDER) << count * LETTER_BITS;
}

void
nsc_history_note(struct nsc_flow *f, int side, const struct nsc_packet *p)
{
	uint8_t flags = p->tcp_flags;

	if (flags & NSC_TCP_SYN)
		note(f, side, flags & NSC_TCP_ACK ? NSC_LETTER_SYN_ACK : NSC_LETTER_SYN);
	if (p->payload_len > 0 && !(flags & NSC_TCP_RST))
		note(f, side, NSC_LETTER_DATA);
	else if ((flags & (NSC_TCP_SYN | NSC_TCP_FIN | NSC_TCP_RST)) == 0)
		note(f, side, NSC_LETTER_ACK);
	if (flags & NSC_TCP_FIN)
		note(f, side, NSC_LETTER_FIN);
	if (flags & NSC_TCP_RST)
		note(f, side, NSC_LETTER_RST);
}

/* The sides have changed their names. */
void
nsc_history_flip(struct nsc_flow *f)
{
	unsigned count = letters_of(f);
	uint64_t mask = f->history >> MASK_SHIFT;

	for (unsigned i = 0; i < count; i++)
		f->history ^= (uint64_t)RESPONDER << i * LETTER_BITS;
	mask = (mask & 0x3f) << RESPONDER | mask >> RESPONDER;
	f->history = (f->history & ((1ull << MASK_SHIFT) - 1)) | mask << MASK_SHIFT;
}

const char *
nsc_flow_history(const struct nsc_flow *f, char text[NSC_HISTORY + 1])
{
	unsigned count = letters_of(f);
	unsigned i;

	for (i = 0; i < count && i < NSC_HISTORY; i++) {
		unsigned code = (unsigned)(f->history >> i * LETTER_BITS) & 15;
		char c = letters[(code - 1) % RESPONDER];

		text[i] = code > RESPONDER ? (char)(c + 'a' - 'A') : c;
	}
	text[i] = '\0';
	return text;
}

const char *
nsc_flow_state_text(const struct nsc_flow *f)
{
	static const char *const names[NSC_STATES] = {
		[NSC_STATE_NONE] = "",
		[NSC_STATE_SYN_SENT] = "syn_sent",
		[NSC_STATE_SYN_RECEIVED] = "syn_received",
		[NSC_STATE_ESTABLISHED] = "established",
		[NSC_STATE_FIN_WAIT] = "fin_wait",
		[NSC_STATE_CLOSING] = "closing",
		[NSC_STATE_TIME_WAIT] = "time_wait",
		[NSC_STATE_CLOSED] = "closed",
	};

	return f->state < NSC_STATES ? names[f->state] : "";
}

const char *
nsc_end_text(enum nsc_end reason)
{
	static const char *const names[NSC_ENDS] = {
		[NSC_END_OPEN] = "open",
		[NSC_END_FIN] = "fin",
		[NSC_END_RST] = "rst",
		[NSC_END_IDLE] = "idle",
		[NSC_END_EVICTED] = "evicted",
		[NSC_END_BUFFER_OVERFLOW] = "buffer_overflow",
		[NSC_END_PARSE_ERROR] = "parse_error",
		[NSC_END_EOF] = "eof",
	};

	return (unsigned)reason < NSC_ENDS ? names[reason] : "";
}

uint64_t
nsc_flow_end(const struct nsc_flow *f)
{
	return f->end;
}

uint32_t
nsc_flow_retransmits(const struct nsc_flow *f)
{
	return f->retransmits;
}

uint32_t
nsc_flow_out_of_order(const struct nsc_flow *f)
{
	return f->out_of_order;
}

uint64_t
nsc_flow_rtt(const struct nsc_flow *f)
{
	return (uint64_t)f->rtt << 2;
}

bool
nsc_flow_vlan(const struct nsc_flow *f, uint16_t *vlan)
{
	*vlan = f->vlan_tunnel & 0xfff;
	return (f->flags & NSC_FLOW_VLAN) != 0;
}

uint8_t
nsc_flow_tunnel(const struct nsc_flow *f)
{
	return (uint8_t)(f->vlan_tunnel >> 12);
}

bool
nsc_flow_vni(const struct nsc_flow *f, uint32_t *vni)
{
	*vni = f->vni;
	return (f->flags & NSC_FLOW_VNI) != 0;
}
