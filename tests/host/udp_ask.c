/* SPDX-License-Identifier: MIT */
/*
 * UDP talkers of one datagram each, for udp.sh:
 *   udp_ask serve ADDRESS PORT N		N processes answer with what they get (SO_REUSEPORT)
 *   udp_ask ask ADDRESS PORT connected|free	one question of SIZE octets, and its answer
 *   udp_ask drive N US PROGRAM PROGRAM PORT ADDRESS...	so many runs of `ask`, one after the
 *		other and US apart: the programs by turns, connected and free, each address
 */
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SIZE = 100, PATIENCE = 10000 };	/* octets; ms */

static struct addrinfo *
address(const char *host, const char *port)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_DGRAM,
				       .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
	struct addrinfo *a;

	if (getaddrinfo(host, port, &hints, &a) != 0) {
		fprintf(stderr, "%s: no address\n", host);
		exit(2);
	}
	return a;
}

static int
answer(const struct addrinfo *a)
{
	int fd = socket(a->ai_family, SOCK_DGRAM, 0), one = 1;
	char text[2000];

	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
	if (bind(fd, a->ai_addr, a->ai_addrlen) != 0) {
		perror("bind");
		return 1;
	}
	puts("ready");
	fflush(stdout);
	for (;;) {
		struct sockaddr_storage peer;
		socklen_t len = sizeof peer;
		ssize_t n = recvfrom(fd, text, sizeof text, 0, (struct sockaddr *)&peer, &len);

		if (n < 0 || sendto(fd, text, (size_t)n, 0, (struct sockaddr *)&peer, len) < 0)
			perror("answer");
	}
}

/* Each a process; they end with the first one. */
static int
serve(const struct addrinfo *a, int n)
{
	for (int i = 1; i < n; i++)
		if (fork() == 0)
			return prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 ? 1 : answer(a);
	return answer(a);
}

static int
ask(struct addrinfo *a, int connected)
{
	int fd = socket(a->ai_family, SOCK_DGRAM, 0);
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char text[SIZE] = "?";
	ssize_t n;

	if (!connected)
		n = sendto(fd, text, sizeof text, 0, a->ai_addr, a->ai_addrlen);
	else if (connect(fd, a->ai_addr, a->ai_addrlen) == 0)
		n = send(fd, text, sizeof text, 0);
	else
		n = -1;
	freeaddrinfo(a);
	return n == SIZE && poll(&p, 1, PATIENCE) == 1 && recv(fd, text, sizeof text, 0) == SIZE
		       ? 0 : 1;
}

static int
drive(int n, long us, char *const program[2], char *port, char *const *host, int hosts)
{
	const struct timespec pause = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
	int failed = 0;

	for (int i = 0; i < n; i++) {
		char how[2][10] = {"connected", "free"}, verb[] = "ask";
		char *run[] = {program[i % 2], verb, host[i / 4 % hosts], port, how[i / 2 % 2], NULL};
		char *env[] = {NULL};
		int status = 1;
		pid_t pid;

		if (posix_spawn(&pid, run[0], NULL, NULL, run, env) == 0)
			waitpid(pid, &status, 0);
		failed += status != 0;
		nanosleep(&pause, NULL);
	}
	printf("%d of %d failed\n", failed, n);
	return failed != 0;
}

int
main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "serve") == 0)
		return serve(address(argv[2], argv[3]), atoi(argv[4]));
	if (argc == 5 && strcmp(argv[1], "ask") == 0)
		return ask(address(argv[2], argv[3]), strcmp(argv[4], "connected") == 0);
	if (argc > 7 && strcmp(argv[1], "drive") == 0)
		return drive(atoi(argv[2]), atol(argv[3]), argv + 4, argv[6], argv + 7, argc - 7);
	return 2;
}
