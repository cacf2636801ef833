/* SPDX-License-Identifier: MIT */
/* What the files owners*.c share, and unit tests look at; nobody else includes it. */
#ifndef NSC_HOST_OWNERS_INNER_H
#define NSC_HOST_OWNERS_INNER_H

#include "host/owners.h"
#include "host/owners_inodes.h"
#include "host/owners_known.h"

#define NSC_OWNERS_LAP (1ull << 32)	/* of a walk's position */

struct nsc_walk {
	/*
	 * Where the walk stands: laps << 32 | the last PID whose files were all seen.  One
	 * that the budget ended goes on there, and is through with a socket one lap after
	 * that was asked for.
	 */
	uint64_t position;
	uint32_t within;		/* a PID whose files were seen in part, */
	int64_t offset;			/* up to there (seekdir); 0: none */
	uint64_t denied_at;		/* position when files were last denied */
	uint32_t denied;		/* processes, in this walk until now */
	uint32_t *pid;
	size_t pids, room;
};

struct nsc_owners_iterator;

struct nsc_cgroup_unit {		/* a cgroup whose unit was asked for; finding it is dear */
	uint64_t cgroup;
	uint64_t told;
	char unit[NSC_UNIT_NAME];	/* "": none was found then */
};

enum { NSC_CGROUP_UNITS = 64 };

struct nsc_owners {
	struct nsc_owners_options options;
	struct nsc_proc proc;
	struct nsc_known known;
	struct nsc_inodes inodes;
	struct nsc_cgroup_unit unit[NSC_CGROUP_UNITS];	/* by the lowest bits of cgroup */
	struct nsc_owners_iterator *bpf;	/* NULL: /proc serves */
	struct nsc_walk walk;
	struct nsc_owners_stats stats;
	uint64_t now;			/* of this find */
	uint64_t deadline;		/* of this find, CLOCK_MONOTONIC ns; 0: none */
	uint64_t swept;
	uint64_t rest_until;		/* the iterator took long: not again before that */
	uint32_t pass;			/* of the iterator */
	size_t wanted;			/* by the search that runs: sockets that nobody has yet */
	bool searching;
	bool foreign;			/* we are in a PID namespace: not all are to be seen */
};

/* As nsc_owners_new, with a folder for /proc. */
int nsc_owners_new_at(struct nsc_owners **o, const struct nsc_owners_options *options,
		      const char *root, char err[NSC_ERR]);

/*
 * Somebody who has the folder of a process open (dir, or -1: opened when it is needed) met
 * a socket there.  With several holders the one that started first stays, then the lowest
 * PID.  comm and start as the kernel told them.
 */
void nsc_owners_met(struct nsc_owners *o, struct nsc_inode *i, const struct nsc_process_stat *s,
		    uint32_t pid, int fd);

/* The process, its name read anew if it is not known or has another comm; NULL never. */
struct nsc_known_process *nsc_owners_learn(struct nsc_owners *o, uint32_t pid,
					   const struct nsc_process_stat *s, int dir,
					   uint64_t cgroup);

/* KNOWN, or DENIED if there is none or it has no name. */
struct nsc_owner nsc_owners_as_owner(const struct nsc_known_process *k);

/* True once this find has used its time. */
bool nsc_owners_late(const struct nsc_owners *o);

/* --- /proc (owners_proc.c) --------------------------------------------------- */

/* Asks whether a known holder still has it: one readlink, and start once a process. */
bool nsc_owners_still(struct nsc_owners *o, struct nsc_inode *i);

/* Walks on until the position is `until`, or time is up.  0 or -errno. */
int nsc_owners_walk(struct nsc_owners *o, uint64_t until);

/*
 * Without a budget: the eldest process first, so that who is met first is the owner, until
 * nobody is wanted any more.  0 or -errno.
 */
int nsc_owners_search(struct nsc_owners *o);

/* --- the iterator (owners_bpf.c, or owners_none.c) --------------------------- */

struct nsc_owners_file {		/* one socket of one process */
	uint64_t inode;
	uint64_t start;			/* clock ticks since boot */
	uint64_t cgroup;		/* inode of its cgroup2 folder */
	uint32_t pid;			/* in our namespace */
	int32_t fd;
	char comm[NSC_KNOWN_COMM];
};

/*
 * 0; -ENOTSUP: not built; -EPERM; -ENOENT: this kernel has no such iterator, or no BTF.
 * light: the way of newer kernels is tried first.
 */
int nsc_owners_bpf_open(struct nsc_owners_iterator **b, bool light, char err[NSC_ERR]);
void nsc_owners_bpf_close(struct nsc_owners_iterator *b);

/* Every socket of every process that we can see, once each.  0 or -errno. */
int nsc_owners_bpf_each(struct nsc_owners_iterator *b,
			void (*each)(void *arg, const struct nsc_owners_file *f), void *arg);

#endif
