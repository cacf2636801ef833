/* SPDX-License-Identifier: MIT */
/*
 * Walks /proc and /run/netns.  A namespace is entered when it is first met, so that a
 * process that ends meanwhile hides none that another one still holds; what is kept of it
 * is its inode number.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "host/namespaces.h"

enum { MOST = 4096 };			/* namespaces of one walk; more are missed */

struct walk {
	void (*visit)(void *arg, uint64_t netns);
	void *arg;
	uint64_t *met;			/* ascending */
	size_t count, room;
	unsigned visited, missed;
	unsigned seen, hidden;		/* processes that may, and may not, be looked at */
	int refused;			/* why no namespace can be entered, -errno */
};

uint64_t
nsc_namespace_own(void)
{
	struct stat s;

	return stat("/proc/thread-self/ns/net", &s) == 0 ? s.st_ino : 0;
}

/* Where it stands, or would stand. */
static size_t
place(const struct walk *w, uint64_t netns)
{
	size_t low = 0, high = w->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (w->met[middle] < netns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
is_met(const struct walk *w, uint64_t netns)
{
	size_t at = place(w, netns);

	return at < w->count && w->met[at] == netns;
}

/* False: no room, it can't be told apart from others that find none. */
static bool
meet(struct walk *w, uint64_t netns)
{
	size_t at = place(w, netns);

	if (w->count == w->room) {
		size_t room = w->room > 0 ? 2 * w->room : 64;
		uint64_t *met = room <= MOST ? realloc(w->met, room * sizeof *met) : NULL;

		if (met == NULL)
			return false;
		w->met = met;
		w->room = room;
	}
	memmove(w->met + at + 1, w->met + at, (w->count - at) * sizeof *w->met);
	w->met[at] = netns;
	w->count++;
	return true;
}

/* fd is of a namespace that was not met yet. */
static void
enter(struct walk *w, int fd, uint64_t netns)
{
	if (!meet(w, netns)) {
		w->missed++;
	} else if (setns(fd, CLONE_NEWNET) < 0) {
		w->missed++;
	} else {
		close(fd);		/* this thread alone holds it while it is asked */
		w->visited++;
		w->visit(w->arg, netns);
		return;
	}
	close(fd);
}

/* Other files may stand beside those of namespaces: a name whose mount is gone, a FIFO. */
static void
look_at(struct walk *w, int dir, const char *path)
{
	struct stat s;
	struct statfs fs;
	int fd;

	if (fstatat(dir, path, &s, 0) < 0) {
		w->hidden += errno == EACCES || errno == EPERM;
		return;
	}
	w->seen++;
	if (is_met(w, s.st_ino))
		return;
	fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return;
	if (fstat(fd, &s) == 0 && fstatfs(fd, &fs) == 0 && fs.f_type == NSFS_MAGIC &&
	    !is_met(w, s.st_ino))
		enter(w, fd, s.st_ino);
	else
		close(fd);
}

static void
walk_processes(struct walk *w)
{
	DIR *d = opendir("/proc");
	const struct dirent *e;
	char path[280];

	while (d != NULL && (e = readdir(d)) != NULL) {
		if (e->d_name[0] < '1' || e->d_name[0] > '9')
			continue;
		snprintf(path, sizeof path, "%s/ns/net", e->d_name);
		look_at(w, dirfd(d), path);
	}
	if (d != NULL)
		closedir(d);
}

static void
walk_names(struct walk *w)
{
	DIR *d = opendir("/run/netns");
	const struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL) {
		if (e->d_name[0] != '.')
			look_at(w, dirfd(d), e->d_name);
	}
	if (d != NULL)
		closedir(d);
}

/*
 * Entering its own one asks for the same rights as entering another.  At the end it is home
 * again: pthread_join returns a moment before the kernel lets go of what a thread held.
 */
static void *
walk_all(void *arg)
{
	struct walk *w = arg;
	uint64_t own = nsc_namespace_own();
	int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	w->visited = 1;
	w->visit(w->arg, own);
	if (home < 0 || setns(home, CLONE_NEWNET) < 0) {
		w->refused = -errno;
	} else if (meet(w, own)) {
		walk_processes(w);
		walk_names(w);
		setns(home, CLONE_NEWNET);
	}
	if (home >= 0)
		close(home);
	free(w->met);
	return NULL;
}

int
nsc_namespaces_each(void (*visit)(void *arg, uint64_t netns), void *arg, unsigned *missed,
		    char err[NSC_ERR])
{
	struct walk w = {.visit = visit, .arg = arg};
	sigset_t all, old;
	pthread_t thread;
	int r;

	*missed = 0;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);	/* the thread is born with it */
	r = -pthread_create(&thread, NULL, walk_all, &w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (r < 0)
		return nsc_error(err, r, "namespaces: a thread: %s", strerror(-r));
	pthread_join(thread, NULL);
	*missed = w.missed;
	if (w.refused < 0)
		return nsc_error(err, w.refused, "namespaces: setns: %s",
				 strerror(-w.refused));
	if (w.hidden > w.seen)
		return nsc_error(err, -EACCES, "namespaces: %u of %u processes are hidden",
				 w.hidden, w.hidden + w.seen);
	return (int)w.visited;
}
