/* SPDX-License-Identifier: MIT */
/* netflowscope live: what the interfaces of this host carry, until interrupted. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "output.h"

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t
wall_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void
tell_clock(const struct cli *c, struct output *o)
{
	nsc_engine_clock(o->engine, wall_clock(), (uint64_t)(c->interval * 1e9));
}

static void
tell_metrics(struct output *o)
{
	metrics_tell(&o->metrics, wall_clock());
}

static void
tell_ready(struct output *o)
{
	char names[NSC_ERR];

	nsc_engine_interfaces(o->engine, names, sizeof names);
	if (o->form != OUTPUT_JSON) {
		fprintf(stderr, "capturing on %s\n", names);
		return;
	}
	/* Interface names hold no quote: the kernel refuses '/', white space and ':' only, so ask. */
	if (strpbrk(names, "\"\\") != NULL)
		names[0] = '\0';
	printf("{\"event\":\"ready\",\"interfaces\":\"%s\"}\n", names);
	fflush(stdout);
}

/* Until a signal, the end of the duration, or nobody reads any more. */
static void
wait_end(const struct cli *c, struct output *o, const sigset_t *signals)
{
	double end = c->duration > 0 ? seconds() + c->duration : 0, left;
	double next = seconds() + c->interval;
	struct timespec t;

	for (;;) {
		left = end > 0 ? end - seconds() : 1;
		if (left <= 0)
			return;
		if (left > 0.2)
			left = 0.2;
		t.tv_sec = 0;
		t.tv_nsec = (long)(left * 1e9);
		if (sigtimedwait(signals, NULL, &t) > 0)
			return;
		tell_clock(c, o);
		if (o->form == OUTPUT_METRICS && seconds() >= next) {
			tell_metrics(o);
			next += c->interval;
		}
		if (fflush(stdout) != 0)
			return;
	}
}

int
cli_live(struct cli *c)
{
	struct output out = {.form = output_form(c), .interval = c->interval, .started = true};
	char err[NSC_ERR] = "", title[NSC_ERR];
	sigset_t signals;
	int status;

	/* Before any thread is there, so that all inherit it. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (output_open(&out, c->config, err) != 0)
		return cli_fail(err);
	if (nsc_engine_start(out.engine, true, err) != 0) {
		output_close(&out);
		return cli_fail(err);
	}
	tell_ready(&out);
	nsc_engine_interfaces(out.engine, title, sizeof title);
	tell_clock(c, &out);
	wait_end(c, &out, &signals);
	nsc_engine_stop(out.engine);
	if (out.form == OUTPUT_METRICS)
		tell_metrics(&out);
	output_finish(&out, title);
	status = cli_flush(CLI_FINE);
	output_close(&out);
	return status;
}
