/* SPDX-License-Identifier: MIT */
/*
 * As much of collectd as a plugin sees: it loads the real .so and keeps what the
 * plugin registers, logs and dispatches.
 */
#ifndef NSC_TESTS_FAKE_COLLECTD_H
#define NSC_TESTS_FAKE_COLLECTD_H

#include <collectd/core/daemon/collectd.h>
#include <collectd/core/daemon/plugin.h>

enum { FAKE_VALUES = 8192, FAKE_LINES = 256, FAKE_NOTICES = 64 };

struct fake_value {
	char name[4 * DATA_MAX_NAME_LEN];	/* plugin-instance/type-instance */
	char type[DATA_MAX_NAME_LEN];
	size_t count;
	value_t value[2];
	cdtime_t time, interval;
};

struct fake {
	void *module;
	int (*config)(oconfig_item_t *block);
	int (*init)(void);
	int (*shutdown)(void);
	int (*read)(user_data_t *data);
	user_data_t data;
	cdtime_t now, interval;
	struct fake_value value[FAKE_VALUES];	/* dispatched since fake_forget */
	unsigned values;
	notification_t notice[FAKE_NOTICES];	/* all of them */
	unsigned notices;
	char line[FAKE_LINES][512];		/* "LEVEL text" */
	unsigned lines;
};

extern struct fake fake;

/* Loads the module (path) and lets it register.  The failure as text, or NULL. */
const char *fake_load(const char *path);
void fake_unload(void);

/* One read at `now` seconds; what was dispatched before is forgotten. */
int fake_read(double now);

/* The last value of that name in this read, or NULL. */
const struct fake_value *fake_find(const char *name);

/* A log line that holds the text, or NULL. */
const char *fake_logged(const char *text);

/* Feeds a block: "Name value value\n" lines; texts in "quotes", numbers, true and false. */
int fake_config(const char *block);

#endif
