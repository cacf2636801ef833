/* SPDX-License-Identifier: MIT */
/* The earliest of two windows, and the days until then. */
#include <string.h>

#include "engine/expiry.h"

static const uint64_t HOUR = 3600000000000, DAY = 86400000000000;
static const int64_t NEVER = INT64_MAX, DAY_S = 86400;

/* Free ones first, then those of servers elsewhere if that counts, then the oldest. */
static bool
better(const struct nsc_expiry_port *p, const struct nsc_expiry_port *than, bool local)
{
	if (than->port == 0 || p->port == 0)
		return than->port != 0;
	if (local && p->local != than->local)
		return than->local;
	return p->seen < than->seen;
}

static struct nsc_expiry_port *
row_for(struct nsc_expiry *x, uint16_t port, uint64_t now, bool local)
{
	struct nsc_expiry_port *found = NULL, *p;

	for (p = x->row; p < x->row + NSC_PORTS && found == NULL; p++)
		if (p->port == port)
			found = p;
	if (found != NULL && (found->local || !local))
		return found;
	if (found == NULL) {
		found = x->row;
		for (p = x->row + 1; p < x->row + NSC_PORTS; p++)
			if (better(p, found, local))
				found = p;
		if (found->port != 0 && now < found->seen + HOUR && (found->local || !local))
			return NULL;		/* all are in use */
	}
	*found = (struct nsc_expiry_port){port, local, now, now, {NEVER, NEVER}};
	return found;
}

bool
nsc_expiry_note(struct nsc_expiry *x, uint16_t port, int64_t not_after, uint64_t now, bool local)
{
	struct nsc_expiry_port *p = port != 0 ? row_for(x, port, now, local) : NULL;

	if (p == NULL)
		return false;
	if (p->local && !local)
		return true;
	if (now >= p->since + HOUR) {
		p->end[1] = now < p->since + 2 * HOUR ? p->end[0] : NEVER;
		p->end[0] = NEVER;
		p->since = now;
	}
	p->seen = now;
	if (not_after < p->end[0])
		p->end[0] = not_after;
	return true;
}

/* Whole days, downwards: 23 h are 0, an hour ago is -1. */
static int64_t
days(int64_t end, int64_t now)
{
	int64_t left;

	if (__builtin_sub_overflow(end, now, &left))
		return end < 0 ? INT64_MIN / DAY_S : INT64_MAX / DAY_S;
	return left / DAY_S - (left % DAY_S < 0);
}

void
nsc_expiry_fill(struct nsc_expiry *x, uint64_t now, uint64_t *cell)
{
	struct nsc_expiry_port *p;

	memset(cell, 0, sizeof *cell * NSC_PORTS * NSC_PORTS_WIDTH);
	for (p = x->row; p < x->row + NSC_PORTS; p++) {
		if (p->port != 0 && now >= p->seen + DAY)
			p->port = 0;
		if (p->port != 0)
			nsc_ports_set(cell, p->port,
				      days(p->end[0] < p->end[1] ? p->end[0] : p->end[1],
					   (int64_t)(now / 1000000000)));
	}
}
