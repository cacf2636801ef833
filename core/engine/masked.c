/* SPDX-License-Identifier: MIT */
/* Copies of listeners and connections with other addresses. */
#include "engine/masked.h"

void
nsc_masked_listener(const struct nsc_mask *m, struct nsc_listener *l)
{
	l->socket.local = nsc_mask_addr(m, &l->socket.local);
}

void
nsc_masked_connection(const struct nsc_mask *m, struct nsc_connection *c)
{
	c->socket.local = nsc_mask_addr(m, &c->socket.local);
	c->socket.remote = nsc_mask_addr(m, &c->socket.remote);
	for (unsigned i = 0; i < 2 && c->translated; i++)
		c->other.addr[i] = nsc_mask_addr(m, &c->other.addr[i]);
}

static void
begin(void *arg, enum nsc_rows_kind kind)
{
	const struct nsc_masked_tell *t = arg;

	t->to->begin(t->to->arg, kind);
}

static void
connection(void *arg, const struct nsc_connection_delta *d)
{
	const struct nsc_masked_tell *t = arg;
	struct nsc_connection c = *d->connection;
	struct nsc_connection_delta shown = *d;

	nsc_masked_connection(t->mask, &c);
	shown.connection = &c;
	t->to->connection(t->to->arg, &shown);
}

static void
listener(void *arg, const struct nsc_listener *l)
{
	const struct nsc_masked_tell *t = arg;
	struct nsc_listener shown = *l;

	nsc_masked_listener(t->mask, &shown);
	t->to->listener(t->to->arg, &shown);
}

static void
end(void *arg, enum nsc_rows_kind kind, uint64_t elapsed, uint64_t left_out)
{
	const struct nsc_masked_tell *t = arg;

	t->to->end(t->to->arg, kind, elapsed, left_out);
}

struct nsc_rows_tell
nsc_masked_rows(struct nsc_masked_tell *t)
{
	return (struct nsc_rows_tell){.arg = t, .begin = begin, .connection = connection,
				      .listener = listener, .end = end};
}
