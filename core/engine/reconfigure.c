/* SPDX-License-Identifier: MIT */
/* Other limits for an engine that runs: what may change, and that nothing outgrows its memory. */
#include <errno.h>
#include <string.h>

#include "engine/engine_state.h"

static bool
may_change(unsigned id)
{
	switch (id) {
	case NSC_O_FLOW_TABLE_SIZE:
	case NSC_O_REASSEMBLY_LIMIT:
	case NSC_O_REASSEMBLY_MEMORY:
	case NSC_O_OVERFLOW_POLICY:
	case NSC_O_TIMEOUT_TCP:
	case NSC_O_TIMEOUT_HTTP:
	case NSC_O_TIMEOUT_SSH:
	case NSC_O_TIMEOUT_SYN:
	case NSC_O_TIMEOUT_CLOSED:
	case NSC_O_TIMEOUT_UDP:
	case NSC_O_TIMEOUT_DNS:
	case NSC_O_TIMEOUT_ICMP:
	case NSC_O_TIMEOUT_OTHER:
		return true;
	}
	return false;
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
same_list(const struct nsc_config *a, const struct nsc_config *b, enum nsc_option_id id)
{
	const char *item;
	size_t n = 0;

	do {
		item = nsc_config_item(a, id, n);
		if (!same_text(item, nsc_config_item(b, id, n++)))
			return false;
	} while (item != NULL);
	return true;
}

static bool
same_pairs(const struct nsc_config *a, const struct nsc_config *b, enum nsc_option_id id)
{
	const char *value;
	size_t n = 0, m;

	do {
		m = 0;
		do {
			value = nsc_config_pair(a, id, n, m);
			if (!same_text(value, nsc_config_pair(b, id, n, m++)))
				return false;
		} while (value != NULL);
	} while (nsc_config_pair(a, id, n++, 0) != NULL);
	return true;
}

static bool
same(const struct nsc_config *a, const struct nsc_config *b, unsigned id, unsigned kind)
{
	switch (kind) {
	case NSC_KIND_LIST:
		return same_list(a, b, id);
	case NSC_KIND_PAIRS:
		return same_pairs(a, b, id);
	case NSC_KIND_TEXT:
		return same_text(nsc_config_text(a, id), nsc_config_text(b, id));
	default:
		return nsc_config_number(a, id) == nsc_config_number(b, id);
	}
}

static int
check_fixed(const struct nsc_config *made, const struct nsc_config *cfg, char err[NSC_ERR])
{
	const struct nsc_option *o;
	size_t count;

	o = nsc_options(&count);
	for (unsigned id = 0; id < count; id++)
		if (!may_change(id) && !same(made, cfg, id, o[id].kind))
			return nsc_error(err, -EINVAL, "%s: cannot be changed while running",
					 o[id].name);
	return 0;
}

/* All memory was reserved when the engine was made. */
static int
check_growth(const struct nsc_settings *made, const struct nsc_settings *s, char err[NSC_ERR])
{
	const struct nsc_reassembly_config *was = &made->session.reassembly;
	const struct nsc_reassembly_config *is = &s->session.reassembly;
	const struct {
		const char *name;
		uint64_t now, most, share;
	} limits[] = {
		{"FlowTableSize", s->flow.size, made->flow.size, made->workers},
		{"ReassemblyLimit", is->limit, was->limit, 1},
		{"ReassemblyMemory", is->memory, was->memory, made->workers},
	};

	for (unsigned i = 0; i < sizeof limits / sizeof *limits; i++) {
		unsigned long long now = limits[i].now * limits[i].share;
		unsigned long long most = limits[i].most * limits[i].share;

		if (now > most)
			return nsc_error(err, -EINVAL,
					 "%s: %llu is more than at the start; allowed while "
					 "running is %llu or less",
					 limits[i].name, now, most);
	}
	return 0;
}

int
nsc_engine_reconfigure(struct nsc_engine *e, const struct nsc_config *cfg, char err[NSC_ERR])
{
	struct nsc_settings s;
	int rc = check_fixed(e->config, cfg, err);

	if (rc == 0)
		rc = nsc_config_settings(cfg, &s, err);
	if (rc == 0)
		rc = check_growth(&e->settings, &s, err);
	if (rc != 0)
		return rc;
	if (e->capture != NULL)
		rc = nsc_capture_reconfigure(e->capture, &s);
	for (unsigned w = 0; e->capture == NULL && rc == 0 && w < e->workers; w++)
		rc = nsc_worker_reconfigure(e->worker[w], &s);
	return rc == 0 ? 0 : nsc_error(err, rc, "engine: %s", strerror(-rc));
}
