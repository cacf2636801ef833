/* SPDX-License-Identifier: MIT */
/* The table that people read: totals, applications, conversations, DNS and TCP health. */
#ifndef NSC_CLI_VIEW_H
#define NSC_CLI_VIEW_H

#include "nsc.h"

struct view;

/* Made before the first packet: its reader's sums begin there.  0 or -ENOMEM. */
int view_new(struct view **v, struct nsc_engine *e);
void view_free(struct view *v);

/* The engine's events. */
void view_event(struct view *v, const struct nsc_event *ev);

/* Prints everything on standard output, 80 columns wide but for the title: the path that
 * was read. */
void view_print(struct view *v, const char *title);

#endif
