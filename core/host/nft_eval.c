/* SPDX-License-Identifier: MIT */
/* The base chains in a packet's way, as netfilter's hooks call them one after the other. */
#include "host/nft_eval.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter_ipv4.h>
#include <string.h>

#include "host/nft_walk.h"

enum { CHAINS = 256 };			/* base chains in a packet's way */

#define SEVERAL "*"			/* nsc_nft_chain.device: more than one */

/* The order in which the kernel calls base chains; translation has a place of its own. */
static long
order_of(const struct nsc_nft_chain *c)
{
	long hook = c->netdev ? 0 : c->hook == NF_INET_PRE_ROUTING ? 1 : 2;
	long priority = c->nat && hook == 1 ? NF_IP_PRI_NAT_DST : c->priority;

	return hook * (1l << 40) + priority;
}

static bool
in_the_way(const struct nsc_nft *n, const struct nsc_nft_chain *c, const struct nsc_nft_packet *p)
{
	const struct nsc_nft_table *t;

	if (!c->base || c->table == NSC_NFT_NONE)
		return false;
	t = nsc_nft_table(n, c->table);
	if (t->dormant)
		return false;
	if (c->netdev && t->family == NFPROTO_NETDEV && c->hook != NF_NETDEV_INGRESS)
		return false;
	if (c->netdev)
		return strcmp(c->device, SEVERAL) == 0 ||
		       strncmp(c->device, p->question->interface, sizeof c->device) == 0;
	return (c->hook == NF_INET_PRE_ROUTING || c->hook == NF_INET_LOCAL_IN) &&
	       (t->family == NFPROTO_INET || t->family == (p->v4 ? NFPROTO_IPV4 : NFPROTO_IPV6));
}

/* Indices of the base chains in the packet's way, in order; how many. */
static unsigned
way_of(const struct nsc_nft_walk *ev, int32_t way[CHAINS])
{
	const struct nsc_nft *n = ev->nft;
	unsigned count = 0;

	for (uint32_t i = 0; i < n->chain.count; i++) {
		const struct nsc_nft_chain *c = nsc_nft_chain(n, (int32_t)i);
		unsigned at = count;

		if (!in_the_way(n, c, &ev->packet) || count == CHAINS)
			continue;
		while (at > 0) {
			const struct nsc_nft_chain *b = nsc_nft_chain(n, way[at - 1]);

			if (order_of(b) < order_of(c) ||
			    (order_of(b) == order_of(c) && (!c->nat || b->priority <= c->priority)))
				break;
			way[at] = way[at - 1];
			at--;
		}
		way[at] = (int32_t)i;
		count++;
	}
	return count;
}

/* Tables of one priority are called in the order of their registration, which nobody tells. */
static bool
tied(const struct nsc_nft_walk *ev, const int32_t *way, unsigned i, unsigned count)
{
	const struct nsc_nft_chain *c = nsc_nft_chain(ev->nft, way[i]);
	const struct nsc_nft_chain *next;

	if (i + 1 == count)
		return false;
	next = nsc_nft_chain(ev->nft, way[i + 1]);
	return order_of(next) == order_of(c);
}

/* The packet comes to a base chain as connection tracking left it.  True: perhaps not. */
static bool
approach(struct nsc_nft_walk *ev, const struct nsc_nft_chain *c)
{
	ev->packet.before_ct = c->netdev || (c->hook == NF_INET_PRE_ROUTING && !c->nat &&
					     c->priority <= NF_IP_PRI_CONNTRACK);
	return (c->nat && ev->packet.ct_state_known != UINT32_MAX) ||
	       (c->netdev && strcmp(c->device, SEVERAL) == 0);
}

/*
 * The rest of the way; a translation has a way of its own from there on.  What denies in one
 * chain of a tie may be forestalled by the others: all of them are walked.
 */
static unsigned
run_way(struct nsc_nft_walk *ev, const int32_t *way, unsigned count, bool uncertain)
{
	unsigned seen = 0;
	bool pass = true, in_tie = false;

	for (unsigned i = 0; i < count && (pass || in_tie); i++) {
		const struct nsc_nft_chain *c = nsc_nft_chain(ev->nft, way[i]);
		bool skips = approach(ev, c);
		unsigned one;

		in_tie = tied(ev, way, i, count);
		if (c->nat && (ev->packet.natted || nsc_nft_untracked(&ev->packet)))
			continue;
		one = nsc_nft_walk(ev, way[i], uncertain || skips) | (skips ? NSC_NFT_ALLOWED : 0);
		if ((one & NSC_NFT_TRANSLATED) != 0) {
			struct nsc_nft_packet was = ev->packet;

			ev->packet.natted = true;
			seen |= run_way(ev, way + i + 1, count - i - 1,
					uncertain || one != NSC_NFT_TRANSLATED);
			ev->packet = was;
		}
		seen |= one & ~(unsigned)(NSC_NFT_ALLOWED | NSC_NFT_TRANSLATED);
		pass = pass && (one & NSC_NFT_ALLOWED) != 0;
		uncertain |= seen != 0;
	}
	return seen | (pass ? NSC_NFT_ALLOWED : 0);
}

/* Does a translation of another port, or another address, lead to the listener? */
static bool
led_here(const struct nsc_nft *n, const struct nsc_nft_question *q, unsigned *budget)
{
	struct nsc_nft_answer scratch;
	struct nsc_nft_walk ev = {.nft = n,
				  .answer = &scratch,
				  .budget = *budget,
				  .doubted = true};
	int32_t way[CHAINS];
	unsigned count;
	bool led = false;

	nsc_nft_packet(&ev.packet, q, n, true);
	count = way_of(&ev, way);
	for (unsigned i = 0; !led && i < count; i++) {
		const struct nsc_nft_chain *c = nsc_nft_chain(n, way[i]);

		led = c->nat && c->hook == NF_INET_PRE_ROUTING &&
		      (nsc_nft_walk(&ev, way[i], true) & NSC_NFT_TRANSLATED) != 0;
	}
	*budget = ev.budget;
	return led || ev.budget == 0;
}

/* Chains of the family bridge see what a bridge takes in; they are not followed. */
static bool
bridge_filters(const struct nsc_nft *n)
{
	for (uint32_t i = 0; i < n->chain.count; i++) {
		const struct nsc_nft_chain *c = nsc_nft_chain(n, (int32_t)i);

		if (c->base && c->table != NSC_NFT_NONE &&
		    nsc_nft_table(n, c->table)->family == NFPROTO_BRIDGE)
			return true;
	}
	return false;
}

void
nsc_nft_eval(const struct nsc_nft *n, const struct nsc_nft_question *q, unsigned budget,
	     struct nsc_nft_answer *a)
{
	struct nsc_nft_walk ev = {.nft = n, .answer = a, .budget = budget};
	int32_t way[CHAINS];
	unsigned count;

	*a = (struct nsc_nft_answer){.chain = NSC_NFT_NONE};
	nsc_nft_packet(&ev.packet, q, n, false);
	count = way_of(&ev, way);
	a->outcomes = run_way(&ev, way, count, false);
	if ((q->bridge && bridge_filters(n)) || count == CHAINS ||
	    (a->outcomes != NSC_NFT_ALLOWED && led_here(n, q, &ev.budget)))
		a->outcomes |= NSC_NFT_UNKNOWN;
	a->walked = budget - ev.budget;
}
