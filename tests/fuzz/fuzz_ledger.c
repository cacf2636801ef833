/* SPDX-License-Identifier: MIT */
/* A ledger of arbitrary octets, as a broken helper could leave it, through collect and
 * quantiles. */
#include <stdlib.h>
#include <string.h>

#include "ledger/ledger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* First octet: bit 0 repairs the header, bit 1 repeats the input over the whole block. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nsc_ledger *l = calloc(1, sizeof *l);
	struct nsc_cells *sum = calloc(1, sizeof *sum);
	uint8_t *octets = (uint8_t *)l;
	size_t at;

	if (l == NULL || sum == NULL || size < 1)
		goto out;
	for (at = 0; size > 1 && at < sizeof *l; at += size - 1) {
		size_t n = size - 1 < sizeof *l - at ? size - 1 : sizeof *l - at;

		memcpy(octets + at, data + 1, n);
		if (!(data[0] & 2))
			break;
	}
	if (data[0] & 1)
		nsc_ledger_init(l);
	nsc_ledger_ask(l);
	nsc_ledger_answered(l, size);
	if (nsc_ledger_collect(l, sum) == 0) {
		const uint64_t *h = &sum->cell[NSC_CELL(DNS_LATENCY, 0, 0)];

		if (nsc_histogram_quantile(h, NULL, 0.99) >
		    nsc_histogram_value(NSC_HISTOGRAM_CELLS))
			abort();
	}
out:
	free(l);
	free(sum);
	return 0;
}
