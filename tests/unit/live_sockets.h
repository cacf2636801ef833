/* SPDX-License-Identifier: MIT */
/* Real sockets on loopback, and what is told of them: for the tests of core/host/sockets.c. */
#ifndef NSC_TEST_LIVE_SOCKETS_H
#define NSC_TEST_LIVE_SOCKETS_H

#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/namespaces.h"
#include "host/sockets.h"

enum { MOST = 65536 };		/* of this machine, whatever else runs on it */

struct bag {
	struct nsc_socket socket[MOST];
	size_t count;
	size_t limit;			/* ended after so many; 0: never */
};

static struct bag bag;

static inline bool
keep(void *arg, const struct nsc_socket *s)
{
	struct bag *b = arg;

	ck_assert_uint_lt(b->count, MOST);
	b->socket[b->count++] = *s;
	return b->limit == 0 || b->count < b->limit;
}

static inline void
look(struct bag *b, const struct nsc_sockets_wish *w)
{
	struct nsc_sockets *s;
	char err[NSC_ERR] = "";

	b->count = 0;
	ck_assert_int_eq(nsc_sockets_new(&s), 0);
	ck_assert_msg(nsc_sockets_each(s, w, keep, b, err) == 0, "%s", err);
	ck_assert_str_eq(nsc_sockets_way(s), "sock_diag");
	nsc_sockets_free(s);
}

static inline uint64_t
inode_of(int fd)
{
	struct stat s;

	ck_assert_int_eq(fstat(fd, &s), 0);
	return s.st_ino;
}

static inline const struct nsc_socket *
find(const struct bag *b, int fd)
{
	const struct nsc_socket *found = NULL;

	for (size_t i = 0; i < b->count; i++) {
		if (b->socket[i].inode != inode_of(fd))
			continue;
		ck_assert_ptr_null(found);
		found = &b->socket[i];
	}
	return found;
}

/* A socket bound to the address and any port; v6only -1: as the sysctl has it. */
static inline int
bound(int type, const char *address, int v6only)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6};
	struct sockaddr_in four = {.sin_family = AF_INET};
	bool is_six = strchr(address, ':') != NULL;
	int fd = socket(is_six ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	if (is_six) {
		if (v6only >= 0)
			setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof v6only);
		ck_assert_int_eq(inet_pton(AF_INET6, address, &six.sin6_addr), 1);
		ck_assert_int_eq(bind(fd, (struct sockaddr *)&six, sizeof six), 0);
	} else {
		ck_assert_int_eq(inet_pton(AF_INET, address, &four.sin_addr), 1);
		ck_assert_int_eq(bind(fd, (struct sockaddr *)&four, sizeof four), 0);
	}
	return fd;
}

static inline int
listener(const char *address, int v6only, int backlog)
{
	int fd = bound(SOCK_STREAM, address, v6only);

	ck_assert_int_eq(listen(fd, backlog), 0);
	return fd;
}

/* A connection to that listener: [0] connected, [1] accepted. */
static inline void
talk(int to, int pair[2])
{
	struct sockaddr_storage a;
	socklen_t n = sizeof a;

	ck_assert_int_eq(getsockname(to, (struct sockaddr *)&a, &n), 0);
	pair[0] = socket(a.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(connect(pair[0], (struct sockaddr *)&a, n), 0);
	pair[1] = accept(to, NULL, NULL);
	ck_assert_int_ge(pair[1], 0);
}

/* The acknowledgement of a FIN may be delayed. */
static inline void
settle(const struct nsc_sockets_wish *w, int fd, uint8_t state)
{
	for (int i = 0; i < 200; i++) {
		look(&bag, w);
		if (find(&bag, fd)->state == state)
			return;
		usleep(10000);
	}
	ck_abort_msg("state %u", find(&bag, fd)->state);
}

static const struct nsc_sockets_wish listening = {.tcp = true,
						  .states = 1 << NSC_SOCKET_LISTEN};
static const struct nsc_sockets_wish open_ones = {.tcp = true, .udp = true, .totals = true,
						  .states = NSC_SOCKETS_OPEN};

#endif
