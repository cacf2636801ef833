/* SPDX-License-Identifier: MIT */
/* Copies of what a look found, since the inventory goes on while they are read. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/sight.h"

struct kept {
	struct nsc_connection connection;
	struct nsc_socket_totals delta;
};

struct nsc_sight {
	int client;			/* -1: no connections are wanted */
	bool asked, fresh;		/* of connections */
	uint64_t looked, told;		/* ns: the look they are of, and that of those told last */
	uint64_t left_out;
	size_t count;
	struct kept *kept;		/* NSC_SIGHT_CONNECTIONS, touched as they come */

	bool fresh_listeners;
	uint64_t listened, told_listeners;	/* ns */
	uint64_t suppressed;
	size_t listeners;
	struct nsc_listener *listener;	/* NSC_LISTENERS_MAX, touched as they come */
};

int
nsc_sight_new(struct nsc_sight **out, struct nsc_inventory *i, bool connections, uint64_t now)
{
	struct nsc_connections *c = nsc_inventory_connections(i);
	struct nsc_sight *s = calloc(1, sizeof *s);

	*out = s;
	if (s == NULL)
		return -ENOMEM;
	s->client = -1;
	s->asked = true;
	s->kept = calloc(NSC_SIGHT_CONNECTIONS, sizeof *s->kept);
	s->listener = calloc(NSC_LISTENERS_MAX, sizeof *s->listener);
	if (s->kept == NULL || s->listener == NULL)
		return -ENOMEM;
	if (!connections || c == NULL)
		return 0;
	s->client = nsc_connections_join(c, now);
	return s->client < 0 ? s->client : 0;
}

void
nsc_sight_free(struct nsc_sight *s, struct nsc_inventory *i)
{
	if (s == NULL)
		return;
	if (s->client >= 0)
		nsc_connections_leave(nsc_inventory_connections(i), s->client);
	free(s->kept);
	free(s->listener);
	free(s);
}

static void
keep(void *arg, const struct nsc_connection_delta *d)
{
	struct nsc_sight *s = arg;

	if (d->connection->excluded)
		return;
	if (s->count == NSC_SIGHT_CONNECTIONS) {
		s->left_out++;
		return;
	}
	s->kept[s->count++] = (struct kept){*d->connection, d->delta};
}

void
nsc_sight_look(struct nsc_sight *s, struct nsc_inventory *i, bool whole, uint64_t now)
{
	const struct nsc_listeners *l = nsc_inventory_listeners(i);

	s->listeners = l->count < NSC_LISTENERS_MAX ? l->count : NSC_LISTENERS_MAX;
	if (s->listeners > 0)
		memcpy(s->listener, l->listener, s->listeners * sizeof *s->listener);
	s->suppressed = l->suppressed;
	s->listened = now;
	s->fresh_listeners = true;
	if (s->client < 0 || !whole || !s->asked)
		return;
	s->count = 0;
	s->left_out = 0;
	nsc_connections_read(nsc_inventory_connections(i), s->client, now, keep, s);
	s->looked = now;
	s->asked = false;
	s->fresh = true;
}

void
nsc_sight_tell(struct nsc_sight *s, const struct nsc_rows_tell *to)
{
	if (s->fresh) {
		to->begin(to->arg, NSC_ROWS_CONNECTIONS);
		for (size_t n = 0; n < s->count; n++) {
			struct nsc_connection_delta d = {&s->kept[n].connection, s->kept[n].delta};

			to->connection(to->arg, &d);
		}
		to->end(to->arg, NSC_ROWS_CONNECTIONS, s->told > 0 ? s->looked - s->told : 0,
			s->left_out);
		s->told = s->looked;
		s->fresh = false;
		s->asked = true;
	}
	if (s->fresh_listeners) {
		to->begin(to->arg, NSC_ROWS_LISTENERS);
		for (size_t n = 0; n < s->listeners; n++)
			to->listener(to->arg, &s->listener[n]);
		to->end(to->arg, NSC_ROWS_LISTENERS,
			s->told_listeners > 0 ? s->listened - s->told_listeners : 0,
			s->suppressed);
		s->told_listeners = s->listened;
		s->fresh_listeners = false;
	}
}
