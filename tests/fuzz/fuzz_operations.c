/* SPDX-License-Identifier: MIT */
/*
 * Conversations of arbitrary octets through the dissectors that tell of operations.  A line says
 * which one ("redis", "snmp udp"); the rest is in the form of feed.h.
 */
#include "dissect/table.h"
#include "feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct nsc_dissector *
named(const uint8_t *name, size_t len)
{
	for (unsigned app = 1; app < nsc_dissector_count; app++) {
		const struct nsc_dissector *d = nsc_dissectors[app];

		if (d->operations != NULL && strlen(d->name) == len && memcmp(d->name, name, len) == 0)
			return d;
	}
	return NULL;
}

/* Words that the lists do not have must not be told; what is told of is asked by feed.h's events. */
static void
check_words(const struct nsc_dissector *d)
{
	if (fuzz_words(d->operations) > NSC_OPERATIONS || fuzz_words(d->errors) > NSC_ERRORS)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *lf = size > 0 ? memchr(data, '\n', size) : NULL;
	const struct nsc_dissector *d;
	bool udp;
	size_t n;

	if (lf == NULL)
		return 0;
	n = (size_t)(lf - data);
	udp = n > 4 && memcmp(lf - 4, " udp", 4) == 0;
	d = named(data, udp ? n - 4 : n);
	if (d == NULL || !(d->transports & (udp ? NSC_OVER_UDP : NSC_OVER_TCP)))
		return 0;
	check_words(d);
	fuzz_feed(d, udp ? NSC_OVER_UDP : NSC_OVER_TCP, 443, lf + 1, size - n - 1);
	return 0;
}
