/* SPDX-License-Identifier: MIT */
/*
 * The handshake messages in CRYPTO frames, which come in any order, overlap, and may
 * take several packets.  A message that is whole in one frame is read where it
 * lies; others are put together in a worker's few buffers.  When all are taken the
 * oldest goes, and is counted: half a hello costs its sender more than us.
 */
#ifndef NSC_DISSECT_QUIC_HELLO_H
#define NSC_DISSECT_QUIC_HELLO_H

#include "base/bytes.h"

enum {
	NSC_QUIC_HELLO_MAX = 16384,	/* octets of a message; post-quantum ones have 2500 */
	NSC_QUIC_HELLOS = 256,		/* at once, a worker */
	/* Octets of all, with what is kept beside each. */
	NSC_QUIC_HELLOS_MEMORY = NSC_QUIC_HELLOS * (NSC_QUIC_HELLO_MAX / 8 * 9 + 64),
};

struct nsc_quic_hellos;

/* A side's CRYPTO stream; zeroed at its start. */
struct nsc_quic_stream {
	uint32_t base;			/* offset of the message that is awaited */
	uint16_t buffer;		/* 1 + index; 0: none */
	bool over;			/* nothing more is read of it */
	uint64_t taken;			/* when the buffer was taken: whose it is */
};

/* 0 or -ENOMEM; the buffers' pages are touched as they are used. */
int nsc_quic_hellos_new(struct nsc_quic_hellos **h);
void nsc_quic_hellos_free(struct nsc_quic_hellos *h);

/*
 * Octets of the stream at `offset`.  True: a message is whole; it is borrowed until
 * the next call, and the stream stands behind it.  length: says how long the message
 * is whose first octets are given: 0 not known yet, SIZE_MAX none.
 */
bool nsc_quic_hello_add(struct nsc_quic_hellos *h, struct nsc_quic_stream *s, uint64_t offset,
			struct nsc_bytes octets, size_t (*length)(struct nsc_bytes start),
			struct nsc_bytes *message);

/* The buffer goes back, if the stream has one; it begins anew. */
void nsc_quic_hello_drop(struct nsc_quic_hellos *h, struct nsc_quic_stream *s);

/* Messages lost: too long, or their buffer went to another stream. */
uint64_t nsc_quic_hellos_evicted(const struct nsc_quic_hellos *h);

#endif
