/* SPDX-License-Identifier: MIT */
/* netflowscope read FILE: a capture as a table, as JSON Lines, or as one summary line. */
#include <signal.h>
#include <stdio.h>

#include "cli.h"
#include "output.h"
#include "progress.h"
#include "view.h"

struct reading {
	struct progress bar;
	struct metrics *metrics;
};

static void
on_progress(void *arg, uint64_t done, uint64_t size)
{
	progress_tell(&((struct reading *)arg)->bar, done, size);
}

static void
on_interval(void *arg, uint64_t now)
{
	metrics_tell(((struct reading *)arg)->metrics, now);
}

static volatile sig_atomic_t interrupted;

static void
on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

/* The first one ends the reading, the second one the program. */
static void
catch_signals(void)
{
	struct sigaction s = {.sa_handler = on_signal, .sa_flags = SA_RESETHAND};

	sigaction(SIGINT, &s, NULL);
	sigaction(SIGTERM, &s, NULL);
}

int
cli_read(struct cli *c)
{
	struct output out = {.form = output_form(c), .interval = c->interval};
	struct reading r = {.metrics = &out.metrics};
	struct nsc_replay how = {.arg = &r, .progress = on_progress, .cancel = &interrupted};
	char err[NSC_ERR] = "";
	int rc, status = CLI_FINE;

	rc = output_open(&out, c->config, err);
	if (rc != 0)
		return cli_fail(err);
	if (out.form == OUTPUT_METRICS) {
		how.interval = on_interval;
		how.interval_ns = out.metrics.interval;
	}
	catch_signals();
	progress_begin(&r.bar);
	rc = nsc_engine_replay(out.engine, c->operand, &how, err);
	progress_end(&r.bar);
	/* What was readable is told all the same, unless nothing could be opened. */
	if (rc == 0 || output_packets(&out) > 0)
		output_finish(&out, c->operand);
	status = cli_flush(CLI_FINE);
	if (rc != 0)
		status = cli_fail(err);
	output_close(&out);
	return status;
}
