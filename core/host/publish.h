/* SPDX-License-Identifier: MIT */
/* The host's interfaces and addresses, as facts for the workers. */
#ifndef NSC_HOST_PUBLISH_H
#define NSC_HOST_PUBLISH_H

#include "host/interfaces.h"
#include "host/rows.h"
#include "scope/facts.h"

/*
 * Writes addresses, captured interfaces by row, MACs of stacked devices and the
 * range of ephemeral ports, and commits them.  Listeners stay as they are.
 * Returns how many addresses and MACs found no room (0 as a rule).
 */
unsigned nsc_publish_facts(struct nsc_facts *f, const struct nsc_interfaces *t,
			   const struct nsc_interface_rows *rows);

#endif
