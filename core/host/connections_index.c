/* SPDX-License-Identifier: MIT */
/* Connections by (network namespace, id): open addressing, grown as they come. */
#include <errno.h>
#include <stdlib.h>

#include "host/connections_table.h"

static void
hash_end(struct nsc_hash_state *h, const struct nsc_addr *a)
{
	nsc_hash_word(h, nsc_addr_word(a, 0));
	nsc_hash_word(h, nsc_addr_word(a, 1));
}

/* A cookie counts up from 1: with the top bit set it is none. */
uint64_t
nsc_connections_id(const struct nsc_connections *c, const struct nsc_socket *s)
{
	struct nsc_hash_state h;

	if (s->cookie != 0)
		return s->cookie;
	h = nsc_hash_begin(&c->key);
	hash_end(&h, &s->local);
	hash_end(&h, &s->remote);
	nsc_hash_word(&h, (uint64_t)s->proto << 32 | (uint64_t)s->local_port << 16 |
				  s->remote_port);
	return nsc_hash_end(&h, 0, 40) | 1ull << 63;
}

static uint32_t
place(const struct nsc_connections *c, uint64_t netns, uint64_t id)
{
	struct nsc_hash_state h = nsc_hash_begin(&c->key);

	nsc_hash_word(&h, netns);
	nsc_hash_word(&h, id);
	return (uint32_t)nsc_hash_end(&h, 0, 16) & (c->index_size - 1);
}

static uint32_t
home(const struct nsc_connections *c, uint32_t n)
{
	return place(c, c->entry[n].connection.socket.netns, c->entry[n].id);
}

uint32_t
nsc_connections_find(const struct nsc_connections *c, uint64_t netns, uint64_t id)
{
	uint32_t at = place(c, netns, id);

	for (; c->index[at] != 0; at = (at + 1) & (c->index_size - 1)) {
		const struct nsc_connection_entry *e = &c->entry[c->index[at]];

		if (e->id == id && e->connection.socket.netns == netns)
			return c->index[at];
	}
	return 0;
}

void
nsc_connections_link(struct nsc_connections *c, uint32_t n)
{
	uint32_t at = home(c, n);

	while (c->index[at] != 0)
		at = (at + 1) & (c->index_size - 1);
	c->index[at] = n;
}

/* Linear probing without tombstones: what stands behind the hole moves into it, if it may. */
void
nsc_connections_unlink(struct nsc_connections *c, uint32_t n)
{
	uint32_t mask = c->index_size - 1, hole = home(c, n), at;

	while (c->index[hole] != n)
		hole = (hole + 1) & mask;
	for (at = (hole + 1) & mask; c->index[at] != 0; at = (at + 1) & mask)
		if (((at - home(c, c->index[at])) & mask) >= ((at - hole) & mask)) {
			c->index[hole] = c->index[at];
			hole = at;
		}
	c->index[hole] = 0;
}

int
nsc_connections_grow(struct nsc_connections *c)
{
	uint32_t *old = c->index, size = c->index_size;

	c->index = calloc(2 * (size_t)size, sizeof *c->index);
	if (c->index == NULL) {
		c->index = old;
		return -ENOMEM;
	}
	c->index_size = 2 * size;
	for (uint32_t i = 0; i < size; i++)
		if (old[i] != 0)
			nsc_connections_link(c, old[i]);
	free(old);
	return 0;
}
