/* SPDX-License-Identifier: MIT */
/* Asked with bpf(2) itself: libbpf is optional, and knows tcx only since 1.3. */
#include "host/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/process.h"

enum {
	TCX_INGRESS = 46,		/* BPF_TCX_INGRESS, missing in Linux 6.1's linux/bpf.h */
};

/* target: a descriptor or, with tcx, an ifindex; they share a place. */
static int
query(uint32_t target, uint32_t place, uint32_t flags)
{
	union bpf_attr a;

	memset(&a, 0, sizeof a);
	a.query.target_fd = target;
	a.query.attach_type = place;
	a.query.query_flags = flags;
	if (syscall(SYS_bpf, BPF_PROG_QUERY, &a, sizeof a) == 0)
		return a.query.prog_cnt > 0;
	/* EINVAL: no such place; ENOSYS, EOPNOTSUPP: no BPF of that kind. */
	if (errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP)
		return 0;
	return -errno;
}

static int
query_and_close(int fd, uint32_t place, uint32_t flags)
{
	int r;

	if (fd < 0)
		return -errno;
	r = query((uint32_t)fd, place, flags);
	close(fd);
	return r;
}

int
nsc_filter_of_cgroup(uint64_t inode)
{
	return query_and_close(nsc_cgroup_open(inode), BPF_CGROUP_INET_INGRESS,
			       BPF_F_QUERY_EFFECTIVE);
}

int
nsc_filter_of_namespace(void)
{
	return query_and_close(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC),
			       BPF_SK_LOOKUP, 0);
}

int
nsc_filter_of_device(uint32_t ifindex)
{
	return query(ifindex, TCX_INGRESS, 0);
}
