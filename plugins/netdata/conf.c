/* SPDX-License-Identifier: MIT */
/* Lines and words to options. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf.h"

#define FILE_NAME "netflowscope.conf"

enum { LINE = 4096, WORDS = 64 };

static const char blanks[] = " \t\r\n";

/* --- the file ------------------------------------------------------------------- */

/* The next word at *p, undone of its quotes in place; NULL at the end or with *bad set. */
static char *
next_word(char **p, bool *bad)
{
	char *from = *p + strspn(*p, blanks), *word = from, *to = from;
	bool quoted = *from == '"';

	if (*from == '\0' || *from == '#') {
		*p = from;
		return NULL;
	}
	for (from += quoted; *from != '\0'; from++) {
		if (quoted ? *from == '"' : strchr(blanks, *from) != NULL)
			break;
		if (quoted && *from == '\\' && (from[1] == '"' || from[1] == '\\'))
			from++;
		*to++ = *from;
	}
	if (quoted && *from != '"')
		*bad = true;
	*p = *from != '\0' ? from + 1 : from;
	*to = '\0';
	return word;
}

/* "Name = a b", "Name=a b" and "Name a b" are the same. */
static char *
take_name(char **p)
{
	char *name = *p + strspn(*p, blanks), *end = name + strcspn(name, " \t\r\n=#");

	*p = end + strspn(end, blanks);
	if (**p == '=')
		(*p)++;
	else if (*end == '\0' || *end == '#')
		*p = end;
	if (end == name)
		return NULL;
	if (*end == '#')
		**p = '\0';
	*end = '\0';
	return name;
}

static int
read_line(struct nsc_config *config, char *line, char err[NSC_ERR])
{
	char *p = line + strspn(line, blanks), *name, *word;
	const char *values[WORDS];
	bool bad = false;
	size_t n = 0;

	if (*p == '\0' || *p == '#')
		return 0;
	if (*p == '[')
		return nsc_error(err, -EINVAL, "\"%.40s\": this file has no sections; allowed are "
				 "names of options and their values", strtok(p, "\r\n"));
	name = take_name(&p);
	if (name == NULL)
		return nsc_error(err, -EINVAL, "\"%.40s\": the name of an option is missing",
				 strtok(line, "\r\n"));
	while (n < WORDS && (word = next_word(&p, &bad)) != NULL)
		values[n++] = word;
	if (bad)
		return nsc_error(err, -EINVAL, "%s: a quote is not closed", name);
	if (n == WORDS && next_word(&p, &bad) != NULL)
		return nsc_error(err, -EINVAL, "%s: more than %d values", name, WORDS);
	return nsc_config_set(config, name, values, n, err);
}

static int
read_file(struct nsc_config *config, FILE *f, const char *path, char err[NSC_ERR])
{
	char line[LINE], what[NSC_ERR];
	unsigned n = 0;

	while (fgets(line, sizeof line, f) != NULL) {
		what[0] = '\0';
		n++;
		if (strlen(line) == sizeof line - 1 && line[sizeof line - 2] != '\n')
			return nsc_error(err, -1, "%s:%u: the line is too long", path, n);
		if (read_line(config, line, what) < 0)
			return nsc_error(err, -1, "%s:%u: %s", path, n, what);
	}
	return ferror(f) ? nsc_error(err, -1, "%s: %s", path, strerror(errno)) : 0;
}

int
conf_read(struct nsc_config *config, char err[NSC_ERR])
{
	static const char *const folders[] = {"NETDATA_USER_CONFIG_DIR", "NETDATA_STOCK_CONFIG_DIR"};
	char path[LINE];
	FILE *f;
	int rc;

	for (unsigned i = 0; i < sizeof folders / sizeof *folders; i++) {
		const char *folder = getenv(folders[i]);

		if (folder == NULL || folder[0] == '\0')
			continue;
		snprintf(path, sizeof path, "%s/" FILE_NAME, folder);
		f = fopen(path, "re");
		if (f == NULL && errno == ENOENT)
			continue;
		if (f == NULL)
			return nsc_error(err, -1, "%s: %s", path, strerror(errno));
		rc = read_file(config, f, path, err);
		fclose(f);
		return rc;
	}
	return 0;
}

/* --- command options -------------------------------------------------------------- */

static bool
is_of_pairs(const char *name)
{
	char dashed[NSC_OPTION_NAME];
	const struct nsc_option *o;
	size_t count;

	o = nsc_options(&count);
	for (size_t i = 0; i < count; i++) {
		nsc_option_dashed(&o[i], dashed);
		if (strcasecmp(name, dashed) == 0 || strcasecmp(name, o[i].name) == 0)
			return o[i].kind == NSC_KIND_PAIRS;
	}
	return false;
}

/* A name and its values are one word here: --network "office 10.1.0.0/16". */
static int
set_option(struct nsc_config *config, const char *name, const char *value, char err[NSC_ERR])
{
	const char *values[WORDS];
	char copy[LINE], *p = copy, *word;
	bool bad = false;
	size_t n = 0;

	if (value == NULL || !is_of_pairs(name))
		return nsc_config_set(config, name, &value, value != NULL, err);
	snprintf(copy, sizeof copy, "%s", value);
	while (n < WORDS && (word = next_word(&p, &bad)) != NULL)
		values[n++] = word;
	return nsc_config_set(config, name, values, n, err);
}

int
conf_arguments(struct nsc_config *config, const char *const *words, char err[NSC_ERR])
{
	char name[LINE], what[NSC_ERR] = "";
	const char *equals, *value;

	for (; *words != NULL; words++) {
		if (strncmp(*words, "--", 2) != 0)
			return nsc_error(err, -1, "command options: \"%s\" is no option; allowed are "
					 "those of netflowscope.conf, as in --top-n 10", *words);
		equals = strchr(*words, '=');
		value = equals != NULL ? equals + 1 : words[1];
		snprintf(name, sizeof name, "%.*s",
			 equals != NULL ? (int)(equals - *words - 2) : (int)strlen(*words + 2),
			 *words + 2);
		if (set_option(config, name, value, what) < 0)
			return nsc_error(err, -1, "command options: %s", what);
		words += equals == NULL && value != NULL;
	}
	return 0;
}
