/* SPDX-License-Identifier: MIT */
/* SHA-256, from a library chosen when building: digest_nettle.c or digest_none.c. */
#ifndef NSC_DISSECT_DIGEST_H
#define NSC_DISSECT_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NSC_SHA256 = 32 }; /* octets of a digest */

/* False: this build has no digests. */
bool nsc_sha256(const void *data, size_t len, uint8_t digest[NSC_SHA256]);

#endif
