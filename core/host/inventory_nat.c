/* SPDX-License-Identifier: MIT */
/*
 * Translations in the inventory.  A socket knows one name of its connection, the wire may bear
 * the other: its owner is entered under both.
 */
#include <errno.h>
#include <stdlib.h>

#include "host/inventory_state.h"

int
nsc_inventory_open_nat(struct nsc_inventory *i)
{
	struct nsc_conntrack_options o = {.once = i->options.once};

	if (!i->options.conntrack)
		return 0;
	i->translations = i->options.facts != NULL ? &i->options.facts->translations
						   : calloc(1, sizeof *i->translations);
	return i->translations == NULL ? -ENOMEM : nsc_conntrack_new(&i->conntrack, &o);
}

void
nsc_inventory_close_nat(struct nsc_inventory *i)
{
	nsc_conntrack_free(i->conntrack);
	if (i->options.facts == NULL)
		free(i->translations);
}

/* One of ours, told after its socket: the owner is known by the socket's name. */
static void
own_both(void *arg, const struct nsc_translation *x)
{
	struct nsc_facts *f = ((struct nsc_inventory *)arg)->options.facts;
	const struct nsc_tuple *name[2] = {&x->before, &x->after};

	if (f == NULL)
		return;
	for (unsigned n = 0; n < 4; n++) {
		const struct nsc_tuple *from = name[n / 2], *to = name[!(n / 2)];
		unsigned end = n % 2;
		uint16_t owner = nsc_facts_owner(f, &(struct nsc_owner_key){
			.local = from->addr[end], .remote = from->addr[!end],
			.local_port = from->port[end], .remote_port = from->port[!end],
			.proto = x->proto});

		if (owner != 0)
			nsc_facts_own(f, &(struct nsc_owner_key){
				.local = to->addr[end], .remote = to->addr[!end],
				.local_port = to->port[end], .remote_port = to->port[!end],
				.proto = x->proto}, owner);
	}
}

void
nsc_inventory_look_nat(struct nsc_inventory *i, uint64_t now)
{
	char err[NSC_ERR] = "";
	int rc;

	if (i->conntrack == NULL)
		return;
	rc = nsc_conntrack_look(i->conntrack, i->translations, now, own_both, i, err);
	nsc_inventory_note(i, NSC_INVENTORY_CONNTRACK, rc, err);
}

int
nsc_inventory_conntrack_fd(const struct nsc_inventory *i)
{
	return i->conntrack != NULL ? nsc_conntrack_fd(i->conntrack) : -1;
}

void
nsc_inventory_translate(struct nsc_inventory *i)
{
	if (i->conntrack != NULL)
		nsc_conntrack_hear(i->conntrack, i->translations, own_both, i);
}

/* Tracking is by namespace, and we know that of our own. */
void
nsc_inventory_nat(const struct nsc_inventory *i, struct nsc_connection *c)
{
	const struct nsc_socket *s = &c->socket;
	struct nsc_tuple ends = {.addr = {s->local, s->remote},
				 .port = {s->local_port, s->remote_port}};
	struct nsc_translated x;

	c->translated = i->translations != NULL && s->remote_port != 0 &&
			s->netns == i->netns &&
			nsc_translations_find(i->translations, s->proto, &ends, &x) && !x.gone;
	if (c->translated)
		c->other = x.other;
}

static void
name(void *arg, struct nsc_connection *c)
{
	nsc_inventory_nat(arg, c);
}

void
nsc_inventory_name(struct nsc_inventory *i)
{
	if (i->translations != NULL)
		nsc_connections_each(i->connections, name, i);
}
