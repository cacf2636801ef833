/* SPDX-License-Identifier: MIT */
/* Lines of arbitrary options and values: "Name value value\n", "local prefix\n". */
#include <stdlib.h>
#include <string.h>

#include "engine/config.h"
#include "engine/settings.h"

enum { VALUES = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
set_line(struct nsc_config *cfg, char *line)
{
	const char *values[VALUES];
	char err[NSC_ERR] = "";
	size_t n = 0;
	char *next, *name = strtok_r(line, " ", &next);
	int rc;

	if (name == NULL)
		return;
	while (n < VALUES && (values[n] = strtok_r(NULL, " ", &next)) != NULL)
		n++;
	rc = nsc_config_set(cfg, name, values, n, err);
	if ((rc != 0) != (err[0] != '\0') || strchr(err, '\n') != NULL)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct nsc_settings settings;
	struct nsc_config *cfg, *copy;
	char *text = malloc(size + 1), *line, *next;
	char err[NSC_ERR];

	if (text == NULL || nsc_config_new(&cfg) < 0) {
		free(text);
		return 0;
	}
	memcpy(text, data, size);
	text[size] = '\0';
	for (line = strtok_r(text, "\n", &next); line != NULL; line = strtok_r(NULL, "\n", &next))
		set_line(cfg, line);
	if (nsc_config_copy(&copy, cfg) == 0) {
		nsc_config_settings(copy, &settings, err);
		nsc_config_free(copy);
	}
	nsc_config_free(cfg);
	free(text);
	return 0;
}
