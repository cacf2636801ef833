/* SPDX-License-Identifier: MIT */
/* Files of /proc/PID; the first octet says which one. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/process_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool b)
{
	if (!b)
		abort();
}

/* A command line; what stands before the first line feed is the interpreter's name. */
static void
run_script(const char *text, size_t size)
{
	const char *end = memchr(text, '\n', size);
	char interpreter[NSC_PROCESS_NAME], name[NSC_PROCESS_NAME];

	if (end == NULL || (size_t)(end - text) >= sizeof interpreter)
		return;
	memcpy(interpreter, text, (size_t)(end - text));
	interpreter[end - text] = '\0';
	memset(name, 'x', sizeof name);
	if (nsc_process_script(name, interpreter, end + 1, size - (size_t)(end + 1 - text)))
		must(memchr(name, '\0', sizeof name) != NULL && name[0] != '\0');
}

static void
run_unit(const char *text, size_t size)
{
	char *path = malloc(size + 1), unit[NSC_UNIT_NAME];

	memcpy(path, text, size);
	path[size] = '\0';
	memset(unit, 'x', sizeof unit);
	nsc_unit_name(unit, path);
	must(memchr(unit, '\0', sizeof unit) != NULL);
	free(path);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[NSC_PROCESS_NAME], unit[NSC_UNIT_NAME];
	const char *text = (const char *)data + 1;
	struct nsc_process_stat stat;

	if (size-- == 0)
		return 0;
	switch (data[0]) {
	case 's':
		if (nsc_process_stat(&stat, text, size))
			must(memchr(stat.comm, '\0', sizeof stat.comm) != NULL);
		break;
	case 'e':
		nsc_process_exe(name, text, size);
		must(memchr(name, '\0', sizeof name) != NULL);
		break;
	case 'c':
		run_script(text, size);
		break;
	case 'g':
		nsc_process_cgroup(unit, text, size);
		must(memchr(unit, '\0', sizeof unit) != NULL);
		break;
	case 'u':
		run_unit(text, size);
		break;
	}
	return 0;
}
