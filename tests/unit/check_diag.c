/* SPDX-License-Identifier: MIT */
/* Answers of sock_diag(7), octet by octet: other kernels' lengths, ends, what is cut. */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "host/diag.h"
#include "suite.h"

static struct nsc_socket last;
static unsigned told;

static bool
keep(void *arg, const struct nsc_socket *s)
{
	(void)arg;
	last = *s;
	told++;
	return true;
}

static char wire[NSC_DIAG_BUFFER] __attribute__((aligned(8)));

static struct nlmsghdr *
message(void *at, uint16_t type, uint32_t sequence)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(at);

	h->nlmsg_type = type;
	h->nlmsg_seq = sequence;
	return h;
}

static struct nlmsghdr *
socket_message(void *at, uint32_t sequence, size_t info)
{
	struct nlmsghdr *h = message(at, SOCK_DIAG_BY_FAMILY, sequence);
	struct inet_diag_msg *m = mnl_nlmsg_put_extra_header(h, sizeof *m);
	struct {
		struct tcp_info known;
		char newer[512];
	} i = {.known = {.tcpi_state = NSC_SOCKET_CLOSE_WAIT, .tcpi_rtt = 100,
			 .tcpi_rttvar = 7, .tcpi_total_retrans = 3, .tcpi_bytes_acked = 1001,
			 .tcpi_bytes_received = 501, .tcpi_bytes_sent = 1100,
			 .tcpi_bytes_retrans = 100}};

	m->idiag_family = AF_INET;
	m->idiag_state = NSC_SOCKET_CLOSE_WAIT;
	m->id.idiag_cookie[0] = 0x89abcdef;
	m->id.idiag_cookie[1] = 0x01234567;
	m->id.idiag_sport = htons(443);
	m->idiag_inode = 4000000000u;
	if (info > 0)
		mnl_attr_put(h, INET_DIAG_INFO, info, &i);
	return h;
}

static int
take(const void *octets, size_t n)
{
	struct nsc_diag d = {.family = AF_INET, .proto = IPPROTO_TCP, .sequence = 7,
			     .each = keep};

	return nsc_diag_take(&d, octets, n);
}

/* Test case 5: tcp_info of kernels older and newer than the headers here. */
START_TEST(short_and_long_tcp_info)
{
	static const struct {
		size_t size;
		bool measured;
	} info[] = {{0, false}, {104, false}, {135, false}, {136, true}, {192, true},
		    {207, true}, {224, true}, {232, true}, {280, true}, {600, true}};
	const struct nsc_socket *s = &last;

	for (size_t i = 0; i < sizeof info / sizeof *info; i++) {
		struct nlmsghdr *h = socket_message(wire, 7, info[i].size);

		told = 0;
		ck_assert_int_eq(take(wire, h->nlmsg_len), 0);
		ck_assert_uint_eq(told, 1);
		ck_assert_msg(s->measured == info[i].measured, "%zu", info[i].size);
		ck_assert_uint_eq(s->totals.sent, s->measured ? 1000 : 0);
		ck_assert_uint_eq(s->totals.received, s->measured ? 500 : 0);
		ck_assert_uint_eq(s->cookie, 0x0123456789abcdef);
		ck_assert_uint_eq(s->inode, 4000000000u);
		ck_assert_uint_eq(s->local_port, 443);
	}
}
END_TEST

START_TEST(answers_to_another_question)
{
	struct nlmsghdr *h = socket_message(wire, 6, 0), *end = mnl_nlmsg_get_payload_tail(h);

	told = 0;
	message(end, NLMSG_DONE, 6);
	ck_assert_int_eq(take(wire, h->nlmsg_len + end->nlmsg_len), 0);
	ck_assert_uint_eq(told, 0);
}
END_TEST

static void
put_code(struct nlmsghdr *h, int code)
{
	memcpy(mnl_nlmsg_put_extra_header(h, sizeof code), &code, sizeof code);
}

START_TEST(endings)
{
	struct nlmsghdr *h = socket_message(wire, 7, 0), *end = mnl_nlmsg_get_payload_tail(h);

	told = 0;
	h->nlmsg_flags |= NLM_F_DUMP_INTR;	/* told all the same: the cookie tells doubles */
	message(end, NLMSG_DONE, 7);
	ck_assert_int_eq(take(wire, h->nlmsg_len + end->nlmsg_len), 1);
	put_code(end, 0);
	ck_assert_int_eq(take(wire, h->nlmsg_len + end->nlmsg_len), 1);
	message(end, NLMSG_DONE, 7);
	put_code(end, -ENOENT);
	ck_assert_int_eq(take(wire, h->nlmsg_len + end->nlmsg_len), -ENOENT);
	message(end, NLMSG_ERROR, 7);
	put_code(end, -EBUSY);
	ck_assert_int_eq(take(wire, h->nlmsg_len + end->nlmsg_len), -EBUSY);
	message(end, NLMSG_ERROR, 7);
	ck_assert_int_eq(take(wire, h->nlmsg_len + end->nlmsg_len), -EPROTO);
	ck_assert_uint_eq(told, 5);
}
END_TEST

/* Cut anywhere, what is not whole is not told. */
START_TEST(cut_messages)
{
	struct nlmsghdr *h = socket_message(wire, 7, 232);
	uint32_t whole = h->nlmsg_len;
	char *copy;

	told = 0;
	for (uint32_t n = 0; n < whole; n++) {
		copy = malloc(n > 0 ? n : 1);
		memcpy(copy, wire, n);
		ck_assert_int_eq(take(copy, n), 0);
		ck_assert_uint_eq(told, 0);
		free(copy);
	}
	for (uint32_t n = sizeof *h; n < whole; n++) {	/* and of messages that say so */
		copy = malloc(n);
		memcpy(copy, wire, n);
		((struct nlmsghdr *)copy)->nlmsg_len = n;
		told = 0;
		ck_assert_int_eq(take(copy, n), 0);
		ck_assert_uint_eq(told, n >= sizeof *h + sizeof(struct inet_diag_msg));
		free(copy);
	}
}
END_TEST

RUN_SUITE("diag", short_and_long_tcp_info, answers_to_another_question, endings,
	  cut_messages)
