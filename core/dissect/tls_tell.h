/* SPDX-License-Identifier: MIT */
/* What hellos say, as labels and events: the same over TCP, in DTLS and inside QUIC. */
#ifndef NSC_DISSECT_TLS_TELL_H
#define NSC_DISSECT_TLS_TELL_H

#include "dissect/dissector.h"
#include "dissect/ja4.h"
#include "dissect/tls_hello.h"

/*
 * A ClientHello, by ev->kind: NSC_EVENT_TLS, _DTLS or _QUIC.  Fills ev->tls but for
 * quic_version, and tells the event; it borrows from h, body and ja4.
 */
void nsc_tls_tell_client(const struct nsc_tls_client_hello *h, struct nsc_bytes body,
			 struct nsc_event *ev, char ja4[NSC_JA4_TEXT], struct nsc_out *out);

/* The server's version (a HelloRetryRequest's, too), and what it chose; of the latter labels only. */
void nsc_tls_tell_version(uint16_t version, bool dtls, struct nsc_out *out);
void nsc_tls_tell_choice(const struct nsc_tls_server_hello *h, bool dtls, bool resumed,
			 struct nsc_out *out);

/* A handshake was complete after `ns`: label and event, by ev->kind and the versions in it. */
void nsc_tls_tell_time(uint64_t ns, struct nsc_event *ev, struct nsc_out *out);

/* The group of a key exchange (IANA, TLS Supported Groups). */
void nsc_tls_tell_group(uint16_t group, struct nsc_out *out);

#endif
