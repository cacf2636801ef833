/* SPDX-License-Identifier: MIT */
/*
 * docs/metrics.md and docs/options.md are what the tables give now.  After a
 * change of a table: `check_export metrics > docs/metrics.md`, and options likewise.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/config.h"
#include "engine/option.h"
#include "ledger/ledger.h"

struct text {
	char p[65536];
	size_t len;
};

static void
keep(void *arg, const char *more)
{
	struct text *t = arg;
	size_t n = strlen(more);

	ck_assert_uint_lt(t->len + n, sizeof t->p);
	memcpy(t->p + t->len, more, n + 1);
	t->len += n;
}

static void
print(void *arg, const char *text)
{
	(void)arg;
	fputs(text, stdout);
}

static void
assert_file(const char *name, const struct text *want)
{
	static struct text have;
	const char *top = getenv("top_srcdir");
	char path[4096];
	FILE *f;

	snprintf(path, sizeof path, "%s/docs/%s", top != NULL ? top : ".", name);
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s: cannot be opened", path);
	have.len = fread(have.p, 1, sizeof have.p - 1, f);
	have.p[have.len] = '\0';
	fclose(f);
	ck_assert_msg(strcmp(have.p, want->p) == 0, "%s is not what the table gives", path);
}

START_TEST(documents_are_those_of_the_tables)
{
	static struct text metrics, options;

	nsc_print_metrics(NSC_FORMAT_MARKDOWN, keep, &metrics);
	nsc_print_options(NSC_FORMAT_MARKDOWN, keep, &options);
	assert_file("metrics.md", &metrics);
	assert_file("options.md", &options);
}
END_TEST

START_TEST(every_format_has_every_line)
{
	static struct text t;
	size_t count, i;
	const struct nsc_option *o = nsc_options(&count);

	t.len = 0;
	nsc_print_options((enum nsc_format)_i, keep, &t);
	for (i = 0; i < count; i++)
		ck_assert_ptr_nonnull(strstr(t.p, o[i].name));
	t.len = 0;
	nsc_print_metrics((enum nsc_format)_i, keep, &t);
	for (i = 0; i < NSC_METRICS; i++) {
		char name[96];

		snprintf(name, sizeof name, "/%s", nsc_metrics[i].type);
		ck_assert_ptr_nonnull(strstr(t.p, name));
	}
	ck_assert_ptr_nonnull(strstr(t.p, "closed_fin closed_rst"));
	ck_assert_ptr_nonnull(strstr(t.p, "rtt_p50 rtt_p90 rtt_p99"));
}
END_TEST

/* The example block, without its comment signs, is taken by the option parser. */
START_TEST(the_example_block_is_true)
{
	static struct text t;
	struct nsc_config *cfg;
	char err[NSC_ERR] = "", *line, *next;
	unsigned set = 0;

	ck_assert_int_eq(nsc_config_new(&cfg), 0);
	nsc_print_options(NSC_FORMAT_COLLECTD, keep, &t);
	for (line = strtok_r(t.p, "\n", &next); line != NULL; line = strtok_r(NULL, "\n", &next)) {
		char name[64], a[128], b[128], c[128];
		const char *values[3] = {a, b, c};
		int n;

		if (strncmp(line, "  #", 3) != 0 || line[3] == ' ')
			continue;
		n = sscanf(line + 3, "%63s \"%127[^\"]\" \"%127[^\"]\" \"%127[^\"]\"", name,
			   a, b, c);
		if (n == 1 && sscanf(line + 3, "%63s %127[^\"\n]", name, a) == 2)
			n = 2;
		ck_assert_ptr_nonnull(nsc_option_find(name));
		if (n >= 2)
			ck_assert_msg(
				nsc_config_set(cfg, name, values, (size_t)n - 1, err) == 0,
				"%s", err);
		set++;
	}
	ck_assert_uint_eq(set, NSC_OPTIONS);
	nsc_config_free(cfg);
}
END_TEST

int
main(int argc, char **argv)
{
	Suite *s;
	TCase *t;
	SRunner *r;
	int failed;

	if (argc == 2) {
		if (strcmp(argv[1], "metrics") == 0)
			nsc_print_metrics(NSC_FORMAT_MARKDOWN, print, NULL);
		else
			nsc_print_options(NSC_FORMAT_MARKDOWN, print, NULL);
		return 0;
	}
	s = suite_create("export");
	t = tcase_create("export");
	r = srunner_create(s);
	suite_add_tcase(s, t);
	tcase_add_test(t, documents_are_those_of_the_tables);
	tcase_add_loop_test(t, every_format_has_every_line, NSC_FORMAT_TEXT,
			    NSC_FORMAT_COLLECTD + 1);
	tcase_add_test(t, the_example_block_is_true);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
