/* SPDX-License-Identifier: MIT */
/* Conversations of arbitrary octets through the http dissector. */
#include "dissect/protocols.h"
#include "feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_feed_kept(&nsc_http, NSC_OVER_TCP, 443, data, size);
	return 0;
}
