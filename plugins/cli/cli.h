/* SPDX-License-Identifier: MIT */
/* What the commands share: the parsed command line and how they end. */
#ifndef NSC_CLI_CLI_H
#define NSC_CLI_CLI_H

#include "nsc.h"

enum {				/* exit status (DESIGN 4.1) */
	CLI_FINE = 0,
	CLI_FAILED = 1,		/* one line on stderr, subject first */
	CLI_USAGE = 2,
};

struct cli {
	struct nsc_config *config;
	const char *operand;	/* FILE of read; NULL if none was given */
	bool json, summary, metrics;
	bool markdown, man, collectd;	/* forms of the tables */
	bool interfaces;	/* -i was given */
	double duration;	/* seconds; 0: until interrupted */
	double interval;	/* seconds between two sets of metrics */
};

int cli_read(struct cli *c);
int cli_live(struct cli *c);
int cli_listen(struct cli *c);
int cli_connections(struct cli *c);
int cli_top(struct cli *c);
int cli_doctor(struct cli *c);
int cli_metrics(struct cli *c);
int cli_options(struct cli *c);
int cli_protocols(struct cli *c);

/* Prints one line (cut to 400 octets) on stderr. */
int cli_fail(const char *line);

/* Status of a look at the host: a source that is off says so in one line, and that is fine. */
int cli_source(int rc, const char *err);

/* Flushes standard output; CLI_FAILED with a line if it could not be written. */
int cli_flush(int status);

#endif
