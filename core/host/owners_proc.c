/* SPDX-License-Identifier: MIT */
/* The way over /proc/PID/fd: a walk in the order of PIDs that can stop and go on. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/owners_inner.h"

enum {
	ENTRIES = 32 << 10,		/* octets of a folder read at once */
	LOOK_AT_CLOCK = 64,		/* links */
};

#define RETELL_NS 60000000000ull	/* a name is read anew: cgroups change, exec keeps comm */

/* "socket:[123]" -> 123, else 0. */
static uint64_t
socket_inode(const char *link)
{
	static const char before[] = "socket:[";
	size_t n = sizeof before - 1;

	return strncmp(link, before, n) == 0 ? strtoull(link + n, NULL, 10) : 0;
}

/* The process at i->pid is the one that was named: once a find for each. */
static bool
same_process(struct nsc_owners *o, const struct nsc_inode *i)
{
	struct nsc_known_process *k = nsc_known_find(&o->known, i->pid, i->start);
	struct nsc_process_stat stat;
	int dir;
	bool same;

	if (k == NULL)
		return false;
	if (k->checked == o->now)
		return true;
	dir = nsc_proc_process(&o->proc, i->pid);
	if (dir < 0)
		return false;
	same = nsc_proc_stat(&o->proc, dir, &stat) == 0 && stat.start == i->start;
	if (same) {
		if (o->now - k->told >= RETELL_NS)
			k->told = 0;
		nsc_owners_learn(o, i->pid, &stat, dir, 0);
	}
	close(dir);
	return same;
}

bool
nsc_owners_still(struct nsc_owners *o, struct nsc_inode *i)
{
	char name[32], link[64];

	snprintf(name, sizeof name, "%u/fd/%d", i->pid, i->fd);
	if (nsc_proc_link(&o->proc, o->proc.dir, name, link, sizeof link) < 0 ||
	    socket_inode(link) != i->inode || !same_process(o, i))
		return false;
	i->checked = o->now;
	return true;
}

static int
by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* A number between 0 and 2^31 - 1, or -1. */
static int64_t
number(const char *name)
{
	int64_t n = 0;

	if (*name < '0' || *name > '9')
		return -1;
	for (; *name >= '0' && *name <= '9'; name++) {
		n = n * 10 + (*name - '0');
		if (n > INT32_MAX)
			return -1;
	}
	return *name == '\0' ? n : -1;
}

static int
add_pid(struct nsc_walk *w, uint32_t pid)
{
	if (w->pids == w->room) {
		size_t room = w->room > 0 ? w->room * 2 : 256;
		uint32_t *more = realloc(w->pid, room * sizeof *more);

		if (more == NULL)
			return -ENOMEM;
		w->pid = more;
		w->room = room;
	}
	w->pid[w->pids++] = pid;
	return 0;
}

/* The processes that there are now, by PID. */
static int
list(struct nsc_owners *o)
{
	_Alignas(struct dirent64) char text[ENTRIES];
	struct nsc_walk *w = &o->walk;
	const struct dirent64 *e;
	ssize_t n;
	int r = 0;

	w->pids = 0;
	if (lseek(o->proc.dir, 0, SEEK_SET) < 0)
		return -errno;
	while (r == 0 && (n = getdents64(o->proc.dir, text, sizeof text)) != 0) {
		o->proc.calls++;
		if (n < 0)
			return -errno;
		for (ssize_t at = 0; r == 0 && at < n; at += e->d_reclen) {
			int64_t pid;

			e = (const struct dirent64 *)(text + at);
			pid = number(e->d_name);
			if (pid > 0)
				r = add_pid(w, (uint32_t)pid);
		}
	}
	qsort(w->pid, w->pids, sizeof *w->pid, by_number);
	return r;
}

/* One process whose files are being looked through. */
struct visit {
	struct nsc_owners *o;
	uint32_t pid;
	int fds;			/* its folder fd */
	unsigned links;			/* read until now */
	bool known;			/* stat was read */
	struct nsc_process_stat stat;
};

/* Its stat, through the folder that is open: not that of somebody who has the PID by now. */
static bool
introduce(struct visit *v)
{
	int dir;

	if (v->known)
		return true;
	dir = openat(v->fds, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return false;
	v->known = nsc_proc_stat(&v->o->proc, dir, &v->stat) == 0;
	if (v->known)
		nsc_owners_learn(v->o, v->pid, &v->stat, dir, 0);
	close(dir);
	return v->known;
}

/* One file: 0, or -errno when the process is gone or not for us to see. */
static int
look(struct visit *v, const char *name)
{
	int64_t fd = number(name);
	struct nsc_inode *i;
	char link[64];
	ssize_t n;

	if (fd < 0)
		return 0;
	v->links++;
	n = nsc_proc_link(&v->o->proc, v->fds, name, link, sizeof link);
	if (n < 0)
		return n == -EACCES ? -EACCES : 0;	/* closed meanwhile */
	i = nsc_inodes_find(&v->o->inodes, socket_inode(link));
	if (i == NULL)
		return 0;
	if (!introduce(v))
		return -ESRCH;
	nsc_owners_met(v->o, i, &v->stat, v->pid, (int)fd);
	return 0;
}

/* 1: time is up, with where to go on; 0: through; -errno. */
static int
look_through(struct visit *v)
{
	_Alignas(struct dirent64) char text[ENTRIES];
	struct nsc_walk *w = &v->o->walk;
	const struct dirent64 *e;
	ssize_t n;

	if (w->within == v->pid && lseek(v->fds, w->offset, SEEK_SET) < 0)
		return -errno;
	w->within = 0;
	while ((n = getdents64(v->fds, text, sizeof text)) > 0) {
		v->o->proc.calls++;
		for (ssize_t at = 0; at < n; at += e->d_reclen) {
			int r;

			e = (const struct dirent64 *)(text + at);
			r = look(v, e->d_name);
			if (r < 0)
				return r;
			if (v->o->searching && v->o->wanted == 0)
				return 0;
			if (v->links % LOOK_AT_CLOCK == LOOK_AT_CLOCK - 1 &&
			    nsc_owners_late(v->o)) {
				v->links++;
				w->within = v->pid;
				w->offset = e->d_off;
				return 1;
			}
		}
	}
	return n < 0 ? -errno : 0;
}

/* False when time was up within this process. */
static bool
visit(struct nsc_owners *o, uint32_t pid)
{
	struct visit v = {.o = o, .pid = pid};
	char name[24];
	int r;

	snprintf(name, sizeof name, "%u/fd", pid);
	o->proc.calls++;
	v.fds = openat(o->proc.dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = v.fds < 0 ? -errno : look_through(&v);
	if (v.fds >= 0)
		close(v.fds);
	if (r > 0)
		return false;
	if (r == -EACCES || r == -EPERM) {
		o->walk.denied++;
		o->walk.denied_at = (o->walk.position & ~(NSC_OWNERS_LAP - 1)) | pid;
	}
	return true;
}

int
nsc_owners_walk(struct nsc_owners *o, uint64_t until)
{
	struct nsc_walk *w = &o->walk;

	while (w->position < until) {
		uint64_t lap = w->position & ~(NSC_OWNERS_LAP - 1);
		int r = list(o);

		if (r < 0)
			return r;
		for (size_t n = 0; n < w->pids && w->position < until; n++) {
			uint64_t at = lap | w->pid[n];

			if (at <= w->position)
				continue;
			if (at > until) {
				w->position = until;
				break;
			}
			if (!visit(o, w->pid[n]))
				return 0;
			w->position = at;
			if (nsc_owners_late(o))
				return 0;
		}
		if (w->position < until)
			w->position = lap + NSC_OWNERS_LAP;
	}
	return 0;
}

struct elder {
	uint64_t start;
	uint32_t pid;
};

static int
by_age(const void *a, const void *b)
{
	const struct elder *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->pid > y->pid) - (x->pid < y->pid);
}

/* One whose stat is hidden comes first: it counts as denied. */
static uint64_t
age(struct nsc_owners *o, uint32_t pid)
{
	struct nsc_process_stat stat;
	char name[24], text[1024];
	ssize_t n;

	snprintf(name, sizeof name, "%u/stat", pid);
	n = nsc_proc_text(&o->proc, o->proc.dir, name, text, sizeof text);
	return n > 0 && nsc_process_stat(&stat, text, (size_t)n) ? stat.start : 0;
}

int
nsc_owners_search(struct nsc_owners *o)
{
	struct nsc_walk *w = &o->walk;
	struct elder *elder;
	int r = list(o);

	if (r < 0)
		return r;
	elder = calloc(w->pids + 1, sizeof *elder);
	if (elder == NULL)
		return -ENOMEM;
	for (size_t n = 0; n < w->pids; n++)
		elder[n] = (struct elder){age(o, w->pid[n]), w->pid[n]};
	qsort(elder, w->pids, sizeof *elder, by_age);
	w->within = 0;
	o->searching = true;
	for (size_t n = 0; n < w->pids && o->wanted > 0; n++)
		(void)visit(o, elder[n].pid);
	o->searching = false;
	free(elder);
	return 0;
}
