/* SPDX-License-Identifier: MIT */
/* The engine: owns settings, facts, ledgers and workers; replay.c and capture.c drive them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "engine/engine_state.h"
#include "engine/suffix.h"
#include "scope/scope.h"

const char *
nsc_version(void)
{
	return NSC_VERSION;
}

static void
wake(void *arg)
{
	struct nsc_engine *e = arg;
	unsigned i;

	if (e->capture != NULL) {
		/* Owners first: a worker tells with them what it publishes. */
		if (e->lookout != NULL)
			nsc_lookout_wake(e->lookout);
		nsc_capture_wake(e->capture);
		return;
	}
	/* Nobody else runs the workers: they publish here and now. */
	for (i = 0; i < e->workers; i++)
		nsc_worker_publish(e->worker[i], false);
	nsc_ledger_publish(e->own, &e->cells, false);
}

static bool
iface_row(struct nsc_engine *e, unsigned n, struct nsc_row *row)
{
	if (e->capture != NULL)
		return nsc_capture_row(e->capture, n, row);
	if (!e->replayed || n != 0)
		return false;
	*row = (struct nsc_row){.name = "capture", .generation = 1, .present = true};
	return true;
}

static bool
row_of(void *arg, unsigned set, unsigned n, struct nsc_row *row)
{
	struct nsc_engine *e = arg;

	if (set == NSC_SET_IFACE)
		return iface_row(e, n, row);
	if (set == NSC_SET_DOMAIN) {
		for (unsigned i = 0; i < e->workers; i++)
			if (nsc_worker_domain(e->worker[i], n, row))
				return true;
		return false;
	}
	return e->lookout != NULL && nsc_lookout_row(e->lookout, set, n, row);
}

static void
listen_rows(void *arg, struct nsc_listen_rows *rows)
{
	struct nsc_engine *e = arg;

	if (e->lookout != NULL)
		nsc_lookout_listen(e->lookout, rows);
}

static void
service_states(void *arg, struct nsc_service_state *state)
{
	struct nsc_engine *e = arg;

	if (e->lookout != NULL)
		nsc_lookout_services(e->lookout, state);
}

/* Addresses that the configuration calls ours: a replay has no others. */
static void
publish_locals(struct nsc_engine *e)
{
	struct nsc_facts_view *v = nsc_facts_edit(e->facts);
	uint32_t i;

	for (i = 0; i < e->settings.locals && i < NSC_FACT_PREFIXES; i++) {
		v->prefix[i].addr = e->settings.local[i].addr;
		v->prefix[i].bits = e->settings.local[i].bits;
	}
	v->prefixes = i;
	v->addresses_known = i > 0;
	v->ephemeral_low = 32768;	/* Linux's default ip_local_port_range */
	v->ephemeral_high = 60999;
	nsc_facts_commit(e->facts);
}

static int
make_ledgers(struct nsc_engine *e)
{
	unsigned i;

	e->own = calloc(1, sizeof *e->own);
	if (e->own == NULL)
		return -ENOMEM;
	nsc_ledger_init(e->own);
	e->ledgers.ledger[0] = e->own;
	for (i = 1; i <= e->settings.workers; i++) {
		struct nsc_ledger *l = calloc(1, sizeof *l);

		if (l == NULL)
			return -ENOMEM;
		nsc_ledger_init(l);
		e->ledgers.ledger[i] = l;
	}
	atomic_store(&e->ledgers.count, 1 + e->settings.workers);
	e->ledgers.wake = wake;
	e->ledgers.row = row_of;
	e->ledgers.listen = listen_rows;
	e->ledgers.services = service_states;
	e->ledgers.arg = e;
	e->ledgers.networks = &e->settings.networks;
	e->ledgers.mask = &e->mask;
	e->ledgers.top_n = nsc_config_top_n(e->config);
	e->ledgers.notifications = nsc_config_number(e->config, NSC_O_NOTIFICATIONS) != 0;
	e->ledgers.max_series = nsc_config_max_series(e->config);
	return 0;
}

static int
make_workers(struct nsc_engine *e)
{
	int rc = 0;

	while (rc == 0 && e->workers < e->settings.workers) {
		e->settings.number = e->workers;
		rc = nsc_worker_new(&e->worker[e->workers], &e->settings,
				    e->ledgers.ledger[1 + e->workers], e->facts, &e->host);
		if (rc == 0)
			e->workers++;
	}
	return rc;
}

/* Names without a list are a source that is off, not an error. */
static void
check_names(struct nsc_engine *e)
{
	struct nsc_suffixes *s = NULL;
	char err[NSC_ERR];

	if (!e->settings.names || nsc_suffixes_open(&s, err) == 0) {
		nsc_suffixes_close(s);
		return;
	}
	e->settings.names = 0;
	if (e->host.log != NULL)
		e->host.log(e->host.arg, NSC_LOG_WARNING, err);
}

int
nsc_engine_new(struct nsc_engine **out, const struct nsc_config *cfg, const struct nsc_host *host,
	       char err[NSC_ERR])
{
	struct nsc_engine *e = calloc(1, sizeof *e);
	int rc;

	if (e == NULL)
		return nsc_error(err, -ENOMEM, "engine: %s", strerror(ENOMEM));
	if (host != NULL)
		e->host = *host;
	pthread_mutex_init(&e->facts_lock, NULL);
	rc = nsc_config_settings(cfg, &e->settings, err);
	if (rc != 0)
		goto fail;
	if (getrandom(&e->settings.key, sizeof e->settings.key, 0) != sizeof e->settings.key ||
	    nsc_mask_begin(&e->mask, nsc_config_number(cfg, NSC_O_HIDE_NAMES) != 0) < 0) {
		rc = nsc_error(err, -errno, "engine: no random key: %s", strerror(errno));
		goto fail;
	}
	check_names(e);
	e->facts = calloc(1, sizeof *e->facts);
	rc = e->facts == NULL ? -ENOMEM : nsc_config_copy(&e->config, cfg);
	if (rc == 0)
		rc = make_ledgers(e);
	if (rc == 0) {
		e->facts->key = e->facts->translations.key = e->settings.key;
		publish_locals(e);
		rc = make_workers(e);
	}
	if (rc != 0) {
		nsc_error(err, rc, "engine: %s", strerror(-rc));
		goto fail;
	}
	*out = e;
	return 0;
fail:
	nsc_engine_free(e);
	return rc;
}

void
nsc_engine_free(struct nsc_engine *e)
{
	unsigned i;

	if (e == NULL)
		return;
	nsc_engine_stop(e);
	nsc_capture_free(e->capture);
	nsc_lookout_free(e->lookout);
	for (i = 0; i < e->workers; i++)
		nsc_worker_free(e->worker[i]);
	for (i = 0; i < NSC_LEDGERS; i++)
		free(e->ledgers.ledger[i]);
	nsc_config_free(e->config);
	free(e->facts);
	pthread_mutex_destroy(&e->facts_lock);
	free(e);
}

struct nsc_ledgers *
nsc_engine_ledgers(struct nsc_engine *e)
{
	return &e->ledgers;
}

void
nsc_engine_summary(struct nsc_engine *e, struct nsc_summary *s)
{
	unsigned i;

	*s = (struct nsc_summary){.app_flows = e->app_flows};
	memset(e->app_flows, 0, sizeof e->app_flows);
	for (i = 0; i < e->workers; i++)
		nsc_worker_summary(e->worker[i], s, e->app_flows);
	if (e->capture != NULL) {
		s->dropped_known = true;
		s->dropped = nsc_capture_dropped(e->capture);
	}
	s->published_late = atomic_load(&e->ledgers.late);
}

struct nsc_text
nsc_event_label(struct nsc_engine *e, const struct nsc_event *ev, enum nsc_label id,
		char text[NSC_LABEL_TEXT])
{
	struct nsc_text t = nsc_worker_label(ev->origin, ev->flow, id);

	return nsc_label_is_name(id) ? nsc_mask_host(&e->mask, &t, text) : t;
}

struct nsc_addr
nsc_event_addr(struct nsc_engine *e, const struct nsc_event *ev, int side)
{
	return nsc_mask_addr(&e->mask, nsc_flow_addr(ev->flow, side));
}

unsigned
nsc_app_count(void)
{
	return nsc_dissector_count;
}
