/* SPDX-License-Identifier: MIT */
/* Datagrams of ctnetlink: the first octet says whether they answer a question. */
#include <stdlib.h>
#include <string.h>

#include "host/conntrack_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
look_at(void *arg, const struct nsc_conntrack_told *one)
{
	const struct nsc_translation *x = &one->translation;

	(void)arg;
	if (one->kind != NSC_CONNTRACK_THERE && one->kind != NSC_CONNTRACK_GONE)
		return;
	if (x->proto == 0 || !(one->snat || one->dnat) || x->before.port[0] == 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *octets;

	if (size == 0)
		return 0;
	octets = malloc(size);		/* aligned as a buffer is, and fenced by the sanitizer */
	if (octets == NULL)
		return 0;
	memcpy(octets, data + 1, size - 1);
	nsc_conntrack_take(octets, size - 1, data[0] & 1, look_at, NULL);
	free(octets);
	return 0;
}
