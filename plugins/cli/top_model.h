/* SPDX-License-Identifier: MIT */
/*
 * What top knows: tables of rows, made anew from the engine's samples and single rows at
 * each refresh.  Knows of no terminal.
 */
#ifndef NSC_CLI_TOP_MODEL_H
#define NSC_CLI_TOP_MODEL_H

#include "top_rows.h"

struct top_totals {			/* since top began, and a second */
	uint64_t octets[TOP_WAYS];
	double rate[TOP_WAYS];
	uint64_t flows, opened;		/* open now; ever */
	double opening;
	uint64_t captured, dropped, evicted;	/* packets, packets, entries of tables */
};

enum { TOP_SOURCES = 16 };

struct top_source {			/* of self/bool-source_NAME */
	char name[24];
	bool works;
};

struct top_past {			/* of a row, at the refresh before */
	uint64_t id, octets[TOP_WAYS], opened;
};

struct top_pasts {
	struct top_past *past;		/* by id */
	size_t count;
};

struct top_model {
	struct top_table table[TOP_TABLES];
	struct top_table flows, sockets;	/* what connections are made of */
	struct top_pasts past_flows, past_sockets, past_table[TOP_TABLES];
	struct top_totals totals, past_totals;
	struct top_source source[TOP_SOURCES];
	unsigned sources;
	uint64_t refreshed;		/* ns of a steady clock; 0: never */
	uint64_t left_out;		/* single rows, by the core and by us, now */
	uint64_t lost_rows[NSC_ROWS_KINDS];
	bool changed;			/* flows or sockets came with this refresh */
	bool blind;			/* no packets are seen: sockets tell what processes do */
	bool failed;			/* out of memory: something is not shown */
};

void top_model_init(struct top_model *m);
void top_model_free(struct top_model *m);

/* A refresh: begin, the reader's samples, the engine's rows, end.  now: steady clock, ns. */
void top_model_begin(struct top_model *m);
void top_model_sample(void *model, const struct nsc_sample *s);
struct nsc_rows_tell top_model_rows(struct top_model *m);
void top_model_end(struct top_model *m, uint64_t now);

/* --- its parts ---------------------------------------------------------------------- */

/* (top_samples.c) Ends the tables that samples make: rates, rows that were not told go. */
void top_samples_begin(struct top_model *m);
void top_samples_end(struct top_model *m, double seconds);

/* (top_join.c) Connections of flows and sockets. */
void top_join(struct top_model *m);

/* (top_groups.c) What connections belong to: peers; without packets processes and units, too. */
void top_groups(struct top_model *m);

/* (top_names.c) How processes and units of samples are written. */
void top_names(struct top_model *m);

/* (top_model.c) Ids and sums of a table, to find them again; *past is replaced.  False: no memory. */
bool top_pasts_take(struct top_pasts *p, const struct top_table *t);
const struct top_past *top_pasts_find(const struct top_pasts *p, uint64_t id);

#endif
