/* SPDX-License-Identifier: MIT */
/*
 * The way over an iterator: bpf/owners.bpf.c, attached once, read once a find.  Kernels from
 * 5.17 on find their own types for a light skeleton (2 ms); for older ones libbpf reads all
 * types of the kernel (20 ms, and 6 MiB for that time).
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
#include "bpf/owners.light.skel.h"
#include "bpf/owners.skel.h"

enum {
	BUFFER = 64 << 10,
	PATIENCE = 1000,		/* reads in a row that found no socket among a million files */
};

struct nsc_owners_iterator {		/* one of the two */
	struct nsc_owners_light *light;
	struct nsc_owners_bpf *whole;
};

static int
load_light(struct nsc_owners_iterator *b)
{
	int r;

	b->light = nsc_owners_light__open();
	if (b->light == NULL)
		return -ENOMEM;
	b->light->rodata->nsc_pid_namespace = nsc_bpf_pid_namespace();
	r = nsc_owners_light__load(b->light);
	if (r == 0)
		r = nsc_owners_light__attach(b->light);
	if (r == 0)
		return 0;
	nsc_owners_light__destroy(b->light);
	b->light = NULL;
	return r;
}

static int
load_whole(struct nsc_owners_iterator *b)
{
	int r;

	b->whole = nsc_owners_bpf__open();
	if (b->whole == NULL)
		return -errno;
	b->whole->rodata->nsc_pid_namespace = nsc_bpf_pid_namespace();
	r = nsc_owners_bpf__load(b->whole);
	return r < 0 ? r : nsc_owners_bpf__attach(b->whole);
}

int
nsc_owners_bpf_open(struct nsc_owners_iterator **out, bool light, char err[NSC_ERR])
{
	nsc_bpf_printer before = nsc_bpf_quiet();
	struct nsc_owners_iterator *b = calloc(1, sizeof *b);
	int r = b == NULL ? -ENOMEM : light ? load_light(b) : -ENOTSUP;

	if (r < 0 && b != NULL && r != -EPERM && r != -EACCES)
		r = load_whole(b);
	if (r == -ESRCH)		/* libbpf's word for a hook that is not there */
		nsc_error(err, r = -ENOENT, "BPF: this kernel has no iterator task_file");
	else if (r < 0)
		nsc_bpf_error(r, "loading", err);
	if (r < 0) {
		nsc_owners_bpf_close(b);
		b = NULL;
	}
	nsc_bpf_loud(before);
	*out = b;
	return r;
}

void
nsc_owners_bpf_close(struct nsc_owners_iterator *b)
{
	if (b == NULL)
		return;
	if (b->light != NULL)
		nsc_owners_light__destroy(b->light);
	nsc_owners_bpf__destroy(b->whole);
	free(b);
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
nsc_owners_bpf_each(struct nsc_owners_iterator *b,
		    void (*each)(void *arg, const struct nsc_owners_file *f), void *arg)
{
	char *text = malloc(BUFFER);
	int fd = bpf_iter_create(b->light != NULL ? b->light->links.nsc_files_fd
						  : bpf_link__fd(b->whole->links.nsc_files));
	int r = fd < 0 ? -errno : text == NULL ? -ENOMEM : read_all(fd, text, each, arg);

	if (fd >= 0)
		close(fd);
	free(text);
	return r;
}
