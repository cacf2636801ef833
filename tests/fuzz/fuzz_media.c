/* SPDX-License-Identifier: MIT */
/* Session descriptions, heads of media, and RTSP, which says where media will be. */
#include "dissect/media.h"
#include "dissect/protocols.h"
#include "dissect/rtp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Half of it by each side; what is left unread is not given again. */
static void
rtsp(struct nsc_media *m, const uint8_t *data, size_t size)
{
	struct nsc_out out = {.media = m, .time = 1000, .transport = NSC_OVER_TCP};

	for (unsigned side = 0; side < 2; side++) {
		size_t from = side == 0 ? 0 : size / 2, to = side == 0 ? size / 2 : size;
		struct nsc_chunk in = {.bytes = nsc_bytes(data + from, to - from),
				       .side = (uint8_t)side, .transport = NSC_OVER_TCP};
		struct nsc_guess g = {.bytes = in.bytes, .side = in.side, .transport = NSC_OVER_TCP};

		(void)nsc_rtsp.guess(&g);
		(void)nsc_rtsp.feed(NULL, &in, &out);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct nsc_media m;

	m.count = m.next = 0;
	nsc_media_description(&m, nsc_bytes(data, size), 1000);
	(void)nsc_like_rtp(nsc_bytes(data, size));
	(void)nsc_like_rtcp(nsc_bytes(data, size));
	if (size > 0)
		rtsp(&m, data, size);
	return 0;
}
