/* SPDX-License-Identifier: MIT */
/*
 * Where sock_diag(7) is refused or fails: /proc/net in its place, with the same words
 * (kernel.md's test case 1, features.md row 2.8).
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "host/proc_net.h"
#include "live_sockets.h"
#include "suite.h"

static struct bag other;

/* Test case 1: both ways tell the same of the same sockets. */
START_TEST(proc_net_equals_sock_diag)
{
	static char buffer[8192];
	static const char *const address[] = {"127.0.0.1", "::1", "::", "0.0.0.0",
					      "::ffff:127.0.0.1"};
	int fd[20], n = 0, pair[2];
	char err[NSC_ERR];

	for (size_t i = 0; i < 5; i++) {
		fd[n] = listener(address[i], address[i][0] == ':' ? 0 : -1, 5);
		talk(fd[n++], pair);
		fd[n++] = bound(SOCK_DGRAM, address[i], -1);
		fd[n++] = pair[0];
		fd[n++] = pair[1];
	}
	shutdown(pair[0], SHUT_WR);
	settle(&open_ones, pair[0], NSC_SOCKET_FIN_WAIT2);
	for (int six = 0; six < 2; six++) {
		for (int udp = 0; udp < 2; udp++) {
			struct nsc_proc_net p = {
				.proto = udp ? IPPROTO_UDP : IPPROTO_TCP, .ipv6 = six,
				.states = udp ? ~0u : NSC_SOCKETS_OPEN,
				.netns = nsc_namespace_own(), .each = keep, .arg = &other,
				.bindv6only = nsc_proc_net_bindv6only(),
			};

			ck_assert_int_eq(nsc_proc_net_each(&p, buffer, sizeof buffer, err), 0);
		}
	}
	for (int i = 0; i < n; i++) {
		const struct nsc_socket *a = find(&bag, fd[i]), *b = find(&other, fd[i]);

		ck_assert_ptr_nonnull(a);
		ck_assert_ptr_nonnull(b);
		ck_assert(nsc_addr_equal(&a->local, &b->local));
		ck_assert(nsc_addr_equal(&a->remote, &b->remote));
		ck_assert_uint_eq(a->local_port, b->local_port);
		ck_assert_uint_eq(a->remote_port, b->remote_port);
		ck_assert_uint_eq(a->proto, b->proto);
		ck_assert_uint_eq(a->state, b->state);
		ck_assert_uint_eq(a->uid, b->uid);
		ck_assert_uint_eq(a->queue, b->queue);
		ck_assert_uint_eq(a->netns, b->netns);
		ck_assert_uint_eq(a->families, b->families);
		ck_assert_str_eq(nsc_socket_state_text(a), nsc_socket_state_text(b));
		close(fd[i]);
	}
}
END_TEST

/* As a unit's filter does it: that call with that first argument fails from now on. */
static void
forbid(uint32_t call, uint32_t argument, int code)
{
	struct sock_filter refuse[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, argument, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)code),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = sizeof refuse / sizeof *refuse, .filter = refuse};

	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

/* What is refused is read from /proc/net; what fails for another reason is an error. */
START_TEST(without_netlink)
{
	static const int code[] = {EPERM, EACCES, EAFNOSUPPORT, EPROTONOSUPPORT, EMFILE};
	bool refused = code[_i] != EMFILE;
	int tcp = listener("::1", 0, 5), udp = bound(SOCK_DGRAM, "127.0.0.1", -1);
	struct nsc_sockets *s;
	char err[NSC_ERR] = "";

	forbid(SYS_socket, AF_NETLINK, code[_i]);
	ck_assert_int_eq(nsc_sockets_new(&s), 0);
	bag.count = 0;
	ck_assert_int_eq(nsc_sockets_each(s, &open_ones, keep, &bag, err),
			 refused ? 0 : -code[_i]);
	if (refused) {
		ck_assert_str_eq(nsc_sockets_way(s), "/proc/net");
		ck_assert_uint_eq(find(&bag, tcp)->state, NSC_SOCKET_LISTEN);
		ck_assert_ptr_nonnull(find(&bag, udp));
		ck_assert_str_eq(err, "");
	} else {
		ck_assert_uint_eq(bag.count, 0);
		ck_assert_str_eq(err, "sockets: sock_diag: Too many open files");
	}
	nsc_sockets_free(s);
	close(tcp);
	close(udp);
}
END_TEST

struct trap {
	int fd;				/* this one is told: no more questions */
	int code;
	struct bag *bag;
};

static bool
spring(void *arg, const struct nsc_socket *s)
{
	struct trap *t = arg;

	if (s->inode == inode_of(t->fd)) {
		/* Whichever descriptor the netlink socket has. */
		for (uint32_t fd = 3; fd < 20; fd++)
			forbid(SYS_sendto, fd, t->code);
	}
	return keep(t->bag, s);
}

/* Row 2.8: of UDP there is no answer; TCP is told. Where it is refused, /proc/net tells UDP. */
START_TEST(row_2_8_udp_fails)
{
	struct nsc_sockets_wish w = {.tcp = true, .udp = true, .states = 1 << NSC_SOCKET_LISTEN};
	int tcp = listener("::1", 0, 5), udp = bound(SOCK_DGRAM, "127.0.0.1", -1);
	struct trap t = {.fd = tcp, .code = _i ? ENOENT : ENOBUFS, .bag = &bag};
	struct nsc_sockets *s;
	char err[NSC_ERR] = "";

	bag.count = 0;
	ck_assert_int_eq(nsc_sockets_new(&s), 0);
	ck_assert_int_eq(nsc_sockets_each(s, &w, spring, &t, err), _i ? 0 : -ENOBUFS);
	ck_assert_ptr_nonnull(find(&bag, tcp));
	ck_assert(_i == (find(&bag, udp) != NULL));
	ck_assert_str_eq(err, _i ? "" : "sockets: sock_diag: No buffer space available");
	ck_assert_str_eq(nsc_sockets_way(s), _i ? "/proc/net" : "sock_diag");
	nsc_sockets_free(s);
	close(tcp);
	close(udp);
}
END_TEST

RUN_TESTS("sockets_refused", NULL, NULL, ONCE(proc_net_equals_sock_diag),
	  ROWS(without_netlink, 5), ROWS(row_2_8_udp_fails, 2))
