/* SPDX-License-Identifier: MIT */
/*
 * The trace as any user meets it: where BPF may be loaded, one connection of our own is
 * told; where not, a line says what lacks.  tests/host/trace.sh goes into what it tells.
 */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/trace.h"
#include "suite.h"

struct seen {
	uint16_t port;			/* of our server */
	unsigned opened, closed, failed, own;
	uint64_t sent, received;	/* of both ends */
};

static void
see(void *arg, const struct nsc_trace_event *e)
{
	struct seen *s = arg;

	if (e->socket.local_port != s->port && e->socket.remote_port != s->port)
		return;
	s->opened += e->kind == NSC_TRACE_OPENED;
	s->closed += e->kind == NSC_TRACE_CLOSED;
	s->failed += e->kind == NSC_TRACE_FAILED;
	s->own += e->kind == NSC_TRACE_CLOSED && e->pid == (uint32_t)getpid();
	if (e->kind == NSC_TRACE_CLOSED) {
		s->sent += e->socket.totals.sent;
		s->received += e->socket.totals.received;
	}
}

/* A refusal that says what to do; only these are right. */
static void
refused(int r, const char *err)
{
	printf("status %d: %s\n", r, err);
	ck_assert_int_eq(strncmp(err, "BPF: ", 5), 0);
	ck_assert_ptr_null(strchr(err, '\n'));
	if (r == -EPERM || r == -EACCES)
		ck_assert_ptr_nonnull(strstr(err, "CAP_"));
	else
		ck_assert(r == -ENOTSUP || r == -ENOENT);
}

static uint16_t
talk(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0), c;
	socklen_t n = sizeof a;
	char block[5000] = "";

	ck_assert_int_eq(bind(server, (struct sockaddr *)&a, sizeof a), 0);
	ck_assert_int_eq(listen(server, 1), 0);
	getsockname(server, (struct sockaddr *)&a, &n);
	ck_assert_int_eq(connect(client, (struct sockaddr *)&a, sizeof a), 0);
	c = accept(server, NULL, NULL);
	ck_assert_int_ge(c, 0);
	ck_assert_int_eq(write(client, block, sizeof block), sizeof block);
	ck_assert_int_eq(recv(c, block, sizeof block, MSG_WAITALL), sizeof block);
	ck_assert_int_eq(write(c, block, 11), 11);
	ck_assert_int_eq(recv(client, block, 11, MSG_WAITALL), 11);
	close(client);
	close(c);
	close(server);
	return ntohs(a.sin_port);
}

START_TEST(one_connection)
{
	struct nsc_trace_options o = {.ring_size = 1 << 20};
	struct nsc_trace_stats stats;
	struct seen s = {0};
	struct nsc_trace *t;
	char err[NSC_ERR] = "";
	int r = nsc_trace_open(&t, &o, err);

	if (r != 0) {
		ck_assert_ptr_null(t);
		refused(r, err);
		return;
	}
	s.port = talk();
	for (int i = 0; i < 100 && s.closed < 2; i++) {
		struct pollfd p = {.fd = nsc_trace_fd(t), .events = POLLIN};

		poll(&p, 1, 50);
		/* `max` holds, and what it leaves comes with the next call. */
		ck_assert_int_le(nsc_trace_drain(t, 1, see, &s), 1);
	}
	ck_assert_uint_eq(s.opened, 2);
	ck_assert_uint_eq(s.closed, 2);
	ck_assert_uint_eq(s.failed, 0);
	ck_assert_uint_eq(s.sent, 5011);
	ck_assert_uint_eq(s.received, 5011);
	nsc_trace_stats(t, &stats);
	ck_assert(stats.hooks & 1u << NSC_HOOK_SET_STATE);
	ck_assert_uint_ge(stats.events, 4);
	ck_assert_uint_le(stats.lost, 10);	/* of others: a program that met itself */
	if (stats.hooks & 1u << NSC_HOOK_RECV)
		ck_assert_uint_eq(s.own, 2);
	nsc_trace_close(t);
}
END_TEST

/* As if the kernel had none of the tracepoints. */
START_TEST(no_hook)
{
	struct nsc_trace_options o = {.without = (1u << NSC_HOOKS) - 1};
	struct nsc_trace *t;
	char err[NSC_ERR] = "";
	int r = nsc_trace_open(&t, &o, err);

	ck_assert(r == -ENOENT || r == -ENOTSUP);
	refused(r, err);
	ck_assert_ptr_null(t);
}
END_TEST

START_TEST(nothing)
{
	nsc_trace_close(NULL);
	for (unsigned h = 0; h < NSC_HOOKS; h++)
		ck_assert_uint_gt(strlen(nsc_trace_hook_text(h)), 0);
	ck_assert_str_eq(nsc_trace_hook_text(NSC_HOOK_SET_STATE), "inet_sock_set_state");
}
END_TEST

RUN_SUITE("trace", one_connection, no_hook, nothing)
