/* SPDX-License-Identifier: MIT */
/* The host's inventory looked at once, for commands: no trace, and all the time that it takes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/config.h"
#include "engine/masked.h"
#include "engine/wake.h"
#include "host/inventory.h"
#include "host/link.h"

static bool
is_on(const struct nsc_config *cfg, enum nsc_option_id id)
{
	return nsc_config_number(cfg, id) != 0;
}

static struct nsc_inventory_options
options_of(const struct nsc_config *cfg, bool connections)
{
	return (struct nsc_inventory_options){
		.listeners = true,
		.firewall = !connections && is_on(cfg, NSC_O_FIREWALL),
		.connections = connections,
		.conntrack = connections && is_on(cfg, NSC_O_CONNTRACK),
		.totals = connections,
		.processes = is_on(cfg, NSC_O_PROCESSES) || is_on(cfg, NSC_O_UNITS),
		.bpf = nsc_config_number(cfg, NSC_O_BPF) == NSC_BPF_AUTO,
		.gates = nsc_config_number(cfg, NSC_O_BPF) == NSC_BPF_AUTO,
		.namespaces = nsc_config_number(cfg, NSC_O_NAMESPACES) == NSC_NAMESPACES_ALL,
		.script = nsc_config_number(cfg, NSC_O_PROCESS_NAMES) == NSC_PROCESS_NAMES_SCRIPT,
		.ignore_ephemeral_udp = is_on(cfg, NSC_O_IGNORE_EPHEMERAL_UDP),
		.once = true,
		.excludes = nsc_config_excludes(cfg),
	};
}

static int
hide(struct nsc_mask *m, const struct nsc_config *cfg, char err[NSC_ERR])
{
	int rc = nsc_mask_begin(m, is_on(cfg, NSC_O_HIDE_NAMES));

	return rc < 0 ? nsc_error(err, rc, "HideNames: no random key: %s", strerror(-rc)) : 0;
}

/* A look that has failed halfway tells what it has; that it has failed is the answer. */
static int
look(struct nsc_inventory **i, const struct nsc_config *cfg, bool connections, char err[NSC_ERR])
{
	struct nsc_inventory_options o = options_of(cfg, connections);
	struct nsc_interfaces t = {0};
	const char *line;
	int rc = nsc_inventory_new(i, &o);

	if (rc < 0)
		return nsc_error(err, rc, "inventory: %s", strerror(-rc));
	nsc_link_dump(&t, NULL);	/* without it no address is known to be ours */
	nsc_inventory_look(*i, &t, connections, nsc_clock(CLOCK_MONOTONIC));
	nsc_interfaces_clear(&t);
	rc = nsc_inventory_source(*i, NSC_INVENTORY_SOCKETS, &line);
	return rc < 0 ? nsc_error(err, rc, "%s", line) : 0;
}

int
nsc_look_listeners(const struct nsc_config *cfg,
		   void (*tell)(void *arg, const struct nsc_listener *l), void *arg,
		   char err[NSC_ERR])
{
	const struct nsc_listeners *l;
	struct nsc_inventory *i = NULL;
	struct nsc_listener shown;
	struct nsc_mask mask;
	int rc;

	if (!is_on(cfg, NSC_O_LISTENERS))
		return nsc_error(err, -ENOTSUP, "listeners: switched off by Listeners");
	rc = hide(&mask, cfg, err);
	if (rc == 0)
		rc = look(&i, cfg, false, err);
	if (i != NULL) {
		l = nsc_inventory_listeners(i);
		for (size_t n = 0; n < l->count; n++) {
			shown = l->listener[n];
			nsc_masked_listener(&mask, &shown);
			tell(arg, &shown);
		}
		if (rc == 0)
			rc = (int)l->count;
	}
	nsc_inventory_free(i);
	return rc;
}

struct telling {
	void (*tell)(void *arg, const struct nsc_connection *c);
	void *arg;
	struct nsc_mask mask;
	int count;
};

static void
tell_connection(void *arg, struct nsc_connection *c)
{
	struct telling *t = arg;
	struct nsc_connection shown = *c;

	if (c->excluded)
		return;
	nsc_masked_connection(&t->mask, &shown);
	t->tell(t->arg, &shown);
	t->count++;
}

int
nsc_look_connections(const struct nsc_config *cfg,
		     void (*tell)(void *arg, const struct nsc_connection *c), void *arg,
		     char err[NSC_ERR])
{
	struct telling t = {.tell = tell, .arg = arg};
	struct nsc_inventory *i = NULL;
	int rc;

	if (!is_on(cfg, NSC_O_CONNECTIONS))
		return nsc_error(err, -ENOTSUP, "connections: switched off by Connections");
	rc = hide(&t.mask, cfg, err);
	if (rc == 0)
		rc = look(&i, cfg, true, err);
	if (i != NULL)
		nsc_connections_each(nsc_inventory_connections(i), tell_connection, &t);
	nsc_inventory_free(i);
	return rc < 0 ? rc : t.count;
}
