/* SPDX-License-Identifier: MIT */
/* What the tables of listeners and connections share: room, ends with their zones, owners. */
#ifndef NSC_CLI_COLUMNS_H
#define NSC_CLI_COLUMNS_H

#include "text.h"

/* Columns of the terminal on standard output; else COLUMNS, else 80; at least 80. */
unsigned columns_width(void);

/*
 * "192.0.2.1:443", "[fe80::1%eth0]:443", "0.0.0.0%lo:80", "*:443" (a dual-stack wildcard)
 * or "192.0.2.1:*" (port 0), cut to `columns`.
 */
const char *columns_end(const struct nsc_addr *a, unsigned port, const char *zone, bool dual,
			unsigned columns, char text[TEXT_FIELD]);

/*
 * "nginx 812"; "nginx" if the number does not fit; "?" of a process that may not be seen,
 * "-" if there is none.
 */
const char *columns_owner(uint8_t state, const struct nsc_process *p, unsigned columns,
			  char text[TEXT_FIELD]);

/* What "?" means, if any owner was one. */
void columns_denied(bool any);

#endif
