/* SPDX-License-Identifier: MIT */
/* Room for a ruleset, and names in it. */
#include "host/nft.h"

#include <stdlib.h>
#include <string.h>

void
nsc_nft_clear(struct nsc_nft *n)
{
	struct nsc_nft_list *list[] = {&n->table, &n->chain, &n->rule, &n->expr,
				       &n->set, &n->element, &n->octets};

	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
		free(list[i]->item);
	memset(n, 0, sizeof *n);
}

void *
nsc_nft_add(struct nsc_nft *n, struct nsc_nft_list *list, uint32_t size, uint32_t items)
{
	uint32_t room = list->room == 0 ? 64 : list->room;
	char *at;

	while (room - list->count < items && room < UINT32_MAX / 2)
		room *= 2;
	if (room - list->count < items)
		return NULL;
	if (room != list->room) {
		size_t more = (size_t)(room - list->room) * size;

		if (n->memory + more > NSC_NFT_MEMORY)
			return NULL;
		at = realloc(list->item, (size_t)room * size);
		if (at == NULL)
			return NULL;
		list->item = at;
		list->room = room;
		n->memory += more;
	}
	at = (char *)list->item + (size_t)list->count * size;
	memset(at, 0, (size_t)items * size);
	list->count += items;
	return at;
}

int32_t
nsc_nft_chain_named(const struct nsc_nft *n, int32_t table, const char *name)
{
	for (uint32_t i = 0; i < n->chain.count; i++) {
		const struct nsc_nft_chain *c = nsc_nft_chain(n, (int32_t)i);

		if (c->table == table && strncmp(c->name, name, sizeof c->name - 1) == 0)
			return (int32_t)i;
	}
	return NSC_NFT_NONE;
}

int32_t
nsc_nft_set_named(const struct nsc_nft *n, int32_t table, const char *name, uint32_t id)
{
	for (uint32_t i = 0; i < n->set.count; i++) {
		const struct nsc_nft_set *s = nsc_nft_set(n, (int32_t)i);

		if (s->table == table && (id == 0 || s->id == 0 || s->id == id) &&
		    strncmp(s->name, name, sizeof s->name - 1) == 0)
			return (int32_t)i;
	}
	return NSC_NFT_NONE;
}
