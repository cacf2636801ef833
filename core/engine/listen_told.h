/* SPDX-License-Identifier: MIT */
/*
 * Listeners as one reader tells them: 1 while a row is there, and a last 0 when it goes,
 * whenever it went since that reader's last read.
 */
#ifndef NSC_ENGINE_LISTEN_TOLD_H
#define NSC_ENGINE_LISTEN_TOLD_H

#include "engine/ledgers.h"

enum { NSC_LISTEN_TOLD = 2 * NSC_LISTEN_ROWS };

struct nsc_listen_told {
	struct nsc_listen_rows before, now;	/* of the last read and of this one */
	unsigned count, present;	/* texts, of which the first so many are there */
	char text[NSC_LISTEN_TOLD][NSC_LISTEN_TEXT];
};

/* Memory of zeros is a reader that has told nothing.  Texts are valid until the next read. */
void nsc_listen_told_read(struct nsc_listen_told *t, struct nsc_ledgers *l);

#endif
