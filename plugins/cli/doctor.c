/* SPDX-License-Identifier: MIT */
/* netflowscope doctor, metrics, options: what works here, and the tables. */
#include <stdio.h>

#include "cli.h"
#include "top_screen.h"

static void
print_check(const struct cli *c, const struct nsc_check *k)
{
	char line[NSC_JSON_LINE];

	if (c->json) {
		fwrite(line, 1, nsc_check_json(k, line, sizeof line), stdout);
		return;
	}
	printf("%-12s %-7s %s\n", k->source, nsc_check_text(k), k->finding);
	if (k->remedy[0] != '\0')
		printf("%-12s %-7s remedy: %s\n", "", "", k->remedy);
}

int
cli_doctor(struct cli *c)
{
	/* No source, and no configuration wants it: it changes no status. */
	static const struct nsc_check top = {.source = "top", .finding = "netflowscope top"};
	static const struct nsc_check no_top = {
		.source = "top", .state = NSC_CHECK_OFF, .finding = "built without ncurses",
		.remedy = "install libncurses-dev, configure and build again"};
	struct nsc_check check[32];
	size_t n = nsc_doctor(c->config, check, sizeof check / sizeof *check), i;
	int status = CLI_FINE;

	for (i = 0; i < n; i++) {
		print_check(c, &check[i]);
		if (check[i].wanted && check[i].state != NSC_CHECK_OK)
			status = CLI_FAILED;
	}
	print_check(c, top_screen_built() ? &top : &no_top);
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
