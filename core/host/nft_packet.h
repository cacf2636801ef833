/* SPDX-License-Identifier: MIT */
/*
 * The packet that is asked about: the first one of a new connection or exchange, whole, without
 * options of IPv4 or headers of IPv6 before the ports, of which some octets are certain,
 * others anyone's to choose.
 */
#ifndef NSC_HOST_NFT_PACKET_H
#define NSC_HOST_NFT_PACKET_H

#include "base/addr.h"
#include "host/nft.h"
#include "host/nft_mark.h"
#include "host/ternary.h"

struct nsc_nft_question {
	uint8_t proto;			/* IPPROTO_TCP (a SYN) or IPPROTO_UDP */
	uint16_t port;			/* its destination */
	struct nsc_addr addr;		/* an address of this host */
	bool on_interface;		/* that address is the interface's own */
	bool sole;			/* and its only one of that family, but for link-local ones */
	enum nsc_source_kind source;	/* whom it comes from: anyone of that kind */
	bool bridge;			/* it arrives by a bridge: that family's chains come first */
	bool routed_back;		/* such sources are reached through that interface */
	uint32_t ifindex;		/* where it arrives */
	char interface[16];
};

struct nsc_nft_packet {
	const struct nsc_nft_question *question;
	bool v4;
	bool any_port;
	bool before_ct;			/* connection tracking has not seen it yet */
	bool natted;			/* its destination was translated, to the same one */
	uint32_t ct_state, ct_state_known;	/* NF_CT_STATE_BIT(IP_CT_NEW), ... */
	struct nsc_nft_mark mark, ct_mark;
	struct nsc_knowledge network, transport;	/* headers, from octet 0 */
	struct nsc_doubt doubt;
};

/* any_port: the destination port is unknown (who is led here by a translation?). */
void nsc_nft_packet(struct nsc_nft_packet *p, const struct nsc_nft_question *q,
		    const struct nsc_nft *n, bool any_port);

/* Connection tracking leaves it alone, for sure. */
bool nsc_nft_untracked(const struct nsc_nft_packet *p);

/* `notrack`; maybe: it may not have come there. */
void nsc_nft_untrack(struct nsc_nft_packet *p, bool maybe);

/* What an expression puts into registers.  NO: the kernel gives the rule up there. */
enum nsc_ternary nsc_nft_fetch(const struct nsc_nft_packet *p, const struct nsc_nft_expr *e,
			       struct nsc_knowledge *reg);

/* Its mark is 0, for sure. */
bool nsc_nft_unmarked(const struct nsc_nft_packet *p);

/* META_SET and CT_SET, as far as they set a mark, and MARKS; maybe: it may not have come there. */
void nsc_nft_write_mark(struct nsc_nft_packet *p, const struct nsc_nft_expr *e,
			const struct nsc_knowledge *reg, bool maybe);

/* An iptables match (nft_match.c). */
enum nsc_ternary nsc_nft_matches(const struct nsc_nft_packet *p, const struct nsc_nft_expr *e);

#endif
