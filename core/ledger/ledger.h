/* SPDX-License-Identifier: MIT */
/*
 * The block of counters that one writer owns: flat, without pointers, so that
 * the same octets work between threads and between processes.
 *
 * Cells are laid out by metrics.def and sets.def alone: for each metric
 * groups x values x width cells of 64 bits.  The hash of that layout stands in
 * the header.
 */
#ifndef NSC_LEDGER_LEDGER_H
#define NSC_LEDGER_LEDGER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ledger/histogram.h"
#include "ledger/ports.h"

enum nsc_set {			/* NSC_SET_SCOPE ... */
#define NSC_SET(id, tokens) NSC_SET_##id,
#define NSC_ROWS(id, rows) NSC_SET_##id,
#include "ledger/sets.def"
#undef NSC_SET
#undef NSC_ROWS
	NSC_SETS
};

/* The values of each closed set, NSC_V_SCOPE_PUBLIC ..., and their numbers, NSC_COUNT_SCOPE ... */
#define X(set, token, text) NSC_V_##set##_##token,
#define NSC_SET(id, tokens) enum { tokens NSC_COUNT_##id };
#define NSC_ROWS(id, rows) enum { NSC_COUNT_##id = (rows) };
#include "ledger/sets.def"
#undef NSC_SET
#undef NSC_ROWS
#undef X

enum nsc_metric_id {		/* NSC_M_SCOPE_OCTETS ... */
#define NSC_METRIC(id, family, group, type, value, values, shape, unit, show, text) NSC_M_##id,
#include "metrics.def"
#undef NSC_METRIC
	NSC_METRICS
};

enum {				/* cells of one value */
	NSC_WIDTH_COUNTER = 1,
	NSC_WIDTH_PAIR = 2,
	NSC_WIDTH_GAUGE = 1,
	NSC_WIDTH_RATIO = 2,	/* part, whole */
	NSC_WIDTH_SECONDS = 1,
	NSC_WIDTH_QUANTILES = NSC_HISTOGRAM_CELLS,
	NSC_WIDTH_PORTS = NSC_PORTS_WIDTH,	/* ledger/ports.h */
	NSC_WIDTH_LISTENERS = 0,	/* no cells: engine/listen_rows.h */
};

/* Each metric's first cell NSC_BASE_x, cells of one group NSC_STRIDE_x, cells of one value NSC_CELLS_x. */
enum {
#define NSC_METRIC(id, family, group, type, value, values, shape, unit, show, text)                \
	NSC_CELLS_##id = NSC_WIDTH_##shape, NSC_STRIDE_##id = NSC_COUNT_##values * NSC_WIDTH_##shape,
#include "metrics.def"
#undef NSC_METRIC
};
enum {
#define NSC_METRIC(id, family, group, type, value, values, shape, unit, show, text)                \
	NSC_BASE_##id, NSC_LAST_##id = NSC_BASE_##id + NSC_COUNT_##group * NSC_STRIDE_##id - 1,
#include "metrics.def"
#undef NSC_METRIC
	NSC_LEDGER_CELLS
};

#define NSC_CELL(id, group, value)                                                                 \
	((unsigned)NSC_BASE_##id + (unsigned)(group) * NSC_STRIDE_##id +                           \
	 (unsigned)(value) * NSC_CELLS_##id)

/* What a writer fills in place; no atomics: one writer, and readers see published copies only. */
struct nsc_cells {
	uint64_t cell[NSC_LEDGER_CELLS];
};

/*
 * The shared block: the writer's private cells are not in it, only two
 * published copies.  `generation` counts publishes; copy number
 * `generation & 1` is the whole one.
 */
struct nsc_ledger {
	uint64_t magic;			/* "nsc-ldgr" */
	uint64_t layout;		/* nsc_ledger_layout() */
	_Atomic uint64_t wanted;	/* the reader's requests */
	_Atomic uint64_t generation;	/* publishes done */
	_Atomic uint64_t answered;	/* `wanted` as the last publish saw it */
	_Atomic uint64_t heartbeat;	/* ns, the writer's clock */
	_Atomic uint32_t running;	/* app whose dissector runs; 0: none */
	uint32_t reserved;
	struct nsc_cells copy[2];
};

/* FNV-1a over every metric's and set's names, shapes and numbers. */
uint64_t nsc_ledger_layout(void);

/* Prepares zeroed memory of sizeof(struct nsc_ledger). */
void nsc_ledger_init(struct nsc_ledger *l);

/* The writer: copies its cells if somebody asked since the last publish (or force). True if it did. */
bool nsc_ledger_publish(struct nsc_ledger *l, const struct nsc_cells *cells, bool force);

/* True if somebody asked since the last publish. */
bool nsc_ledger_asked(const struct nsc_ledger *l);

/* A reader: asks; the value to wait for. */
uint64_t nsc_ledger_ask(struct nsc_ledger *l);

/* True once that request was answered. */
bool nsc_ledger_answered(const struct nsc_ledger *l, uint64_t request);

/*
 * Copies the last published copy.  The block is untrusted: -EBADMSG if magic or
 * layout are not ours (`layout`: what nsc_ledger_layout() once told the caller),
 * -EAGAIN if its writer published without a pause (*copy is then not whole), else 0.
 */
int nsc_ledger_copy(const struct nsc_ledger *l, uint64_t layout, struct nsc_cells *copy);

/* The same, added to sum, which stays as it was on error. */
int nsc_ledger_collect(const struct nsc_ledger *l, struct nsc_cells *sum);

/* --- the tables, for those who turn cells into values ------------------- */

enum nsc_shape {
	NSC_SHAPE_COUNTER,
	NSC_SHAPE_PAIR,
	NSC_SHAPE_GAUGE,
	NSC_SHAPE_RATIO,
	NSC_SHAPE_SECONDS,
	NSC_SHAPE_QUANTILES,
	NSC_SHAPE_PORTS,
	NSC_SHAPE_LISTENERS,
};

enum nsc_show { NSC_SHOW_LATE, NSC_SHOW_ALWAYS, NSC_SHOW_SLOT, NSC_SHOW_HOST };

struct nsc_metric {
	const char *id, *family, *type, *value, *unit, *text;
	uint8_t group, values;		/* nsc_set */
	uint8_t shape, show;
	uint16_t width;			/* cells of one value */
	uint16_t groups, members;	/* sizes of the two sets */
	uint32_t base;			/* first cell */
};

extern const struct nsc_metric nsc_metrics[NSC_METRICS];

/* Values of the metric are words of its group's protocol. */
static inline bool
nsc_db_words(const struct nsc_metric *m)
{
	return m->values == NSC_SET_OPERATION || m->values == NSC_SET_DB_ERROR;
}

/* Token of a closed set's member, or NULL for sets of rows. */
const char *nsc_set_token(enum nsc_set set, unsigned member);
unsigned nsc_set_count(enum nsc_set set);
const char *nsc_set_name(enum nsc_set set);	/* "SCOPE" */

/* Maps every octet outside [A-Za-z0-9_] to '_', cuts to 32; "" is "unknown"; `other`, `unknown` get a '_'. */
enum { NSC_TOKEN = 33 };
void nsc_token(char token[NSC_TOKEN], const char *name, size_t len);

#endif
