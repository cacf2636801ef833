/* SPDX-License-Identifier: MIT */
/* What the kernel tells of its counters; the first octet says of which file. */
#include <stdlib.h>
#include <string.h>

#include "host/counters.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *
name(unsigned n)
{
	static const char *const names[] = {"TcpRetransSegs", "TcpExtListenDrops", "UdpNoPorts",
					    "Udp6NoPorts", "IpInUnknownProtos"};

	return n < sizeof names / sizeof *names ? names[n] : NULL;
}

/* Told twice, nothing has come between. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void (*take)(struct nsc_counters *p, const char *text, size_t n);
	struct nsc_counters p, before;

	if (size == 0)
		return 0;
	take = data[0] & 1 ? nsc_counters_names : nsc_counters_pairs;
	nsc_counters_want(&p, name);
	p.bits = data[0] & 2 ? 32 : 64;
	take(&p, (const char *)data + 1, size - 1);
	before = p;
	take(&p, (const char *)data + 1, size - 1);
	for (unsigned i = 0; i < p.count; i++)
		if (p.counter[i].met != before.counter[i].met ||
		    p.counter[i].last != before.counter[i].last ||
		    p.counter[i].sum < before.counter[i].sum)
			abort();
	return 0;
}
