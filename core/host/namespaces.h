/* SPDX-License-Identifier: MIT */
/*
 * The network namespaces of this machine (option Namespaces).  Nothing is pinned: a
 * namespace is entered, asked and left within one call, in a thread made for that, which
 * ends if it cannot come home (setns(2) is per thread).
 */
#ifndef NSC_HOST_NAMESPACES_H
#define NSC_HOST_NAMESPACES_H

#include <stdint.h>

#include "base/error.h"

/* Inode of the calling thread's network namespace; 0 if /proc does not tell. */
uint64_t nsc_namespace_own(void);

/*
 * Calls visit once in each network namespace (those of processes, and the files in
 * /run/netns), the own one first; its thread is in that namespace.  How many were visited,
 * or -errno with err: -EPERM when CAP_SYS_ADMIN is missing (the own one was visited),
 * -EACCES when most processes are hidden, for want of CAP_SYS_PTRACE or by hidepid (all
 * that were found were visited).  *missed: those that could not be entered.
 */
int nsc_namespaces_each(void (*visit)(void *arg, uint64_t netns), void *arg, unsigned *missed,
			char err[NSC_ERR]);

#endif
