/* SPDX-License-Identifier: MIT */
/*
 * Messages of DTLS that come in parts, in any order and twice: put together in a fixed
 * number of places that all conversations of a worker share.  When all are taken, the one
 * that waited longest is given up.
 */
#ifndef NSC_DISSECT_DTLS_PARTS_H
#define NSC_DISSECT_DTLS_PARTS_H

#include "dissect/dtls_record.h"

enum {
	NSC_DTLS_PARTS = 64,            /* messages at once */
	NSC_DTLS_PARTS_OCTETS = 16384,  /* kept of one, from its beginning */
	/* Octets that nsc_dtls_parts_new() takes at the most, touched as they are needed. */
	NSC_DTLS_PARTS_MEMORY = NSC_DTLS_PARTS * (NSC_DTLS_PARTS_OCTETS * 9 / 8 + 64),
};

struct nsc_dtls_parts;

/* 0 or -ENOMEM. */
int nsc_dtls_parts_new(struct nsc_dtls_parts **parts);
void nsc_dtls_parts_free(struct nsc_dtls_parts *parts);

/*
 * Adds a part to the message of the ticket (0: none yet, or given up meanwhile; another
 * message than the part's is given up).  Returns what is there of the body without a hole
 * from its beginning, borrowed until the next call.
 */
struct nsc_bytes nsc_dtls_parts_add(struct nsc_dtls_parts *parts, uint64_t *ticket,
				    const struct nsc_dtls_fragment *f, uint64_t now);

/* What is there of the message, as its first part; false: nothing. */
bool nsc_dtls_parts_get(struct nsc_dtls_parts *parts, uint64_t ticket,
			struct nsc_dtls_fragment *f);

void nsc_dtls_parts_drop(struct nsc_dtls_parts *parts, uint64_t *ticket);

#endif
