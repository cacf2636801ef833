/* SPDX-License-Identifier: MIT */
/*
 * The collectd plugin: its block of the configuration in, values out.
 *
 * collectd reads the configuration before it forks, so the config callback
 * only parses; init opens and starts, and registers the read; a failure of
 * init would not keep collectd from calling a read that was registered before.
 */
#include <collectd/core/daemon/collectd.h>
#include <collectd/core/daemon/plugin.h>
#include <collectd/core/daemon/utils_cache.h>
#include <collectd/core/utils/common/common.h>

#include "nsc.h"

#define NAME "netflowscope"

struct plugin {
	struct nsc_config *config;	/* until the engine has its copy */
	struct nsc_engine *engine;
	struct nsc_reader *reader;
	bool configured, broken;	/* a block was read; it was refused */
	cdtime_t now, interval;		/* of the read that runs */
	cdtime_t born;			/* when this plugin was started */
	unsigned naps;			/* that this read may still take */
	bool late;			/* it told a counter's 0 */
};

/* The longest that a read waits for collectd's write threads: 3 ms and 2 ms. */
enum { NAPS = 30, NAP_NS = 100000, WRITING_NS = 2000000 };

/* collectd's init and shutdown take no argument: the one pointer that has to be static. */
static struct plugin *self;

void module_register(void);

static void
on_log(void *arg, enum nsc_level level, const char *line)
{
	static const int level_of[] = {
		[NSC_LOG_ERROR] = LOG_ERR,   [NSC_LOG_WARNING] = LOG_WARNING,
		[NSC_LOG_NOTICE] = LOG_NOTICE, [NSC_LOG_INFO] = LOG_INFO,
		[NSC_LOG_DEBUG] = LOG_DEBUG,
	};

	(void)arg;
	plugin_log(level_of[level], NAME " plugin: %s", line);
}

/* --- configuration ------------------------------------------------------- */

static struct plugin *
get_self(void)
{
	if (self == NULL && (self = calloc(1, sizeof *self)) != NULL &&
	    nsc_config_new(&self->config) != 0) {
		free(self);
		self = NULL;
	}
	return self;
}

/* A value as its text; numbers as a person writes them. */
static void
value_text(const oconfig_value_t *v, char *buf, size_t size, const char **text)
{
	*text = buf;
	switch (v->type) {
	case OCONFIG_TYPE_STRING:
		*text = v->value.string;
		break;
	case OCONFIG_TYPE_BOOLEAN:
		*text = v->value.boolean ? "true" : "false";
		break;
	default:
		snprintf(buf, size, "%.15g", v->value.number);
	}
}

static int
set_option(struct plugin *p, const oconfig_item_t *item)
{
	enum { VALUES = 64, NUMBER = 32 };
	const char *text[VALUES];
	char number[VALUES][NUMBER], err[NSC_ERR] = "";
	int i;

	if (item->children_num > 0 || item->values_num > VALUES) {
		plugin_log(LOG_ERR, NAME " plugin: %s: %s", item->key,
			   item->children_num > 0 ? "is an option, not a block" : "too many values");
		return -1;
	}
	for (i = 0; i < item->values_num; i++)
		value_text(&item->values[i], number[i], NUMBER, &text[i]);
	if (nsc_config_set(p->config, item->key, text, (size_t)item->values_num, err) == 0)
		return 0;
	plugin_log(LOG_ERR, NAME " plugin: %s", err);
	return -1;
}

static int
on_config(oconfig_item_t *block)
{
	struct plugin *p = get_self();
	char err[NSC_ERR] = "";
	int i, rc = 0;

	if (p == NULL)
		return -1;
	if (p->configured) {
		plugin_log(LOG_ERR, NAME " plugin: a second <Plugin " NAME "> block; one engine an agent");
		p->broken = true;
		return -1;
	}
	p->configured = true;
	for (i = 0; i < block->children_num; i++)
		if (set_option(p, &block->children[i]) != 0)
			rc = -1;
	if (rc == 0 && nsc_config_check(p->config, err) != 0) {
		plugin_log(LOG_ERR, NAME " plugin: %s", err);
		rc = -1;
	}
	p->broken = rc != 0;
	return rc;
}

/* --- values -------------------------------------------------------------- */

static void
fill(const struct plugin *p, const struct nsc_sample *s, bool zero, value_t value[2],
     value_list_t *vl)
{
	unsigned i;

	for (i = 0; i < s->count; i++) {
		if (s->counter)
			value[i].derive = zero ? 0 : (derive_t)s->sum[i];
		else
			value[i].gauge = s->level[i];
	}
	vl->values = value;
	vl->values_len = s->count;
	vl->time = zero ? p->now - p->interval : p->now;
	vl->interval = p->interval;
	sstrncpy(vl->host, hostname_g, sizeof vl->host);
	sstrncpy(vl->plugin, NAME, sizeof vl->plugin);
	snprintf(vl->plugin_instance, sizeof vl->plugin_instance,
		 s->group[0] != '\0' ? "%s-%s" : "%s", s->family, s->group);
	sstrncpy(vl->type, s->type, sizeof vl->type);
	sstrncpy(vl->type_instance, s->value, sizeof vl->type_instance);
}

/*
 * A late counter's 0, one interval ago.  Before this plugin was started there was an
 * earlier one, whose values may lie between: a 0 there, behind or amid them, is a rise
 * from nothing to the earlier sum for who keeps raw counters (InfluxDB), and is refused
 * as too old by others (RRDtool).  So the first read tells none.
 */
static bool
has_zero(const struct plugin *p, const struct nsc_sample *s)
{
	return nsc_sample_is_late(s) && p->now - p->interval >= p->born;
}

/*
 * Several write threads take values from collectd's queue, so that a value could be
 * written before its 0, which is then refused as too old.  So all zeros go first and
 * what is known already next; fresh values wait until collectd's cache has the zeros,
 * and then as long as a writer may take to make a file.
 */
static void
tell_zero(void *arg, const struct nsc_sample *s)
{
	value_list_t vl = VALUE_LIST_INIT;
	struct plugin *p = arg;
	value_t value[2];

	if (!has_zero(p, s))
		return;
	fill(p, s, true, value, &vl);
	plugin_dispatch_values(&vl);
	p->late = true;
}

static void
tell_known(void *arg, const struct nsc_sample *s)
{
	value_list_t vl = VALUE_LIST_INIT;
	value_t value[2];

	if (s->fresh)
		return;
	fill(arg, s, false, value, &vl);
	plugin_dispatch_values(&vl);
}

static bool
is_cached(const value_list_t *vl)
{
	const data_set_t *ds = plugin_get_ds(vl->type);
	gauge_t *rate = ds != NULL ? uc_get_rate(ds, vl) : NULL;

	free(rate);
	return rate != NULL || ds == NULL;
}

static void
await_zero(void *arg, const struct nsc_sample *s)
{
	const struct timespec nap = {.tv_nsec = NAP_NS};
	value_list_t vl = VALUE_LIST_INIT;
	struct plugin *p = arg;
	value_t value[2];

	if (!has_zero(p, s))
		return;
	fill(p, s, true, value, &vl);
	for (; p->naps > 0 && !is_cached(&vl); p->naps--)
		nanosleep(&nap, NULL);
}

static void
tell_fresh(void *arg, const struct nsc_sample *s)
{
	value_list_t vl = VALUE_LIST_INIT;
	value_t value[2];

	if (!s->fresh)
		return;
	fill(arg, s, false, value, &vl);
	plugin_dispatch_values(&vl);
}

static void
tell_alarm(void *arg, const struct nsc_alarm *a)
{
	static const int severity_of[] = {
		[NSC_ALARM_OKAY] = NOTIF_OKAY,
		[NSC_ALARM_WARNING] = NOTIF_WARNING,
		[NSC_ALARM_FAILURE] = NOTIF_FAILURE,
	};
	const struct plugin *p = arg;
	notification_t n = {.severity = severity_of[a->severity], .time = p->now};

	sstrncpy(n.message, a->text, sizeof n.message);
	sstrncpy(n.host, hostname_g, sizeof n.host);
	sstrncpy(n.plugin, NAME, sizeof n.plugin);
	sstrncpy(n.plugin_instance, a->family, sizeof n.plugin_instance);
	sstrncpy(n.type, a->type, sizeof n.type);
	sstrncpy(n.type_instance, a->value, sizeof n.type_instance);
	plugin_dispatch_notification(&n);
}

/* A capture of the option Replay is read as far as collectd's clock went. */
static void
tell_clock(struct plugin *p)
{
	nsc_engine_clock(p->engine, CDTIME_T_TO_NS(p->now), CDTIME_T_TO_NS(p->interval));
}

/* Always 0: collectd suspends a read that fails, and losses are metrics of their own. */
static int
on_read(user_data_t *data)
{
	const struct timespec writing = {.tv_nsec = WRITING_NS};
	struct plugin *p = data->data;

	p->now = cdtime();
	p->interval = plugin_get_interval();
	p->naps = NAPS;
	tell_clock(p);
	p->late = false;
	nsc_reader_read(p->reader, tell_zero, p);
	nsc_reader_repeat(p->reader, tell_known, p);
	nsc_reader_repeat(p->reader, await_zero, p);
	if (p->late)
		nanosleep(&writing, NULL);
	nsc_reader_repeat(p->reader, tell_fresh, p);
	nsc_reader_alarms(p->reader, tell_alarm, p);
	return 0;
}

/* --- life ---------------------------------------------------------------- */

static int
on_init(void)
{
	const struct nsc_host host = {.log = on_log};
	struct plugin *p = get_self();
	char err[NSC_ERR] = "";
	int rc;

	if (p == NULL || p->broken)
		return -1;
	if (p->engine != NULL)
		return 0;
	rc = nsc_engine_new(&p->engine, p->config, &host, err);
	if (rc == 0)
		rc = nsc_reader_new(&p->reader, p->engine);
	if (rc == 0)
		rc = nsc_engine_start(p->engine, false, err);
	p->now = p->born = cdtime();
	p->interval = plugin_get_interval();
	if (rc == 0)
		tell_clock(p);
	if (rc == 0)
		rc = plugin_register_complex_read(NULL, NAME, on_read, 0, &(user_data_t){.data = p});
	if (rc != 0)
		plugin_log(LOG_ERR, NAME " plugin: %s", err[0] != '\0' ? err : "cannot start");
	return rc == 0 ? 0 : -1;
}

static int
on_shutdown(void)
{
	struct plugin *p = self;

	if (p == NULL)
		return 0;
	self = NULL;
	nsc_reader_free(p->reader);
	nsc_engine_free(p->engine);
	nsc_config_free(p->config);
	free(p);
	return 0;
}

__attribute__((visibility("default"))) void
module_register(void)
{
	plugin_register_complex_config(NAME, on_config);
	plugin_register_init(NAME, on_init);
	plugin_register_shutdown(NAME, on_shutdown);
}
