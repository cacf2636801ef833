/* SPDX-License-Identifier: MIT */
/* A folder that looks like /proc, with processes and files as a test wants them. */
#ifndef NSC_TESTS_FAKE_PROC_H
#define NSC_TESTS_FAKE_PROC_H

#include <check.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char fake[64];			/* its path */

static inline void
fake_begin(void)
{
	strcpy(fake, "/tmp/nsc-proc-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(fake));
	ck_assert_int_eq(chmod(fake, 0755), 0);
}

static inline int
fake_remove(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static inline void
fake_end(void)
{
	ck_assert_int_eq(nftw(fake, fake_remove, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static inline void
fake_gone(unsigned pid)
{
	char path[100];

	snprintf(path, sizeof path, "%s/%u", fake, pid);
	ck_assert_int_eq(nftw(path, fake_remove, 16, FTW_DEPTH | FTW_PHYS), 0);
}

__attribute__((format(printf, 3, 4))) static inline void
fake_file(unsigned pid, const char *name, const char *fmt, ...)
{
	char path[128];
	va_list ap;
	FILE *f;

	snprintf(path, sizeof path, "%s/%u/%s", fake, pid, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	va_start(ap, fmt);
	vfprintf(f, fmt, ap);
	va_end(ap);
	fclose(f);
}

static inline void
fake_link(unsigned pid, const char *name, const char *to)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%u/%s", fake, pid, name);
	unlink(path);
	ck_assert_int_eq(symlink(to, path), 0);
}

static inline void
fake_stat(unsigned pid, const char *comm, unsigned long start)
{
	fake_file(pid, "stat", "%u (%s) S 1 1 1 0 -1 0 1 0 0 0 1 2 0 0 20 0 1 0 %lu 1 2 3\n", pid, comm,
		  start);
}

/* exe NULL: none (a kernel thread). */
static inline void
fake_process(unsigned pid, const char *comm, unsigned long start, const char *exe)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%u", fake, pid);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	strcat(path, "/fd");
	ck_assert_int_eq(mkdir(path, 0755), 0);
	fake_stat(pid, comm, start);
	fake_file(pid, "cgroup", "0::/system.slice/%s.service\n", comm);
	if (exe != NULL)
		fake_link(pid, "exe", exe);
}

static inline void
fake_socket(unsigned pid, unsigned fd, unsigned long inode)
{
	char name[24], to[40];

	snprintf(name, sizeof name, "fd/%u", fd);
	snprintf(to, sizeof to, "socket:[%lu]", inode);
	fake_link(pid, name, to);
}

#endif
