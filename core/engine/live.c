/* SPDX-License-Identifier: MIT */
/* poll, frames, tick, publish: the loop in which a worker lives. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "engine/live.h"
#include "engine/wake.h"
#include "source/ring.h"

enum {
	BATCH = 64,			/* frames a call (DESIGN, hot path) */
	ROUNDS = 32,			/* batches of one ring before the next one's turn */
};

#define TICK_NS 100000000ull		/* the worker's clock moves at least so often */
#define JUMP_NS 60000000000ll		/* a longer step of the clock moves all deadlines */
#define LINGER_NS (NSC_RING_LINGER_MS * 1000000ull)

/* The wish is the capture's to write, and the state from DONE to IDLE, else the lane's. */
enum wish { WISH_NONE, WISH_OPEN, WISH_CLOSE };
enum state { STATE_IDLE, STATE_RUNNING, STATE_MUTED, STATE_DONE };

struct slot {
	struct nsc_source *source;	/* handed over with wish and state */
	_Atomic int wish, state;
	_Atomic int error;		/* last -errno, 0 */
	uint64_t deadline;		/* boot clock, ns: STATE_MUTED ends */
};

struct nsc_lane {
	struct nsc_worker *worker;
	int wake, notify;
	_Atomic bool stop;
	bool started;
	pthread_t thread;
	uint64_t boot;			/* CLOCK_BOOTTIME of the last look, ns */
	uint64_t now;			/* what the worker was told, ns since the epoch */
	uint64_t tick;			/* CLOCK_BOOTTIME of the last tick */
	bool backlog;			/* a ring had more than its turn allows */
	const struct nsc_settings *_Atomic settings;	/* lent by who waits for `settled` */
	sem_t settled;
	int result;			/* of nsc_worker_reconfigure */
	struct slot slot[NSC_LANE_SLOTS];
};

/*
 * Small steps back are waited out, small ones forward are taken.  The boot clock
 * runs on in suspend, so that a night's sleep is time that passed, no jump.
 */
static void
look_at_clock(struct nsc_lane *l)
{
	uint64_t boot = nsc_clock(CLOCK_BOOTTIME), real = nsc_clock(CLOCK_REALTIME);
	uint64_t expected = l->now + (boot - l->boot);
	int64_t jump = (int64_t)(real - expected);

	l->boot = boot;
	if (jump > JUMP_NS || jump < -JUMP_NS) {
		nsc_worker_rebase(l->worker, expected, real);
		l->now = real;
	} else if (real > l->now) {
		l->now = real;
	}
}

static void
finish_slot(struct nsc_lane *l, struct slot *s)
{
	atomic_store_explicit(&s->state, STATE_DONE, memory_order_release);
	nsc_poke(l->notify);
}

/* Reads at most `rounds` batches (0: to the end); an error is kept for the capture. */
static void
read_ring(struct nsc_lane *l, struct slot *s, int rounds)
{
	struct nsc_frame frames[BATCH];
	int n = 0;

	for (int i = 0; rounds == 0 || i < rounds; i++) {
		n = s->source->ops->batch(s->source, frames, BATCH, NULL);
		if (n <= 0)
			break;
		nsc_worker_frames(l->worker, frames, n);
	}
	if (n > 0)
		l->backlog = true;
	if (n >= 0)
		return;
	atomic_store(&s->error, n);
	if (n != -ENETDOWN)		/* one that is only down fills again */
		finish_slot(l, s);
	else
		nsc_poke(l->notify);
}

/* What the capture wishes, and what is due: between waits only. */
static void
serve_slot(struct nsc_lane *l, struct slot *s, bool stop)
{
	/* In this order: who sees a slot freed sees its wish gone (nsc_lane_done). */
	int state = atomic_load_explicit(&s->state, memory_order_acquire);
	int wish = atomic_load_explicit(&s->wish, memory_order_acquire);

	if (state == STATE_IDLE && wish == WISH_OPEN)
		atomic_store_explicit(&s->state, state = STATE_RUNNING,
				      memory_order_relaxed);
	if (state == STATE_IDLE && wish == WISH_CLOSE) {
		finish_slot(l, s);
	} else if (state == STATE_RUNNING && (wish == WISH_CLOSE || stop)) {
		nsc_ring_mute(s->source);
		s->deadline = l->boot + LINGER_NS;
		atomic_store_explicit(&s->state, STATE_MUTED, memory_order_relaxed);
	} else if (state == STATE_MUTED && l->boot >= s->deadline) {
		read_ring(l, s, 0);
		if (atomic_load_explicit(&s->state, memory_order_relaxed) == STATE_MUTED)
			finish_slot(l, s);
	}
}

/* The slots' descriptors behind the lane's own; the number of them all. */
static unsigned
gather(struct nsc_lane *l, struct pollfd *fds, struct slot **of, bool stop)
{
	unsigned n = 1;

	fds[0] = (struct pollfd){.fd = l->wake, .events = POLLIN};
	for (unsigned i = 0; i < NSC_LANE_SLOTS; i++) {
		struct slot *s = &l->slot[i];
		int state;

		serve_slot(l, s, stop);
		state = atomic_load_explicit(&s->state, memory_order_relaxed);
		if (state != STATE_RUNNING && state != STATE_MUTED)
			continue;
		of[n] = s;
		fds[n++] = (struct pollfd){.fd = s->source->ops->fd(s->source),
					   .events = POLLIN};
	}
	return n;
}

static int
patience_ms(const struct nsc_lane *l, struct slot *const *of, unsigned n)
{
	uint64_t until = l->tick + TICK_NS;

	if (l->backlog)
		return 0;
	for (unsigned i = 1; i < n; i++)
		if (atomic_load_explicit(&of[i]->state, memory_order_relaxed) ==
			    STATE_MUTED &&
		    of[i]->deadline < until)
			until = of[i]->deadline;
	return until <= l->boot ? 0 : (int)((until - l->boot) / 1000000 + 1);
}

static void
tick(struct nsc_lane *l)
{
	struct rusage u;

	l->tick = l->boot;
	nsc_worker_tick(l->worker, l->now);
	if (getrusage(RUSAGE_THREAD, &u) == 0)
		nsc_worker_cputime(l->worker,
				   (uint64_t)u.ru_utime.tv_sec * 1000000 +
					   (uint64_t)u.ru_utime.tv_usec,
				   (uint64_t)u.ru_stime.tv_sec * 1000000 +
					   (uint64_t)u.ru_stime.tv_usec);
}

/* One wait and what follows from it. */
static void
turn(struct nsc_lane *l, struct pollfd *fds, struct slot *const *of, unsigned n)
{
	int ready = poll(fds, n, patience_ms(l, of, n));
	uint64_t count;

	look_at_clock(l);
	l->backlog = false;
	if (ready > 0 && fds[0].revents != 0 && read(l->wake, &count, sizeof count) < 0)
		count = 0;		/* nothing was there: fine */
	for (unsigned i = 1; ready > 0 && i < n; i++)
		if (fds[i].revents != 0)
			read_ring(l, of[i], ROUNDS);
	if (l->boot - l->tick >= TICK_NS)
		tick(l);
	nsc_worker_publish(l->worker, false);
}

/* Somebody waits for it: new limits. */
static void
settle(struct nsc_lane *l)
{
	const struct nsc_settings *s = atomic_exchange(&l->settings, NULL);

	if (s == NULL)
		return;
	l->result = nsc_worker_reconfigure(l->worker, s);
	sem_post(&l->settled);
}

static void *
run(void *arg)
{
	struct pollfd fds[1 + NSC_LANE_SLOTS];
	struct slot *of[1 + NSC_LANE_SLOTS] = {0};
	struct nsc_lane *l = arg;
	bool stop = false;

	for (;;) {
		unsigned n = gather(l, fds, of, stop);

		if (stop && n == 1)
			break;
		turn(l, fds, of, n);
		settle(l);
		stop = atomic_load(&l->stop);
	}
	tick(l);
	nsc_worker_finish(l->worker, l->now);
	nsc_worker_publish(l->worker, true);
	return NULL;
}

int
nsc_lane_new(struct nsc_lane **out, struct nsc_worker *w, int notify)
{
	struct nsc_lane *l = calloc(1, sizeof *l);

	*out = NULL;
	if (l == NULL)
		return -ENOMEM;
	l->worker = w;
	l->notify = notify;
	l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (l->wake < 0) {
		int e = errno;

		free(l);
		return -e;
	}
	sem_init(&l->settled, 0, 0);
	*out = l;
	return 0;
}

void
nsc_lane_free(struct nsc_lane *l)
{
	if (l == NULL)
		return;
	sem_destroy(&l->settled);
	close(l->wake);
	free(l);
}

int
nsc_lane_start(struct nsc_lane *l, unsigned number)
{
	char name[16];
	int r;

	l->boot = l->tick = nsc_clock(CLOCK_BOOTTIME);
	l->now = nsc_clock(CLOCK_REALTIME);
	atomic_store(&l->stop, false);
	r = pthread_create(&l->thread, NULL, run, l);
	if (r != 0)
		return -r;
	snprintf(name, sizeof name, "nsc-worker-%u", number);
	pthread_setname_np(l->thread, name);
	l->started = true;
	return 0;
}

void
nsc_lane_put(struct nsc_lane *l, unsigned slot, struct nsc_source *s)
{
	l->slot[slot].source = s;
	atomic_store_explicit(&l->slot[slot].wish, WISH_OPEN, memory_order_release);
	nsc_poke(l->wake);
}

void
nsc_lane_withdraw(struct nsc_lane *l, unsigned slot)
{
	atomic_store_explicit(&l->slot[slot].wish, WISH_CLOSE, memory_order_release);
	nsc_poke(l->wake);
}

bool
nsc_lane_done(struct nsc_lane *l, unsigned slot, int *error)
{
	struct slot *s = &l->slot[slot];

	*error = atomic_exchange(&s->error, 0);
	if (l->started &&
	    atomic_load_explicit(&s->state, memory_order_acquire) != STATE_DONE)
		return false;
	/* The wish goes first: an idle slot with a wish would begin again. */
	atomic_store_explicit(&s->wish, WISH_NONE, memory_order_relaxed);
	atomic_store_explicit(&s->state, STATE_IDLE, memory_order_release);
	s->source = NULL;
	return true;
}

int
nsc_lane_reconfigure(struct nsc_lane *l, const struct nsc_settings *settings)
{
	if (!l->started)
		return nsc_worker_reconfigure(l->worker, settings);
	atomic_store(&l->settings, settings);
	nsc_poke(l->wake);
	while (sem_wait(&l->settled) != 0)
		;			/* EINTR: a signal of the host's */
	return l->result;
}

void
nsc_lane_wake(struct nsc_lane *l)
{
	nsc_poke(l->wake);
}

void
nsc_lane_stop(struct nsc_lane *l)
{
	atomic_store(&l->stop, true);
	nsc_poke(l->wake);
}

void
nsc_lane_join(struct nsc_lane *l)
{
	if (l->started)
		pthread_join(l->thread, NULL);
	l->started = false;
}
