/* SPDX-License-Identifier: MIT */
/* Labels of flows; a chain is at most NSC_LABEL_COUNT long. */
#include <string.h>

#include "dissect/labels.h"

struct label {
	uint32_t next;
	uint16_t len;
	uint16_t id;
	char text[];
};

static const struct label *
find(const struct nsc_slab *arena, uint32_t first, enum nsc_label id)
{
	const struct label *l = nsc_slab_at(arena, first);

	while (l != NULL && l->id != id)
		l = nsc_slab_at(arena, l->next);
	return l;
}

bool
nsc_labels_add(struct nsc_slab *arena, uint32_t *first, enum nsc_label id, const char *p,
	       uint32_t len)
{
	struct label *l;
	uint32_t block;

	if (len == 0 || (unsigned)id >= NSC_LABEL_COUNT || find(arena, *first, id) != NULL)
		return true;
	if (len > NSC_LABEL_TEXT)
		len = NSC_LABEL_TEXT;
	block = nsc_slab_take(arena, sizeof *l + len);
	if (block == 0)
		return false;
	l = nsc_slab_at(arena, block);
	l->next = *first;
	l->len = (uint16_t)len;
	l->id = (uint16_t)id;
	memcpy(l->text, p, len);
	*first = block;
	return true;
}

struct nsc_text
nsc_labels_find(const struct nsc_slab *arena, uint32_t first, enum nsc_label id)
{
	const struct label *l = find(arena, first, id);

	return l != NULL ? (struct nsc_text){l->text, l->len} : (struct nsc_text){NULL, 0};
}

void
nsc_labels_drop(struct nsc_slab *arena, uint32_t first)
{
	while (first != 0) {
		const struct label *l = nsc_slab_at(arena, first);
		uint32_t next = l->next;

		nsc_slab_give(arena, first);
		first = next;
	}
}
