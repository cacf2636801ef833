/* SPDX-License-Identifier: MIT */
/* Arbitrary octets as a certificate. */
#include <stdlib.h>

#include "dissect/x509.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);
	struct nsc_x509 x;

	memcpy(copy, data, size);
	if (!nsc_x509(&x, nsc_bytes(copy, size)) && x.names_len > 0)
		abort();
	if (x.names > NSC_X509_NAMES || x.names_len > NSC_X509_NAMES_TEXT ||
	    (x.names == 0) != (x.names_len == 0))
		abort();
	free(copy);
	return 0;
}
