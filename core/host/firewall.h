/* SPDX-License-Identifier: MIT */
/*
 * The firewall's answer for a new packet to a listener.  Never a wrong definite one: what is
 * not understood, not readable, or not decided by what we know is `unknown`.
 */
#ifndef NSC_HOST_FIREWALL_H
#define NSC_HOST_FIREWALL_H

#include "host/listeners.h"
#include "host/nft_eval.h"
#include "scope/exposure.h"

struct nsc_firewall;

int nsc_firewall_new(struct nsc_firewall **f);	/* 0 or -ENOMEM; reads nothing yet */
void nsc_firewall_free(struct nsc_firewall *f);

/*
 * Reads the rules of this namespace if they are not those of the last look (one message
 * tells), and not more often than that it takes a fiftieth of a CPU, or every minute (now:
 * steady clock, ns).  Rules beyond nft.h's limits are not read again until they change.  1:
 * they are new, verdicts may differ; 0; -errno with err: every verdict is `unknown` until a look
 * goes well.
 */
int nsc_firewall_look(struct nsc_firewall *f, uint64_t now, char err[NSC_ERR]);

/* Rules see packets on that device before it hands them to another one (netdev, hook ingress). */
bool nsc_firewall_has_ingress(const struct nsc_firewall *f, const char *device);

/* What was read. */
void nsc_firewall_size(const struct nsc_firewall *f, unsigned *chains, unsigned *rules);

/*
 * reason may be NULL.  *spent: answers since the last look have walked as many rules as one look
 * may: `unknown`, to be asked again after the next one.
 */
enum nsc_fw_verdict nsc_firewall_verdict(struct nsc_firewall *f, const struct nsc_nft_question *q,
					 struct nsc_firewall_reason *reason, bool *spent);

#endif
