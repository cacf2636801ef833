/* SPDX-License-Identifier: MIT */
/* In place of quic_crypt_nettle.c, without nettle: QUIC is labelled by its headers only. */
#include <string.h>

#include "dissect/quic_crypt.h"

const char *
nsc_quic_crypt_library(void)
{
	return NULL;
}

bool
nsc_quic_crypt_initial(struct nsc_quic_secret *initial, const uint8_t salt[NSC_QUIC_SALT], bool v2,
		       const uint8_t *cid, size_t len)
{
	(void)salt;
	(void)v2;
	(void)cid;
	(void)len;
	memset(initial, 0, sizeof *initial);
	return false;
}

void
nsc_quic_crypt_secret(struct nsc_quic_secret *s, const struct nsc_quic_secret *initial, unsigned side)
{
	(void)side;
	*s = *initial;
}

void
nsc_quic_crypt_hp(const struct nsc_quic_secret *s, struct nsc_quic_keys *k)
{
	(void)s;
	memset(k, 0, sizeof *k);
}

void
nsc_quic_crypt_keys(const struct nsc_quic_secret *s, struct nsc_quic_keys *k)
{
	(void)s;
	memset(k, 0, sizeof *k);
}

void
nsc_quic_crypt_mask(const struct nsc_quic_keys *k, const uint8_t sample[NSC_QUIC_SAMPLE],
		    uint8_t mask[NSC_QUIC_MASK])
{
	(void)k;
	(void)sample;
	memset(mask, 0, NSC_QUIC_MASK);
}

bool
nsc_quic_crypt_open(const struct nsc_quic_keys *k, uint64_t number, const uint8_t *head,
		    size_t head_len, const uint8_t *sealed, size_t len, uint8_t *to)
{
	(void)k;
	(void)number;
	(void)head;
	(void)head_len;
	(void)sealed;
	(void)len;
	(void)to;
	return false;
}
