/* SPDX-License-Identifier: MIT */
/* netflowscope doctor, metrics, options: what works here, and the tables. */
#include <stdio.h>

#include "cli.h"
#include "top_screen.h"

int
cli_doctor(struct cli *c)
{
	static const char *const state[] = {
		[NSC_CHECK_OK] = "works", [NSC_CHECK_OFF] = "off", [NSC_CHECK_FAILED] = "FAILED"};
	struct nsc_check check[32];
	size_t n = nsc_doctor(c->config, check, sizeof check / sizeof *check), i;
	int status = CLI_FINE;

	for (i = 0; i < n; i++) {
		printf("%-12s %-7s %s\n", check[i].source, state[check[i].state], check[i].finding);
		if (check[i].remedy[0] != '\0')
			printf("%-12s %-7s remedy: %s\n", "", "", check[i].remedy);
		if (check[i].wanted && check[i].state != NSC_CHECK_OK)
			status = CLI_FAILED;
	}
	/* No source, and no configuration wants it: it changes no status. */
	if (top_screen_built())
		printf("%-12s %-7s %s\n", "top", state[NSC_CHECK_OK], "netflowscope top");
	else
		printf("%-12s %-7s %s\n%-12s %-7s remedy: %s\n", "top", state[NSC_CHECK_OFF],
		       "built without ncurses", "", "",
		       "install libncurses-dev, configure and build again");
	return cli_flush(status);
}

static void
put(void *arg, const char *text)
{
	fputs(text, arg);
}

static enum nsc_format
form(const struct cli *c)
{
	return c->markdown ? NSC_FORMAT_MARKDOWN : c->man ? NSC_FORMAT_MAN
	     : c->collectd ? NSC_FORMAT_COLLECTD : NSC_FORMAT_TEXT;
}

int
cli_metrics(struct cli *c)
{
	nsc_print_metrics(form(c), put, stdout);
	return cli_flush(CLI_FINE);
}

int
cli_options(struct cli *c)
{
	nsc_print_options(form(c), put, stdout);
	return cli_flush(CLI_FINE);
}

int
cli_protocols(struct cli *c)
{
	nsc_print_protocols(form(c), put, stdout);
	return cli_flush(CLI_FINE);
}
