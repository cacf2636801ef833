/* SPDX-License-Identifier: MIT */
/* What the parts of the QUIC dissector share: quic.c (datagrams, life), quic_initial.c
 * (Initial packets), quic_link.c (connection ids), quic_retry.c.  Private to them. */
#ifndef NSC_DISSECT_QUIC_STATE_H
#define NSC_DISSECT_QUIC_STATE_H

#include "dissect/dissector.h"
#include "dissect/quic_hello.h"
#include "dissect/quic_paths.h"

enum { NSC_QUIC_DATAGRAM = 65536 };	/* octets, and more than one can have */

/* Of a conversation. */
struct nsc_quic_state {
	uint64_t asked;			/* the client's first Initial of this attempt, ns, */
	uint64_t begun;			/* and of the first attempt of this connection */
	uint32_t version;		/* of the keys; the last that was proved */
	uint32_t idle;			/* the client's max_idle_timeout, ms; 0: none */
	struct nsc_quic_keys keys[2];	/* [0] the client's */
	struct nsc_quic_stream crypto[2];	/* by side */
	struct nsc_quic_cid first;	/* the id that the keys are made of */
	struct nsc_quic_cid own[2];	/* by side: what it wants to be called */
	uint8_t client;			/* side */
	uint8_t attempts;		/* times that a client began; stays at 255 */
	uint8_t failures;		/* Initials that no key fitted */
	uint8_t shorts;			/* packets with short headers since the answer */
	bool keyed;			/* keys hold */
	bool sure;			/* it is QUIC */
	bool labelled;			/* with its version */
	bool hello;			/* the client's was read in this attempt */
	bool again;			/* after Retry: the same hello comes once more */
	bool answered;			/* by the server's first handshake packet */
	bool complete;			/* the client has a packet of the keys behind the handshake */
	bool closed;			/* by a frame that could be read */
	bool negotiated;		/* a version negotiation was counted in this attempt */
};

/* Of a worker. */
struct nsc_quic_shared {
	struct nsc_quic_hellos *hellos;
	struct nsc_quic_paths *paths;
	uint64_t evicted;		/* hellos, as far as told */
	uint8_t scratch[NSC_QUIC_DATAGRAM];
};

/* What a connection's other paths take over. */
struct nsc_quic_names {
	struct nsc_text sni, alpn, ja4;
};

/* quic.c: something happened n times. */
void nsc_quic_tell(enum nsc_quic_sign_kind kind, uint32_t n, struct nsc_out *out);

/* quic_initial.c */

/* Reads an Initial packet of a side; false: no key fits it. */
bool nsc_quic_initial(struct nsc_quic_state *s, const struct nsc_quic_header *h, unsigned side,
		      struct nsc_out *out);

/* A message of Google's handshake, whole or cut. */
void nsc_quic_google_message(struct nsc_quic_state *s, unsigned side, struct nsc_bytes m,
			     struct nsc_out *out);

/* The server's first handshake packet: its version is counted, and the round trip told. */
void nsc_quic_answer(struct nsc_quic_state *s, struct nsc_out *out);

/* A packet behind the handshake, of this side: the client's first tells that it is complete. */
void nsc_quic_complete(struct nsc_quic_state *s, unsigned side, struct nsc_out *out);

/* quic_link.c */

/* The hello was read: its names wait for the ids that the ends choose. */
void nsc_quic_link_hello(const struct nsc_quic_state *s, const struct nsc_quic_names *names,
			 struct nsc_out *out);

/* Both ids are known: from now on they stand for this connection on any path. */
void nsc_quic_link_answer(const struct nsc_quic_state *s, struct nsc_out *out);

/* A short header on a flow without a handshake: true if its id is known at one of its ends. */
bool nsc_quic_link_short(struct nsc_quic_state *s, struct nsc_bytes packet, unsigned side,
			 struct nsc_out *out);

/*
 * True if the other end has called the sender by the id to which it sends: then no client made
 * it up for its server (RFC 9000, 7.2), and keys of it open nothing.
 */
bool nsc_quic_link_answers(const struct nsc_quic_header *h, unsigned side,
			   const struct nsc_out *out);

/* A long header that nothing proves: true if one before it had the same id, version and path. */
bool nsc_quic_link_suspect(const struct nsc_quic_header *h, unsigned side,
			   struct nsc_out *out);

/* quic_retry.c: does the tag fit, where its key is known?  scratch: NSC_QUIC_DATAGRAM octets. */
bool nsc_quic_retry_genuine(const struct nsc_quic_header *h, const struct nsc_quic_cid *first,
			    uint8_t *scratch);

#endif
