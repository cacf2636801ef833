/* SPDX-License-Identifier: MIT */
/*
 * The way over an iterator: bpf/owners.bpf.c, attached once, read once a find.  The
 * skeleton is the handle.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "host/bpf.h"
#include "host/owners_inner.h"

#include "bpf/nsc_bpf_abi.h"
#include "bpf/owners.skel.h"

enum {
	BUFFER = 64 << 10,
	PATIENCE = 1000,		/* reads in a row that found no socket among a million files */
};

static int
open_and_load(struct nsc_owners_bpf *b, char err[NSC_ERR])
{
	int r;

	b->rodata->nsc_pid_namespace = nsc_bpf_pid_namespace();
	r = nsc_owners_bpf__load(b);
	if (r == 0)
		r = nsc_owners_bpf__attach(b);
	if (r == -ESRCH)		/* libbpf's word for a hook that is not there */
		return nsc_error(err, -ENOENT, "BPF: this kernel has no iterator task_file");
	return r < 0 ? nsc_bpf_error(r, "loading", err) : 0;
}

int
nsc_owners_bpf_open(struct nsc_owners_bpf **out, char err[NSC_ERR])
{
	nsc_bpf_printer before = nsc_bpf_quiet();
	struct nsc_owners_bpf *b = nsc_owners_bpf__open();
	int r = b == NULL ? nsc_bpf_error(-errno, "opening", err) : open_and_load(b, err);

	if (r < 0) {
		nsc_owners_bpf__destroy(b);
		b = NULL;
	}
	nsc_bpf_loud(before);
	*out = b;
	return r;
}

void
nsc_owners_bpf_close(struct nsc_owners_bpf *b)
{
	nsc_owners_bpf__destroy(b);
}

/* Whole records of n octets; how many octets are left over. */
static size_t
tell(const char *text, size_t n, void (*each)(void *arg, const struct nsc_owners_file *f),
     void *arg)
{
	struct nsc_owners_file f;
	struct nsc_bpf_file b;
	size_t at = 0;

	for (; n - at >= sizeof b; at += sizeof b) {
		memcpy(&b, text + at, sizeof b);
		f = (struct nsc_owners_file){
			.inode = b.inode, .start = nsc_bpf_ticks(b.start), .cgroup = b.cgroup,
			.pid = b.pid, .fd = b.fd,
		};
		memcpy(f.comm, b.comm, sizeof f.comm);
		f.comm[sizeof f.comm - 1] = '\0';
		each(arg, &f);
	}
	return n - at;
}

static int
read_all(int fd, char *text, void (*each)(void *arg, const struct nsc_owners_file *f), void *arg)
{
	int patience = PATIENCE;
	size_t left = 0;

	for (;;) {
		ssize_t n = read(fd, text + left, BUFFER - left);
		size_t whole;

		if (n == 0)
			return left == 0 ? 0 : -EPROTO;
		if (n < 0) {
			if ((errno != EAGAIN && errno != EINTR) || --patience == 0)
				return -errno;
			continue;
		}
		patience = PATIENCE;
		whole = (size_t)n + left;
		left = tell(text, whole, each, arg);
		memmove(text, text + whole - left, left);
	}
}

int
nsc_owners_bpf_each(struct nsc_owners_bpf *b,
		    void (*each)(void *arg, const struct nsc_owners_file *f), void *arg)
{
	char *text = malloc(BUFFER);
	int fd = bpf_iter_create(bpf_link__fd(b->links.nsc_files));
	int r = fd < 0 ? -errno : text == NULL ? -ENOMEM : read_all(fd, text, each, arg);

	if (fd >= 0)
		close(fd);
	free(text);
	return r;
}
