/* SPDX-License-Identifier: MIT */
/* What the parts of the QUIC dissector share: quic.c (datagrams, life), quic_initial.c
 * (Initial packets).  Private to them. */
#ifndef NSC_DISSECT_QUIC_STATE_H
#define NSC_DISSECT_QUIC_STATE_H

#include "dissect/dissector.h"
#include "dissect/quic_header.h"
#include "dissect/quic_hello.h"

enum { NSC_QUIC_DATAGRAM = 65536 };	/* octets, and more than one can have */

struct nsc_quic_cid {
	uint8_t len;
	uint8_t octets[NSC_QUIC_CID];
};

/* Of a conversation. */
struct nsc_quic_state {
	uint64_t asked;			/* the client's first Initial of this attempt, ns */
	uint32_t version;		/* of the keys; the last that was proved */
	uint32_t idle;			/* the client's max_idle_timeout, ms; 0: none */
	struct nsc_quic_keys keys[2];	/* [0] the client's */
	struct nsc_quic_stream crypto[2];	/* by side */
	struct nsc_quic_cid first;	/* the id that the keys are made of */
	struct nsc_quic_cid own[2];	/* by side: what it wants to be called */
	uint8_t client;			/* side */
	uint8_t failures;		/* Initials that no key fitted */
	uint8_t shorts;			/* packets with short headers since the answer */
	bool keyed;			/* keys hold */
	bool sure;			/* it is QUIC */
	bool labelled;			/* with its version */
	bool hello;			/* the client's was read in this attempt */
	bool again;			/* after Retry: the same hello comes once more */
	bool answered;			/* by the server's first handshake packet */
	bool closed;			/* by a frame that could be read */
};

/* Of a worker. */
struct nsc_quic_shared {
	struct nsc_quic_hellos *hellos;
	uint64_t evicted;		/* hellos, as far as told */
	uint8_t scratch[NSC_QUIC_DATAGRAM];
};

static inline void
nsc_quic_cid_set(struct nsc_quic_cid *to, const uint8_t *p, size_t len)
{
	to->len = (uint8_t)len;
	if (len > 0)
		memcpy(to->octets, p, len);
}

static inline bool
nsc_quic_cid_is(const struct nsc_quic_cid *cid, const uint8_t *p, size_t len)
{
	return cid->len == len && (len == 0 || memcmp(cid->octets, p, len) == 0);
}

/* Reads an Initial packet of a side; false: no key fits it. */
bool nsc_quic_initial(struct nsc_quic_state *s, const struct nsc_quic_header *h, unsigned side,
		      struct nsc_out *out);

/* The server's first handshake packet: its version is counted, and the time that it took. */
void nsc_quic_answer(struct nsc_quic_state *s, struct nsc_out *out);

#endif
