/* SPDX-License-Identifier: MIT */
/* What is wanted, what is there, and the difference. */
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "engine/remedy.h"
#include "engine/taps.h"
#include "host/auto.h"
#include "source/ring.h"

/* An interface that is only down or without address may return: its ring stays so long. */
#define PATIENCE_NS 5000000000ull

static bool
readable(uint16_t type)
{
	return nsc_ring_link(type) != 0;
}

static struct nsc_tap *
find_tap(struct nsc_taps *t, uint32_t ifindex)
{
	for (unsigned i = 0; i < NSC_TAPS; i++)
		if (t->tap[i].state == NSC_TAP_OPEN && t->tap[i].ifindex == ifindex)
			return &t->tap[i];
	return NULL;
}

static struct nsc_tap *
free_tap(struct nsc_taps *t)
{
	for (unsigned i = 0; i < NSC_TAPS; i++)
		if (t->tap[i].state == NSC_TAP_FREE)
			return &t->tap[i];
	return NULL;
}

static int
named(const struct nsc_capture_options *o, const char *name)
{
	for (unsigned i = 0; i < o->names; i++)
		if (strcmp(o->name[i], name) == 0)
			return (int)i;
	return -1;
}

static int
take_row(struct nsc_taps *t, const struct nsc_interface *i, uint64_t now)
{
	int row;

	pthread_mutex_lock(&t->lock);
	row = nsc_rows_take(&t->rows, i->name, i->ifindex, now);
	pthread_mutex_unlock(&t->lock);
	return row;
}

static void
leave_row(struct nsc_taps *t, unsigned row, uint64_t now)
{
	pthread_mutex_lock(&t->lock);
	nsc_rows_leave(&t->rows, row, now);
	pthread_mutex_unlock(&t->lock);
}

static void
close_tap(struct nsc_taps *t, struct nsc_tap *tap, uint64_t now)
{
	unsigned slot = (unsigned)(tap - t->tap);

	leave_row(t, tap->row, now);
	tap->state = NSC_TAP_LEAVING;
	t->lost++;
	for (unsigned w = 0; w < t->options->workers; w++)
		if (tap->source[w] != NULL)
			nsc_lane_withdraw(t->lane[w], slot);
}

static int
open_tap(struct nsc_taps *t, const struct nsc_interface *i, uint64_t now, char err[NSC_ERR])
{
	struct nsc_tap *tap = free_tap(t);
	int row, r;

	row = tap == NULL ? -ENOSPC : take_row(t, i, now);
	if (row < 0)
		return nsc_error(err, row, "interface %s: no row is free for it", i->name);
	*tap = (struct nsc_tap){.ifindex = i->ifindex, .row = (uint16_t)row};
	memcpy(tap->name, i->name, sizeof tap->name);
	r = nsc_tap_open(tap, t->options, i->type, err);
	if (r < 0) {
		leave_row(t, (unsigned)row, now);
		return r;
	}
	tap->state = NSC_TAP_OPEN;
	t->opened++;
	t->failed[row] = false;
	for (unsigned w = 0; w < t->options->workers; w++)
		nsc_lane_put(t->lane[w], (unsigned)(tap - t->tap), tap->source[w]);
	return 0;
}

/* A missing capability concerns the source, not the interface: err says what helps. */
static bool
is_refusal(int code, char err[NSC_ERR])
{
	struct nsc_remedy r;

	if (code != -EPERM && code != -EAFNOSUPPORT)
		return false;
	nsc_remedy_capture(&r, code);
	nsc_error(err, code, "capture: %.100s (%.140s)", r.finding, r.remedy);
	return true;
}

/* Each thing that a person must act on has one line until it is well again. */
static void
tell_failure(struct nsc_taps *t, const struct nsc_interface *i, int code, char err[NSC_ERR],
	     uint64_t now)
{
	int row;

	t->failures++;
	t->errors += code != -ENODEV && code != -ENOSPC && code != -EBUSY;
	if (is_refusal(code, err)) {
		if (!t->refused)
			nsc_notice(&t->notice, now, NSC_LOG_WARNING, "%s", err);
		t->refused = true;
		return;
	}
	row = code == -ENODEV || code == -EBUSY ? -1 : take_row(t, i, now);
	if (row < 0)
		return;			/* it went while we looked: an event follows */
	leave_row(t, (unsigned)row, now);
	if (!t->failed[row])
		nsc_notice(&t->notice, now, NSC_LOG_WARNING, "%s; tried again each second",
			   err);
	t->failed[row] = true;
}

/* A tap follows its interface's name into another row, and says where it is. */
static void
rename_tap(struct nsc_taps *t, struct nsc_tap *tap, const struct nsc_interface *i,
	   uint64_t now)
{
	int row;

	leave_row(t, tap->row, now);
	row = take_row(t, i, now);
	if (row < 0) {			/* another has that row for a moment: come back */
		close_tap(t, tap, now);
		return;
	}
	tap->row = (uint16_t)row;
	memcpy(tap->name, i->name, sizeof tap->name);
	for (unsigned w = 0; w < t->options->workers; w++)
		nsc_ring_row(tap->source[w], tap->row);
}

/* True if the interface is wanted by name, or by the choice that `auto` made for it. */
static bool
is_wanted(const struct nsc_taps *t, const struct nsc_interface *i,
	  const struct nsc_auto_choice *c)
{
	if (named(t->options, i->name) >= 0)
		return true;
	return t->options->automatic && c->verdict == NSC_AUTO_CAPTURED;
}

static bool
may_come_back(const struct nsc_taps *t, const struct nsc_auto_choice *c)
{
	return t->options->automatic &&
	       (c->verdict == NSC_AUTO_DOWN || c->verdict == NSC_AUTO_NO_ADDRESS);
}

static void
drop_unwanted(struct nsc_taps *t, const struct nsc_interfaces *table,
	      const struct nsc_auto_choice *choice, uint64_t now)
{
	for (unsigned n = 0; n < NSC_TAPS; n++) {
		struct nsc_tap *tap = &t->tap[n];
		const struct nsc_interface *i;
		const struct nsc_auto_choice *c;

		if (tap->state != NSC_TAP_OPEN)
			continue;
		i = nsc_interfaces_find(table, tap->ifindex);
		if (i == NULL) {
			close_tap(t, tap, now);
			continue;
		}
		c = &choice[i - table->interface];
		if (is_wanted(t, i, c)) {
			tap->unwanted = 0;
		} else if (tap->unwanted == 0 && may_come_back(t, c)) {
			tap->unwanted = now;
		} else if (!may_come_back(t, c) || now - tap->unwanted > PATIENCE_NS) {
			close_tap(t, tap, now);
			continue;
		}
	}
}

static void
rename_all(struct nsc_taps *t, const struct nsc_interfaces *table, uint64_t now)
{
	for (unsigned n = 0; n < NSC_TAPS; n++) {
		struct nsc_tap *tap = &t->tap[n];
		const struct nsc_interface *i = nsc_interfaces_find(table, tap->ifindex);

		if (tap->state == NSC_TAP_OPEN && i != NULL &&
		    strcmp(tap->name, i->name) != 0)
			rename_tap(t, tap, i, now);
	}
}

static int
open_wanted(struct nsc_taps *t, const struct nsc_interfaces *table,
	    const struct nsc_auto_choice *choice, uint64_t now, char err[NSC_ERR])
{
	int first = 0;

	for (size_t n = 0; n < table->interfaces; n++) {
		const struct nsc_interface *i = &table->interface[n];
		char why[NSC_ERR];
		int r;

		if (!(i->flags & IFF_UP) || !is_wanted(t, i, &choice[n]) ||
		    find_tap(t, i->ifindex) != NULL)
			continue;
		if (nsc_taps_open(t) >= NSC_AUTO_MOST)
			break;
		r = open_tap(t, i, now, why);
		if (r == 0)
			continue;
		tell_failure(t, i, r, why, now);
		if (first == 0)
			first = nsc_error(err, r, "%s", why);
	}
	return first;
}

static int
tell_missing(struct nsc_taps *t, const struct nsc_interfaces *table, uint64_t now,
	     char err[NSC_ERR])
{
	int first = 0;

	for (unsigned n = 0; n < t->options->names; n++) {
		const char *name = t->options->name[n];
		bool missing = nsc_interfaces_named(table, name) == NULL;

		if (missing && first == 0)
			first = nsc_error(err, -ENODEV, "interface %s: %s", name,
					  strerror(ENODEV));
		if (missing && !t->missing[n])
			nsc_notice(&t->notice, now, NSC_LOG_WARNING,
				   "interface %s: %s; waiting for it", name,
				   strerror(ENODEV));
		else if (!missing && t->missing[n])
			nsc_notice(&t->notice, now, NSC_LOG_NOTICE,
				   "interface %s: it is there", name);
		t->missing[n] = missing;
	}
	return first;
}

int
nsc_taps_adjust(struct nsc_taps *t, const struct nsc_interfaces *table, uint64_t now,
		char err[NSC_ERR])
{
	struct nsc_auto_choice *choice;
	char later[NSC_ERR];
	int absent, r;

	if (t->options->off)
		return 0;
	choice = calloc(table->interfaces + 1, sizeof *choice);
	if (choice == NULL)
		return nsc_error(err, -ENOMEM, "capture: %s", strerror(ENOMEM));
	nsc_auto_choose(table, t->options->decapsulate, readable, choice);
	t->beyond = 0;
	for (size_t n = 0; n < table->interfaces; n++)
		t->beyond += t->options->automatic && choice[n].verdict == NSC_AUTO_LIMIT;
	absent = tell_missing(t, table, now, err);
	drop_unwanted(t, table, choice, now);
	rename_all(t, table, now);
	r = open_wanted(t, table, choice, now, absent == 0 ? err : later);
	free(choice);
	return absent != 0 ? absent : r;
}

/* True if the ring of one lane is still in use. */
static bool
reap_lane(struct nsc_taps *t, struct nsc_tap *tap, unsigned lane)
{
	int error;
	bool done;

	if (tap->source[lane] == NULL)
		return false;
	done = nsc_lane_done(t->lane[lane], (unsigned)(tap - t->tap), &error);
	t->errors += error != 0 && error != -ENETDOWN && error != -ENODEV;
	if (done)
		nsc_tap_close(tap, lane, &t->gone);
	return !done;
}

void
nsc_taps_reap(struct nsc_taps *t, uint64_t now)
{
	for (unsigned n = 0; n < NSC_TAPS; n++) {
		struct nsc_tap *tap = &t->tap[n];
		unsigned used = 0;

		if (tap->state == NSC_TAP_FREE)
			continue;
		for (unsigned w = 0; w < t->options->workers; w++)
			used += reap_lane(t, tap, w);
		if (tap->state == NSC_TAP_OPEN && used < t->options->workers)
			close_tap(t, tap, now);
		if (tap->state == NSC_TAP_LEAVING && used == 0)
			tap->state = NSC_TAP_FREE;
	}
}

void
nsc_taps_close(struct nsc_taps *t)
{
	for (unsigned n = 0; n < NSC_TAPS; n++) {
		for (unsigned w = 0; w < t->options->workers; w++)
			nsc_tap_close(&t->tap[n], w, &t->gone);
		t->tap[n].state = NSC_TAP_FREE;
	}
}

struct nsc_tap_losses
nsc_taps_losses(const struct nsc_taps *t)
{
	struct nsc_tap_losses sum = t->gone;

	for (unsigned n = 0; n < NSC_TAPS; n++)
		nsc_tap_losses(&t->tap[n], &sum);
	return sum;
}

bool
nsc_taps_waiting(const struct nsc_taps *t)
{
	for (unsigned i = 0; i < NSC_TAPS; i++)
		if (t->tap[i].state == NSC_TAP_OPEN && t->tap[i].unwanted != 0)
			return true;
	return false;
}

unsigned
nsc_taps_open(const struct nsc_taps *t)
{
	unsigned n = 0;

	for (unsigned i = 0; i < NSC_TAPS; i++)
		n += t->tap[i].state == NSC_TAP_OPEN;
	return n;
}

uint64_t
nsc_taps_memory(const struct nsc_taps *t)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < NSC_TAPS; i++)
		if (t->tap[i].state != NSC_TAP_FREE)
			sum += t->tap[i].size;
	return sum;
}
