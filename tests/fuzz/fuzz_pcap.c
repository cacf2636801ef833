/* SPDX-License-Identifier: MIT */
/* A capture of arbitrary octets, either format, also compressed: every frame is read. */
#include <stdlib.h>

#include "source/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nsc_frame frames[3];
	struct nsc_source *s;
	char err[NSC_ERR];
	uint64_t sum = 0, octets = 0;
	int n;

	if (nsc_file_open_memory(&s, data, size, err) < 0)
		return 0;
	/* A compressed capture may hold a thousand times its size: not all of it. */
	while (octets < 4 << 20 && (n = s->ops->batch(s, frames, 3, err)) > 0)
		for (int i = 0; i < n; i++, octets++)
			for (uint32_t k = 0; k < frames[i].caplen; k++, octets++)
				sum += frames[i].data[k] ^ frames[i].time;
	if (sum == 0x123456789abcdef)
		abort();		/* keeps the reads */
	nsc_source_close(s);
	return 0;
}
