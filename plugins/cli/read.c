/* SPDX-License-Identifier: MIT */
/* netflowscope read FILE: a capture as a table, as JSON Lines, or as one summary line. */
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

int
cli_read(struct cli *c)
{
	struct output out = {.form = output_form(c), .interval = c->interval};
	struct reading r = {.metrics = &out.metrics};
	struct nsc_replay how = {.arg = &r, .progress = on_progress};
	char err[NSC_ERR] = "";
	int rc, status = CLI_FINE;

	rc = output_open(&out, c->config, err);
	if (rc != 0)
		return cli_fail(err);
	if (out.form == OUTPUT_METRICS) {
		how.interval = on_interval;
		how.interval_ns = out.metrics.interval;
	}
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
