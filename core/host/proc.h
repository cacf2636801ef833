/* SPDX-License-Identifier: MIT */
/*
 * Reading below /proc, or below a folder that looks like it (tests).  The folder of a
 * process stays that process's while it is open: when it has ended, every read there
 * fails, also if another process has its PID by then.
 */
#ifndef NSC_HOST_PROC_H
#define NSC_HOST_PROC_H

#include <stddef.h>
#include <sys/types.h>

#include "host/process_text.h"

struct nsc_proc {
	int dir;			/* -1: there is none; reads say -EBADF */
	uint64_t calls;			/* system calls that read something, until now */
};

/* 0 or -errno.  Closing one that is not open is fine. */
int nsc_proc_open(struct nsc_proc *p, const char *root);
void nsc_proc_close(struct nsc_proc *p);

/* The folder of a process, to be closed by the caller; -ESRCH: there is none; -EACCES. */
int nsc_proc_process(struct nsc_proc *p, uint32_t pid);

/*
 * What a file says, up to size - 1 octets, or what a link points to; NUL follows.
 * How many octets; -ESRCH: the process is gone; other -errno.
 */
ssize_t nsc_proc_text(struct nsc_proc *p, int dir, const char *name, char *text, size_t size);
ssize_t nsc_proc_link(struct nsc_proc *p, int dir, const char *name, char *text, size_t size);

/* From the open folder of a process; 0, -ESRCH, -EACCES or -EPROTO. */
int nsc_proc_stat(struct nsc_proc *p, int dir, struct nsc_process_stat *s);

/* Name and unit; pid and start are the caller's.  What cannot be read leaves comm, or no unit. */
void nsc_proc_describe(struct nsc_proc *p, int dir, const char *comm, bool script,
		       struct nsc_process *process);

#endif
