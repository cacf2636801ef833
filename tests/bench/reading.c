/* SPDX-License-Identifier: MIT */
/*
 * reading [SOCKETS [READS [WAITING]]] - what a read costs beside so many connected sockets (10,000)
 * and so many in TIME_WAIT (0), once a second (10 times): CPU and wall time of the thread that
 * reads, and the CPU time of all of the process.  A figure to look at: none passes or fails a
 * test.  In a network namespace of its own where that may be.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "nsc.h"

static double
ms(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
own_namespace(void)
{
	struct ifreq r = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	int s;

	if (unshare(CLONE_NEWNET) < 0) {
		printf("among the host's sockets\n");
		return;
	}
	s = socket(AF_INET, SOCK_DGRAM, 0);
	ioctl(s, SIOCSIFFLAGS, &r);
	close(s);
}

/* Two ends; those that wait are closed by who began. */
static bool
pair(int s, const struct sockaddr_in *at, bool wait)
{
	int c = socket(AF_INET, SOCK_STREAM, 0), a = -1;

	if (c >= 0 && connect(c, (const struct sockaddr *)at, sizeof *at) == 0)
		a = accept(s, NULL, NULL);
	if (wait) {
		close(c);
		close(a);
	}
	return a >= 0;
}

static unsigned
open_sockets(unsigned wanted, unsigned waiting)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof at;
	int s = socket(AF_INET, SOCK_STREAM, 0);
	struct rlimit most;
	unsigned n = 0;

	getrlimit(RLIMIT_NOFILE, &most);
	most.rlim_cur = most.rlim_max;
	setrlimit(RLIMIT_NOFILE, &most);
	if (bind(s, (struct sockaddr *)&at, sizeof at) < 0 || listen(s, 128) < 0 ||
	    getsockname(s, (struct sockaddr *)&at, &len) < 0)
		return 0;
	while (waiting > 0 && pair(s, &at, true))
		waiting--;
	while (n < wanted && pair(s, &at, false))
		n += 2;
	return n;
}

static void
count(void *arg, const struct nsc_sample *s)
{
	unsigned *samples = arg;

	(void)s;
	(*samples)++;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	unsigned sockets = argc > 1 ? (unsigned)atoi(argv[1]) : 10000;
	unsigned reads = argc > 2 ? (unsigned)atoi(argv[2]) : 10, samples = 0;
	double *cpu = calloc(reads + 1, sizeof *cpu), *wall = calloc(reads + 1, sizeof *wall), all;
	const struct nsc_host host = {.uncounted = false};
	struct nsc_engine *e;
	struct nsc_reader *r;
	struct nsc_config *cfg;
	char err[NSC_ERR] = "";

	own_namespace();
	sockets = open_sockets(sockets, argc > 3 ? (unsigned)atoi(argv[3]) : 0);
	if (cpu == NULL || wall == NULL || reads == 0 || nsc_config_new(&cfg) < 0 ||
	    nsc_engine_new(&e, cfg, &host, err) < 0 || nsc_reader_new(&r, e) < 0 ||
	    nsc_engine_start(e, false, err) < 0) {
		fprintf(stderr, "reading: %s\n", err);
		return 1;
	}
	nsc_reader_read(r, count, &samples);
	sleep(2);
	all = ms(CLOCK_PROCESS_CPUTIME_ID);
	for (unsigned i = 0; i < reads; i++) {
		double c = ms(CLOCK_THREAD_CPUTIME_ID), w = ms(CLOCK_MONOTONIC);

		samples = 0;
		nsc_reader_read(r, count, &samples);
		cpu[i] = ms(CLOCK_THREAD_CPUTIME_ID) - c;
		wall[i] = ms(CLOCK_MONOTONIC) - w;
		sleep(1);
	}
	all = ms(CLOCK_PROCESS_CPUTIME_ID) - all;
	qsort(cpu, reads, sizeof *cpu, compare);
	qsort(wall, reads, sizeof *wall, compare);
	printf("%u sockets, %u reads of %u series: CPU %.2f ms (most %.2f), wall %.2f ms (most %.2f); "
	       "the inventory beside it %.1f ms of CPU a second\n", sockets, reads, samples,
	       cpu[reads / 2], cpu[reads - 1], wall[reads / 2], wall[reads - 1], all / reads);
	nsc_reader_free(r);
	nsc_engine_free(e);
	nsc_config_free(cfg);
	return 0;
}
