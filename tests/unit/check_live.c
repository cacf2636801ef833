/* SPDX-License-Identifier: MIT */
/*
 * The worker's thread: frames are handed on, rings come and go, and the clock
 * never goes back.  Worker, ring and wall clock are made of the test's own.
 */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "engine/live.h"
#include "suite.h"

#define SECOND 1000000000ll

static _Atomic int64_t shift;		/* ns by which the wall clock is wrong */
static _Atomic uint64_t frames, ticks, told, backwards, finished, rebases;
static _Atomic int64_t rebased;
static _Atomic uint32_t settled;
static pthread_t tester;

/* Ours goes before the C library's. */
int
clock_gettime(clockid_t id, struct timespec *t)
{
	int r = (int)syscall(SYS_clock_gettime, id, t);

	if (id == CLOCK_REALTIME) {
		int64_t ns = t->tv_sec * SECOND + t->tv_nsec + atomic_load(&shift);

		*t = (struct timespec){ns / SECOND, ns % SECOND};
	}
	return r;
}

void
nsc_worker_frames(struct nsc_worker *w, const struct nsc_frame *f, int n)
{
	(void)w;
	(void)f;
	frames += (unsigned)n;
}

void
nsc_worker_tick(struct nsc_worker *w, uint64_t now)
{
	(void)w;
	backwards += now < told;
	told = now;
	ticks++;
}

void
nsc_worker_rebase(struct nsc_worker *w, uint64_t from, uint64_t to)
{
	(void)w;
	rebases++;
	rebased += (int64_t)(to - from);
	told = to;
}

void
nsc_worker_cputime(struct nsc_worker *w, uint64_t user, uint64_t system)
{
	(void)w;
	(void)user;
	(void)system;
}

int
nsc_worker_reconfigure(struct nsc_worker *w, const struct nsc_settings *settings)
{
	(void)w;
	ck_assert(!pthread_equal(pthread_self(), tester));
	settled = settings->flow.size;
	return settled > 1000 ? -EINVAL : 0;
}

void
nsc_worker_publish(struct nsc_worker *w, bool force)
{
	(void)w;
	(void)force;
}

void
nsc_worker_finish(struct nsc_worker *w, uint64_t now)
{
	(void)w;
	(void)now;
	finished++;
}

/* A source that gives what its eventfd counts, then `end`. */
struct fake {
	struct nsc_source source;
	int fd;
	_Atomic int end;
};

static int
fake_batch(struct nsc_source *s, struct nsc_frame *f, int max, char err[NSC_ERR])
{
	struct fake *k = (struct fake *)s;
	uint64_t n;

	(void)err;
	if (read(k->fd, &n, sizeof n) < 0)
		return k->end;
	memset(f, 0, sizeof *f);
	return (int)n <= max ? (int)n : max;
}

static int
fake_fd(const struct nsc_source *s)
{
	return ((const struct fake *)s)->fd;
}

static const struct nsc_source_ops fake_ops = {"fake", fake_batch, fake_fd, NULL, NULL};

/* The thread may use it until the fixture ends it. */
static struct fake *
fake(unsigned count, int after)
{
	static struct fake k;

	k.source.ops = &fake_ops;
	k.fd = eventfd(count, EFD_NONBLOCK);
	k.end = after;
	return &k;
}

static struct nsc_lane *lane;
static int notify;

static void
wait_ms(int ms)
{
	usleep((useconds_t)ms * 1000);
}

static void
begin(void)
{
	notify = eventfd(0, EFD_NONBLOCK);
	ck_assert_int_eq(nsc_lane_new(&lane, NULL, notify), 0);
	ck_assert_int_eq(nsc_lane_start(lane, 0), 0);
}

static void
end(void)
{
	nsc_lane_stop(lane);
	nsc_lane_join(lane);
	nsc_lane_free(lane);
	close(notify);
}

START_TEST(ticks_at_least_each_100_ms)
{
	wait_ms(1050);
	ck_assert_uint_ge(ticks, 8);	/* a busy machine may be late, not often */
	ck_assert_uint_le(ticks, 11);
	ck_assert_uint_eq(rebases, 0);
}
END_TEST

START_TEST(small_steps_of_the_clock_are_no_jumps)
{
	shift = 30 * SECOND;
	wait_ms(250);
	shift = 0;			/* back: waited out */
	wait_ms(250);
	ck_assert_uint_eq(rebases, 0);
	ck_assert_uint_eq(backwards, 0);
	ck_assert_uint_gt(ticks, 2);
}
END_TEST

START_TEST(jumps_move_the_deadlines)
{
	wait_ms(150);
	shift = 7200 * SECOND;
	wait_ms(250);
	ck_assert_uint_eq(rebases, 1);
	ck_assert_int_lt(llabs(atomic_load(&rebased) - 7200 * SECOND), SECOND);
	shift = 0;
	wait_ms(250);
	ck_assert_uint_eq(rebases, 2);
	ck_assert_int_lt(llabs(atomic_load(&rebased)), SECOND);
	ck_assert_uint_eq(backwards, 0);
}
END_TEST

START_TEST(a_ring_comes_and_goes)
{
	struct fake *k = fake(5, 0);
	int error = 0;

	nsc_lane_put(lane, 3, &k->source);
	wait_ms(100);
	ck_assert_uint_eq(frames, 5);
	ck_assert(!nsc_lane_done(lane, 3, &error));
	nsc_lane_withdraw(lane, 3);
	/* still read: it was captured before */
	ck_assert_int_gt((int)write(k->fd, &(uint64_t){7}, 8), 0);
	for (int i = 0; i < 100 && !nsc_lane_done(lane, 3, &error); i++)
		wait_ms(5);
	ck_assert_uint_eq(frames, 12);
	ck_assert_int_eq(error, 0);
	/* the slot is free for the next one */
	ck_assert_int_gt((int)write(k->fd, &(uint64_t){1}, 8), 0);
	nsc_lane_put(lane, 3, &k->source);
	wait_ms(100);
	ck_assert_uint_eq(frames, 13);
}
END_TEST

START_TEST(a_ring_that_breaks_is_told)
{
	struct fake *k = fake(1, -ENETDOWN);
	int error = 0;

	nsc_lane_put(lane, 0, &k->source);
	wait_ms(100);
	ck_assert(!nsc_lane_done(lane, 0, &error));	/* down: it may come up again */
	ck_assert_int_eq(error, -ENETDOWN);
	k->end = -ENODEV;
	ck_assert_int_gt((int)write(k->fd, &(uint64_t){1}, 8), 0);
	wait_ms(100);
	ck_assert(nsc_lane_done(lane, 0, &error));
	ck_assert_int_eq(error, -ENODEV);
	ck_assert_uint_eq(frames, 2);
}
END_TEST

START_TEST(the_end_is_quick_and_reads_all)
{
	struct fake *k = fake(9, 0);
	struct timespec a, b;

	nsc_lane_put(lane, 0, &k->source);
	clock_gettime(CLOCK_MONOTONIC, &a);
	nsc_lane_stop(lane);
	nsc_lane_join(lane);
	clock_gettime(CLOCK_MONOTONIC, &b);
	ck_assert_uint_eq(frames, 9);
	ck_assert_uint_eq(finished, 1);
	ck_assert_int_lt((b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000,
			 200);
}
END_TEST

/* features.md 1.16: in the worker's thread, and the answer comes back. */
START_TEST(new_limits_are_taken_over_by_the_thread)
{
	struct nsc_settings s = {.flow.size = 100};

	tester = pthread_self();
	ck_assert_int_eq(nsc_lane_reconfigure(lane, &s), 0);
	ck_assert_uint_eq(settled, 100);
	s.flow.size = 2000;
	ck_assert_int_eq(nsc_lane_reconfigure(lane, &s), -EINVAL);
	for (int i = 0; i < 200; i++) {
		s.flow.size = (uint32_t)i;
		ck_assert_int_eq(nsc_lane_reconfigure(lane, &s), 0);
		ck_assert_uint_eq(settled, (uint32_t)i);
	}
}
END_TEST

RUN_TESTS("live", begin, end, ONCE(ticks_at_least_each_100_ms),
	  ONCE(small_steps_of_the_clock_are_no_jumps), ONCE(jumps_move_the_deadlines),
	  ONCE(a_ring_comes_and_goes), ONCE(a_ring_that_breaks_is_told),
	  ONCE(the_end_is_quick_and_reads_all),
	  ONCE(new_limits_are_taken_over_by_the_thread))
