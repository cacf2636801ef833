/* SPDX-License-Identifier: MIT */
/*
 * A read takes what the last look found: it asks the kernel for no socket, opens no file and
 * waits for no look, however many sockets there are (DESIGN 3: never in the read callback).
 * The kernel is the witness: in the thread that reads such calls are trapped and counted.
 */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "nsc.h"
#include "suite.h"

enum { PAIRS = 200, READS = 20 };

static volatile sig_atomic_t trapped, trapped_call;

static void
on_trap(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	trapped++;
	trapped_call = info->si_syscall;
}

/* For the calling thread, for good. */
static int
forbid(void)
{
	static const int call[] = {
#ifdef SYS_open
		SYS_open,
#endif
#ifdef SYS_readlink
		SYS_readlink,
#endif
		SYS_openat, SYS_readlinkat, SYS_getdents64, SYS_socket, SYS_connect, SYS_sendto,
		SYS_sendmsg, SYS_recvfrom, SYS_recvmsg, SYS_recvmmsg, SYS_bpf, SYS_setns,
		SYS_ioctl, SYS_clone, SYS_execve,
	};
	enum { CALLS = sizeof call / sizeof *call };
	struct sock_filter f[CALLS + 3] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
	struct sock_fprog p = {.len = CALLS + 3, .filter = f};

	for (unsigned i = 0; i < CALLS; i++)
		f[1 + i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call[i],
							(unsigned char)(CALLS - i), 0);
	f[1 + CALLS] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	f[2 + CALLS] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &p) < 0 ? -errno : 0;
}

static void
count(void *arg, const struct nsc_sample *s)
{
	unsigned *samples = arg;

	(void)s;
	(*samples)++;
}

static void *
read_trapped(void *arg)
{
	struct nsc_reader *r = arg;
	int rc = forbid();

	if (rc < 0)
		return (void *)(intptr_t)rc;
	for (unsigned i = 0; i < READS; i++) {
		unsigned samples = 0;

		nsc_reader_read(r, count, &samples);
		if (samples < 20)
			return (void *)(intptr_t)-ENODATA;
		usleep(20000);		/* looks go on meanwhile */
	}
	return NULL;
}

static void
open_sockets(int keep[2 * PAIRS + 1])
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof at;

	keep[0] = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(keep[0], (struct sockaddr *)&at, sizeof at), 0);
	ck_assert_int_eq(listen(keep[0], 16), 0);
	ck_assert_int_eq(getsockname(keep[0], (struct sockaddr *)&at, &len), 0);
	for (int i = 1; i < 2 * PAIRS; i += 2) {
		keep[i] = socket(AF_INET, SOCK_STREAM, 0);
		ck_assert_int_eq(connect(keep[i], (struct sockaddr *)&at, sizeof at), 0);
		keep[i + 1] = accept(keep[0], NULL, NULL);
		ck_assert_int_ge(keep[i + 1], 0);
	}
}

START_TEST(issue_4_no_look_in_the_read_callback)
{
	struct sigaction a = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};
	const struct nsc_host host = {.uncounted = false};
	int keep[2 * PAIRS + 1];
	struct nsc_engine *e;
	struct nsc_reader *r;
	struct nsc_config *cfg;
	char err[NSC_ERR] = "";
	unsigned samples = 0;
	pthread_t thread;
	void *result;

	open_sockets(keep);
	ck_assert_int_eq(sigaction(SIGSYS, &a, NULL), 0);
	ck_assert_int_eq(nsc_config_new(&cfg), 0);
	ck_assert_msg(nsc_engine_new(&e, cfg, &host, err) == 0, "%s", err);
	ck_assert_int_eq(nsc_reader_new(&r, e), 0);
	ck_assert_msg(nsc_engine_start(e, false, err) == 0, "%s", err);
	nsc_reader_read(r, count, &samples);
	ck_assert_uint_gt(samples, 20);
	ck_assert_int_eq(pthread_create(&thread, NULL, read_trapped, r), 0);
	ck_assert_int_eq(pthread_join(thread, &result), 0);
	if ((intptr_t)result == -EINVAL || (intptr_t)result == -ENOSYS)
		printf("a kernel without seccomp: nothing was trapped\n");
	else
		ck_assert_int_eq((intptr_t)result, 0);
	ck_assert_msg(trapped == 0, "%d calls, the last was %d", (int)trapped, (int)trapped_call);
	nsc_reader_free(r);
	nsc_engine_free(e);
	nsc_config_free(cfg);
	for (int i = 0; i <= 2 * PAIRS; i++)
		close(keep[i]);
}
END_TEST

RUN_SUITE("reading", issue_4_no_look_in_the_read_callback)
