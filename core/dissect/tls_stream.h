/* SPDX-License-Identifier: MIT */
/* Both sides of TLS over something that keeps octets in order: TCP, or OpenVPN's control channel. */
#ifndef NSC_DISSECT_TLS_STREAM_H
#define NSC_DISSECT_TLS_STREAM_H

#include "dissect/tls_handshake.h"

enum { NSC_TLS_SCRATCH = NSC_TLS_MESSAGE + NSC_TLS_HELLO_MAX };

struct nsc_tls_side {
	uint32_t skip;   /* octets of the present message that nobody wants */
	uint16_t left;   /* octets of the present record, of type handshake */
	uint8_t patience; /* records and messages that told nothing new */
	bool begun;      /* a record was seen */
	bool told;       /* the present message was wanted, and read */
	bool lost;       /* where records begin is not known */
	bool ciphered;   /* what its messages say is not known */
};

/* Begins as zeros. */
struct nsc_tls_stream {
	struct nsc_tls_handshake talk;
	struct nsc_tls_side side[2];
};

/* As a dissector's feed over TCP; out->shared has room for NSC_TLS_SCRATCH octets. */
enum nsc_verdict nsc_tls_feed(struct nsc_tls_stream *s, struct nsc_chunk *in, struct nsc_out *out);

#endif
