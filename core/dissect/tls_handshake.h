/* SPDX-License-Identifier: MIT */
/*
 * A handshake of TLS or DTLS, message by message, until nothing more of it is in the
 * clear: what it says becomes labels and events.  How messages are cut into records is
 * not known here.
 */
#ifndef NSC_DISSECT_TLS_HANDSHAKE_H
#define NSC_DISSECT_TLS_HANDSHAKE_H

#include "dissect/dissector.h"

enum {
	NSC_TLS_MESSAGE = 4,           /* octets of a message's type and length */
	NSC_TLS_HELLO_MAX = 65536,     /* octets of a message; a longer one is passed over */
	NSC_TLS_CERTIFICATE_MAX = 16384,
	NSC_TLS_LOOK = 6, /* octets of a body that nsc_tls_wanted() looks at */
};

struct nsc_tls_handshake {
	uint64_t asked;   /* time of the first ClientHello */
	uint16_t version; /* the server's; 0: not yet known */
	uint16_t cipher;
	uint8_t id[32]; /* the session's that the client offered */
	uint8_t id_len;
	uint8_t server_side; /* with `server` */
	bool dtls;           /* set by the dissector */
	bool client, server; /* hellos seen */
	bool full;           /* the server said what it does not say when it resumes */
	bool over;           /* nothing more of interest comes from the server */
	bool spoke[2];       /* by side: it sent what may be its Finished */
	bool complete;       /* both ends have, or nobody can tell or asks when */
};

/*
 * Octets of a message's body that nsc_tls_message() shall see; 0: none.  start: the
 * body's first NSC_TLS_LOOK octets, or all if it has fewer.
 */
size_t nsc_tls_wanted(const struct nsc_tls_handshake *h, unsigned side, uint8_t type, size_t len,
		      struct nsc_bytes start);

/*
 * A message with the wanted part of its body.  False: a hello that cannot be read, and
 * none of that side was before it.
 */
bool nsc_tls_message(struct nsc_tls_handshake *h, unsigned side, uint8_t type,
		     struct nsc_bytes body, struct nsc_out *out);

/* From here on the side's messages are encrypted. */
void nsc_tls_ciphered(struct nsc_tls_handshake *h, unsigned side, struct nsc_out *out);

/*
 * The side sent n encrypted octets in a record of this type. The last Finished ends the
 * handshake: of 1.3 the client's, before that the later of both (RFC 8446, 2; RFC 5246, 7.3).
 */
void nsc_tls_encrypted(struct nsc_tls_handshake *h, unsigned side, uint8_t type, size_t n,
		       struct nsc_out *out);

#endif
