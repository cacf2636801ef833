/* SPDX-License-Identifier: MIT */
/* Events to lines or to the table. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

static void
on_event(void *arg, const struct nsc_event *ev)
{
	struct output *o = arg;
	size_t n;

	if (o->form == OUTPUT_VIEW) {
		view_event(o->view, ev);
		return;
	}
	if (ev->kind == NSC_EVENT_STARTED && !o->started)
		return;
	n = nsc_event_json(o->engine, ev, o->line, NSC_JSON_LINE);
	fwrite(o->line, 1, n, stdout);
}

/* Those that strangers may reach, or did. */
static void
on_listener(void *arg, const struct nsc_listener *l)
{
	struct output *o = arg;

	if (l->exposure == NSC_EXPOSURE_EXPOSED || l->observed > 0)
		fwrite(o->line, 1, nsc_listener_json(l, o->line, NSC_JSON_LINE), stdout);
}

enum output_form
output_form(const struct cli *c)
{
	return c->summary ? OUTPUT_SUMMARY : c->json ? OUTPUT_JSON : c->metrics ? OUTPUT_METRICS : OUTPUT_VIEW;
}

static void
on_log(void *arg, enum nsc_level level, const char *line)
{
	(void)arg;
	if (level <= NSC_LOG_WARNING)
		fprintf(stderr, "%.399s\n", line);
}

int
output_open(struct output *o, struct nsc_config *cfg, char err[NSC_ERR])
{
	struct nsc_host host = {.arg = o,
				.log = on_log,
				.event = o->form == OUTPUT_VIEW || o->form == OUTPUT_JSON ? on_event : NULL,
				.uncounted = o->form == OUTPUT_JSON || o->form == OUTPUT_SUMMARY};
	int rc;

	o->line = malloc(NSC_JSON_LINE);
	if (o->line == NULL)
		return nsc_error(err, -ENOMEM, "netflowscope: %s", strerror(ENOMEM));
	setvbuf(stdout, NULL, _IOFBF, 1 << 18);
	rc = nsc_engine_new(&o->engine, cfg, &host, err);
	if (rc == 0 && o->form == OUTPUT_VIEW && view_new(&o->view, o->engine) != 0)
		rc = nsc_error(err, -ENOMEM, "netflowscope: %s", strerror(ENOMEM));
	if (rc == 0 && o->form == OUTPUT_METRICS && metrics_begin(&o->metrics, o->engine, o->interval) != 0)
		rc = nsc_error(err, -ENOMEM, "netflowscope: %s", strerror(ENOMEM));
	if (rc != 0)
		output_close(o);
	return rc;
}

uint64_t
output_packets(struct output *o)
{
	struct nsc_summary s;

	nsc_engine_summary(o->engine, &s);
	return s.packets;
}

void
output_finish(struct output *o, const char *title)
{
	struct nsc_summary s;

	if (o->form == OUTPUT_VIEW) {
		view_print(o->view, title);
		return;
	}
	if (o->form == OUTPUT_METRICS)
		return;
	if (o->form == OUTPUT_JSON)
		nsc_engine_listeners(o->engine, on_listener, o);
	nsc_engine_summary(o->engine, &s);
	fwrite(o->line, 1, nsc_summary_json(&s, o->line, NSC_JSON_LINE), stdout);
}

void
output_close(struct output *o)
{
	metrics_end(&o->metrics);
	view_free(o->view);
	o->view = NULL;
	nsc_engine_free(o->engine);
	o->engine = NULL;
	free(o->line);
	o->line = NULL;
}
