/* SPDX-License-Identifier: MIT */
/* How each question to a subsystem of nfnetlink begins (linux/netfilter/nfnetlink.h). */
#ifndef NSC_HOST_NFNETLINK_H
#define NSC_HOST_NFNETLINK_H

#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdint.h>

/* In the caller's buffer, to which attributes may be added; family: NFPROTO_* or AF_*. */
static inline struct nlmsghdr *
nsc_nfnetlink_begin(void *buffer, unsigned subsystem, unsigned type, uint8_t family,
		    uint16_t flags, uint32_t sequence)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(buffer);
	struct nfgenmsg *g;

	h->nlmsg_type = (uint16_t)(subsystem << 8 | type);
	h->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	h->nlmsg_seq = sequence;
	g = mnl_nlmsg_put_extra_header(h, sizeof *g);
	g->nfgen_family = family;
	g->version = NFNETLINK_V0;
	g->res_id = 0;
	return h;
}

#endif
