/* SPDX-License-Identifier: MIT */
/* Digests by nettle: plain structs on the stack, nothing to set up. */
#include <nettle/sha2.h>

#include "dissect/digest.h"

bool
nsc_sha256(const void *data, size_t len, uint8_t digest[NSC_SHA256])
{
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, len, data);
	sha256_digest(&ctx, NSC_SHA256, digest);
	return true;
}
