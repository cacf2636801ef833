/* SPDX-License-Identifier: MIT */
/* What is missing when a source cannot be opened, and what a person can do about it. */
#ifndef NSC_ENGINE_REMEDY_H
#define NSC_ENGINE_REMEDY_H

#include "base/error.h"
#include "host/inventory.h"

struct nsc_remedy {
	char finding[NSC_ERR];		/* "CAP_NET_RAW is missing" */
	char remedy[NSC_ERR];		/* "" if nobody can help */
};

/* For the -errno with which opening a ring failed. */
void nsc_remedy_capture(struct nsc_remedy *r, int code);

/* For the -errno with which rtnetlink failed. */
void nsc_remedy_interfaces(struct nsc_remedy *r, int code);

/*
 * For the -errno of a source of the inventory, and the line that it said: one remedy for
 * each capability that is missing (systemd.exec(5) adds them up), else one in all.  How many.
 */
enum { NSC_REMEDIES = 2 };
unsigned nsc_remedy_inventory(struct nsc_remedy r[NSC_REMEDIES], enum nsc_inventory_source s,
			      int code, const char *line);

#endif
