/* SPDX-License-Identifier: MIT */
/*
 * engine_alive SECONDS [OPTION=VALUE...]: a live engine on loopback amid its own traffic, with
 * readers at several paces, some that come and go, and lines of every event.  To be run
 * under ThreadSanitizer; says what it saw, and ends with 1 if a counter fell, a reader was told
 * nothing, or no packet was captured where that may be.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "nsc.h"

enum { READERS = 3, SERIES = 4096 };

static _Atomic bool ended;
static _Atomic unsigned long events, connections, faults;

static void
nap(unsigned ms)
{
	const struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

	nanosleep(&t, NULL);
}

/* --- traffic ------------------------------------------------------------------------------ */

static struct sockaddr_in
loopback(uint16_t port)
{
	return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* A listener for so many connections, then another one at another port. */
static int
listener(struct sockaddr_in *at)
{
	socklen_t len = sizeof *at;
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*at = loopback(0);
	if (s < 0 || bind(s, (const struct sockaddr *)at, sizeof *at) < 0 || listen(s, 16) < 0 ||
	    getsockname(s, (struct sockaddr *)at, &len) < 0) {
		perror("listen");
		exit(2);
	}
	return s;
}

static void
talk(int s, const struct sockaddr_in *at)
{
	static const char get[] = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
	int c = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), a = -1;
	char text[sizeof answer];

	if (connect(c, (const struct sockaddr *)at, sizeof *at) == 0)
		a = accept4(s, NULL, NULL, SOCK_CLOEXEC);
	if (a >= 0 && write(c, get, sizeof get - 1) > 0 && read(a, text, sizeof text) > 0 &&
	    write(a, answer, sizeof answer - 1) > 0 && read(c, text, sizeof text) > 0)
		connections++;
	close(c);
	close(a);
}

static void
datagram(void)
{
	/* A question for a.example's address (RFC 1035, 4.1), to a port where nobody is. */
	static const char query[] = "\0\1\1\0\0\1\0\0\0\0\0\0\1a\7example\0\0\1\0\1";
	struct sockaddr_in to = loopback(53);
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	sendto(s, query, sizeof query - 1, MSG_DONTWAIT, (const struct sockaddr *)&to, sizeof to);
	close(s);
}

static void *
traffic(void *arg)
{
	struct sockaddr_in at;

	(void)arg;
	while (!ended) {
		int s = listener(&at);

		for (int i = 0; i < 40 && !ended; i++) {
			talk(s, &at);
			datagram();
			nap(2);
		}
		close(s);
		talk(-1, &at);		/* refused */
	}
	return NULL;
}

/* --- readers ------------------------------------------------------------------------------ */

struct consumer {
	struct nsc_engine *engine;
	struct nsc_reader *reader;
	pthread_t thread;
	unsigned pace, life;		/* ms between reads; reads until it begins anew, 0: never */
	unsigned long reads, samples;
	unsigned series;
	struct {
		char name[128];
		uint64_t sum[2];
	} seen[SERIES];
};

static void
take(void *arg, const struct nsc_sample *s)
{
	struct consumer *c = arg;
	char name[128];
	unsigned i = 0;

	c->samples++;
	if (!s->counter)
		return;
	snprintf(name, sizeof name, "%s-%s/%s-%s", s->family, s->group, s->type, s->value);
	while (i < c->series && strcmp(c->seen[i].name, name) != 0)
		i++;
	if (i == SERIES)
		return;
	if (i == c->series)
		memcpy(c->seen[c->series++].name, name, sizeof name);
	if (s->sum[0] < c->seen[i].sum[0] || s->sum[1] < c->seen[i].sum[1]) {
		printf("%s falls: %llu:%llu, then %llu:%llu\n", name,
		       (unsigned long long)c->seen[i].sum[0], (unsigned long long)c->seen[i].sum[1],
		       (unsigned long long)s->sum[0], (unsigned long long)s->sum[1]);
		faults++;
	}
	memcpy(c->seen[i].sum, s->sum, sizeof s->sum);
}

static void
hear(void *arg, const struct nsc_alarm *a)
{
	(void)arg;
	(void)a;
}

static void *
consume(void *arg)
{
	struct consumer *c = arg;

	while (!ended) {
		if (c->reader == NULL && nsc_reader_new(&c->reader, c->engine) < 0)
			exit(2);
		nsc_reader_read(c->reader, take, c);
		nsc_reader_alarms(c->reader, hear, c);
		c->reads++;
		nap(c->pace);
		if (c->life > 0 && c->reads % c->life == 0) {
			nsc_reader_free(c->reader);
			c->reader = NULL;
			c->series = 0;
			memset(c->seen, 0, sizeof c->seen);
		}
	}
	nsc_reader_free(c->reader);
	return NULL;
}

/* --- single rows ------------------------------------------------------------------------- */

static unsigned long told[NSC_ROWS_KINDS];	/* rows */

static void
begin(void *arg, enum nsc_rows_kind kind)
{
	(void)arg;
	(void)kind;
}

static void
take_flow(void *arg, const struct nsc_flow_row *f)
{
	(void)arg;
	told[NSC_ROWS_FLOWS] += f->received + f->sent > 0;
}

static void
take_connection(void *arg, const struct nsc_connection_delta *d)
{
	(void)arg;
	told[NSC_ROWS_CONNECTIONS] += d->connection->socket.proto != 0;
}

static void
take_listener(void *arg, const struct nsc_listener *l)
{
	(void)arg;
	told[NSC_ROWS_LISTENERS] += l->sockets > 0;
}

static void
finish(void *arg, enum nsc_rows_kind kind, uint64_t elapsed, uint64_t left_out)
{
	(void)arg;
	(void)kind;
	(void)elapsed;
	(void)left_out;
}

/* As a view that refreshes does it. */
static void *
view(void *arg)
{
	const struct nsc_rows_tell to = {.begin = begin, .flow = take_flow,
					 .connection = take_connection, .listener = take_listener,
					 .end = finish};
	struct consumer *c = arg;
	struct nsc_rows *rows;

	if (nsc_rows_new(&rows, c->engine) < 0 || nsc_reader_new(&c->reader, c->engine) < 0)
		exit(2);
	while (!ended) {
		nsc_rows_ask(rows);
		nsc_reader_read(c->reader, take, c);
		nsc_rows_tell(rows, &to);
		c->reads++;
		nap(c->pace);
	}
	nsc_reader_free(c->reader);
	nsc_rows_free(rows);
	return NULL;
}

/* --- engine -------------------------------------------------------------------------------- */

static struct nsc_engine *engine;

static void
on_event(void *arg, const struct nsc_event *ev)
{
	static _Thread_local char line[NSC_JSON_LINE];	/* of each worker */

	(void)arg;
	if (nsc_event_json(engine, ev, line, sizeof line) > 0)
		events++;
}

static void
on_log(void *arg, enum nsc_level level, const char *line)
{
	(void)arg;
	if (level <= NSC_LOG_NOTICE)
		printf("log: %s\n", line);
}

static struct nsc_config *
configure(char **words)
{
	const char *lo = "lo";
	struct nsc_config *cfg;
	char err[NSC_ERR];

	if (nsc_config_new(&cfg) < 0 || nsc_config_set(cfg, "Interface", &lo, 1, err) < 0)
		exit(2);
	for (; *words != NULL; words++) {
		char *value = strchr(*words, '=');

		if (value == NULL)
			exit(2);
		*value++ = '\0';
		if (nsc_config_set(cfg, *words, &(const char *){value}, 1, err) < 0) {
			fprintf(stderr, "%s\n", err);
			exit(2);
		}
	}
	return cfg;
}

int
main(int argc, char **argv)
{
	static struct consumer consumer[READERS] = {
		{.pace = 20}, {.pace = 70, .life = 5}, {.pace = 300}};
	static struct consumer viewer = {.pace = 100};
	const struct nsc_host host = {.log = on_log, .event = on_event, .rows = true};
	struct nsc_config *cfg;
	struct nsc_summary s;
	char err[NSC_ERR] = "";
	pthread_t talker;
	bool all = true;

	if (argc < 2)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	cfg = configure(argv + 2);
	if (nsc_engine_new(&engine, cfg, &host, err) < 0 || nsc_engine_start(engine, false, err) < 0) {
		fprintf(stderr, "%s\n", err);
		return 2;
	}
	pthread_create(&talker, NULL, traffic, NULL);
	for (unsigned i = 0; i < READERS; i++) {
		consumer[i].engine = engine;
		pthread_create(&consumer[i].thread, NULL, consume, &consumer[i]);
	}
	viewer.engine = engine;
	pthread_create(&viewer.thread, NULL, view, &viewer);
	nap(500 * (unsigned)atoi(argv[1]));
	if (nsc_engine_reconfigure(engine, cfg, err) < 0)
		printf("log: %s\n", err);
	nap(500 * (unsigned)atoi(argv[1]));
	ended = true;
	pthread_join(talker, NULL);
	pthread_join(viewer.thread, NULL);
	for (unsigned i = 0; i < READERS; i++) {
		pthread_join(consumer[i].thread, NULL);
		all &= consumer[i].reads > 0 && consumer[i].samples > 10 * consumer[i].reads;
	}
	nsc_engine_stop(engine);
	nsc_engine_summary(engine, &s);
	printf("%lu connections, %llu packets, %llu flows, %lu lines, %lu, %lu and %lu reads, %lu faults\n",
	       atomic_load(&connections), (unsigned long long)s.packets, (unsigned long long)s.flows,
	       atomic_load(&events), consumer[0].reads, consumer[1].reads, consumer[2].reads,
	       atomic_load(&faults));
	printf("rows: %lu flows, %lu connections, %lu listeners in %lu looks\n", told[NSC_ROWS_FLOWS],
	       told[NSC_ROWS_CONNECTIONS], told[NSC_ROWS_LISTENERS], viewer.reads);
	nsc_engine_free(engine);
	nsc_config_free(cfg);
	all &= told[NSC_ROWS_LISTENERS] > 0 && (s.packets == 0 || told[NSC_ROWS_FLOWS] > 0);
	return !all || faults > 0 || (s.packets == 0 && geteuid() == 0);
}
