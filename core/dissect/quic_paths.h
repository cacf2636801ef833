/* SPDX-License-Identifier: MIT */
/*
 * Connection ids that were seen, with what is known of their connections: so a path
 * that a client moved to is known by the id that it took along (RFC 9000, 9), and
 * packets that cannot be read prove each other.  Capped, 4 of a hash together, of
 * which the one goes that was longest not used.
 */
#ifndef NSC_DISSECT_QUIC_PATHS_H
#define NSC_DISSECT_QUIC_PATHS_H

#include "base/addr.h"
#include "dissect/quic_header.h"

enum {
	NSC_QUIC_PATHS = 8192,
	NSC_QUIC_PATH_ID = 4,		/* octets of an id at the least: shorter ones prove nothing */
	NSC_QUIC_PATH_SNI = 255,
	NSC_QUIC_PATH_ALPN = 64,
	NSC_QUIC_PATH_JA4 = 40,
};

struct nsc_quic_cid {
	uint8_t len;
	uint8_t octets[NSC_QUIC_CID];
};

struct nsc_quic_path {
	struct nsc_quic_cid cid;
	uint8_t owner;			/* side that is called so */
	bool proved;			/* nsc_quic_paths_prove; else a packet that had such a header */
	uint32_t version;
	uint32_t idle;			/* as in the conversation's state */
	struct nsc_addr addr[2];	/* by side of the flow where it was seen */
	uint16_t port[2];
	uint8_t sni_len, alpn_len, ja4_len;	/* of its texts */
};

/* Apart from it, since most have none. */
struct nsc_quic_path_texts {
	char sni[NSC_QUIC_PATH_SNI], alpn[NSC_QUIC_PATH_ALPN], ja4[NSC_QUIC_PATH_JA4];
};

struct nsc_quic_paths;

/* Octets that nsc_quic_paths_new takes, at the most. */
enum {
	NSC_QUIC_PATHS_MEMORY = NSC_QUIC_PATHS * (sizeof(struct nsc_quic_path) +
						  sizeof(struct nsc_quic_path_texts) + 12) + 256,
};

/* 0 or -ENOMEM; pages are touched as they are used. */
int nsc_quic_paths_new(struct nsc_quic_paths **p);
void nsc_quic_paths_free(struct nsc_quic_paths *p);

/* NULL: not known, or too short. */
struct nsc_quic_path *nsc_quic_paths_find(const struct nsc_quic_paths *p, const uint8_t *cid,
					  size_t len);

/*
 * The one of that id, or a cleared one in its place or in that of the one that was
 * longest not used.  NULL: the id is too short.
 */
struct nsc_quic_path *nsc_quic_paths_take(struct nsc_quic_paths *p, const uint8_t *cid,
					  size_t len);

struct nsc_quic_path_texts *nsc_quic_paths_texts(const struct nsc_quic_paths *p,
						 const struct nsc_quic_path *path);

/* It is QUIC for sure. */
void nsc_quic_paths_prove(struct nsc_quic_paths *p, struct nsc_quic_path *path);

/* The proved one whose id a packet with a short header begins with; NULL: none. */
struct nsc_quic_path *nsc_quic_paths_short(const struct nsc_quic_paths *p,
					   struct nsc_bytes packet);

static inline void
nsc_quic_cid_set(struct nsc_quic_cid *to, const uint8_t *p, size_t len)
{
	to->len = (uint8_t)len;
	if (len > 0)
		memcpy(to->octets, p, len);
}

static inline bool
nsc_quic_cid_is(const struct nsc_quic_cid *cid, const uint8_t *p, size_t len)
{
	return cid->len == len && (len == 0 || memcmp(cid->octets, p, len) == 0);
}

#endif
