/* SPDX-License-Identifier: MIT */
/* One answer and what it teaches the cache of names: first octet, unicast or mDNS. */
#include <stdlib.h>

#include "dissect/dns_names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct nsc_hash_key key;
	static struct nsc_name_cache *cache;
	static struct nsc_dns_parsed d;
	const uint8_t kind = size > 0 && data[0] & 1 ? NSC_DNS_MULTICAST : NSC_DNS_UNICAST;
	struct nsc_addr client = {{0}};

	if (cache == NULL && nsc_name_cache_new(&cache, &key) != 0)
		abort();
	if (size == 0 || !nsc_dns_parse(&d, data + 1, size - 1, false, kind) || d.msg.malformed ||
	    d.msg.answers == 0)
		return 0;
	if (kind == NSC_DNS_MULTICAST)
		nsc_dns_learn_owners(cache, &d, data + 1, size - 1, 1000);
	else if (d.asked)
		nsc_dns_learn(cache, &d, data + 1, size - 1, &client, 1000);
	return 0;
}
