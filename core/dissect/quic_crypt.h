/* SPDX-License-Identifier: MIT */
/*
 * What protects QUIC's Initial packets (RFC 9001, 5; RFC 9369, 3.3): keys that anyone
 * can derive from the client's first destination id, header protection, AEAD.
 * quic_crypt_nettle.c does it; quic_crypt_none.c stands in where nettle is missing.
 */
#ifndef NSC_DISSECT_QUIC_CRYPT_H
#define NSC_DISSECT_QUIC_CRYPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	NSC_QUIC_KEY = 16,    /* AEAD_AES_128_GCM */
	NSC_QUIC_IV = 12,
	NSC_QUIC_TAG = 16,
	NSC_QUIC_SALT = 20,
	NSC_QUIC_SECRET = 32, /* of SHA-256 */
	NSC_QUIC_SAMPLE = 16, /* octets of ciphertext that make a header's mask */
	NSC_QUIC_MASK = 5,
};

/* Of one side. */
struct nsc_quic_keys {
	uint8_t key[NSC_QUIC_KEY], hp[NSC_QUIC_KEY], iv[NSC_QUIC_IV];
};

/* "nettle 3.8", or NULL: then nothing below succeeds. */
const char *nsc_quic_crypt_library(void);

/* What a side's keys are made of.  v2: by the labels of RFC 9369, 3.3.2. */
struct nsc_quic_secret {
	uint8_t octets[NSC_QUIC_SECRET];
	bool v2;
};

/* What both sides' secrets are made of: of a destination id.  False without the library. */
bool nsc_quic_crypt_initial(struct nsc_quic_secret *initial, const uint8_t salt[NSC_QUIC_SALT],
			    bool v2, const uint8_t *cid, size_t len);

/* A side's (0: the client's). */
void nsc_quic_crypt_secret(struct nsc_quic_secret *s, const struct nsc_quic_secret *initial,
			   unsigned side);

/* The key of header protection, and what else there is: apart, since most that fails fails by it. */
void nsc_quic_crypt_hp(const struct nsc_quic_secret *s, struct nsc_quic_keys *k);
void nsc_quic_crypt_keys(const struct nsc_quic_secret *s, struct nsc_quic_keys *k);

/* Header protection's mask (RFC 9001, 5.4.3); zeros without the library. */
void nsc_quic_crypt_mask(const struct nsc_quic_keys *k, const uint8_t sample[NSC_QUIC_SAMPLE],
			 uint8_t mask[NSC_QUIC_MASK]);

/*
 * Decrypts `len` octets of which the last NSC_QUIC_TAG are the tag, to `to` (room for
 * len - NSC_QUIC_TAG); head: the unprotected header.  False: the tag is wrong, and
 * what is in `to` means nothing.
 */
bool nsc_quic_crypt_open(const struct nsc_quic_keys *k, uint64_t number, const uint8_t *head,
			 size_t head_len, const uint8_t *sealed, size_t len, uint8_t *to);

#endif
