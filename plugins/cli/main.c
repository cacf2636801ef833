/* SPDX-License-Identifier: MIT */
/* netflowscope: the command line. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

struct command {
	const char *name, *operand, *text;
	int (*run)(struct cli *c);
	const char *flags;		/* letters of flags[] that it takes; '*': every option too */
	const char *table;		/* another default of FlowTableSize; NULL: the option's own */
};

static const struct command commands[] = {
	{"read", "FILE", "what a capture (pcap, pcapng, .gz, .zst; - is standard input) consists of",
	 cli_read, "jsMI*", "4194304"},	/* a capture shall lose no flow: memory is touched as flows come */
	{"live", NULL, "the same of this host's interfaces, until interrupted", cli_live, "jMIid*", NULL},
	{"listen", NULL, "what this host listens on, and who listens", cli_listen, "j*", NULL},
	{"connections", NULL, "whom this host is connected with, by its sockets", cli_connections,
	 "j*", NULL},
	{"top", NULL, "the same as it changes: applications, processes, peers, connections, listeners",
	 cli_top, "Ri*", NULL},
	{"doctor", NULL, "what works here, what is missing, and the remedy", cli_doctor, "ji*", NULL},
	{"metrics", NULL, "the table of metrics", cli_metrics, "mn", NULL},
	{"options", NULL, "the table of options", cli_options, "mnc", NULL},
	{"protocols", NULL, "the table of protocols", cli_protocols, "m", NULL},
};

struct flag {
	char letter;
	const char *name, *value, *text;
	size_t offset;			/* of its bool in struct cli; with a value: 0 */
	int (*set)(struct cli *c, const char *value, char err[NSC_ERR]);
};

static int
set_interface(struct cli *c, const char *value, char err[NSC_ERR])
{
	c->interfaces = true;
	return nsc_config_set(c->config, "Interface", &value, 1, err);
}

static int
set_seconds(const char *name, const char *value, double *seconds, char err[NSC_ERR])
{
	char *end;

	*seconds = strtod(value, &end);
	if (end == value || *end != '\0' || !(*seconds >= 0.001 && *seconds <= 31536000))
		return nsc_error(err, -1, "%s: \"%s\" is no number of seconds from 0.001 to 31536000",
				 name, value);
	return 0;
}

static int
set_duration(struct cli *c, const char *value, char err[NSC_ERR])
{
	return set_seconds("--duration", value, &c->duration, err);
}

static int
set_interval(struct cli *c, const char *value, char err[NSC_ERR])
{
	return set_seconds("--interval", value, &c->interval, err);
}

static int
set_refresh(struct cli *c, const char *value, char err[NSC_ERR])
{
	int rc = set_seconds("--interval", value, &c->interval, err);

	if (rc == 0 && (c->interval < 0.1 || c->interval > 3600))
		return nsc_error(err, -1, "--interval: \"%s\" is not from 0.1 to 3600 seconds", value);
	return rc;
}

static const struct flag flags[] = {
	{'j', "--json", NULL, "one JSON object a line", offsetof(struct cli, json), NULL},
	{'M', "--metrics", NULL, "what a plugin would dispatch, at the end of each interval",
	 offsetof(struct cli, metrics), NULL},
	{'I', "--interval", "SECONDS", "length of an interval of --metrics (10)", 0, set_interval},
	{'R', "--interval", "SECONDS", "time between two refreshes (1)", 0, set_refresh},
	{'s', "--summary", NULL, "the JSON summary line alone", offsetof(struct cli, summary), NULL},
	{'i', "-i", "IFACE", "an interface to capture (repeatable); the same as --interface", 0, set_interface},
	{'d', "--duration", "SECONDS", "ends after that time", 0, set_duration},
	{'m', "--markdown", NULL, "as Markdown", offsetof(struct cli, markdown), NULL},
	{'n', "--man", NULL, "as man page source", offsetof(struct cli, man), NULL},
	{'c', "--collectd", NULL, "as an example of a collectd configuration",
	 offsetof(struct cli, collectd), NULL},
};

enum { COMMANDS = sizeof commands / sizeof *commands, FLAGS = sizeof flags / sizeof *flags };

static void
print_options(FILE *to)
{
	const struct nsc_option *o;
	char name[NSC_OPTION_NAME];
	size_t count, i;

	fprintf(to, "\nOptions (as in a configuration; `netflowscope options' tells more):\n");
	o = nsc_options(&count);
	for (i = 0; i < count; i++) {
		nsc_option_dashed(&o[i], name);
		fprintf(to, "  --%-20s %s%s%s%s\n", name, o[i].text, o[i].standard[0] ? " (" : "",
			o[i].standard, o[i].standard[0] ? ")" : "");
	}
}

static void
print_command(FILE *to, const struct command *c)
{
	unsigned i;

	fprintf(to, "usage: netflowscope %s%s%s%s\n\n%s: %s\n", c->name,
		c->flags[0] != '\0' ? " [OPTION]..." : "", c->operand ? " " : "",
		c->operand ? c->operand : "", c->name, c->text);
	fprintf(to, "\n");
	for (i = 0; i < FLAGS; i++)
		if (strchr(c->flags, flags[i].letter) != NULL)
			fprintf(to, "  %-10s %-9s  %s\n", flags[i].name,
				flags[i].value ? flags[i].value : "", flags[i].text);
	if (strchr(c->flags, '*') != NULL)
		print_options(to);
}

static void
print_help(FILE *to)
{
	unsigned i;

	fprintf(to, "usage: netflowscope COMMAND [OPTION]... [FILE]\n"
		    "       netflowscope COMMAND --help | --help | --version\n\n");
	for (i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-11s %-5s  %s\n", commands[i].name,
			commands[i].operand ? commands[i].operand : "", commands[i].text);
	fprintf(to, "\nExit status: 0 fine, 1 an error (one line on standard error), 2 wrong usage.\n");
}

int
cli_fail(const char *line)
{
	fprintf(stderr, "%.399s\n", line);
	return CLI_FAILED;
}

int
cli_flush(int status)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		return cli_fail("standard output: could not be written");
	return status;
}

int
cli_source(int rc, const char *err)
{
	if (rc >= 0)
		return CLI_FINE;
	cli_fail(err);
	return rc == -ENOTSUP ? CLI_FINE : CLI_FAILED;
}

static int
usage(const char *what, const char *word)
{
	fprintf(stderr, "netflowscope: %s%.300s (see netflowscope --help)\n", what, word);
	return CLI_USAGE;
}

static const struct flag *
find_flag(const struct command *c, const char *word)
{
	unsigned i;

	for (i = 0; i < FLAGS; i++)
		if (strcmp(flags[i].name, word) == 0 && strchr(c->flags, flags[i].letter) != NULL)
			return &flags[i];
	return NULL;
}

static const struct nsc_option *
find_option(const char *dashed)
{
	const struct nsc_option *o;
	char name[NSC_OPTION_NAME];
	size_t count, i;

	o = nsc_options(&count);
	for (i = 0; i < count; i++) {
		nsc_option_dashed(&o[i], name);
		if (strcmp(name, dashed) == 0)
			return &o[i];
	}
	return NULL;
}

/* A name and its values are one word here: --network "office 10.1.0.0/16". */
static int
set_option(struct cli *c, const char *name, const char *value, char err[NSC_ERR])
{
	enum { WORDS = 64 };
	const struct nsc_option *o = find_option(name);
	const char *word[WORDS];
	char *copy, *rest, *p;
	size_t n = 0;
	int rc;

	if (o == NULL || o->kind != NSC_KIND_PAIRS)
		return nsc_config_set(c->config, name, &value, value != NULL, err);
	copy = strdup(value);
	if (copy == NULL)
		return nsc_error(err, -1, "--%s: out of memory", name);
	for (p = strtok_r(copy, " \t", &rest); p != NULL && n < WORDS; p = strtok_r(NULL, " \t", &rest))
		word[n++] = p;
	rc = nsc_config_set(c->config, name, word, n, err);
	free(copy);
	return rc;
}

/* One word that begins with '-', and its value; 0, or CLI_USAGE with a line printed. */
static int
take_option(const struct command *command, struct cli *c, char **words, int *used)
{
	const struct flag *f = find_flag(command, words[0]);
	const char *value = words[1];
	char err[NSC_ERR] = "";
	int rc;

	if (f != NULL && f->set == NULL) {
		*used = 1;
		*(bool *)((char *)c + f->offset) = true;
		return 0;
	}
	if (f == NULL && (strchr(command->flags, '*') == NULL || strncmp(words[0], "--", 2) != 0))
		return usage("unknown option ", words[0]);
	*used = 2;
	if (value == NULL && (f != NULL || find_option(words[0] + 2) != NULL))
		return usage("a value is missing after ", words[0]);
	rc = f != NULL ? f->set(c, value, err) : set_option(c, words[0] + 2, value, err);
	if (rc == 0)
		return 0;
	fprintf(stderr, "netflowscope: %s\n", err);
	return CLI_USAGE;
}

static bool
given(char **words, const char *word)
{
	for (; *words != NULL && strcmp(*words, "--") != 0; words++)
		if (strcmp(*words, word) == 0)
			return true;
	return false;
}

static int
run(const struct command *command, struct cli *c, char **words)
{
	bool only_operands = false;
	char err[NSC_ERR] = "";
	int used, rc;

	/* --metrics is what a plugin would dispatch: with the same table. */
	if (command->table != NULL && !given(words, "--metrics"))
		nsc_config_set(c->config, "FlowTableSize", &command->table, 1, NULL);
	for (; *words != NULL; words += used) {
		used = 1;
		if (!only_operands && strcmp(*words, "--") == 0) {
			only_operands = true;
		} else if (!only_operands && strcmp(*words, "--help") == 0) {
			print_command(stdout, command);
			return cli_flush(CLI_FINE);
		} else if (!only_operands && words[0][0] == '-' && words[0][1] != '\0') {
			rc = take_option(command, c, words, &used);
			if (rc != 0)
				return rc;
		} else if (command->operand == NULL || c->operand != NULL) {
			return usage("one argument too many: ", *words);
		} else {
			c->operand = *words;
		}
	}
	if (command->operand != NULL && c->operand == NULL)
		return usage("missing: ", command->operand);
	if (nsc_config_check(c->config, err) != 0) {
		fprintf(stderr, "netflowscope: %s\n", err);
		return CLI_USAGE;
	}
	if (c->interval == 0)
		c->interval = strchr(command->flags, 'R') != NULL ? 1 : 10;
	return command->run(c);
}

int
main(int argc, char **argv)
{
	struct cli c = {.interval = 0};
	unsigned i;
	int rc;

	if (argc < 2) {
		print_help(stderr);
		return CLI_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		print_help(stdout);
		return cli_flush(CLI_FINE);
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		printf("netflowscope %s\n", nsc_version());
		return cli_flush(CLI_FINE);
	}
	for (i = 0; i < COMMANDS && strcmp(commands[i].name, argv[1]) != 0; i++)
		;
	if (i == COMMANDS)
		return usage("unknown command ", argv[1]);
	if (nsc_config_new(&c.config) != 0)
		return cli_fail("netflowscope: out of memory");
	rc = run(&commands[i], &c, argv + 2);
	nsc_config_free(c.config);
	return rc;
}
