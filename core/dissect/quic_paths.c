/* SPDX-License-Identifier: MIT */
/*
 * A table of sets of four: no chain can be made long, whatever the ids are.  What tells
 * that an id is not there stands apart, 16 octets a set: most are not.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"
#include "dissect/quic_paths.h"
#include "flow/memory.h"

enum { WAYS = 4, SETS = NSC_QUIC_PATHS / WAYS };

struct nsc_quic_paths {
	uint64_t last;			/* order of use */
	uint32_t lengths[NSC_QUIC_CID + 1];	/* proved ones, by their ids' length */
	uint32_t proved;		/* bits of the lengths of which there are some */
	struct nsc_quic_path *path;
	/* Of the path with the same number: */
	struct nsc_quic_path_texts *texts;
	uint32_t tag[NSC_QUIC_PATHS];	/* of its id's hash */
	uint64_t used[NSC_QUIC_PATHS];	/* order of use; 0: free */
};

int
nsc_quic_paths_new(struct nsc_quic_paths **to)
{
	struct nsc_quic_paths *p = calloc(1, sizeof *p);

	if (p == NULL)
		return -ENOMEM;
	p->path = nsc_reserve(NSC_QUIC_PATHS * sizeof *p->path);
	p->texts = nsc_reserve(NSC_QUIC_PATHS * sizeof *p->texts);
	if (p->path == NULL || p->texts == NULL) {
		nsc_quic_paths_free(p);
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
	nsc_unreserve(p->path, NSC_QUIC_PATHS * sizeof *p->path);
	nsc_unreserve(p->texts, NSC_QUIC_PATHS * sizeof *p->texts);
	free(p);
}

/* No secret: a set is no longer than it is, and who fills one loses what he put there. */
static uint64_t
hash_of(const uint8_t *cid, size_t len)
{
	const struct nsc_hash_key key = {{0, 0}};

	return nsc_hash(&key, cid, len);
}

static bool
usable(size_t len)
{
	return len >= NSC_QUIC_PATH_ID && len <= NSC_QUIC_CID;
}

static uint32_t
tag_of(uint64_t hash)
{
	return (uint32_t)(hash >> 32);
}

static struct nsc_quic_path *
find(const struct nsc_quic_paths *p, uint64_t hash, const uint8_t *cid, size_t len)
{
	const unsigned set = (unsigned)(hash % SETS) * WAYS;

	for (unsigned i = set; i < set + WAYS; i++) {
		if (p->tag[i] == tag_of(hash) && nsc_quic_cid_is(&p->path[i].cid, cid, len))
			return &p->path[i];
	}
	return NULL;
}

struct nsc_quic_path *
nsc_quic_paths_find(const struct nsc_quic_paths *p, const uint8_t *cid, size_t len)
{
	if (!usable(len))
		return NULL;
	return find(p, hash_of(cid, len), cid, len);
}

/* A cleared one, in the place of the one that was longest not used. */
static struct nsc_quic_path *
replace(struct nsc_quic_paths *p, uint64_t hash, const uint8_t *cid, size_t len)
{
	unsigned oldest = (unsigned)(hash % SETS) * WAYS;
	struct nsc_quic_path *path;

	for (unsigned i = oldest + 1; i % WAYS != 0; i++) {
		if (p->used[i] < p->used[oldest])
			oldest = i;
	}
	path = &p->path[oldest];
	if (path->proved && --p->lengths[path->cid.len] == 0)
		p->proved &= ~(UINT32_C(1) << path->cid.len);
	memset(path, 0, sizeof *path);
	nsc_quic_cid_set(&path->cid, cid, len);
	p->tag[oldest] = tag_of(hash);
	return path;
}

struct nsc_quic_path_texts *
nsc_quic_paths_texts(const struct nsc_quic_paths *p, const struct nsc_quic_path *path)
{
	return &p->texts[path - p->path];
}

void
nsc_quic_paths_prove(struct nsc_quic_paths *p, struct nsc_quic_path *path)
{
	if (path->proved)
		return;
	path->proved = true;
	p->lengths[path->cid.len]++;
	p->proved |= UINT32_C(1) << path->cid.len;
}

struct nsc_quic_path *
nsc_quic_paths_take(struct nsc_quic_paths *p, const uint8_t *cid, size_t len)
{
	struct nsc_quic_path *path;
	uint64_t hash;

	if (!usable(len))
		return NULL;
	hash = hash_of(cid, len);
	path = find(p, hash, cid, len);
	if (path == NULL)
		path = replace(p, hash, cid, len);
	p->used[path - p->path] = ++p->last;
	return path;
}

struct nsc_quic_path *
nsc_quic_paths_short(const struct nsc_quic_paths *p, struct nsc_bytes packet)
{
	nsc_bytes_skip(&packet, 1);
	for (uint32_t left = p->proved; left != 0; left &= left - 1) {
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
