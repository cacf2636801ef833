/* SPDX-License-Identifier: MIT */
/* metrics.def and sets.def as tables, and the proof that their order is that of the enums. */
#include "ledger/ledger.h"

#include "flow/flow.h"
#include "scope/direction.h"
#include "scope/scope.h"

#define SAME(set, value, enumerator)                                                               \
	_Static_assert((int)NSC_V_##set##_##value == (int)(enumerator), #set " is in another order")

SAME(SCOPE, LOOPBACK, NSC_SCOPE_LOOPBACK);
SAME(SCOPE, PRIVATE, NSC_SCOPE_PRIVATE);
SAME(SCOPE, PUBLIC, NSC_SCOPE_PUBLIC);
_Static_assert((int)NSC_COUNT_SCOPE == (int)NSC_SCOPES, "SCOPE holds every coarse scope");
SAME(SCOPE_FORWARDED, LOOPBACK, NSC_SCOPE_LOOPBACK);
SAME(SCOPE_FORWARDED, PRIVATE, NSC_SCOPE_PRIVATE);
SAME(SCOPE_FORWARDED, PUBLIC, NSC_SCOPE_PUBLIC);
SAME(SCOPE_FORWARDED, FORWARDED, NSC_SCOPES);
SAME(DIRECTION, NONE, NSC_DIRECTION_NONE);
SAME(DIRECTION, INCOMING, NSC_DIRECTION_INCOMING);
SAME(DIRECTION, OUTGOING, NSC_DIRECTION_OUTGOING);
SAME(DIRECTION, LOCAL, NSC_DIRECTION_LOCAL);
SAME(END, OPEN, NSC_END_OPEN);
SAME(END, FIN, NSC_END_FIN);
SAME(END, RST, NSC_END_RST);
SAME(END, IDLE, NSC_END_IDLE);
SAME(END, EVICTED, NSC_END_EVICTED);
SAME(END, BUFFER_OVERFLOW, NSC_END_BUFFER_OVERFLOW);
SAME(END, PARSE_ERROR, NSC_END_PARSE_ERROR);
SAME(END, EOF, NSC_END_EOF);
_Static_assert((int)NSC_COUNT_END == (int)NSC_ENDS, "END holds every reason");
_Static_assert((int)NSC_COUNT_IFACE == (int)NSC_FACT_INTERFACES, "IFACE has the rows of the facts");
_Static_assert((int)NSC_COUNT_NETWORK == (int)NSC_NETWORKS + 1, "NETWORK has row 0 and the names");
SAME(SCOPE_NONE, PUBLIC, NSC_SCOPE_PUBLIC);
SAME(SCOPE_NONE, NONE, NSC_SCOPES);
_Static_assert((int)NSC_COUNT_PORT == (int)NSC_PORTS, "PORT has the rows of ports.h");
_Static_assert(NSC_LEDGER_CELLS < 65536, "a copy stays below 512 KiB: readers hold one a ledger");

const struct nsc_metric nsc_metrics[NSC_METRICS] = {
#define NSC_METRIC(id_, family_, group_, type_, value_, values_, shape_, unit_, show_, text_)      \
	{                                                                                          \
		.id = #id_, .family = family_, .type = type_, .value = value_, .unit = unit_,      \
		.text = text_, .group = NSC_SET_##group_, .values = NSC_SET_##values_,             \
		.shape = NSC_SHAPE_##shape_, .show = NSC_SHOW_##show_,                             \
		.width = NSC_WIDTH_##shape_, .groups = NSC_COUNT_##group_,                         \
		.members = NSC_COUNT_##values_, .base = NSC_BASE_##id_,                            \
	},
#include "metrics.def"
#undef NSC_METRIC
};

/* The members' tokens of all closed sets, one set after the other. */
static const char *const tokens[] = {
#define X(set, token, text) text,
#define NSC_SET(id, list) list
#define NSC_ROWS(id, rows)
#include "ledger/sets.def"
#undef NSC_SET
#undef NSC_ROWS
#undef X
};

enum {				/* where each set's tokens begin */
#define NSC_SET(id, list) FIRST_##id, LAST_##id = FIRST_##id + NSC_COUNT_##id - 1,
#define NSC_ROWS(id, rows)
#include "ledger/sets.def"
#undef NSC_SET
#undef NSC_ROWS
};

static const struct set {
	const char *name;
	unsigned count;
	int first;		/* in tokens; -1: a set of rows */
} sets[NSC_SETS] = {
#define NSC_SET(id, list) {#id, NSC_COUNT_##id, FIRST_##id},
#define NSC_ROWS(id, rows) {#id, rows, -1},
#include "ledger/sets.def"
#undef NSC_SET
#undef NSC_ROWS
};

const char *
nsc_set_token(enum nsc_set set, unsigned member)
{
	if ((unsigned)set >= NSC_SETS || sets[set].first < 0 || member >= sets[set].count)
		return NULL;
	return tokens[(unsigned)sets[set].first + member];
}

unsigned
nsc_set_count(enum nsc_set set)
{
	return (unsigned)set < NSC_SETS ? sets[set].count : 0;
}

const char *
nsc_set_name(enum nsc_set set)
{
	return (unsigned)set < NSC_SETS ? sets[set].name : "";
}
