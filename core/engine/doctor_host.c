/* SPDX-License-Identifier: MIT */
/* Tries sockets, owners, the trace and namespaces once, and says what each lacks. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/config.h"
#include "engine/doctor_host.h"
#include "engine/remedy.h"
#include "host/conntrack_active.h"
#include "host/conntrack_ask.h"
#include "host/firewall.h"
#include "host/namespaces.h"

struct rows {
	const struct nsc_config *cfg;
	struct nsc_check *check;
	size_t count, max;
};

static bool
is_on(const struct rows *t, enum nsc_option_id id)
{
	return nsc_config_number(t->cfg, id) != 0;
}

static struct nsc_check *
add(struct rows *t, const char *source, enum nsc_check_state state, bool wanted)
{
	struct nsc_check *c = &t->check[t->count];

	if (t->count >= t->max)
		return NULL;
	t->count++;
	*c = (struct nsc_check){.source = source, .state = (uint8_t)state,
				.wanted = wanted};
	return c;
}

static void
say(struct rows *t, const char *source, enum nsc_check_state state, bool wanted,
    const char *finding)
{
	struct nsc_check *c = add(t, source, state, wanted);

	if (c != NULL)
		snprintf(c->finding, sizeof c->finding, "%s", finding);
}

static void
fail(struct rows *t, const char *source, bool wanted, enum nsc_inventory_source s, int code,
     const char *line)
{
	struct nsc_remedy r[NSC_REMEDIES];
	enum nsc_check_state state = wanted ? NSC_CHECK_FAILED : NSC_CHECK_OFF;
	unsigned n = nsc_remedy_inventory(r, s, code, line);

	for (unsigned i = 0; i < n; i++) {
		struct nsc_check *c = add(t, source, state, wanted);

		if (c == NULL)
			return;
		memcpy(c->finding, r[i].finding, sizeof c->finding);
		memcpy(c->remedy, r[i].remedy, sizeof c->remedy);
	}
}

/* --- sockets ---------------------------------------------------------------------- */

static bool
count_socket(void *arg, const struct nsc_socket *s)
{
	(void)s;
	(*(uint64_t *)arg)++;
	return true;
}

static void
check_sockets(struct rows *t)
{
	struct nsc_sockets_wish w = {.tcp = true, .udp = true, .states = 1u << NSC_SOCKET_LISTEN};
	struct nsc_sockets *s = NULL;
	char err[NSC_ERR] = "", text[NSC_ERR];
	uint64_t count = 0;
	int rc;

	if (!is_on(t, NSC_O_LISTENERS) && !is_on(t, NSC_O_CONNECTIONS)) {
		say(t, "sockets", NSC_CHECK_OFF, false,
		    "switched off by Listeners and Connections");
		return;
	}
	rc = nsc_sockets_new(&s);
	if (rc == 0)
		rc = nsc_sockets_each(s, &w, count_socket, &count, err);
	if (rc < 0) {
		fail(t, "sockets", true, NSC_INVENTORY_SOCKETS, rc, err);
	} else {
		snprintf(text, sizeof text, "TCP that listens and UDP: %llu, over %s",
			 (unsigned long long)count, nsc_sockets_way(s));
		say(t, "sockets", NSC_CHECK_OK, true, text);
	}
	nsc_sockets_free(s);
}

/* --- processes -------------------------------------------------------------------- */

/* An inode that no socket has makes the owners look everywhere. */
static void
try_owners(struct rows *t, struct nsc_owners *o)
{
	static const uint64_t nowhere[1] = {UINT64_MAX};
	struct nsc_owners_stats s;
	char err[NSC_ERR] = "", text[NSC_ERR];
	int rc = nsc_owners_find(o, nowhere, 1, 1, err);

	nsc_owners_stats(o, &s);
	if (rc == 0 && s.denied > 0 && strcmp(nsc_owners_way(o), "bpf") != 0)
		rc = nsc_error(err, -EACCES, "%llu processes may not be looked into",
			       (unsigned long long)s.denied);
	if (rc < 0) {
		fail(t, "processes", true, NSC_INVENTORY_PROCESSES, rc, err);
		return;
	}
	snprintf(text, sizeof text, "who holds a socket, over %s", nsc_owners_way(o));
	say(t, "processes", NSC_CHECK_OK, true, text);
}

static void
check_processes(struct rows *t)
{
	struct nsc_owners_options options = {
		.bpf = nsc_config_number(t->cfg, NSC_O_BPF) == NSC_BPF_AUTO};
	struct nsc_owners *o = NULL;
	char err[NSC_ERR] = "";
	int rc;

	if (!is_on(t, NSC_O_PROCESSES) && !is_on(t, NSC_O_UNITS)) {
		say(t, "processes", NSC_CHECK_OFF, false, "switched off by Processes and Units");
		return;
	}
	rc = nsc_owners_new(&o, &options, err);
	if (rc < 0)
		fail(t, "processes", true, NSC_INVENTORY_PROCESSES, rc, err);
	else
		try_owners(t, o);
	nsc_owners_free(o);
}

/* --- bpf -------------------------------------------------------------------------- */

static void
list_hooks(char *text, size_t size, uint32_t hooks, bool attached)
{
	size_t len = strlen(text);

	for (unsigned h = 0; h < NSC_HOOKS; h++)
		if (((hooks >> h & 1) != 0) == attached && len < size)
			len += (size_t)snprintf(text + len, size - len, " %s",
						nsc_trace_hook_text(h));
}

static void
check_bpf(struct rows *t)
{
	struct nsc_trace_options options = {.netns = nsc_namespace_own()};
	struct nsc_trace *trace = NULL;
	struct nsc_trace_stats s;
	char err[NSC_ERR] = "", text[NSC_ERR] = "connections that no look sees; attached:";
	int rc;

	if (nsc_config_number(t->cfg, NSC_O_BPF) != NSC_BPF_AUTO) {
		say(t, "bpf", NSC_CHECK_OFF, false, "switched off by Bpf");
		return;
	}
	rc = nsc_trace_open(&trace, &options, err);
	if (rc < 0) {	/* auto: a kernel or a build that has none of it fails nobody */
		fail(t, "bpf", rc == -EPERM || rc == -EACCES, NSC_INVENTORY_BPF, rc, err);
		return;
	}
	nsc_trace_stats(trace, &s);
	list_hooks(text, sizeof text, s.hooks, true);
	if (s.hooks != (1u << NSC_HOOKS) - 1) {
		snprintf(text + strlen(text), sizeof text - strlen(text), "; this kernel has no");
		list_hooks(text, sizeof text, s.hooks, false);
	}
	say(t, "bpf", NSC_CHECK_OK, true, text);
	nsc_trace_close(trace);
}

/* --- namespaces ------------------------------------------------------------------- */

static void
visit(void *arg, uint64_t netns)
{
	(void)arg;
	(void)netns;
}

static void
check_namespaces(struct rows *t)
{
	char err[NSC_ERR] = "", text[NSC_ERR];
	unsigned missed = 0;
	int rc;

	if (nsc_config_number(t->cfg, NSC_O_NAMESPACES) != NSC_NAMESPACES_ALL) {
		say(t, "namespaces", NSC_CHECK_OFF, false,
		    "the own network namespace alone (Namespaces)");
		return;
	}
	rc = nsc_namespaces_each(visit, NULL, &missed, err);
	if (rc < 0) {
		fail(t, "namespaces", true, NSC_INVENTORY_NAMESPACES, rc, err);
		return;
	}
	snprintf(text, sizeof text, "%d network namespaces", rc);
	if (missed > 0)
		snprintf(text + strlen(text), sizeof text - strlen(text),
			 ", %u could not be entered", missed);
	say(t, "namespaces", NSC_CHECK_OK, true, text);
}

/* --- firewall --------------------------------------------------------------------- */

static void
check_firewall(struct rows *t)
{
	char err[NSC_ERR] = "", text[NSC_ERR];
	struct nsc_firewall *f;
	unsigned chains, rules;
	int rc;

	if (nsc_config_number(t->cfg, NSC_O_FIREWALL) == 0) {
		say(t, "firewall", NSC_CHECK_OFF, false, "switched off (Firewall)");
		return;
	}
	rc = nsc_firewall_new(&f);
	if (rc == 0)
		rc = nsc_firewall_look(f, 0, err);
	if (rc < 0) {
		fail(t, "firewall", true, NSC_INVENTORY_FIREWALL, rc, err);
	} else {
		nsc_firewall_size(f, &chains, &rules);
		snprintf(text, sizeof text, "nftables: chains %u, rules %u", chains, rules);
		say(t, "firewall", NSC_CHECK_OK, true, text);
	}
	nsc_firewall_free(f);
}

/* --- translations ------------------------------------------------------------------ */

/* Nothing is asked for that is not there: the doctor, too, leaves tracking as it finds it. */
static int
listen_once(const struct rows *t, char *text, size_t size, char err[NSC_ERR])
{
	struct nsc_conntrack_levels l;
	int rc = nsc_conntrack_active(&l, err), fd;

	if (rc < 0)
		return rc;
	if (l.entries == 0) {
		snprintf(text, size, "no connection is tracked here: nothing is translated");
		return 0;
	}
	snprintf(text, size, "translated connections; tracked: %llu of %llu%s",
		 (unsigned long long)l.entries, (unsigned long long)l.max,
		 l.events ? "" : "; without events (net.netfilter.nf_conntrack_events is 0): looked for every 10 s");
	fd = nsc_conntrack_listen(1 << 16);
	if (fd < 0)
		return nsc_error(err, fd, "%s",
				 fd != -EPERM ? strerror(-fd)
				 : is_on(t, NSC_O_FIREWALL) ? "not for us to hear, as the firewall's rules"
							    : "not for us to hear");
	close(fd);
	return 0;
}

static void
check_conntrack(struct rows *t)
{
	char err[NSC_ERR] = "", text[NSC_ERR] = "";
	struct nsc_check *c;
	int rc;

	if (!is_on(t, NSC_O_CONNTRACK)) {
		say(t, "conntrack", NSC_CHECK_OFF, false, "switched off (Conntrack)");
		return;
	}
	rc = listen_once(t, text, sizeof text, err);
	if (rc >= 0) {
		say(t, "conntrack", NSC_CHECK_OK, true, text);
	} else if (rc == -EPERM && is_on(t, NSC_O_FIREWALL)) {	/* that line has the remedy */
		c = add(t, "conntrack", NSC_CHECK_FAILED, true);
		if (c != NULL)
			snprintf(c->finding, sizeof c->finding, "%s", err);
	} else {
		fail(t, "conntrack", true, NSC_INVENTORY_CONNTRACK, rc, err);
	}
}

size_t
nsc_doctor_host(const struct nsc_config *cfg, struct nsc_check *checks, size_t max)
{
	struct rows t = {.cfg = cfg, .check = checks, .max = max};

	check_sockets(&t);
	check_processes(&t);
	check_bpf(&t);
	check_namespaces(&t);
	check_firewall(&t);
	check_conntrack(&t);
	return t.count;
}
