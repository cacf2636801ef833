/* SPDX-License-Identifier: MIT */
/* What is known of sockets and processes, when it must be asked anew, and by which way. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "host/owners_inner.h"

#define S 1000000000ull
#define CHECK_NS (5 * S)	/* a holder is asked for again */
#define RETRY_NS (30 * S)	/* nobody was found: sought again (kernel.md's pace) */
#define SWEEP_NS (60 * S)
#define UNUSED_NS (120 * S)	/* not asked for: forgotten */

enum { REST = 20 };		/* an iterator that outlasts the budget takes 1/20 of the time */

/* Of the initial PID namespace (PROC_PID_INIT_INO); inside others the rest is hidden. */
#define ALL_PIDS "pid:[4026531836]"

static uint64_t
clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * S + (uint64_t)t.tv_nsec;
}

bool
nsc_owners_late(const struct nsc_owners *o)
{
	return o->deadline != 0 && clock_now() >= o->deadline;
}

int
nsc_owners_new_at(struct nsc_owners **out, const struct nsc_owners_options *options,
		  const char *root, char err[NSC_ERR])
{
	struct nsc_owners *o = calloc(1, sizeof *o);
	struct nsc_hash_key key;
	char link[32];

	*out = NULL;
	if (err != NULL)
		err[0] = '\0';
	if (o == NULL)
		return nsc_error(err, -ENOMEM, "owners: %s", strerror(ENOMEM));
	o->options = *options;
	o->walk.position = NSC_OWNERS_LAP;
	if (getrandom(&key, sizeof key, GRND_NONBLOCK) != sizeof key)
		key = (struct nsc_hash_key){{clock_now(), (uintptr_t)o}};
	if (nsc_known_init(&o->known, &key) < 0 || nsc_inodes_init(&o->inodes, &key) < 0) {
		nsc_owners_free(o);
		return nsc_error(err, -ENOMEM, "owners: %s", strerror(ENOMEM));
	}
	if (nsc_proc_open(&o->proc, root) == 0 &&
	    nsc_proc_link(&o->proc, o->proc.dir, "self/ns/pid", link, sizeof link) > 0)
		o->foreign = strcmp(link, ALL_PIDS) != 0;
	if (options->bpf)
		(void)nsc_owners_bpf_open(&o->bpf, true, err);
	*out = o;
	return 0;
}

int
nsc_owners_new(struct nsc_owners **o, const struct nsc_owners_options *options, char err[NSC_ERR])
{
	return nsc_owners_new_at(o, options, "/proc", err);
}

void
nsc_owners_free(struct nsc_owners *o)
{
	if (o == NULL)
		return;
	if (o->bpf != NULL)
		nsc_owners_bpf_close(o->bpf);
	nsc_proc_close(&o->proc);
	nsc_known_free(&o->known);
	nsc_inodes_free(&o->inodes);
	free(o->walk.pid);
	free(o);
}

const char *
nsc_owners_way(const struct nsc_owners *o)
{
	return o->bpf != NULL ? "bpf" : "/proc";
}

void
nsc_owners_stats(const struct nsc_owners *o, struct nsc_owners_stats *s)
{
	*s = o->stats;
	s->processes = o->known.count;
}

void
nsc_owners_met(struct nsc_owners *o, struct nsc_inode *i, const struct nsc_process_stat *s,
	       uint32_t pid, int fd)
{
	bool held = i->state == NSC_OWNER_KNOWN && i->pass == o->pass;

	if (held && i->pid == pid && i->start == s->start) {
		i->checked = o->now;
		return;
	}
	if (held && (s->start > i->start || (s->start == i->start && pid > i->pid)))
		return;
	o->wanted -= i->wanted;
	i->wanted = false;
	i->state = NSC_OWNER_KNOWN;
	i->pid = pid;
	i->start = s->start;
	i->fd = fd;
	i->pass = o->pass;
	i->checked = o->now;
}

/* To be sought from here on; nobody holds it until somebody is found. */
static void
seek(struct nsc_owners *o, struct nsc_inode *i)
{
	i->state = NSC_OWNER_DENIED;
	i->pid = 0;
	i->checked = 0;
	i->until = o->walk.position + NSC_OWNERS_LAP;
}

/* All processes were looked at and nobody has it. */
static void
give_up(struct nsc_owners *o, struct nsc_inode *i, bool hidden)
{
	i->state = hidden ? NSC_OWNER_DENIED : NSC_OWNER_ANONYMOUS;
	i->pid = 0;
	i->checked = o->now;
	i->until = 0;
}

/* Notes what is wanted; what must be done for it. */
struct errand {
	bool seek;			/* some are not decided */
	bool check;			/* some are known from long ago */
};

static struct errand
ask(struct nsc_owners *o, const uint64_t *inode, size_t n)
{
	struct errand e = {0};

	for (size_t k = 0; k < n; k++) {
		struct nsc_inode *i = nsc_inodes_find(&o->inodes, inode[k]);

		if (inode[k] == 0)
			continue;
		if (i == NULL) {
			i = nsc_inodes_add(&o->inodes, inode[k]);
			o->stats.no_room += i == NULL;
			if (i == NULL)
				continue;
			seek(o, i);
		} else if (i->state == NSC_OWNER_KNOWN) {
			struct nsc_known_process *p = nsc_known_find(&o->known, i->pid, i->start);

			if (p == NULL)
				seek(o, i);
			else
				p->used = o->now;
			e.check |= p != NULL && o->now - i->checked >= CHECK_NS;
		} else if (i->checked != 0 && o->now - i->checked >= RETRY_NS) {
			seek(o, i);
		}
		i->used = o->now;
		e.seek |= i->until > o->walk.position;
	}
	return e;
}

/* hidepid: others' folders are not even listed, nor that of PID 1, which always is. */
static bool
some_hidden(struct nsc_owners *o)
{
	o->proc.calls++;
	return o->foreign || faccessat(o->proc.dir, "1", F_OK, 0) < 0;
}

static void
take(void *arg, const struct nsc_owners_file *f)
{
	struct nsc_owners *o = arg;
	struct nsc_inode *i = nsc_inodes_find(&o->inodes, f->inode);
	struct nsc_process_stat s = {.start = f->start};

	if (i == NULL)
		return;
	snprintf(s.comm, sizeof s.comm, "%.*s", NSC_KNOWN_COMM - 1, f->comm);
	nsc_owners_met(o, i, &s, f->pid, f->fd);
	if (i->pid == f->pid)
		nsc_owners_learn(o, f->pid, &s, -1, f->cgroup);
}

/* The iterator tells all at once. */
static int
find_by_bpf(struct nsc_owners *o, const uint64_t *inode, size_t n)
{
	uint64_t begin = clock_now(), took;
	bool hidden;
	int r;

	if (o->now < o->rest_until)
		return 0;
	o->pass++;
	r = nsc_owners_bpf_each(o->bpf, take, o);
	if (r < 0)
		return r;
	hidden = some_hidden(o);
	for (size_t k = 0; k < n; k++) {
		struct nsc_inode *i = nsc_inodes_find(&o->inodes, inode[k]);

		if (i != NULL && i->pass != o->pass)
			give_up(o, i, hidden);
		else if (i != NULL)
			i->until = 0;
	}
	o->stats.scans++;
	o->stats.denied = 0;
	took = clock_now() - begin;
	if (o->options.budget_ms != 0 && took > o->options.budget_ms * (S / 1000))
		o->rest_until = o->now + REST * took;
	return 0;
}

/* Holders from long ago; half of the time at most, so that the walk gets on. */
static void
check(struct nsc_owners *o, const uint64_t *inode, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		struct nsc_inode *i = nsc_inodes_find(&o->inodes, inode[k]);

		if (i == NULL || i->state != NSC_OWNER_KNOWN || o->now - i->checked < CHECK_NS)
			continue;
		if (!nsc_owners_still(o, i))
			seek(o, i);
		if (nsc_owners_late(o))
			return;
	}
}

static int
search(struct nsc_owners *o, const uint64_t *inode, size_t n)
{
	bool hidden;
	int r;

	o->walk.denied = 0;
	o->wanted = 0;
	for (size_t k = 0; k < n; k++) {
		struct nsc_inode *i = nsc_inodes_find(&o->inodes, inode[k]);

		if (i == NULL || i->until == 0 || i->wanted)
			continue;
		i->wanted = i->state != NSC_OWNER_KNOWN;
		o->wanted += i->wanted;
	}
	r = nsc_owners_search(o);
	hidden = o->walk.denied > 0 || some_hidden(o);
	for (size_t k = 0; k < n; k++) {
		struct nsc_inode *i = nsc_inodes_find(&o->inodes, inode[k]);

		if (i == NULL)
			continue;
		if (i->wanted && r == 0)
			give_up(o, i, hidden);
		i->wanted = false;
		if (i->state == NSC_OWNER_KNOWN)
			i->until = 0;
	}
	o->stats.scans += r == 0;
	o->stats.denied = o->walk.denied;
	return r;
}

/* As far as the budget goes; what lies on the other side of it is decided another time. */
static int
walk(struct nsc_owners *o, const uint64_t *inode, size_t n, uint64_t until)
{
	bool hidden;
	int r = nsc_owners_walk(o, until);

	if (r < 0)
		return r;
	if (o->walk.position < until) {
		o->stats.unfinished++;
	} else {
		o->stats.scans++;
		o->stats.denied = o->walk.denied;
		o->walk.denied = 0;
	}
	hidden = some_hidden(o);
	for (size_t k = 0; k < n; k++) {
		struct nsc_inode *i = nsc_inodes_find(&o->inodes, inode[k]);

		if (i != NULL && i->checked == 0 && i->until <= o->walk.position)
			give_up(o, i,
				hidden || o->walk.denied_at + NSC_OWNERS_LAP >= i->until);
	}
	return 0;
}

static int
find_by_proc(struct nsc_owners *o, const uint64_t *inode, size_t n)
{
	uint64_t budget = o->options.budget_ms * (S / 1000), until = 0;

	if (budget != 0)
		o->deadline = clock_now() + budget / 2;
	check(o, inode, n);
	if (budget != 0)
		o->deadline += budget - budget / 2;
	for (size_t k = 0; k < n; k++) {
		const struct nsc_inode *i = nsc_inodes_find(&o->inodes, inode[k]);

		if (i != NULL && i->until > until)
			until = i->until;
	}
	if (until <= o->walk.position)
		return 0;
	return budget == 0 ? search(o, inode, n) : walk(o, inode, n, until);
}

static void
sweep(struct nsc_owners *o)
{
	if (o->now - o->swept < SWEEP_NS)
		return;
	o->swept = o->now;
	if (o->now <= UNUSED_NS)
		return;
	nsc_inodes_expire(&o->inodes, o->now - UNUSED_NS);
	nsc_known_expire(&o->known, o->now - UNUSED_NS);
}

int
nsc_owners_find(struct nsc_owners *o, const uint64_t *inode, size_t n, uint64_t now,
		char err[NSC_ERR])
{
	struct errand e;
	int r;

	o->now = now;
	sweep(o);
	e = ask(o, inode, n);
	if (!e.seek && !e.check)
		return 0;
	/* An iterator that fails leaves this find to /proc. */
	if (o->bpf != NULL && find_by_bpf(o, inode, n) == 0)
		return 0;
	r = find_by_proc(o, inode, n);
	return r < 0 ? nsc_error(err, r, "owners: /proc: %s", strerror(-r)) : 0;
}

struct nsc_owner
nsc_owners_of(const struct nsc_owners *o, uint64_t inode)
{
	const struct nsc_inode *i = nsc_inodes_find(&o->inodes, inode);

	if (inode == 0)
		return (struct nsc_owner){.state = NSC_OWNER_ANONYMOUS};
	if (i == NULL || i->state != NSC_OWNER_KNOWN)
		return (struct nsc_owner){.state = i != NULL ? i->state : NSC_OWNER_DENIED};
	return nsc_owners_as_owner(nsc_known_find(&o->known, i->pid, i->start));
}
