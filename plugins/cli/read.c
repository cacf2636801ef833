/* SPDX-License-Identifier: MIT */
/* netflowscope read FILE: a capture as a table, as JSON Lines, or as one summary line. */
#include <stdio.h>

#include "cli.h"
#include "output.h"
#include "progress.h"
#include "view.h"

int
cli_read(struct cli *c)
{
	struct output out = {.form = c->summary ? OUTPUT_SUMMARY : c->json ? OUTPUT_JSON : OUTPUT_VIEW};
	struct progress bar;
	struct nsc_replay how = {.arg = &bar, .progress = progress_tell};
	char err[NSC_ERR] = "";
	int rc, status = CLI_FINE;

	rc = output_open(&out, c->config, err);
	if (rc != 0)
		return cli_fail(err);
	progress_begin(&bar);
	rc = nsc_engine_replay(out.engine, c->operand, &how, err);
	progress_end(&bar);
	/* What was readable is told all the same, unless nothing could be opened. */
	if (rc == 0 || output_packets(&out) > 0)
		output_finish(&out, c->operand);
	status = cli_flush(CLI_FINE);
	if (rc != 0)
		status = cli_fail(err);
	output_close(&out);
	return status;
}
