/* SPDX-License-Identifier: MIT */
/* Initial keys and AEAD by nettle: structs on the stack, no state, no allocation. */
#include <nettle/aes.h>
#include <nettle/gcm.h>
#include <nettle/hkdf.h>
#include <nettle/hmac.h>
#include <nettle/version.h>
#include <string.h>

#include "dissect/quic_crypt.h"

enum {
	LABEL_MAX = 2 + 1 + 32 + 1,
};

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

const char *
nsc_quic_crypt_library(void)
{
	return "nettle " TEXT(NETTLE_VERSION_MAJOR) "." TEXT(NETTLE_VERSION_MINOR);
}

/* With the types that nettle's HKDF calls. */
static void
update(void *ctx, size_t n, const uint8_t *p)
{
	hmac_sha256_update(ctx, n, p);
}

static void
digest(void *ctx, size_t n, uint8_t *to)
{
	hmac_sha256_digest(ctx, n, to);
}

/*
 * HKDF-Expand-Label with an empty context (RFC 8446, 7.1); label with its "tls13 ".  ctx
 * has the secret, and has it afterwards.
 */
static void
expand(struct hmac_sha256_ctx *ctx, const char *label, uint8_t *to, size_t n)
{
	uint8_t info[LABEL_MAX];
	size_t len = strlen(label);

	info[0] = 0;
	info[1] = (uint8_t)n;
	info[2] = (uint8_t)len;
	memcpy(info + 3, label, len);
	info[3 + len] = 0;
	hkdf_expand(ctx, update, digest, SHA256_DIGEST_SIZE, 3 + len + 1, info, n, to);
}

bool
nsc_quic_crypt_initial(struct nsc_quic_secret *initial, const uint8_t salt[NSC_QUIC_SALT], bool v2,
		       const uint8_t *cid, size_t len)
{
	struct hmac_sha256_ctx ctx;

	hmac_sha256_set_key(&ctx, NSC_QUIC_SALT, salt);
	hkdf_extract(&ctx, update, digest, SHA256_DIGEST_SIZE, len, cid, initial->octets);
	initial->v2 = v2;
	return true;
}

void
nsc_quic_crypt_secret(struct nsc_quic_secret *s, const struct nsc_quic_secret *initial, unsigned side)
{
	struct hmac_sha256_ctx ctx;

	hmac_sha256_set_key(&ctx, NSC_QUIC_SECRET, initial->octets);
	expand(&ctx, side == 0 ? "tls13 client in" : "tls13 server in", s->octets, NSC_QUIC_SECRET);
	s->v2 = initial->v2;
}

void
nsc_quic_crypt_hp(const struct nsc_quic_secret *s, struct nsc_quic_keys *k)
{
	struct hmac_sha256_ctx ctx;

	hmac_sha256_set_key(&ctx, NSC_QUIC_SECRET, s->octets);
	expand(&ctx, s->v2 ? "tls13 quicv2 hp" : "tls13 quic hp", k->hp, NSC_QUIC_KEY);
}

void
nsc_quic_crypt_keys(const struct nsc_quic_secret *s, struct nsc_quic_keys *k)
{
	struct hmac_sha256_ctx ctx;

	hmac_sha256_set_key(&ctx, NSC_QUIC_SECRET, s->octets);
	expand(&ctx, s->v2 ? "tls13 quicv2 key" : "tls13 quic key", k->key, NSC_QUIC_KEY);
	expand(&ctx, s->v2 ? "tls13 quicv2 iv" : "tls13 quic iv", k->iv, NSC_QUIC_IV);
}

void
nsc_quic_crypt_mask(const struct nsc_quic_keys *k, const uint8_t sample[NSC_QUIC_SAMPLE],
		    uint8_t mask[NSC_QUIC_MASK])
{
	struct aes128_ctx aes;
	uint8_t block[AES_BLOCK_SIZE];

	aes128_set_encrypt_key(&aes, k->hp);
	aes128_encrypt(&aes, sizeof block, block, sample);
	memcpy(mask, block, NSC_QUIC_MASK);
}

bool
nsc_quic_crypt_open(const struct nsc_quic_keys *k, uint64_t number, const uint8_t *head,
		    size_t head_len, const uint8_t *sealed, size_t len, uint8_t *to)
{
	struct gcm_aes128_ctx gcm;
	uint8_t nonce[NSC_QUIC_IV], tag[NSC_QUIC_TAG];

	if (len < NSC_QUIC_TAG)
		return false;
	memcpy(nonce, k->iv, sizeof nonce);
	for (unsigned i = 0; i < 8; i++)
		nonce[NSC_QUIC_IV - 1 - i] ^= (uint8_t)(number >> 8 * i);
	gcm_aes128_set_key(&gcm, k->key);
	gcm_aes128_set_iv(&gcm, sizeof nonce, nonce);
	gcm_aes128_update(&gcm, head_len, head);
	gcm_aes128_decrypt(&gcm, len - NSC_QUIC_TAG, to, sealed);
	gcm_aes128_digest(&gcm, sizeof tag, tag);
	return memcmp(tag, sealed + len - NSC_QUIC_TAG, sizeof tag) == 0;
}
