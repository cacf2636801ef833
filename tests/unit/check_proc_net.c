/* SPDX-License-Identifier: MIT */
/* Lines of /proc/net: the kernel's own, and what is none. */
#include <check.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "host/proc_net.h"

struct vector {
	uint8_t proto;
	bool ipv6;
	const char *line;		/* from a machine of little-endian words */
	uint8_t state;
	const char *local;
	uint16_t local_port;
	const char *remote;
	uint16_t remote_port;
	uint32_t uid, queue, drops;
	uint64_t inode;
};

/* Written by the formats of the kernel's *_seq_show; check_sockets reads live ones too. */
static const struct vector vectors[] = {
	{IPPROTO_TCP, false,
	 "   0: 0100007F:0277 00000000:0000 0A 00000000:00000002 00:00000000 00000000"
	 "    33        0 4738460 1 0000000000000000 100 0 0 10 0                     ",
	 NSC_SOCKET_LISTEN, "127.0.0.1", 631, "0.0.0.0", 0, 33, 2, 0, 4738460},
	{IPPROTO_TCP, false,
	 "12345: 01004D0A:C350 02004D0A:01BB 01 00000010:00000020 02:000A7214 00000001"
	 " 1000        0 99 2 ffff8880deadbeef 20 4 30 10 -1",
	 NSC_SOCKET_ESTABLISHED, "10.77.0.1", 50000, "10.77.0.2", 443, 1000, 0, 0, 99},
	{IPPROTO_TCP, false,
	 "   1: 0100007F:1F90 0100007F:C352 06 00000000:00000000 03:00001770 00000000"
	 "     0        0 0 3 0000000000000000",
	 NSC_SOCKET_TIME_WAIT, "127.0.0.1", 8080, "127.0.0.1", 50002, 0, 0, 0, 0},
	{IPPROTO_TCP, true,
	 "   0: 00000000000000000000000001000000:15B3 00000000000000000000000000000000:0000"
	 " 0A 00000000:00000001 00:00000000 00000000     0        0 77 1 0000000000000000"
	 " 100 0 0 10 0",
	 NSC_SOCKET_LISTEN, "::1", 5555, "::", 0, 0, 1, 0, 77},
	{IPPROTO_TCP, true,
	 "   3: 0000000000000000FFFF00000100007F:15B3 0000000000000000FFFF00000100007F:8001"
	 " 08 00000000:00000000 00:00000000 00000000 65534        0 4294967295 1 %pK 21",
	 NSC_SOCKET_CLOSE_WAIT, "127.0.0.1", 5555, "127.0.0.1", 32769, 65534, 0, 0,
	 4294967295},
	{IPPROTO_TCP, true,
	 "   4: B80D0120000000000000000001000000:0016 000080FE00000000000000000200A8C0:FFFF"
	 " 0C 00000000:00000000 01:00000064 00000001     0      -1 0 0 0000000000000000",
	 NSC_SOCKET_NEW_SYN_RECV, "2001:db8::1", 22, "fe80::c0a8:2", 65535, 0, 0, 0, 0},
	{IPPROTO_UDP, false,
	 " 2067: 00000000:0035 00000000:0000 07 00000000:00000300 00:00000000 00000000"
	 "     0        0 1234 2 0000000000000000 17        ",
	 NSC_SOCKET_CLOSE, "0.0.0.0", 53, "0.0.0.0", 0, 0, 0, 17, 1234},
	{IPPROTO_UDP, true,
	 " 2067: 00000000000000000000000000000000:14E9 00000000000000000000000000000000:0000"
	 " 07 00000000:00000000 00:00000000 00000000   107        0 55 2 (____ptrval____) 4",
	 NSC_SOCKET_CLOSE, "::", 5353, "::", 0, 107, 0, 4, 55},
};

static bool
read_line(const struct vector *v, struct nsc_socket *s, const char *line, size_t n)
{
	struct nsc_proc_net p = {.proto = v->proto, .ipv6 = v->ipv6, .netns = 9};
	char *copy = malloc(n > 0 ? n : 1);
	bool r;

	memcpy(copy, line, n);
	r = nsc_proc_net_line(&p, s, copy, n);
	free(copy);
	return r;
}

START_TEST(lines)
{
	const struct vector *v = &vectors[_i];
	struct nsc_socket s;
	char text[NSC_ADDR_TEXT];

	ck_assert(read_line(v, &s, v->line, strlen(v->line)));
	ck_assert_uint_eq(s.proto, v->proto);
	ck_assert_uint_eq(s.state, v->state);
	ck_assert_str_eq(nsc_addr_text(&s.local, text), v->local);
	ck_assert_str_eq(nsc_addr_text(&s.remote, text), v->remote);
	ck_assert_uint_eq(s.local_port, v->local_port);
	ck_assert_uint_eq(s.remote_port, v->remote_port);
	ck_assert_uint_eq(s.uid, v->uid);
	ck_assert_uint_eq(s.queue, v->queue);
	ck_assert_uint_eq(s.drops, v->drops);
	ck_assert_uint_eq(s.inode, v->inode);
	ck_assert_uint_eq(s.netns, 9);
	ck_assert(s.cookie == 0 && s.cgroup == 0 && s.device == 0 && !s.measured);
	ck_assert(s.assumed == (strcmp(v->local, "::") == 0));
}
END_TEST

/* Cut before its inode (of UDP: its drops) a line is none; never is there a read behind it. */
START_TEST(cut_lines)
{
	const struct vector *v = &vectors[_i];
	struct nsc_socket s;
	size_t n = strlen(v->line), whole = 0;

	while (n > 0 && read_line(v, &s, v->line, n))
		whole = n--;
	ck_assert_uint_gt(whole, 0);
	for (; n > 0; n--)
		ck_assert(!read_line(v, &s, v->line, n));
}
END_TEST

START_TEST(no_lines)
{
	static const char *const line[] = {
		"", " ", ":", "0:", "  sl  local_address rem_address   st tx_queue rx_queue",
		"   0: 0100007:0277 00000000:0000 0A 0:0 0:0 0 0 0 1 1 0",
		"   0: 0100007FF:0277 00000000:0000 0A 0:0 0:0 0 0 0 1 1 0",
		"   0: 0100007G:0277 00000000:0000 0A 0:0 0:0 0 0 0 1 1 0",
		"   0: 0100007F 00000000:0000 0A 0:0 0:0 0 0 0 1 1 0",
		"   0: 0100007F:0277 00000000:0000 00 0:0 0:0 0 0 0 1 1 0",
		"   0: 0100007F:0277 00000000:0000 0D 0:0 0:0 0 0 0 1 1 0",
		"   0: 0100007F:0277 00000000:0000 0A 0:0 0:0 0 x 0 1 1 0",
	};
	struct nsc_socket s;

	for (size_t i = 0; i < sizeof line / sizeof *line; i++)
		ck_assert_msg(!read_line(&vectors[0], &s, line[i], strlen(line[i])), "%s",
			      line[i]);
	ck_assert(read_line(&vectors[0], &s, "0: 0100007F:0277 00000000:0000 0A 0:0 0:0 0 0 0 1",
			    49));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("proc_net");
	TCase *t = tcase_create("proc_net");
	SRunner *r;
	int failed, all = (int)(sizeof vectors / sizeof *vectors);

	tcase_add_loop_test(t, lines, 0, all);
	tcase_add_loop_test(t, cut_lines, 0, all);
	tcase_add_test(t, no_lines);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
