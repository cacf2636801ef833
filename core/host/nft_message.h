/* SPDX-License-Identifier: MIT */
/*
 * Messages of nf_tables, each taken into the ruleset.  They come in the order in which they
 * refer to each other: tables, chains, sets, elements, rules.
 */
#ifndef NSC_HOST_NFT_MESSAGE_H
#define NSC_HOST_NFT_MESSAGE_H

#include <libmnl/libmnl.h>

#include "host/nft.h"

struct nsc_nft_reading {
	struct nsc_nft *nft;
	int32_t set;			/* whose elements come */
	int error;			/* -E2BIG; -EAGAIN: the ruleset changed meanwhile */
};

/* For mnl_cb_run, arg a struct nsc_nft_reading: MNL_CB_STOP with its `error` set, or MNL_CB_OK. */
int nsc_nft_on_table(const struct nlmsghdr *h, void *arg);
int nsc_nft_on_chain(const struct nlmsghdr *h, void *arg);
int nsc_nft_on_set(const struct nlmsghdr *h, void *arg);
int nsc_nft_on_elements(const struct nlmsghdr *h, void *arg);
int nsc_nft_on_rule(const struct nlmsghdr *h, void *arg);
int nsc_nft_on_generation(const struct nlmsghdr *h, void *arg);

/* Puts the elements of nft's set `set` in the order of their keys, as look-ups need it. */
void nsc_nft_sort_elements(struct nsc_nft_reading *l);

#endif
