/* SPDX-License-Identifier: MIT */
/* Frames of HTTP/2 (RFC 9113, 4 and 6), and what tells that octets are some. */
#ifndef NSC_DISSECT_H2_FRAME_H
#define NSC_DISSECT_H2_FRAME_H

#include "base/bytes.h"

enum {
	NSC_H2_FRAME = 9,		/* octets of a frame's header */
	NSC_H2_PREFACE = 24,		/* octets of the client's preface */
};

enum nsc_h2_type {
	NSC_H2_DATA,
	NSC_H2_HEADERS,
	NSC_H2_PRIORITY,
	NSC_H2_RST_STREAM,
	NSC_H2_SETTINGS,
	NSC_H2_PUSH_PROMISE,
	NSC_H2_PING,
	NSC_H2_GOAWAY,
	NSC_H2_WINDOW_UPDATE,
	NSC_H2_CONTINUATION,
	NSC_H2_TYPES
};

enum nsc_h2_flag {
	NSC_H2_END_STREAM = 0x1,	/* SETTINGS, PING: ACK */
	NSC_H2_END_HEADERS = 0x4,
	NSC_H2_PADDED = 0x8,
	NSC_H2_HAS_PRIORITY = 0x20,
};

struct nsc_h2_frame {
	uint32_t length;		/* of the payload */
	uint32_t stream;
	uint8_t type, flags;
};

/* Reads a frame's header; b must hold NSC_H2_FRAME octets. */
struct nsc_h2_frame nsc_h2_frame(struct nsc_bytes *b);

/* The length and the stream number are such as its type may have (RFC 9113, 6). */
bool nsc_h2_frame_valid(const struct nsc_h2_frame *f);

/* Where b stands between other octets: is this a frame, surely?  `highest`: stream seen so far. */
bool nsc_h2_frame_certain(struct nsc_bytes b, uint32_t highest);

/* Octets of b that are the client's preface: all of it, as far as b goes, or (-1) none. */
int nsc_h2_preface(const struct nsc_bytes *b);

/*
 * Does a server begin with these?  1: yes, surely: SETTINGS and another frame; 0: so far it may;
 * -1: no.
 */
int nsc_h2_server_begins(struct nsc_bytes b);

#endif
