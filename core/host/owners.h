/* SPDX-License-Identifier: MIT */
/*
 * Who holds a socket: inode -> process.  Asked from a BPF iterator over open files where
 * that loads, else from /proc within a budget of time.  What is known is kept and checked
 * by the process's start time, so that a reused PID never lends its name.
 */
#ifndef NSC_HOST_OWNERS_H
#define NSC_HOST_OWNERS_H

#include <stddef.h>

#include "base/error.h"
#include "host/process.h"

enum nsc_owner_state {		/* `process_state` in JSON (row 0.10) */
	NSC_OWNER_ANONYMOUS,	/* no file holds it: TIME_WAIT, not accepted, the kernel's own */
	NSC_OWNER_KNOWN,
	NSC_OWNER_DENIED,	/* somebody's whom we may not see, or not found within the budget */
};

struct nsc_owner {
	uint8_t state;				/* nsc_owner_state */
	const struct nsc_process *process;	/* KNOWN; borrowed until the next find */
};

struct nsc_owners_options {
	bool bpf;			/* option Bpf: auto */
	bool script;			/* option ProcessNames: script */
	uint32_t budget_ms;		/* of one find over /proc; 0: none (a command that runs once) */
};

struct nsc_owners_stats {
	uint64_t scans;			/* walks over all processes */
	uint64_t denied;		/* processes whose files we may not see, in the last walk */
	uint64_t unfinished;		/* walks that the budget ended */
	uint64_t processes;		/* remembered now */
	uint64_t no_room;		/* sockets that found no room: DENIED */
};

struct nsc_owners;

/* 0 or -ENOMEM.  Without BPF (not built, not permitted) /proc serves; err says why, if it was wanted. */
int nsc_owners_new(struct nsc_owners **o, const struct nsc_owners_options *options,
		   char err[NSC_ERR]);
void nsc_owners_free(struct nsc_owners *o);

/*
 * Finds the owners of these inodes (0 is skipped) as of now (steady clock, ns): one walk at
 * most, none if all are known and still stand.  Several holders: the one that started
 * first, then the lowest PID.  0, or -errno with err; what is known stays known.
 */
int nsc_owners_find(struct nsc_owners *o, const uint64_t *inode, size_t n, uint64_t now,
		    char err[NSC_ERR]);

/* The owner of an inode as of the last find; no system call. */
struct nsc_owner nsc_owners_of(const struct nsc_owners *o, uint64_t inode);

/* A process told by a tracepoint, remembered by (pid, start); names of known ones cost no system call. */
struct nsc_owner nsc_owners_pid(struct nsc_owners *o, uint32_t pid, uint64_t start,
				const char *comm, uint64_t cgroup, uint64_t now);

/* "bpf" or "/proc". */
const char *nsc_owners_way(const struct nsc_owners *o);
void nsc_owners_stats(const struct nsc_owners *o, struct nsc_owners_stats *s);

#endif
