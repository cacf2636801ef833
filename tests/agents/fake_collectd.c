/* SPDX-License-Identifier: MIT */
/* The functions that Debian's collectd exports to plugins, as far as ours asks for them. */
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_collectd.h"

struct fake fake;

int
plugin_register_complex_config(const char *type, int (*callback)(oconfig_item_t *))
{
	(void)type;
	fake.config = callback;
	return 0;
}

int
plugin_register_init(const char *name, plugin_init_cb callback)
{
	(void)name;
	fake.init = callback;
	return 0;
}

int
plugin_register_shutdown(const char *name, plugin_shutdown_cb callback)
{
	(void)name;
	fake.shutdown = callback;
	return 0;
}

int
plugin_register_complex_read(const char *group, const char *name, plugin_read_cb callback,
			     cdtime_t interval, user_data_t const *data)
{
	(void)group, (void)name, (void)interval;
	fake.read = callback;
	fake.data = *data;
	return 0;
}

void
plugin_log(int level, const char *format, ...)
{
	va_list ap;
	char text[480];

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	if (fake.lines < FAKE_LINES)
		snprintf(fake.line[fake.lines++], sizeof fake.line[0], "%d %s", level, text);
}

int
plugin_dispatch_values(value_list_t const *vl)
{
	struct fake_value *v = &fake.value[fake.values];

	if (fake.values == FAKE_VALUES || vl->values_len > 2)
		abort();
	fake.values++;
	snprintf(v->name, sizeof v->name, "%s%s%s/%s%s%s", vl->plugin, vl->plugin_instance[0] ? "-" : "",
		 vl->plugin_instance, vl->type, vl->type_instance[0] ? "-" : "", vl->type_instance);
	snprintf(v->type, sizeof v->type, "%s", vl->type);
	v->count = vl->values_len;
	memcpy(v->value, vl->values, vl->values_len * sizeof *v->value);
	v->time = vl->time;
	v->interval = vl->interval;
	return 0;
}

int
plugin_dispatch_notification(const notification_t *n)
{
	if (fake.notices == FAKE_NOTICES)
		abort();
	fake.notice[fake.notices++] = *n;
	return 0;
}

/* Its cache has every value at once. */
char fake_host[] = "fake", *hostname_g = fake_host;

const data_set_t *
plugin_get_ds(const char *name)
{
	static const data_set_t ds = {.ds_num = 1};

	(void)name;
	return &ds;
}

gauge_t *
uc_get_rate(const data_set_t *ds, const value_list_t *vl)
{
	(void)ds, (void)vl;
	return calloc(2, sizeof(gauge_t));
}

cdtime_t
plugin_get_interval(void)
{
	return fake.interval;
}

cdtime_t
cdtime(void)
{
	return fake.now;
}

char *
sstrncpy(char *dest, const char *src, size_t n)
{
	snprintf(dest, n, "%s", src);
	return dest;
}

const char *
fake_load(const char *path)
{
	void (*begin)(void);

	memset(&fake, 0, sizeof fake);
	fake.interval = TIME_T_TO_CDTIME_T(10);
	fake.now = TIME_T_TO_CDTIME_T(1000000000);
	fake.module = dlopen(path, RTLD_NOW);
	if (fake.module == NULL)
		return dlerror();
	*(void **)&begin = dlsym(fake.module, "module_register");
	if (begin == NULL)
		return "no module_register";
	begin();
	return NULL;
}

void
fake_unload(void)
{
	if (fake.shutdown != NULL)
		fake.shutdown();
	dlclose(fake.module);
}

int
fake_read(double now)
{
	fake.values = 0;
	fake.now = DOUBLE_TO_CDTIME_T(now);
	return fake.read(&fake.data);
}

const struct fake_value *
fake_find(const char *name)
{
	const struct fake_value *found = NULL;
	unsigned i;

	for (i = 0; i < fake.values; i++)
		if (strcmp(fake.value[i].name, name) == 0)
			found = &fake.value[i];
	return found;
}

const char *
fake_logged(const char *text)
{
	unsigned i;

	for (i = 0; i < fake.lines; i++)
		if (strstr(fake.line[i], text) != NULL)
			return fake.line[i];
	return NULL;
}

static void
set_value(oconfig_value_t *v, char *word, int quoted)
{
	char *end;

	v->type = OCONFIG_TYPE_STRING;
	v->value.string = word;
	if (quoted)
		return;
	if (strcmp(word, "true") == 0 || strcmp(word, "false") == 0) {
		v->type = OCONFIG_TYPE_BOOLEAN;
		v->value.boolean = word[0] == 't';
		return;
	}
	v->value.number = strtod(word, &end);
	if (*end == '\0')
		v->type = OCONFIG_TYPE_NUMBER;
	else
		v->value.string = word;
}

/* Splits one line in place into words; the values go to v. */
static int
split(char *line, char **key, oconfig_value_t *v, int max)
{
	char *p = line, *word;
	int n = -1, quoted;

	while (*p != '\0' && n < max) {
		p += strspn(p, " \t");
		if (*p == '\0')
			break;
		quoted = *p == '"';
		word = p += quoted;
		p += strcspn(p, quoted ? "\"" : " \t");
		if (*p != '\0')
			*p++ = '\0';
		if (n < 0)
			*key = word;
		else
			set_value(&v[n], word, quoted);
		n++;
	}
	return n;
}

int
fake_config(const char *text)
{
	enum { LINES = 32, WORDS = 16 };
	oconfig_item_t block = {.key = (char *)"Plugin"}, child[LINES];
	oconfig_value_t value[LINES][WORDS];
	char *copy = strdup(text), *line, *rest;
	int rc, n;

	memset(child, 0, sizeof child);
	for (line = strtok_r(copy, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		oconfig_item_t *c = &child[block.children_num];

		n = split(line, &c->key, value[block.children_num], WORDS);
		if (n < 0)
			continue;
		c->values = value[block.children_num];
		c->values_num = n;
		block.children_num++;
	}
	block.children = child;
	rc = fake.config(&block);
	free(copy);
	return rc;
}
