/* SPDX-License-Identifier: MIT */
/* OpenVPN of arbitrary octets: the first octet says whether they are datagrams or a stream. */
#include "dissect/protocols.h"
#include "feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 0)
		fuzz_feed(&nsc_openvpn, data[0] & 1 ? NSC_OVER_TCP : NSC_OVER_UDP, 1194, data + 1,
			  size - 1);
	return 0;
}
