/* SPDX-License-Identifier: MIT */
/*
 * Levels by port: the cells of a metric of shape PORTS hold at most 16 rows
 * {port, value}.  A row is told only while it is set; the value may be negative.
 */
#ifndef NSC_LEDGER_PORTS_H
#define NSC_LEDGER_PORTS_H

#include <stdbool.h>
#include <stdint.h>

enum { NSC_PORTS = 16, NSC_PORTS_WIDTH = 2 };	/* rows; cells of one: port (0: free), value */

/*
 * Sets a port's value.  Of more ports than rows those with the lowest values
 * stay.  False if one (this or another) was left out.
 */
bool nsc_ports_set(uint64_t *cell, uint16_t port, int64_t value);

/* Frees the port's row, if it has one. */
void nsc_ports_unset(uint64_t *cell, uint16_t port);

/*
 * Takes another writer's rows in; of two values for one port the lower one stays.
 * `from` is untrusted: what is no port is left out, values are cut to +-1e9.
 */
void nsc_ports_merge(uint64_t *to, const uint64_t *from);

/* Row of the smallest port above `port`, or -1: for (i = -1, p = 0; (i = next(cell, p)) >= 0; p = cell[2 * i]) */
int nsc_ports_next(const uint64_t *cell, unsigned port);

unsigned nsc_ports_count(const uint64_t *cell);

#endif
