/* SPDX-License-Identifier: MIT */
/*
 * netflowscope.plugin: what Netdata starts, with the seconds between two reads as its first
 * argument.  Charts go to standard output, what a person should know to standard error
 * (Netdata's error.log), calls of the Function come from standard input.
 *
 * A configuration that is wrong stays wrong: DISABLE is said, and Netdata does not try again.
 * What is missing of privilege is not (its source is off), unless nothing at all is left.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "charts.h"
#include "conf.h"
#include "function.h"

#define NAME "netflowscope.plugin"

enum { SECOND_US = 1000000, MOST_SECONDS = 86400 };

struct plugin {
	struct nsc_config *config;
	struct nsc_engine *engine;
	struct nsc_reader *reader;
	struct charts *charts;
	struct function *function;
	unsigned update_every;		/* s */
	unsigned works, sources;	/* of the last read */
	int signals;			/* signalfd */
};

static void
on_log(void *arg, enum nsc_level level, const char *line)
{
	static const char *const word[] = {
		[NSC_LOG_ERROR] = "ERROR", [NSC_LOG_WARNING] = "WARNING", [NSC_LOG_NOTICE] = "INFO",
		[NSC_LOG_INFO] = "INFO", [NSC_LOG_DEBUG] = "DEBUG",
	};
	char when[32] = "";
	time_t now = time(NULL);
	struct tm tm;

	(void)arg;
	if (level == NSC_LOG_DEBUG)
		return;
	strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", localtime_r(&now, &tm));
	fprintf(stderr, "%s: " NAME " %s: %s\n", when, word[level], line);
}

/* Never to be started again: for what only a person can mend. */
static int
disable(const char *reason)
{
	on_log(NULL, NSC_LOG_ERROR, reason);
	puts("DISABLE");
	fflush(stdout);
	return EXIT_FAILURE;
}

static uint64_t
clock_us(clockid_t which)
{
	struct timespec t;

	clock_gettime(which, &t);
	return (uint64_t)t.tv_sec * SECOND_US + (uint64_t)t.tv_nsec / 1000;
}

/* --- configuration ------------------------------------------------------------------ */

/* The first argument, else what the environment says, else 1. */
static int
read_seconds(const char *text, unsigned *seconds)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (end == text || *end != '\0' || text[0] < '0' || text[0] > '9' || n == 0 || n > MOST_SECONDS)
		return -1;
	*seconds = (unsigned)n;
	return 0;
}

static int
configure(struct plugin *p, char **words, char err[NSC_ERR])
{
	const char *seconds = getenv("NETDATA_UPDATE_EVERY");

	if (*words != NULL && words[0][0] != '-')
		seconds = *words++;
	p->update_every = 1;
	if (seconds != NULL && seconds[0] != '\0' && read_seconds(seconds, &p->update_every) < 0)
		return nsc_error(err, -1, "update every: \"%s\" is no number of seconds from 1 to %d",
				 seconds, MOST_SECONDS);
	if (nsc_config_new(&p->config) < 0)
		return nsc_error(err, -1, "out of memory");
	if (conf_read(p->config, err) < 0 || conf_arguments(p->config, (const char *const *)words, err) < 0)
		return -1;
	return nsc_config_check(p->config, err);
}

/* --- reads ----------------------------------------------------------------------------- */

static void
tell(void *arg, const struct nsc_sample *s)
{
	struct plugin *p = arg;

	charts_sample(p->charts, s);
	if (strcmp(s->family, "self") != 0 || strcmp(s->type, "bool") != 0)
		return;
	/* Interfaces can always be looked at, which alone is no value. */
	if (strcmp(s->value, "source_interfaces") != 0) {
		p->sources++;
		p->works += s->level[0] != 0;
	}
}

static void
tell_alarm(void *arg, const struct nsc_alarm *a)
{
	static const enum nsc_level level[] = {
		[NSC_ALARM_OKAY] = NSC_LOG_NOTICE,
		[NSC_ALARM_WARNING] = NSC_LOG_WARNING,
		[NSC_ALARM_FAILURE] = NSC_LOG_ERROR,
	};

	on_log(arg, level[a->severity], a->text);
}

static void
tell_clock(const struct plugin *p)
{
	nsc_engine_clock(p->engine, clock_us(CLOCK_REALTIME) * 1000,
			 (uint64_t)p->update_every * SECOND_US * 1000);
}

/* 0, or -EPIPE when nobody reads any more. */
static int
read_once(struct plugin *p)
{
	uint64_t now = clock_us(CLOCK_MONOTONIC);

	p->works = p->sources = 0;
	tell_clock(p);
	charts_begin(p->charts);
	nsc_reader_read(p->reader, tell, p);
	if (charts_end(p->charts, now) < 0)
		on_log(NULL, NSC_LOG_ERROR, "out of memory: some values were not told");
	function_register(p->function);
	nsc_reader_alarms(p->reader, tell_alarm, p);
	return fflush(stdout) != 0 ? -EPIPE : 0;
}

/*
 * Nothing works: the reasons, from the doctor.  True if a capability is among them, which will
 * not come by itself, as an interface may.
 */
static bool
is_hopeless(const struct plugin *p)
{
	enum { CHECKS = 32 };
	struct nsc_check *check = calloc(CHECKS, sizeof *check);
	char line[2 * NSC_ERR + 32];
	size_t n = check != NULL ? nsc_doctor(p->config, check, CHECKS) : 0;
	bool forbidden = false;

	for (size_t i = 0; i < n; i++) {
		if (!check[i].wanted || check[i].state != NSC_CHECK_FAILED)
			continue;
		forbidden |= strncmp(check[i].finding, "CAP_", 4) == 0;
		snprintf(line, sizeof line, "%s: %s: %s", check[i].source, check[i].finding,
			 check[i].remedy);
		on_log(NULL, NSC_LOG_ERROR, line);
	}
	free(check);
	return forbidden;
}

/* --- life ------------------------------------------------------------------------------- */

/* Milliseconds until the next whole multiple of the interval, by the wall clock. */
static int
pause_ms(const struct plugin *p, uint64_t *next)
{
	uint64_t interval = (uint64_t)p->update_every * SECOND_US, now = clock_us(CLOCK_REALTIME);

	/* Also when the clock was set back. */
	if (*next == 0 || *next > now + 2 * interval)
		*next = now - now % interval + interval;
	return *next <= now ? 0 : (int)((*next - now + 999) / 1000);
}

/* Until a signal comes or nobody reads any more. */
static int
run(struct plugin *p)
{
	struct pollfd fd[] = {
		{.fd = p->signals, .events = POLLIN},
		{.fd = STDOUT_FILENO, .events = 0},	/* its reader went: POLLERR */
		{.fd = STDIN_FILENO, .events = POLLIN},
	};
	uint64_t next = 0;
	bool first = true;

	for (;;) {
		int wait = pause_ms(p, &next), busy = function_pause(p->function), rc = 0;

		if (poll(fd, 3, busy >= 0 && busy < wait ? busy : wait) < 0 && errno != EINTR)
			return EXIT_FAILURE;
		if (fd[0].revents != 0 || (fd[1].revents & POLLERR))
			return EXIT_SUCCESS;
		if (fd[2].revents != 0)
			rc = function_input(p->function, STDIN_FILENO);
		if (rc > 0 || function_serve(p->function) < 0)
			return EXIT_SUCCESS;
		if (rc < 0)
			fd[2].fd = -1;		/* at its end: Netdata before 1.37 */
		if (clock_us(CLOCK_REALTIME) < next)
			continue;
		next = 0;
		if (read_once(p) < 0)
			return EXIT_SUCCESS;
		if (first && p->works == 0 && p->sources > 0 && is_hopeless(p))
			return disable("nothing that the configuration asks for can be had");
		first = false;
	}
}

static int
start(struct plugin *p, char err[NSC_ERR])
{
	const struct nsc_host host = {.log = on_log, .rows = true};
	int rc = nsc_engine_new(&p->engine, p->config, &host, err);

	if (rc == 0)
		rc = nsc_reader_new(&p->reader, p->engine);
	if (rc == 0)
		rc = nsc_engine_start(p->engine, false, err);
	if (rc < 0)
		return rc;
	p->charts = charts_new(stdout, p->update_every);
	p->function = function_new(stdout, p->engine, p->update_every, getenv("NETDATA_VERSION"));
	if (p->charts == NULL || p->function == NULL)
		return -ENOMEM;
	tell_clock(p);
	return 0;
}

/* Before any thread is there, so that all of them inherit it. */
static int
block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int
main(int argc, char **argv)
{
	struct plugin p = {.update_every = 1};
	char err[NSC_ERR] = "";
	int status;

	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		printf(NAME " %s\n", nsc_version());
		return EXIT_SUCCESS;
	}
	p.signals = block_signals();
	if (configure(&p, argv + (argc > 0), err) < 0) {
		status = disable(err);
	} else if (p.signals < 0 || start(&p, err) < 0) {
		on_log(NULL, NSC_LOG_ERROR, err[0] != '\0' ? err : "cannot start");
		status = EXIT_FAILURE;
	} else {
		status = run(&p);
	}
	function_free(p.function);
	charts_free(p.charts);
	nsc_reader_free(p.reader);
	nsc_engine_free(p.engine);
	nsc_config_free(p.config);
	return status;
}
