/* SPDX-License-Identifier: MIT */
/* Room for a ruleset, and names in it. */
#include "base/fnv.h"
#include "host/nft.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void
nsc_nft_clear(struct nsc_nft *n)
{
	struct nsc_nft_list *list[] = {&n->table, &n->chain, &n->rule, &n->expr,
				       &n->set, &n->element, &n->octets};

	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
		free(list[i]->item);
	free(n->chains.slot);
	free(n->sets.slot);
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

/* --- names --------------------------------------------------------------------- */

struct named {			/* what a name is of */
	int32_t table;
	const char *name;
};

typedef struct named name_of(const struct nsc_nft *n, int32_t i);

static struct named
chain_name(const struct nsc_nft *n, int32_t i)
{
	return (struct named){nsc_nft_chain(n, i)->table, nsc_nft_chain(n, i)->name};
}

static struct named
set_name(const struct nsc_nft *n, int32_t i)
{
	return (struct named){nsc_nft_set(n, i)->table, nsc_nft_set(n, i)->name};
}

static uint32_t
hash(struct named x)
{
	return nsc_fnv(NSC_FNV_BASIS ^ (uint32_t)x.table, x.name, strnlen(x.name, NSC_NFT_NAME - 1));
}

/* The slot that has it, or the free one where it belongs; names->size is not 0. */
static uint32_t *
find(const struct nsc_nft *n, const struct nsc_nft_names *names, name_of *of, struct named x)
{
	uint32_t at = hash(x);

	for (;; at++) {
		uint32_t *slot = &names->slot[at & (names->size - 1)];
		struct named y;

		if (*slot == 0)
			return slot;
		y = of(n, (int32_t)*slot - 1);
		if (y.table == x.table && strncmp(y.name, x.name, NSC_NFT_NAME - 1) == 0)
			return slot;
	}
}

static int
grow(const struct nsc_nft *n, struct nsc_nft_names *names, name_of *of)
{
	struct nsc_nft_names more = {.size = names->size == 0 ? 64 : names->size * 2};

	more.slot = calloc(more.size, sizeof *more.slot);
	if (more.slot == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < names->size; i++)
		if (names->slot[i] != 0)
			*find(n, &more, of, of(n, (int32_t)names->slot[i] - 1)) = names->slot[i];
	more.used = names->used;
	free(names->slot);
	*names = more;
	return 0;
}

static int
enter(const struct nsc_nft *n, struct nsc_nft_names *names, name_of *of, int32_t i)
{
	uint32_t *slot;

	if (2 * names->used >= names->size && grow(n, names, of) < 0)
		return -ENOMEM;
	slot = find(n, names, of, of(n, i));
	if (*slot == 0) {
		*slot = (uint32_t)i + 1;
		names->used++;
	}
	return 0;
}

int
nsc_nft_name_chain(struct nsc_nft *n, int32_t chain)
{
	return enter(n, &n->chains, chain_name, chain);
}

int
nsc_nft_name_set(struct nsc_nft *n, int32_t set)
{
	return enter(n, &n->sets, set_name, set);
}

int32_t
nsc_nft_chain_named(const struct nsc_nft *n, int32_t table, const char *name)
{
	struct named x = {table, name};

	return n->chains.size == 0 ? NSC_NFT_NONE
				   : (int32_t)*find(n, &n->chains, chain_name, x) - 1;
}

int32_t
nsc_nft_set_named(const struct nsc_nft *n, int32_t table, const char *name)
{
	struct named x = {table, name};

	return n->sets.size == 0 ? NSC_NFT_NONE
				 : (int32_t)*find(n, &n->sets, set_name, x) - 1;
}
