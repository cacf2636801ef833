/* SPDX-License-Identifier: MIT */
/*
 * Prints what the trace of sockets tells, one JSON line each, until it is told to end
 * (SIGTERM): trace_watch [netns=INODE] [ring=OCTETS] [without=MASK] [churn=TIMES] [stats=1].
 * churn opens and closes it so often and prints how many descriptors are left; stats lets
 * the kernel count what its programs cost while this runs.
 */
#include <dirent.h>
#include <linux/bpf.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/trace.h"

static volatile sig_atomic_t ended;

static void
end(int signal)
{
	(void)signal;
	ended = 1;
}

static void
print_event(void *arg, const struct nsc_trace_event *e)
{
	static const char *const kind[] = {"opened", "closed", "failed", "listen", "used"};
	char local[NSC_ADDR_TEXT], remote[NSC_ADDR_TEXT];
	const struct nsc_socket *s = &e->socket;

	(void)arg;
	printf("{\"event\":\"%s\",\"proto\":%u,\"accepted\":%d,\"aborted\":%d,\"error\":%d,\"time\":%llu,"
	       "\"local\":\"%s\",\"local_port\":%u,\"remote\":\"%s\",\"remote_port\":%u,"
	       "\"pid\":%u,\"start\":%llu,\"comm\":\"%s\",\"cookie\":%llu,\"cgroup\":%llu,"
	       "\"netns\":%llu,\"uid\":%u,\"device\":%u,\"state\":%u,\"families\":%u,"
	       "\"sent\":%llu,\"received\":%llu,\"retransmits\":%u,\"rtt\":%u,\"rtt_var\":%u}\n",
	       kind[e->kind], s->proto, e->accepted, e->aborted, e->error, (unsigned long long)e->time,
	       nsc_addr_text(&s->local, local), s->local_port, nsc_addr_text(&s->remote, remote),
	       s->remote_port, e->pid, (unsigned long long)e->start, e->comm,
	       (unsigned long long)s->cookie, (unsigned long long)s->cgroup,
	       (unsigned long long)s->netns, s->uid, s->device, s->state, s->families,
	       (unsigned long long)s->totals.sent, (unsigned long long)s->totals.received,
	       s->totals.retransmits, s->totals.rtt, s->totals.rtt_var);
}

static void
no_event(void *arg, const struct nsc_trace_event *e)
{
	(void)arg;
	(void)e;
}

static int
descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (d != NULL && readdir(d) != NULL)
		n++;
	if (d != NULL)
		closedir(d);
	return n;
}

static int
churn(const struct nsc_trace_options *o, unsigned times)
{
	int before = descriptors();
	char err[NSC_ERR];
	struct nsc_trace *t;

	for (unsigned i = 0; i < times; i++) {
		if (nsc_trace_open(&t, o, err) != 0) {
			printf("{\"event\":\"error\",\"text\":\"%s\"}\n", err);
			return 1;
		}
		nsc_trace_drain(t, 1000, no_event, NULL);
		nsc_trace_close(t);
	}
	printf("{\"event\":\"churned\",\"times\":%u,\"more\":%d}\n", times, descriptors() - before);
	return 0;
}

/* Ends with the descriptor, which is ours until we end. */
static void
count_costs(void)
{
	union bpf_attr attr = {.enable_stats = {.type = BPF_STATS_RUN_TIME}};

	if (syscall(SYS_bpf, BPF_ENABLE_STATS, &attr, sizeof attr) < 0)
		perror("BPF_ENABLE_STATS");
}

static void
watch(struct nsc_trace *t)
{
	struct nsc_trace_stats s;
	unsigned wakes = 0;
	int n;

	while (!ended) {
		struct pollfd p = {.fd = nsc_trace_fd(t), .events = POLLIN};

		if (poll(&p, 1, -1) <= 0)
			continue;
		wakes++;
		nsc_trace_drain(t, 100000, print_event, NULL);
		fflush(stdout);
	}
	do
		n = nsc_trace_drain(t, 1000, print_event, NULL);
	while (n > 0);
	nsc_trace_stats(t, &s);
	printf("{\"event\":\"stats\",\"events\":%llu,\"lost\":%llu,\"hooks\":%u,\"run_ns\":%llu,"
	       "\"runs\":%llu,\"wakes\":%u}\n", (unsigned long long)s.events,
	       (unsigned long long)s.lost, s.hooks, (unsigned long long)s.run_ns,
	       (unsigned long long)s.runs, wakes);
}

int
main(int argc, char **argv)
{
	struct nsc_trace_options o = {0};
	struct sigaction act = {.sa_handler = end, .sa_flags = SA_RESTART};	/* poll ends yet */
	struct nsc_trace_stats s;
	struct nsc_trace *t;
	unsigned times = 0;
	char err[NSC_ERR] = "";
	int r;

	for (int i = 1; i < argc; i++) {
		const char *value = strchr(argv[i], '=');

		if (value == NULL)
			return 2;
		value++;
		if (argv[i][0] == 'n')
			o.netns = strtoull(value, NULL, 10);
		else if (argv[i][0] == 'r')
			o.ring_size = (uint32_t)atoi(value);
		else if (argv[i][0] == 'w')
			o.without = (uint32_t)atoi(value);
		else if (argv[i][0] == 'c')
			times = (unsigned)atoi(value);
		else if (argv[i][0] == 's')
			count_costs();
	}
	sigaction(SIGTERM, &act, NULL);
	if (times > 0)
		return churn(&o, times);
	r = nsc_trace_open(&t, &o, err);
	if (r != 0) {
		printf("{\"event\":\"error\",\"status\":%d,\"text\":\"%s\"}\n", r, err);
		return 1;
	}
	nsc_trace_stats(t, &s);
	printf("{\"event\":\"ready\",\"hooks\":%u}\n", s.hooks);
	fflush(stdout);
	watch(t);
	nsc_trace_close(t);
	return 0;
}
