/* SPDX-License-Identifier: MIT */
/* Names from the wire: the domain that was registered of them, and what stands for them when they are hidden. */
#include <stdlib.h>
#include <string.h>

#include "engine/mask.h"
#include "engine/suffix.h"
#include "ledger/ledger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool truth)
{
	if (!truth)
		abort();
}

/* A domain is a part of the name, its own domain, and what metrics take. */
static void
registered(const struct nsc_suffixes *s, const char *name, size_t len)
{
	char domain[NSC_DOMAIN], again[NSC_DOMAIN], token[NSC_TOKEN];
	size_t n = nsc_registered(s, name, len, domain);

	require(n <= len && n < NSC_DOMAIN);
	if (n == 0)
		return;
	require(strlen(domain) == n && memchr(domain, '.', n) != NULL);
	require(nsc_registered(s, domain, n, again) == n && memcmp(domain, again, n) == 0);
	nsc_token(token, domain, n);
	require(token[0] != '\0' && strspn(token, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(token));
}

static void
hidden(const struct nsc_mask *m, const char *name, size_t len)
{
	struct nsc_text t = {name, (uint32_t)len}, to;
	char token[NSC_MASK_TEXT], again[NSC_MASK_TEXT];

	to = nsc_mask_host(m, &t, token);
	require(len == 0 || (to.len > 0 && to.len < NSC_MASK_TEXT));
	require(nsc_mask_host(m, &t, again).len == to.len && (len == 0 || memcmp(token, again, to.len) == 0));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct nsc_suffixes *list;
	static bool tried;
	static const struct nsc_mask mask = {true, {{1, 2}}};
	char err[NSC_ERR], *copy = malloc(size > 0 ? size : 1);	/* of its very length, for the sanitizer */

	if (copy == NULL)
		return 0;
	memcpy(copy, data, size);
	if (!tried)
		(void)nsc_suffixes_open(&list, err);
	tried = true;
	if (list != NULL)
		registered(list, copy, size);
	hidden(&mask, copy, size);
	free(copy);
	return 0;
}
