/* SPDX-License-Identifier: MIT */
/* Open addressing; what leaves does so in bulk, by building the table anew. */
#include <errno.h>
#include <stdlib.h>

#include "host/owners_inodes.h"

enum { FIRST = 1024 };

int
nsc_inodes_init(struct nsc_inodes *t, const struct nsc_hash_key *key)
{
	*t = (struct nsc_inodes){
		.slot = calloc(FIRST, sizeof *t->slot), .room = FIRST, .key = *key,
	};
	return t->slot != NULL ? 0 : -ENOMEM;
}

void
nsc_inodes_free(struct nsc_inodes *t)
{
	free(t->slot);
	t->slot = NULL;
}

/* Its slot, or the free one where it belongs. */
static struct nsc_inode *
place(const struct nsc_inodes *t, uint64_t inode)
{
	struct nsc_hash_state s = nsc_hash_begin(&t->key);
	size_t at;

	nsc_hash_word(&s, inode);
	at = (size_t)nsc_hash_end(&s, 0, sizeof inode) & (t->room - 1);
	while (t->slot[at].inode != 0 && t->slot[at].inode != inode)
		at = (at + 1) & (t->room - 1);
	return &t->slot[at];
}

struct nsc_inode *
nsc_inodes_find(const struct nsc_inodes *t, uint64_t inode)
{
	struct nsc_inode *i = place(t, inode);

	return inode != 0 && i->inode == inode ? i : NULL;
}

/* What was not used since `before` stays behind. */
static bool
rebuild(struct nsc_inodes *t, size_t room, uint64_t before)
{
	struct nsc_inodes fresh = {
		.slot = calloc(room, sizeof *fresh.slot), .room = room, .key = t->key,
	};

	if (fresh.slot == NULL)
		return false;
	for (size_t n = 0; n < t->room; n++)
		if (t->slot[n].inode != 0 && t->slot[n].used >= before) {
			*place(&fresh, t->slot[n].inode) = t->slot[n];
			fresh.count++;
		}
	free(t->slot);
	*t = fresh;
	return true;
}

struct nsc_inode *
nsc_inodes_add(struct nsc_inodes *t, uint64_t inode)
{
	struct nsc_inode *i;

	if (t->count == NSC_INODES_MAX ||
	    (t->count * 2 >= t->room && !rebuild(t, t->room * 2, 0)))
		return NULL;
	i = place(t, inode);
	*i = (struct nsc_inode){.inode = inode, .fd = -1};
	t->count++;
	return i;
}

void
nsc_inodes_expire(struct nsc_inodes *t, uint64_t before)
{
	size_t keep = 0, room = FIRST;

	for (size_t n = 0; n < t->room; n++)
		keep += t->slot[n].inode != 0 && t->slot[n].used >= before;
	while (room < keep * 2)
		room *= 2;
	if (keep < t->count)
		(void)rebuild(t, room, before);
}
