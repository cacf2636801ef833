/* SPDX-License-Identifier: MIT */
/* The gap of the last asks foretells the next one. */
#include "engine/pace.h"

#define MS 1000000ull
#define SECOND (1000 * MS)

enum {
	SHARE = 20,			/* a whole look has one part in so many of the time */
	SHARE_BLIND = 100,		/* those that nobody asked for */
	PATIENCE = 3,			/* gaps without an ask: nobody reads any more */
};

static const uint64_t alone = 10 * SECOND;	/* between whole looks when nobody asks */
static const uint64_t near = 300 * MS;		/* asks nearer than that are of two readers */
static const uint64_t ahead = 30 * MS;		/* a look ends so long before it is wanted */
static const uint64_t listen_each = SECOND, listen_soon = 100 * MS;

void
nsc_pace_ask(struct nsc_pace *p, uint64_t now)
{
	uint64_t gap = now - p->asked;

	if (p->asked != 0 && gap < near)
		return;
	/* After a pause of the reader its old gap is as good a guess as any. */
	if (p->asked != 0 && gap < 600 * SECOND)
		p->gap = gap;
	p->asked = now;
}

/* When the next whole look should begin: before the first ask that has had none yet. */
static uint64_t
whole_at(const struct nsc_pace *p)
{
	uint64_t rest = p->took * SHARE > SECOND / 2 ? p->took * SHARE : SECOND / 2;
	uint64_t early = p->took + p->took / 2 + ahead;
	uint64_t at = p->whole + alone, often, wanted;

	if (p->whole == 0)
		return 0;
	often = p->took * SHARE_BLIND > listen_each ? p->took * SHARE_BLIND : listen_each;
	if (p->blind && often < alone)
		at = p->whole + often;
	if (p->gap > 0 && p->whole < p->asked + PATIENCE * p->gap && p->asked + p->gap > early) {
		wanted = p->asked + p->gap - early;
		if (p->whole >= wanted)
			wanted += ((p->whole - wanted) / p->gap + 1) * p->gap;
		/* Not one on its own shortly before. */
		if (wanted < at + (at - p->whole) / 2)
			at = wanted;
	}
	return at > p->whole + rest ? at : p->whole + rest;
}

enum nsc_look
nsc_pace_next(const struct nsc_pace *p, uint64_t now, uint64_t *until)
{
	uint64_t whole = whole_at(p);
	uint64_t listen = p->listeners == 0 ? 0
					    : p->listeners + (p->hint ? listen_soon : listen_each);

	*until = whole < listen ? whole : listen;
	if (now >= whole)
		return NSC_LOOK_WHOLE;
	return now >= listen ? NSC_LOOK_LISTENERS : NSC_LOOK_NONE;
}

void
nsc_pace_looked(struct nsc_pace *p, enum nsc_look what, uint64_t began, uint64_t ended)
{
	uint64_t took = ended - began;

	p->listeners = ended;
	p->hint = false;
	if (what != NSC_LOOK_WHOLE)
		return;
	p->whole = ended;
	/* Slowly down, at once up: late is worse than early. */
	p->took = took > p->took ? took : p->took - (p->took - took) / 8;
}
