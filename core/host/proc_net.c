/* SPDX-License-Identifier: MIT */
/* Reading /proc/net's tables of sockets, in lines. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/proc_net.h"

/* Tells the whole lines of the n octets; how many octets those were, or -1: ended. */
static ssize_t
take_lines(const struct nsc_proc_net *p, const char *text, size_t n)
{
	size_t at = 0;
	const char *end;

	while ((end = memchr(text + at, '\n', n - at)) != NULL) {
		size_t len = (size_t)(end - text) - at;
		struct nsc_socket s;

		if (nsc_proc_net_line(p, &s, text + at, len) && (p->states >> s.state & 1) &&
		    !p->each(p->arg, &s))
			return -1;
		at += len + 1;
	}
	return (ssize_t)at;
}

static int
take_file(const struct nsc_proc_net *p, int fd, char *buffer, size_t size)
{
	size_t have = 0;

	for (;;) {
		ssize_t n = read(fd, buffer + have, size - have), told;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		have += (size_t)n;
		told = take_lines(p, buffer, have);
		if (told < 0)
			return 1;
		have -= (size_t)told;
		if (have == size)
			return -EPROTO;
		memmove(buffer, buffer + told, have);
	}
}

/* Not /proc/net: that is the namespace of the process, a thread may have entered another. */
int
nsc_proc_net_each(const struct nsc_proc_net *p, char *buffer, size_t size, char err[NSC_ERR])
{
	char path[64];
	int fd, r;

	snprintf(path, sizeof path, "/proc/thread-self/net/%s%s",
		 p->proto == IPPROTO_UDP ? "udp" : "tcp", p->ipv6 ? "6" : "");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		r = -errno;
		if (r == -ENOENT && p->ipv6)
			return 0;
	} else {
		r = take_file(p, fd, buffer, size);
		close(fd);
	}
	return r < 0 ? nsc_error(err, r, "%s: %s", path, strerror(-r)) : r;
}

bool
nsc_proc_net_bindv6only(void)
{
	int fd = open("/proc/sys/net/ipv6/bindv6only", O_RDONLY | O_CLOEXEC);
	char c = '0';

	if (fd < 0)
		return false;
	if (read(fd, &c, 1) != 1)
		c = '0';
	close(fd);
	return c != '0';
}
