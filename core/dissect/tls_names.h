/* SPDX-License-Identifier: MIT */
/* Names that IANA gave to ciphers and groups of TLS; the common ones. */
#ifndef NSC_DISSECT_TLS_NAMES_H
#define NSC_DISSECT_TLS_NAMES_H

#include <stdbool.h>
#include <stdint.h>

enum { NSC_TLS_NAME = 8 }; /* octets of a number in place of a name */

/* "TLS_AES_128_GCM_SHA256"; or "0x1399", written into buf. */
const char *nsc_tls_cipher_text(uint16_t cipher, char buf[NSC_TLS_NAME]);
const char *nsc_tls_group_text(uint16_t group, char buf[NSC_TLS_NAME]);

/* Keys of a cipher of TLS 1.2 or before come from an ephemeral exchange on a curve. */
bool nsc_tls_cipher_ecdhe(uint16_t cipher);

/* A group that withstands a quantum computer: ML-KEM, Kyber or NTRU, alone or in a hybrid. */
bool nsc_tls_group_post_quantum(uint16_t group);

#endif
