/* SPDX-License-Identifier: MIT */
/* The first octet chooses transport, port and dissector; the rest is a conversation. */
#include "dissect/protocols.h"
#include "feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t ports[] = {53, 5353, 5355, 4242};
	static const struct nsc_dissector *const d[] = {&nsc_dns, &nsc_mdns, &nsc_llmnr, &nsc_dns};
	unsigned which = size > 0 ? data[0] & 3 : 0;
	uint8_t transport = size > 0 && (data[0] & 4) != 0 ? NSC_OVER_TCP : NSC_OVER_UDP;

	if (size > 0)
		fuzz_feed(d[which], transport, ports[which], data + 1, size - 1);
	return 0;
}
