/* SPDX-License-Identifier: MIT */
/* Conversations of arbitrary octets through the http2 dissector. */
#include "dissect/protocols.h"
#include "feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_feed_kept(&nsc_http2, NSC_OVER_TCP, 80, data, size);
	return 0;
}
