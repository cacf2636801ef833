/* SPDX-License-Identifier: MIT */
/* Reading /proc/PID. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/proc.h"

enum { TEXT = 4096 };			/* enough of a command line to find a script in */

int
nsc_proc_open(struct nsc_proc *p, const char *root)
{
	*p = (struct nsc_proc){.dir = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	return p->dir < 0 ? -errno : 0;
}

void
nsc_proc_close(struct nsc_proc *p)
{
	if (p->dir >= 0)
		close(p->dir);
	p->dir = -1;
}

/* hidepid=1 answers EPERM, and a process that ends between open and read ENOENT or ESRCH. */
static int
fault(int e)
{
	switch (e) {
	case ENOENT:
		return -ESRCH;
	case EPERM:
		return -EACCES;
	default:
		return -e;
	}
}

int
nsc_proc_process(struct nsc_proc *p, uint32_t pid)
{
	char name[16];
	int fd;

	snprintf(name, sizeof name, "%u", pid);
	p->calls++;
	fd = openat(p->dir, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? fault(errno) : fd;
}

ssize_t
nsc_proc_text(struct nsc_proc *p, int dir, const char *name, char *text, size_t size)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	p->calls++;
	if (fd < 0)
		return fault(errno);
	n = read(fd, text, size - 1);
	if (n < 0)
		n = fault(errno);
	else
		text[n] = '\0';
	close(fd);
	return n;
}

ssize_t
nsc_proc_link(struct nsc_proc *p, int dir, const char *name, char *text, size_t size)
{
	ssize_t n = readlinkat(dir, name, text, size - 1);

	p->calls++;
	if (n < 0)
		return fault(errno);
	text[n] = '\0';
	return n;
}

int
nsc_proc_stat(struct nsc_proc *p, int dir, struct nsc_process_stat *s)
{
	char text[1024];
	ssize_t n = nsc_proc_text(p, dir, "stat", text, sizeof text);

	if (n < 0)
		return (int)n;
	return nsc_process_stat(s, text, (size_t)n) ? 0 : -EPROTO;
}

void
nsc_proc_describe(struct nsc_proc *p, int dir, const char *comm, bool script,
		  struct nsc_process *process)
{
	char text[TEXT];
	ssize_t n;

	n = nsc_proc_link(p, dir, "exe", text, sizeof text);
	nsc_process_exe(process->name, text, n > 0 ? (size_t)n : 0);
	if (process->name[0] == '\0')
		snprintf(process->name, sizeof process->name, "%.*s", NSC_PROCESS_NAME - 1, comm);
	if (script) {
		n = nsc_proc_text(p, dir, "cmdline", text, sizeof text);
		if (n > 0)
			nsc_process_script(process->name, process->name, text, (size_t)n);
	}
	n = nsc_proc_text(p, dir, "cgroup", text, sizeof text);
	nsc_process_cgroup(process->unit, text, n > 0 ? (size_t)n : 0);
}

int
nsc_process_read(struct nsc_process *process, uint32_t pid, uint64_t start, bool script)
{
	struct nsc_process_stat stat;
	struct nsc_proc proc;
	int r = nsc_proc_open(&proc, "/proc");
	int dir = r == 0 ? nsc_proc_process(&proc, pid) : r;

	r = dir < 0 ? dir : nsc_proc_stat(&proc, dir, &stat);
	if (r == 0 && start != 0 && start != stat.start)
		r = -ESRCH;
	if (r == 0) {
		*process = (struct nsc_process){.pid = pid, .start = stat.start};
		nsc_proc_describe(&proc, dir, stat.comm, script, process);
	}
	if (dir >= 0)
		close(dir);
	nsc_proc_close(&proc);
	return r;
}
