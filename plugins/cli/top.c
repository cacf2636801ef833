/* SPDX-License-Identifier: MIT */
/* netflowscope top: what this host does now, until somebody leaves. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "top_screen.h"
#include "top_ui.h"

#define SECOND 1000000000ull

struct top {
	struct nsc_engine *engine;
	struct nsc_reader *reader;
	struct nsc_rows *rows;
	struct top_model model;
	struct top_ui ui;
	struct top_canvas canvas;
	uint64_t next;			/* steady clock, ns: the next refresh */
	int signals;
	pthread_mutex_t lock;		/* over what the engine's threads say */
	char said[TOP_LOG_LINES][NSC_ERR];
	unsigned lines;
};

static uint64_t
clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

/* --- the engine ------------------------------------------------------------------------- */

static void
on_log(void *arg, enum nsc_level level, const char *line)
{
	struct top *t = arg;

	if (level > NSC_LOG_NOTICE)
		return;
	pthread_mutex_lock(&t->lock);
	if (t->lines < TOP_LOG_LINES)
		strncpy(t->said[t->lines++], line, NSC_ERR - 1);
	pthread_mutex_unlock(&t->lock);
}

static void
hear(struct top *t)
{
	pthread_mutex_lock(&t->lock);
	for (unsigned i = 0; i < t->lines; i++)
		top_ui_log(&t->ui, t->said[i]);
	memset(t->said, 0, sizeof t->said);
	t->lines = 0;
	pthread_mutex_unlock(&t->lock);
}

static int
start(struct top *t, const struct cli *c, char err[NSC_ERR])
{
	struct nsc_host host = {.arg = t, .log = on_log, .rows = true};
	int rc = nsc_engine_new(&t->engine, c->config, &host, err);

	if (rc < 0)
		return rc;
	rc = nsc_reader_new(&t->reader, t->engine);
	if (rc == 0)
		rc = nsc_rows_new(&t->rows, t->engine);
	if (rc < 0)
		return nsc_error(err, rc, "netflowscope: %s", strerror(-rc));
	/* Interfaces that are named are wanted; else what works is shown. */
	return nsc_engine_start(t->engine, c->interfaces, err);
}

static void
refresh(struct top *t)
{
	struct nsc_rows_tell tell = top_model_rows(&t->model);
	time_t now = time(NULL);
	struct tm local;
	bool first = t->model.refreshed == 0;

	nsc_engine_clock(t->engine, clock_ns(CLOCK_REALTIME), (uint64_t)(t->ui.interval * 1e9));
	top_model_begin(&t->model);
	nsc_rows_ask(t->rows);
	nsc_reader_read(t->reader, top_model_sample, &t->model);
	nsc_rows_tell(t->rows, &tell);
	top_model_end(&t->model, clock_ns(CLOCK_MONOTONIC));
	nsc_engine_interfaces(t->engine, t->ui.interfaces, sizeof t->ui.interfaces);
	if (localtime_r(&now, &local) != NULL)
		strftime(t->ui.clock, sizeof t->ui.clock, "%H:%M:%S", &local);
	/* Where applications cannot be told, what can be is shown. */
	if (first && t->model.blind)
		t->ui.table = TOP_CONNECTIONS;
	top_ui_update(&t->ui);
}

/* --- the terminal ------------------------------------------------------------------------- */

static void
show(struct top *t)
{
	unsigned width, height;

	hear(t);
	top_screen_size(&width, &height);
	top_draw(&t->ui, &t->canvas, width, height);
	top_screen_show(&t->canvas, t->ui.again);
	t->ui.again = false;
}

static void
on_signal(struct top *t)
{
	struct signalfd_siginfo s;

	while (read(t->signals, &s, sizeof s) == (ssize_t)sizeof s) {
		if (s.ssi_signo == SIGTSTP) {
			top_screen_leave();
			raise(SIGSTOP);
			top_screen_enter();
		} else if (s.ssi_signo == SIGCONT) {
			t->ui.again = true;
		} else if (s.ssi_signo != SIGWINCH) {
			t->ui.quit = true;
		}
	}
}

static void
on_keys(struct top *t)
{
	double before = t->ui.interval;
	int key;

	while (!t->ui.quit && (key = top_screen_key()) != 0)
		top_ui_key(&t->ui, key);
	if (t->ui.interval != before)
		t->next = clock_ns(CLOCK_MONOTONIC) + (uint64_t)(t->ui.interval * 1e9);
}

static int
patience(const struct top *t)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC);

	if (t->ui.paused)
		return -1;
	return now >= t->next ? 0 : (int)((t->next - now) / 1000000 + 1);
}

static void
loop(struct top *t)
{
	struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
				{.fd = t->signals, .events = POLLIN}};
	uint64_t now;

	t->next = clock_ns(CLOCK_MONOTONIC);
	while (!t->ui.quit) {
		if (poll(fds, 2, patience(t)) < 0 && errno != EINTR)
			return;
		if (fds[1].revents != 0)
			on_signal(t);
		if (fds[0].revents & POLLIN)
			on_keys(t);
		else if (fds[0].revents != 0)
			return;		/* the terminal has gone */
		now = clock_ns(CLOCK_MONOTONIC);
		if (!t->ui.paused && now >= t->next) {
			refresh(t);
			t->next += (uint64_t)(t->ui.interval * 1e9);
			if (t->next < now)	/* a pause, a slow machine */
				t->next = now + (uint64_t)(t->ui.interval * 1e9);
		}
		if (!t->ui.quit)
			show(t);
	}
}

/* All signals by one descriptor: blocked before any thread is there, so that all inherit it. */
static int
take_signals(void)
{
	static const int all[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH};
	sigset_t set;

	sigemptyset(&set);
	for (unsigned i = 0; i < sizeof all / sizeof *all; i++)
		sigaddset(&set, all[i]);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int
run(struct top *t, struct cli *c)
{
	char err[NSC_ERR] = "";

	top_model_init(&t->model);
	top_ui_init(&t->ui, &t->model);
	t->ui.interval = c->interval;
	t->ui.root = geteuid() == 0;
	if (start(t, c, err) < 0 || top_screen_open(err) < 0)
		return cli_fail(err);
	loop(t);
	top_screen_close();
	return CLI_FINE;
}

int
cli_top(struct cli *c)
{
	struct top *t = calloc(1, sizeof *t);
	int status;

	if (t == NULL)
		return cli_fail("netflowscope: out of memory");
	pthread_mutex_init(&t->lock, NULL);
	t->signals = take_signals();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
	status = run(t, c);
	nsc_rows_free(t->rows);
	nsc_reader_free(t->reader);
	nsc_engine_free(t->engine);
	top_ui_free(&t->ui);
	top_model_free(&t->model);
	if (t->signals >= 0)
		close(t->signals);
	free(t);
	return status;
}
