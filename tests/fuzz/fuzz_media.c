/* SPDX-License-Identifier: MIT */
/* Session descriptions, and heads of media. */
#include "dissect/media.h"
#include "dissect/rtp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct nsc_media m;

	m.count = m.next = 0;
	nsc_media_description(&m, nsc_bytes(data, size), 1000);
	(void)nsc_like_rtp(nsc_bytes(data, size));
	(void)nsc_like_rtcp(nsc_bytes(data, size));
	return 0;
}
