/* SPDX-License-Identifier: MIT */
/* Reading the files in which the kernel tells its counters of protocols. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "host/counters.h"

/* netstat has 4 to 6 KiB on 6.18; the kernel makes it whole for the first read. */
enum { MOST = 32 << 10 };

void
nsc_counters_want(struct nsc_counters *p, const char *(*name)(unsigned n))
{
	const char *one;

	*p = (struct nsc_counters){.bits = 8 * sizeof(unsigned long)};
	while (p->count < NSC_COUNTERS && (one = name(p->count)) != NULL)
		p->counter[p->count++].name = one;
}

/* How many octets, or -errno. */
static ssize_t
read_whole(const char *path, char text[MOST])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t have = 0;
	ssize_t n = fd < 0 ? -errno : 1;

	while (n > 0 && have < MOST) {
		n = read(fd, text + have, MOST - have);
		if (n > 0)
			have += (size_t)n;
		else if (n < 0)
			n = errno == EINTR ? 1 : -errno;
	}
	if (fd >= 0)
		close(fd);
	return n < 0 ? n : (ssize_t)have;
}

/* Not /proc/net: that is the namespace of the process, a thread may have entered another. */
int
nsc_counters_read(struct nsc_counters *p, char err[NSC_ERR])
{
	static const struct {
		const char *path;
		void (*take)(struct nsc_counters *p, const char *text, size_t n);
		bool may_lack;
	} file[] = {
		{"/proc/thread-self/net/snmp", nsc_counters_pairs, false},
		{"/proc/thread-self/net/netstat", nsc_counters_pairs, false},
		{"/proc/thread-self/net/snmp6", nsc_counters_names, true},
	};
	char text[MOST];
	int rc = 0;

	for (size_t i = 0; p->count > 0 && i < sizeof file / sizeof *file; i++) {
		ssize_t n = read_whole(file[i].path, text);

		if (n >= 0)
			file[i].take(p, text, (size_t)n);
		else if (rc == 0 && !(file[i].may_lack && n == -ENOENT))
			rc = nsc_error(err, (int)n, "%s: %s", file[i].path, strerror((int)-n));
	}
	return rc;
}
