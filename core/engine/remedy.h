/* SPDX-License-Identifier: MIT */
/* What is missing when a source cannot be opened, and what a person can do about it. */
#ifndef NSC_ENGINE_REMEDY_H
#define NSC_ENGINE_REMEDY_H

#include "base/error.h"

struct nsc_remedy {
	char finding[NSC_ERR];		/* "CAP_NET_RAW is missing" */
	char remedy[NSC_ERR];		/* "" if nobody can help */
};

/* For the -errno with which opening a ring failed. */
void nsc_remedy_capture(struct nsc_remedy *r, int code);

/* For the -errno with which rtnetlink failed. */
void nsc_remedy_interfaces(struct nsc_remedy *r, int code);

#endif
