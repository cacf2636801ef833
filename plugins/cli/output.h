/* SPDX-License-Identifier: MIT */
/* What read and live have in common: an engine, and where its events go. */
#ifndef NSC_CLI_OUTPUT_H
#define NSC_CLI_OUTPUT_H

#include "cli.h"
#include "metrics.h"
#include "view.h"

enum output_form { OUTPUT_VIEW, OUTPUT_JSON, OUTPUT_SUMMARY, OUTPUT_METRICS };

enum output_form output_form(const struct cli *c);

struct output {
	enum output_form form;
	bool started;			/* OUTPUT_JSON: flows' beginnings too */
	double interval;		/* OUTPUT_METRICS: seconds */
	struct metrics metrics;
	struct nsc_engine *engine;
	struct view *view;
	char *line;			/* NSC_JSON_LINE octets */
};

/* Makes the engine; form is chosen before.  0 or -errno with err. */
int output_open(struct output *o, struct nsc_config *cfg, char err[NSC_ERR]);

uint64_t output_packets(struct output *o);

/* The last of it: the table, or the summary line. */
void output_finish(struct output *o, const char *title);

void output_close(struct output *o);

#endif
