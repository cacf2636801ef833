/* SPDX-License-Identifier: MIT */
/* Datagrams of arbitrary octets through the dtls dissector. */
#include "dissect/protocols.h"
#include "feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_feed(&nsc_dtls, NSC_OVER_UDP, 4433, data, size);
	return 0;
}
