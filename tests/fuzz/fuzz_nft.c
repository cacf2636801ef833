/* SPDX-License-Identifier: MIT */
/*
 * A ruleset of arbitrary netlink messages, read as the kernel's would be, and asked about a
 * packet.  The input is messages one after the other; the octet in front of each chooses the
 * callback.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "host/nft_eval.h"
#include "host/nft_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const mnl_cb_t callbacks[] = {nsc_nft_on_table,    nsc_nft_on_chain, nsc_nft_on_set,
				     nsc_nft_on_elements, nsc_nft_on_rule,  nsc_nft_on_generation};

static void
ask(const struct nsc_nft *n, const char *addr, uint8_t proto)
{
	struct nsc_nft_question q = {.proto = proto, .port = 443, .interface = "h0", .ifindex = 2};
	struct nsc_nft_answer a;

	nsc_addr_parse(&q.addr, addr);
	nsc_nft_eval(n, &q, 10000, &a);
	if (a.outcomes == 0 || a.chain >= (int32_t)n->chain.count)
		abort();		/* something becomes of every packet */
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nsc_nft n = {0};
	struct nsc_nft_reading l = {.nft = &n};
	union {
		struct nlmsghdr h;
		uint8_t octets[4096];
	} m;

	if (nsc_nft_add(&n, &n.octets, 1, 1) == NULL)
		return 0;
	while (size > 1 + sizeof m.h) {
		unsigned which = data[0] % (sizeof callbacks / sizeof callbacks[0]);
		size_t len;

		memcpy(&m.h, data + 1, sizeof m.h);
		len = m.h.nlmsg_len;
		if (len < sizeof m.h + 4 || len > size - 1 || len > sizeof m)
			break;
		memcpy(m.octets, data + 1, len);
		if (which == 3 && n.set.count == 0)
			break;
		if (which == 3) {
			struct nsc_nft_set *s = n.set.item;

			l.set = (int32_t)n.set.count - 1;
			/* A set's elements may come in several messages. */
			if (s[l.set].count == 0)
				s[l.set].first = n.element.count;
		}
		callbacks[which](&m.h, &l);
		if (which == 3) {
			struct nsc_nft_set *s = n.set.item;

			s[l.set].count = n.element.count - s[l.set].first;
			nsc_nft_sort_elements(&l);
		}
		data += 1 + len;
		size -= 1 + len;
	}
	ask(&n, "192.0.2.1", IPPROTO_TCP);
	ask(&n, "2001:db8::1", IPPROTO_UDP);
	nsc_nft_clear(&n);
	return 0;
}
