/* SPDX-License-Identifier: MIT */
/* A process as an owner of sockets: its name, and the unit or container that it runs in. */
#ifndef NSC_HOST_PROCESS_H
#define NSC_HOST_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

enum { NSC_PROCESS_NAME = 64, NSC_UNIT_NAME = 64 };

struct nsc_process {
	uint32_t pid;			/* thread group, in our PID namespace */
	uint64_t start;			/* clock ticks since boot (/proc/PID/stat, field 22): tells a reused PID */
	char name[NSC_PROCESS_NAME];	/* basename of the executable without " (deleted)", else comm */
	char unit[NSC_UNIT_NAME];	/* "nginx.service", "docker-0123456789ab"; "" if none */
};

/*
 * Reads what /proc tells of a process.  script: an interpreter is named by its script
 * (option ProcessNames).  0; -ESRCH: it is gone, or start (unless 0) is another's; -EACCES.
 */
int nsc_process_read(struct nsc_process *p, uint32_t pid, uint64_t start, bool script);

/*
 * Unit or container of a cgroup path ("/system.slice/nginx.service"): table driven; ids of
 * containers are cut to 12 digits.  "" if the path says nothing.
 */
void nsc_unit_name(char unit[NSC_UNIT_NAME], const char *path);

/* Path of the cgroup2 folder with that inode, below its mount; false if there is none. */
bool nsc_cgroup_path(uint64_t inode, char *path, unsigned size);

/* That folder, to be closed; -1 with errno. */
int nsc_cgroup_open(uint64_t inode);

#endif
