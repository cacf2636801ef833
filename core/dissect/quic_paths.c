/* SPDX-License-Identifier: MIT */
/* A table of sets of four: no chain can be made long, whatever the ids are. */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/hash.h"
#include "dissect/quic_paths.h"

enum { WAYS = 4, SETS = NSC_QUIC_PATHS / WAYS };

struct nsc_quic_paths {
	uint64_t last;			/* order of use */
	uint32_t lengths[NSC_QUIC_CID + 1];	/* ids there, by their length */
	uint32_t present;		/* bits of the lengths of which there are some */
	struct nsc_quic_path *path;
};

int
nsc_quic_paths_new(struct nsc_quic_paths **to)
{
	struct nsc_quic_paths *p = calloc(1, sizeof *p);

	if (p == NULL)
		return -ENOMEM;
	p->path = mmap(NULL, NSC_QUIC_PATHS * sizeof *p->path, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p->path == MAP_FAILED) {
		free(p);
		return -ENOMEM;
	}
	*to = p;
	return 0;
}

void
nsc_quic_paths_free(struct nsc_quic_paths *p)
{
	if (p == NULL)
		return;
	munmap(p->path, NSC_QUIC_PATHS * sizeof *p->path);
	free(p);
}

/* No secret: a set is no longer than it is, and who fills one loses what he put there. */
static struct nsc_quic_path *
set_of(const struct nsc_quic_paths *p, const uint8_t *cid, size_t len)
{
	const struct nsc_hash_key key = {{0, 0}};

	return &p->path[nsc_hash(&key, cid, len) % SETS * WAYS];
}

static bool
usable(size_t len)
{
	return len >= NSC_QUIC_PATH_ID && len <= NSC_QUIC_CID;
}

struct nsc_quic_path *
nsc_quic_paths_find(const struct nsc_quic_paths *p, const uint8_t *cid, size_t len)
{
	struct nsc_quic_path *set;

	if (!usable(len) || (p->present >> len & 1) == 0)
		return NULL;
	set = set_of(p, cid, len);
	for (unsigned i = 0; i < WAYS; i++) {
		if (set[i].used != 0 && nsc_quic_cid_is(&set[i].cid, cid, len))
			return &set[i];
	}
	return NULL;
}

struct nsc_quic_path *
nsc_quic_paths_take(struct nsc_quic_paths *p, const uint8_t *cid, size_t len)
{
	struct nsc_quic_path *found = nsc_quic_paths_find(p, cid, len), *set;

	if (!usable(len))
		return NULL;
	if (found == NULL) {
		set = set_of(p, cid, len);
		found = set;
		for (unsigned i = 1; i < WAYS; i++) {
			if (set[i].used < found->used)
				found = &set[i];
		}
		if (found->used != 0 && --p->lengths[found->cid.len] == 0)
			p->present &= ~(UINT32_C(1) << found->cid.len);
		memset(found, 0, sizeof *found);
		nsc_quic_cid_set(&found->cid, cid, len);
		p->lengths[len]++;
		p->present |= UINT32_C(1) << len;
	}
	found->used = ++p->last;
	return found;
}

struct nsc_quic_path *
nsc_quic_paths_short(const struct nsc_quic_paths *p, struct nsc_bytes packet)
{
	nsc_bytes_skip(&packet, 1);
	for (uint32_t left = p->present; left != 0; left &= left - 1) {
		size_t len = (size_t)__builtin_ctz(left);
		struct nsc_quic_path *found;

		if (nsc_bytes_peek(&packet, len) == NULL)
			break;
		found = nsc_quic_paths_find(p, packet.p, len);
		if (found != NULL && found->proved)
			return found;
	}
	return NULL;
}
