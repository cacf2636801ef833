/* SPDX-License-Identifier: MIT */
/* Two sorted lists, what was there and what is, walked side by side. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/listen_alarm.h"

enum { PARTS = 6, PROTO = 0, PORT, FAMILY, SCOPE, PROCESS, EXPOSURE };

/* Tokens hold no `-`, so a row's value comes apart in one way. */
static bool
split(const char *value, char copy[NSC_LISTEN_KEY], const char *part[PARTS])
{
	unsigned n = 0;
	char *p;

	if (strlen(value) >= NSC_LISTEN_KEY)
		return false;
	strcpy(copy, value);
	for (p = copy; p != NULL && n < PARTS; n++) {
		part[n] = p;
		if ((p = strchr(p, '-')) != NULL)
			*p++ = '\0';
	}
	return n == PARTS && p == NULL;
}

static enum nsc_exposure
exposure_of(const char *text)
{
	unsigned e;

	for (e = 0; e < NSC_EXPOSURE_UNKNOWN; e++)
		if (strcmp(text, nsc_exposure_text((enum nsc_exposure)e)) == 0)
			break;
	return (enum nsc_exposure)e;
}

static void
take_row(struct nsc_listen_list *now, const char *value)
{
	struct nsc_listen_entry *e = &now->entry[now->count];
	char copy[NSC_LISTEN_KEY];
	const char *part[PARTS];
	int n;

	if (now->count == NSC_LISTEN_KNOWN || !split(value, copy, part))
		return;
	*e = (struct nsc_listen_entry){.exposure = (uint8_t)exposure_of(part[EXPOSURE])};
	n = snprintf(e->key, sizeof e->key, "%s-%s-%s-", part[PROTO], part[PORT], part[SCOPE]);
	e->owner = (uint8_t)n;
	snprintf(e->key + n, sizeof e->key - (size_t)n, "%s", part[PROCESS]);
	snprintf(e->row, sizeof e->row, "%s", value);
	now->count++;
}

void
nsc_listen_alarm_sample(struct nsc_listen_alarm *a, const struct nsc_sample *s)
{
	if (strcmp(s->family, "listen") == 0 && strcmp(s->type, "bool") == 0) {
		if (s->level[0] > 0)
			take_row(&a->now, s->value);
	} else if (strcmp(s->family, "self") == 0) {
		if (strcmp(s->type, "bool") == 0 && strcmp(s->value, "source_sockets") == 0)
			a->looks = s->level[0] > 0;
		else if (strcmp(s->type, "count") == 0 &&
			 strcmp(s->value, "listeners_suppressed") == 0)
			a->cut = s->level[0] > 0;
	}
}

/* --- lists ------------------------------------------------------------------ */

static int
by_key(const void *va, const void *vb)
{
	const struct nsc_listen_entry *a = va, *b = vb;

	return strcmp(a->key, b->key);
}

/* Sorted, and rows of one key are one entry: the most exposed one. */
static void
tidy(struct nsc_listen_list *l)
{
	struct nsc_listen_entry *last = NULL, *e;
	unsigned i, n = 0;

	qsort(l->entry, l->count, sizeof *l->entry, by_key);
	for (i = 0; i < l->count; i++) {
		e = &l->entry[i];
		if (last == NULL || strcmp(last->key, e->key) != 0) {
			last = &l->entry[n++];
			*last = *e;
		} else if (nsc_exposure_more(last->exposure, e->exposure) != last->exposure) {
			*last = *e;
		}
	}
	l->count = n;
}

static struct nsc_listen_entry *
find(struct nsc_listen_list *l, const struct nsc_listen_entry *e)
{
	return bsearch(e, l->entry, l->count, sizeof *e, by_key);
}

static bool
is_unknown(const struct nsc_listen_entry *e)
{
	return strcmp(e->key + e->owner, "unknown") == 0;
}

/* Who held the service of a newcomer and is not found any more; NULL: nobody. */
static struct nsc_listen_entry *
predecessor(struct nsc_listen_list *known, const struct nsc_listen_entry *of)
{
	unsigned i;

	for (i = 0; i < known->count; i++) {
		struct nsc_listen_entry *e = &known->entry[i];

		if (e->missing > 0 && !e->succeeded && e->owner == of->owner &&
		    memcmp(e->key, of->key, e->owner) == 0)
			return e;
	}
	return NULL;
}

/* --- alarms ----------------------------------------------------------------- */

struct telling {
	void (*tell)(void *arg, const struct nsc_alarm *a);
	void *arg;
	unsigned told;
};

/* What others reach, or may reach, is a warning; the rest is said for the record. */
static bool
is_wide(const struct nsc_listen_entry *e)
{
	return e->exposure == NSC_EXPOSURE_EXPOSED || e->exposure == NSC_EXPOSURE_UNKNOWN;
}

/* "tcp 80 (public) of nginx: exposed, was lan_only" */
static void
say(struct telling *t, const struct nsc_listen_entry *e, const char *what, const char *of)
{
	struct nsc_alarm a = {.family = "listen", .type = "bool", .value = e->row,
			      .severity = is_wide(e) ? NSC_ALARM_WARNING : NSC_ALARM_OKAY};
	char row[NSC_LISTEN_KEY];
	const char *part[PARTS];

	if (t->told++ >= NSC_LISTEN_ALARMS || !split(e->row, row, part))
		return;
	snprintf(a.text, sizeof a.text, "%s %s (%s) of %s: %s%s", part[PROTO], part[PORT],
		 part[SCOPE], e->key + e->owner, what, of);
	t->tell(t->arg, &a);
}

static void
say_rest(const struct telling *t)
{
	struct nsc_alarm a = {.family = "listen", .type = "bool", .value = "",
			      .severity = NSC_ALARM_WARNING};

	if (t->told <= NSC_LISTEN_ALARMS)
		return;
	snprintf(a.text, sizeof a.text, "listeners: %u more came, went or changed",
		 t->told - NSC_LISTEN_ALARMS);
	t->tell(t->arg, &a);
}

/* Those that were known: found, changed, or missing. */
static void
look_again(struct nsc_listen_alarm *a, struct telling *t)
{
	char was[NSC_LISTEN_KEY];
	unsigned i;

	for (i = 0; i < a->known.count; i++) {
		struct nsc_listen_entry *e = &a->known.entry[i], *found = find(&a->now, e);

		if (found == NULL) {
			e->missing++;
			continue;
		}
		if (found->exposure != e->exposure) {
			snprintf(was, sizeof was, "%s, was ", nsc_exposure_text(found->exposure));
			say(t, found, was, nsc_exposure_text(e->exposure));
		}
		*e = *found;
	}
}

/* Those that were not; `known` keeps its order, for they are put behind it. */
static void
welcome(struct nsc_listen_alarm *a, struct telling *t)
{
	unsigned i, n = 0;

	for (i = 0; i < a->now.count; i++) {
		struct nsc_listen_entry *e = &a->now.entry[i], *before;

		if (find(&a->known, e) != NULL)
			continue;
		before = predecessor(&a->known, e);
		if (before == NULL)
			say(t, e, "new listener, ", nsc_exposure_text(e->exposure));
		else if (!is_unknown(before) && !is_unknown(e))
			say(t, e, "new owner, was ", before->key + before->owner);
		if (before != NULL)
			before->succeeded = true;
		a->now.entry[n++] = *e;
	}
	a->now.count = n;
}

/* Out with those that are gone, in with the newcomers. */
static void
settle(struct nsc_listen_alarm *a, struct telling *t)
{
	struct nsc_listen_list *l = &a->known;
	unsigned i, n = 0;

	for (i = 0; i < l->count; i++) {
		struct nsc_listen_entry *e = &l->entry[i];
		bool gone = e->missing >= NSC_LISTEN_GONE;

		/* One that the cap pushed out listens still, for all we know. */
		if (gone && !e->succeeded && !a->cut)
			say(t, e, "listens no more", "");
		if (!gone && !e->succeeded)
			l->entry[n++] = *e;
	}
	for (i = 0; i < a->now.count && n < NSC_LISTEN_KNOWN; i++)
		l->entry[n++] = a->now.entry[i];
	l->count = n;
	tidy(l);
}

void
nsc_listen_alarm_tell(struct nsc_listen_alarm *a, void (*tell)(void *arg, const struct nsc_alarm *a),
		      void *arg)
{
	struct telling t = {.tell = tell, .arg = arg};

	tidy(&a->now);
	if (a->looks && !a->begun)
		a->known = a->now;
	else if (a->looks) {
		look_again(a, &t);
		welcome(a, &t);
		settle(a, &t);
		say_rest(&t);
	}
	a->begun = a->begun || a->looks;
	a->now.count = 0;
	a->looks = a->cut = false;
}
