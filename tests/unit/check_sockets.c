/* SPDX-License-Identifier: MIT */
/*
 * Sockets as sock_diag(7) and /proc/net tell them: real ones on loopback (kernel.md's test
 * cases 1 to 4 and 8).
 */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/namespaces.h"
#include "host/proc_net.h"
#include "host/sockets.h"

enum { MOST = 65536 };		/* of this machine, whatever else runs on it */

struct bag {
	struct nsc_socket socket[MOST];
	size_t count;
	size_t limit;			/* ended after so many; 0: never */
};

static struct bag bag, other;

static bool
keep(void *arg, const struct nsc_socket *s)
{
	struct bag *b = arg;

	ck_assert_uint_lt(b->count, MOST);
	b->socket[b->count++] = *s;
	return b->limit == 0 || b->count < b->limit;
}

static void
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

static uint64_t
inode_of(int fd)
{
	struct stat s;

	ck_assert_int_eq(fstat(fd, &s), 0);
	return s.st_ino;
}

static const struct nsc_socket *
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
static int
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

static int
listener(const char *address, int v6only, int backlog)
{
	int fd = bound(SOCK_STREAM, address, v6only);

	ck_assert_int_eq(listen(fd, backlog), 0);
	return fd;
}

/* A connection to that listener: [0] connected, [1] accepted. */
static void
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
static void
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

/* Row 0.2: the socket's option decides; mapped ones are IPv4. */
START_TEST(row_0_2_families)
{
	static const struct {
		const char *address;
		int v6only;
		uint8_t families;
		const char *text;
	} bind_of[] = {
		{"::", 0, NSC_FAMILY_IPV4 | NSC_FAMILY_IPV6, "::"},
		{"::", 1, NSC_FAMILY_IPV6, "::"},
		{"0.0.0.0", -1, NSC_FAMILY_IPV4, "0.0.0.0"},
		{"::ffff:0.0.0.0", 0, NSC_FAMILY_IPV4, "0.0.0.0"},
		{"::ffff:127.0.0.1", 0, NSC_FAMILY_IPV4, "127.0.0.1"},
		{"::1", 0, NSC_FAMILY_IPV6, "::1"},
		{"127.0.0.53", -1, NSC_FAMILY_IPV4, "127.0.0.53"},
	};
	char text[NSC_ADDR_TEXT];
	int tcp = listener(bind_of[_i].address, bind_of[_i].v6only, 5);
	int udp = bound(SOCK_DGRAM, bind_of[_i].address, bind_of[_i].v6only);
	const struct nsc_socket *s;

	look(&bag, &open_ones);
	s = find(&bag, tcp);
	ck_assert_ptr_nonnull(s);
	ck_assert_uint_eq(s->families, bind_of[_i].families);
	ck_assert_str_eq(nsc_addr_text(&s->local, text), bind_of[_i].text);
	ck_assert(!s->assumed && s->cookie != 0 && s->netns == nsc_namespace_own());
	ck_assert_uint_eq(s->uid, getuid());
	ck_assert_uint_eq(s->queue_max, 5);
	ck_assert_str_eq(nsc_socket_state_text(s), "LISTEN");
	s = find(&bag, udp);
	ck_assert_ptr_nonnull(s);
	ck_assert_uint_eq(s->families, bind_of[_i].families);
	ck_assert_str_eq(nsc_socket_state_text(s), "UNCONN");
	close(tcp);
	close(udp);
}
END_TEST

START_TEST(families_without_the_option_rest_on_the_sysctl)
{
	struct nsc_socket s = {.assumed = false};

	nsc_socket_set_families(&s, -1, false);
	ck_assert(s.assumed && s.families == (NSC_FAMILY_IPV4 | NSC_FAMILY_IPV6));
	nsc_socket_set_families(&s, -1, true);
	ck_assert(s.assumed && s.families == NSC_FAMILY_IPV6);
	nsc_socket_set_families(&s, 0, true);
	ck_assert(!s.assumed && s.families == (NSC_FAMILY_IPV4 | NSC_FAMILY_IPV6));
	s.local.b[15] = 1;
	nsc_socket_set_families(&s, -1, false);
	ck_assert(!s.assumed && s.families == NSC_FAMILY_IPV6);
}
END_TEST

/* A dump of listeners has nothing else; one of all has each in its state. */
START_TEST(states)
{
	int l = listener("127.0.0.1", -1, 5), pair[2];
	int idle = bound(SOCK_STREAM, "127.0.0.1", -1);

	talk(l, pair);
	look(&bag, &listening);
	ck_assert_ptr_nonnull(find(&bag, l));
	ck_assert_ptr_null(find(&bag, pair[0]));
	ck_assert_ptr_null(find(&bag, idle));
	look(&bag, &open_ones);
	ck_assert_ptr_nonnull(find(&bag, l));
	ck_assert_uint_eq(find(&bag, pair[0])->state, NSC_SOCKET_ESTABLISHED);
	ck_assert_uint_eq(find(&bag, pair[1])->remote_port, find(&bag, pair[0])->local_port);
	ck_assert_ptr_null(find(&bag, idle));		/* bound, but it does not listen */
	shutdown(pair[0], SHUT_WR);
	settle(&open_ones, pair[0], NSC_SOCKET_FIN_WAIT2);
	ck_assert_uint_eq(find(&bag, pair[1])->state, NSC_SOCKET_CLOSE_WAIT);
	close(pair[1]);
	close(pair[0]);
	close(idle);
	close(l);
}
END_TEST

static size_t
push(int from, int to, size_t n)
{
	static char octets[1 << 16];
	size_t done = 0;

	while (done < n) {
		size_t left = n - done;
		ssize_t k = send(from, octets, left < sizeof octets ? left : sizeof octets, 0);

		ck_assert_int_gt(k, 0);
		done += (size_t)k;
		for (ssize_t got = 0; got < k;)
			got += recv(to, octets, sizeof octets, 0);
	}
	return done;
}

/* Test case 8: exact octets, before anything, with data, and with the FINs of both sides. */
START_TEST(totals_are_octets_of_payload)
{
	int l = listener(_i ? "::1" : "127.0.0.1", -1, 5), pair[2];
	const struct nsc_socket *s;

	talk(l, pair);
	look(&bag, &open_ones);
	s = find(&bag, pair[0]);
	ck_assert(s->measured && s->totals.sent == 0 && s->totals.received == 0);
	ck_assert(s->totals.rtt > 0);
	ck_assert(!find(&bag, l)->measured);
	push(pair[0], pair[1], 1234567);
	push(pair[1], pair[0], 4321);
	for (int fins = 0; fins < 2; fins++) {
		look(&bag, &open_ones);
		s = find(&bag, pair[0]);
		ck_assert_uint_eq(s->totals.sent, 1234567);
		ck_assert_uint_eq(s->totals.received, 4321);
		s = find(&bag, pair[1]);
		ck_assert_uint_eq(s->totals.sent, 4321);
		ck_assert_uint_eq(s->totals.received, 1234567);
		shutdown(pair[0], SHUT_WR);
	}
	ck_assert_uint_eq(find(&bag, pair[1])->state, NSC_SOCKET_CLOSE_WAIT);
	close(pair[0]);
	close(pair[1]);
	close(l);
}
END_TEST

/* A connection that nobody accepted yet has no file; the queue shows it. */
START_TEST(not_accepted)
{
	int l = listener("127.0.0.1", -1, 7), c = socket(AF_INET, SOCK_STREAM, 0), found = 0;
	struct sockaddr_in a;
	socklen_t n = sizeof a;
	const struct nsc_socket *s;

	getsockname(l, (struct sockaddr *)&a, &n);
	ck_assert_int_eq(connect(c, (struct sockaddr *)&a, n), 0);
	look(&bag, &open_ones);
	s = find(&bag, l);
	ck_assert_uint_eq(s->queue, 1);
	ck_assert_uint_eq(s->queue_max, 7);
	for (size_t i = 0; i < bag.count; i++) {
		const struct nsc_socket *c2 = &bag.socket[i];

		if (c2->local_port == s->local_port && c2->remote_port != 0)
			found += c2->inode == 0;
	}
	ck_assert_int_eq(found, 1);
	close(c);
	close(l);
}
END_TEST

START_TEST(udp_with_a_peer)
{
	int server = bound(SOCK_DGRAM, "127.0.0.1", -1);
	int client = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in a;
	socklen_t n = sizeof a;
	const struct nsc_socket *s;

	getsockname(server, (struct sockaddr *)&a, &n);
	ck_assert_int_eq(connect(client, (struct sockaddr *)&a, n), 0);
	look(&bag, &open_ones);
	s = find(&bag, client);
	ck_assert_uint_eq(s->state, NSC_SOCKET_ESTABLISHED);
	ck_assert_uint_eq(s->remote_port, ntohs(a.sin_port));
	ck_assert_str_eq(nsc_socket_state_text(s), "ESTABLISHED");
	ck_assert_uint_eq(find(&bag, server)->remote_port, 0);
	close(client);
	close(server);
}
END_TEST

START_TEST(ended_early_leaves_nothing_behind)
{
	static int fd[200];

	for (int i = 0; i < 200; i++)
		fd[i] = listener("127.0.0.1", -1, 5);
	bag.limit = 3;
	look(&bag, &listening);
	ck_assert_uint_eq(bag.count, 3);
	bag.limit = 0;
	look(&bag, &listening);
	for (int i = 0; i < 200; i++) {
		ck_assert_ptr_nonnull(find(&bag, fd[i]));
		close(fd[i]);
	}
}
END_TEST

/* --- /proc/net ------------------------------------------------------------ */

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
	int fd;				/* when this one is told, no question can be sent any more */
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

/* Connects and aborts until it is stopped. */
static pid_t
churn(int to)
{
	pid_t p = fork();
	struct linger abort_it = {.l_onoff = 1};
	int pair[2];

	if (p != 0)
		return p;
	for (;;) {
		talk(to, pair);
		for (int i = 0; i < 2; i++) {
			setsockopt(pair[i], SOL_SOCKET, SO_LINGER, &abort_it, sizeof abort_it);
			close(pair[i]);
		}
	}
}

static int
by_cookie(const void *a, const void *b)
{
	const struct nsc_socket *x = a, *y = b;

	return x->cookie < y->cookie ? -1 : x->cookie > y->cookie;
}

/* kernel.md 1: a hundred dumps beside it find each that stays, and none twice. */
START_TEST(dumps_under_churn)
{
	enum { PAIRS = 150, DUMPS = 100 };
	static uint64_t cookie[2 * PAIRS];
	int l = listener("127.0.0.1", -1, 100), pair[2];
	pid_t churner[2];
	uint16_t port;
	size_t n = 0;

	for (int i = 0; i < PAIRS; i++)
		talk(l, pair);
	look(&bag, &open_ones);
	port = find(&bag, l)->local_port;
	for (size_t i = 0; i < bag.count; i++) {
		const struct nsc_socket *s = &bag.socket[i];

		if ((s->local_port == port && s->remote_port != 0) || s->remote_port == port)
			cookie[n++ % (2 * PAIRS)] = s->cookie;
	}
	ck_assert_uint_eq(n, 2 * PAIRS);
	for (int i = 0; i < 2; i++)
		churner[i] = churn(listener("127.0.0.1", -1, 100));
	for (int d = 0; d < DUMPS; d++) {
		look(&bag, &open_ones);
		qsort(bag.socket, bag.count, sizeof *bag.socket, by_cookie);
		for (size_t i = 1; i < bag.count; i++)
			ck_assert_uint_ne(bag.socket[i - 1].cookie, bag.socket[i].cookie);
		for (size_t i = 0; i < n; i++) {
			struct nsc_socket key = {.cookie = cookie[i]};

			ck_assert_ptr_nonnull(bsearch(&key, bag.socket, bag.count,
						      sizeof *bag.socket, by_cookie));
		}
	}
	for (int i = 0; i < 2; i++) {
		kill(churner[i], SIGKILL);
		waitpid(churner[i], NULL, 0);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("sockets");
	TCase *t = tcase_create("sockets");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, row_0_2_families, 0, 7);
	tcase_add_test(t, families_without_the_option_rest_on_the_sysctl);
	tcase_add_test(t, states);
	tcase_add_loop_test(t, totals_are_octets_of_payload, 0, 2);
	tcase_add_test(t, not_accepted);
	tcase_add_test(t, udp_with_a_peer);
	tcase_add_test(t, ended_early_leaves_nothing_behind);
	tcase_add_test(t, proc_net_equals_sock_diag);
	tcase_add_loop_test(t, without_netlink, 0, 5);
	tcase_add_loop_test(t, row_2_8_udp_fails, 0, 2);
	tcase_add_test(t, dumps_under_churn);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
