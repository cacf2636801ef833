/* SPDX-License-Identifier: MIT */
/*
 * What Netdata has been told of charts and dimensions, and what it is told next: the lines of
 * its protocol for external plugins (CHART, CLABEL, DIMENSION, BEGIN, SET, END), in which a
 * chart and a dimension must be defined before they are used.
 *
 * Netdata takes the first value of an incremental dimension as where it begins, and shows
 * nothing of it.  So a counter that appears begins with what it was before (0, or what it was
 * last told); its first increment is told with the second one.
 */
#ifndef NETFLOWSCOPE_NETDATA_CHARTS_H
#define NETFLOWSCOPE_NETDATA_CHARTS_H

#include <stdio.h>

#include "nsc.h"

struct charts;

/* Lines go to `to`, which stays the caller's; update_every in seconds.  NULL: no memory. */
struct charts *charts_new(FILE *to, unsigned update_every);
void charts_free(struct charts *c);

/* One read: begin, each of its samples, end, which writes. */
void charts_begin(struct charts *c);
void charts_sample(void *charts, const struct nsc_sample *s);

/* now: steady clock, us.  0, or -ENOMEM: some samples found no room. */
int charts_end(struct charts *c, uint64_t now);

#endif
