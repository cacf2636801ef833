/* SPDX-License-Identifier: MIT */
/* What the files of /proc/PID say (proc(5)): pure functions of their octets. */
#ifndef NSC_HOST_PROCESS_TEXT_H
#define NSC_HOST_PROCESS_TEXT_H

#include <stddef.h>

#include "host/process.h"

enum { NSC_COMM = 64 };			/* kernel workers have longer names than 15 octets */

struct nsc_process_stat {
	char comm[NSC_COMM];		/* of the thread group's leader, unescaped */
	uint64_t start;			/* clock ticks since boot */
};

/* The line of stat; false if it is not one. */
bool nsc_process_stat(struct nsc_process_stat *s, const char *line, size_t len);

/* Target of exe -> basename without " (deleted)"; "" if there is none. */
void nsc_process_exe(char name[NSC_PROCESS_NAME], const char *path, size_t len);

/*
 * cmdline -> the script that the interpreter of that name runs ("app.py", a module, a jar);
 * false if it is no interpreter, or runs no script: then name is left as it is.
 */
bool nsc_process_script(char name[NSC_PROCESS_NAME], const char *interpreter,
			const char *cmdline, size_t len);

/* The file cgroup -> unit: systemd's own hierarchy first, then cgroup2, then any other. */
void nsc_process_cgroup(char unit[NSC_UNIT_NAME], const char *text, size_t len);

#endif
