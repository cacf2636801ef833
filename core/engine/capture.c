/* SPDX-License-Identifier: MIT */
/* The capture's own thread: interfaces that come and go, retries, losses. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "engine/capture.h"
#include "engine/config.h"
#include "engine/remedy.h"
#include "engine/taps.h"
#include "engine/wake.h"
#include "host/publish.h"
#include "host/watch.h"
#include "source/filter.h"

#define MS 1000000ull
#define RETRY_NS (1000 * MS)

struct nsc_capture {
	struct nsc_capture_options options;
	struct nsc_taps taps;
	struct nsc_lane *lane[NSC_CAPTURE_WORKERS];
	struct nsc_watch watch;
	int notify;			/* readers and lanes want something */
	pthread_t thread;
	bool running;
	_Atomic bool stop;
	_Atomic uint64_t dropped;
	uint64_t retry;			/* ns: when to try what failed */
	uint64_t taps_seen;		/* opened and closed when the facts were written */
	bool failing;			/* something that is wanted is not captured */
	bool told, told_room;		/* rtnetlink's failure, lack of room in the facts */
	uint64_t left_out;		/* times that the facts had no room for all addresses */
};

void
nsc_capture_configure(struct nsc_capture_options *o, const struct nsc_config *cfg)
{
	const char *name;

	*o = (struct nsc_capture_options){
		.off = nsc_config_capture(cfg) == NSC_CAPTURE_OFF,
		.ring_size = (uint32_t)nsc_config_ring_size(cfg),
		.snaplen = (uint32_t)nsc_config_number(cfg, NSC_O_SNAP_LEN),
		.filter = nsc_config_filter(cfg),
		.promiscuous = nsc_config_promiscuous(cfg),
		.decapsulate = nsc_config_number(cfg, NSC_O_DECAPSULATE) != 0,
	};
	for (size_t n = 0; (name = nsc_config_interface(cfg, n)) != NULL; n++) {
		if (strcmp(name, "auto") == 0)
			o->automatic = true;
		else if (o->names < NSC_CAPTURE_NAMES)
			o->name[o->names++] = name;
	}
}

static int
check_filter(const struct nsc_capture_options *o, char err[NSC_ERR])
{
	struct nsc_filter *f = malloc(sizeof *f);
	int r = f == NULL ? -ENOMEM
			  : nsc_filter_build(f, o->filter, 1, o->snaplen, false, err);

	free(f);
	return r;
}

int
nsc_capture_new(struct nsc_capture **out, const struct nsc_capture_options *o,
		char err[NSC_ERR])
{
	struct nsc_capture *c;
	int r = check_filter(o, err);

	*out = NULL;
	if (r < 0)
		return r;
	c = calloc(1, sizeof *c);
	if (c == NULL)
		return nsc_error(err, -ENOMEM, "capture: %s", strerror(ENOMEM));
	c->options = *o;
	c->taps.options = &c->options;
	c->taps.lane = c->lane;
	c->taps.notice.host = o->host;
	pthread_mutex_init(&c->taps.lock, NULL);
	nsc_watch_init(&c->watch);
	c->notify = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = c->notify < 0 ? -errno : 0;
	for (unsigned w = 0; r == 0 && w < o->workers; w++)
		r = nsc_lane_new(&c->lane[w], o->worker[w], c->notify);
	if (r < 0) {
		nsc_capture_free(c);
		return nsc_error(err, r, "capture: %s", strerror(-r));
	}
	*out = c;
	return 0;
}

/* Asks the kernel for the table; a failure has one line until it is well again. */
static int
look(struct nsc_capture *c, uint64_t now, char err[NSC_ERR])
{
	int r = nsc_watch_look(&c->watch, now, err);
	struct nsc_remedy m;

	if (r < 0 && !c->told) {
		nsc_remedy_interfaces(&m, r);
		nsc_notice(&c->taps.notice, now, NSC_LOG_WARNING, "%s%s%s", err,
			   m.remedy[0] ? ": " : "", m.remedy);
	}
	c->told = r < 0;
	return r;
}

static void
tell_facts(struct nsc_capture *c, uint64_t now)
{
	pthread_mutex_t *lock = c->options.facts_lock;
	unsigned left_out;

	if (lock != NULL)
		pthread_mutex_lock(lock);
	left_out = nsc_publish_facts(c->options.facts, &c->watch.table, &c->taps.rows);
	if (lock != NULL)
		pthread_mutex_unlock(lock);
	if (left_out > 0 && !c->told_room)
		nsc_notice(&c->taps.notice, now, NSC_LOG_WARNING,
			   "interfaces: %u addresses are too many: directions may be wrong",
			   left_out);
	c->left_out += left_out > 0 && !c->told_room;
	c->told_room = left_out > 0;
}

/* Brings capture and facts in line with the interfaces; fresh: asks the kernel first. */
static int
adjust(struct nsc_capture *c, bool fresh, uint64_t now, char err[NSC_ERR])
{
	uint64_t seen;
	int r = fresh ? look(c, now, err) : 0;

	if (r < 0) {
		c->failing = true;
		return r;
	}
	r = nsc_taps_adjust(&c->taps, &c->watch.table, now, err);
	c->failing = r < 0 || nsc_taps_waiting(&c->taps);
	seen = c->taps.opened + c->taps.lost;
	if (fresh || seen != c->taps_seen)
		tell_facts(c, now);
	c->taps_seen = seen;
	return r;
}

static void
set(struct nsc_capture *c, unsigned cell, uint64_t value)
{
	c->options.cells->cell[cell] = value;
}

static void
collect(struct nsc_capture *c, bool force)
{
	const struct nsc_taps *t = &c->taps;
	struct nsc_tap_losses lost = nsc_taps_losses(t);
	unsigned open = nsc_taps_open(t);

	atomic_store(&c->dropped, lost.dropped);
	set(c, NSC_CELL(SELF_PACKETS, 0, NSC_V_SELF_PACKET_DROPPED), lost.dropped);
	set(c, NSC_CELL(SELF_ANOMALY, 0, NSC_V_ANOMALY_RING_FREEZE), lost.freezes);
	set(c, NSC_CELL(SELF_MEMORY, 0, NSC_V_MEMORY_RING), nsc_taps_memory(t));
	set(c, NSC_CELL(SELF_ERRORS, 0, NSC_V_SELF_ERROR_CAPTURE), t->errors);
	set(c, NSC_CELL(SELF_ERRORS, 0, NSC_V_SELF_ERROR_INTERFACES),
	    c->watch.errors + c->left_out);
	set(c, NSC_CELL(SELF_INTERFACES, 0, NSC_V_INTERFACES_INTERFACES), open);
	set(c, NSC_CELL(SELF_BEYOND, 0, 0), t->beyond);
	set(c, NSC_CELL(SELF_INTERFACE_EVENTS, 0, NSC_V_INTERFACE_EVENT_OPENED), t->opened);
	set(c, NSC_CELL(SELF_INTERFACE_EVENTS, 0, NSC_V_INTERFACE_EVENT_LOST), t->lost);
	set(c, NSC_CELL(SELF_INTERFACE_EVENTS, 0, NSC_V_INTERFACE_EVENT_FAILED),
	    t->failures);
	set(c, NSC_CELL(SELF_SOURCE, 0, NSC_V_SOURCE_CAPTURE), open > 0);
	set(c, NSC_CELL(SELF_SOURCE, 0, NSC_V_SOURCE_INTERFACES), c->watch.known);
	nsc_ledger_publish(c->options.ledger, c->options.cells, force);
}

static int
patience_ms(const struct nsc_capture *c, uint64_t now)
{
	uint64_t until =
		c->watch.due != 0 && c->watch.due < c->retry ? c->watch.due : c->retry;

	return until <= now ? 0 : (int)((until - now) / MS + 1);
}

static void
turn(struct nsc_capture *c)
{
	struct pollfd fds[2] = {{.fd = c->notify, .events = POLLIN},
				{.fd = c->watch.fd, .events = POLLIN}};
	uint64_t now = nsc_clock(CLOCK_BOOTTIME), count;
	char err[NSC_ERR];
	bool retry;

	poll(fds, 2, patience_ms(c, now));
	now = nsc_clock(CLOCK_BOOTTIME);
	retry = now >= c->retry;
	if (retry)
		c->retry = now + RETRY_NS;
	/* Readers first: opening and closing rings takes tens of milliseconds. */
	if ((fds[0].revents != 0 && read(c->notify, &count, sizeof count) > 0) || retry)
		collect(c, false);
	if (fds[1].revents != 0)
		nsc_watch_hear(&c->watch, now);
	nsc_taps_reap(&c->taps, now);
	if (nsc_watch_due(&c->watch, now))
		adjust(c, true, now, err);
	else if (retry && c->failing)
		adjust(c, !c->watch.known, now, err);
}

static void *
run(void *arg)
{
	struct nsc_capture *c = arg;

	while (!atomic_load(&c->stop))
		turn(c);
	return NULL;
}

/* Our threads take no signals: those are the host's. */
static int
start_threads(struct nsc_capture *c)
{
	sigset_t all, before;
	int r = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (unsigned w = 0; r == 0 && w < c->options.workers; w++)
		r = nsc_lane_start(c->lane[w], w);
	if (r == 0)
		r = -pthread_create(&c->thread, NULL, run, c);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r == 0)
		pthread_setname_np(c->thread, "nsc-capture");
	c->running = r == 0;
	return r;
}

static void
end_lanes(struct nsc_capture *c)
{
	for (unsigned w = 0; w < c->options.workers; w++)
		nsc_lane_stop(c->lane[w]);
	for (unsigned w = 0; w < c->options.workers; w++)
		nsc_lane_join(c->lane[w]);
}

/* strict: what is told as an error is not logged too. */
static int
first_look(struct nsc_capture *c, bool strict, uint64_t now, char err[NSC_ERR])
{
	int r;

	if (strict)
		c->taps.notice.host.log = NULL;
	r = adjust(c, true, now, err);
	c->taps.notice.host = c->options.host;
	if (r < 0 && strict && (c->options.names > 0 || !c->watch.known || c->taps.refused))
		return r;
	if (r < 0 && strict)
		nsc_notice(&c->taps.notice, now, NSC_LOG_WARNING, "%s", err);
	return 0;
}

int
nsc_capture_start(struct nsc_capture *c, bool strict, char err[NSC_ERR])
{
	uint64_t now = nsc_clock(CLOCK_BOOTTIME);
	int r = first_look(c, strict, now, err);

	if (r < 0)
		return r;
	c->retry = now + RETRY_NS;
	collect(c, true);
	r = start_threads(c);
	if (r < 0) {
		end_lanes(c);
		return nsc_error(err, r, "capture: no thread: %s", strerror(-r));
	}
	return 0;
}

void
nsc_capture_stop(struct nsc_capture *c)
{
	if (!c->running)
		return;
	c->running = false;
	atomic_store(&c->stop, true);
	nsc_poke(c->notify);
	pthread_join(c->thread, NULL);
	end_lanes(c);
	collect(c, true);
}

void
nsc_capture_free(struct nsc_capture *c)
{
	if (c == NULL)
		return;
	nsc_capture_stop(c);
	nsc_taps_close(&c->taps);
	for (unsigned w = 0; w < c->options.workers; w++)
		nsc_lane_free(c->lane[w]);
	nsc_watch_close(&c->watch);
	if (c->notify >= 0)
		close(c->notify);
	pthread_mutex_destroy(&c->taps.lock);
	free(c);
}

int
nsc_capture_reconfigure(struct nsc_capture *c, const struct nsc_settings *settings)
{
	int r = 0;

	for (unsigned w = 0; r == 0 && w < c->options.workers; w++)
		r = nsc_lane_reconfigure(c->lane[w], settings);
	return r;
}

void
nsc_capture_wake(struct nsc_capture *c)
{
	nsc_poke(c->notify);
	for (unsigned w = 0; w < c->options.workers; w++)
		nsc_lane_wake(c->lane[w]);
}

bool
nsc_capture_row(struct nsc_capture *c, unsigned n, struct nsc_row *row)
{
	const struct nsc_interface_row *from;
	bool named = false;

	if (n >= NSC_FACT_INTERFACES)
		return false;
	pthread_mutex_lock(&c->taps.lock);
	from = &c->taps.rows.row[n];
	if (from->name[0] != '\0') {
		*row = (struct nsc_row){.generation = from->generation,
					.present = from->ifindex != 0};
		memcpy(row->name, from->name, sizeof from->name);
		named = true;
	}
	pthread_mutex_unlock(&c->taps.lock);
	return named;
}

uint64_t
nsc_capture_dropped(const struct nsc_capture *c)
{
	return atomic_load(&c->dropped);
}

int
nsc_capture_interfaces(struct nsc_capture *c, char *text, size_t size)
{
	size_t used = 0;
	int n = 0;

	pthread_mutex_lock(&c->taps.lock);
	for (unsigned i = 0; i < NSC_FACT_INTERFACES; i++) {
		const struct nsc_interface_row *row = &c->taps.rows.row[i];

		if (row->ifindex == 0)
			continue;
		if (used < size)
			used += (size_t)snprintf(text + used, size - used, "%s%s",
						 n > 0 ? ", " : "", row->name);
		n++;
	}
	pthread_mutex_unlock(&c->taps.lock);
	return n;
}
