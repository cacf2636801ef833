/* SPDX-License-Identifier: MIT */
/*
 * From a frame to a packet: link layer, tags, IP, extension headers, fragments,
 * tunnels, transport header.  Pure: octets and the frame's time decide.
 */
#ifndef NSC_DECODE_DECODE_H
#define NSC_DECODE_DECODE_H

#include "base/hash.h"
#include "decode/packet.h"

enum nsc_decoded {
	NSC_DECODED_IP,			/* the packet is filled */
	NSC_DECODED_ARP,		/* counted; nothing to track */
	NSC_DECODED_NON_IP,		/* known link layer, other network protocol */
	NSC_DECODED_MALFORMED,		/* an impossible or cut link or IP header */
	NSC_DECODED_UNKNOWN_LINK,	/* the frame's link type is none of ours */
	NSC_DECODED_HELD,		/* a fragment that waits for its first one: credited to it */
};

struct nsc_decode_config {
	bool decapsulate;		/* take tunnels off (option Decapsulate) */
	uint32_t fragments;		/* datagrams under reassembly at once; at the most (4096) */
	uint32_t fragment_memory;	/* octets of fragment payload held, at the most (4 MiB) */
	uint32_t fragment_timeout;	/* seconds (30, RFC 791's order of magnitude) */
	struct nsc_hash_key key;	/* of the table of datagrams: random in production */
};

/* Sums since the decoder was made. */
struct nsc_decode_stats {
	uint64_t frames, ip, arp, non_ip, malformed, unknown_link;
	uint64_t truncated;		/* captured shorter than on the wire */
	uint64_t fragments;		/* packets that are fragments */
	uint64_t fragments_evicted;	/* datagrams given up for want of room or time */
	uint64_t fragments_overlap;	/* RFC 5722: their datagram's payload is not read */
	uint64_t tunnels;		/* decapsulated packets */
	uint64_t depth_exceeded;	/* more than 8 layers: counted at the 8th */
};

struct nsc_decoder;

/* -ENOMEM or 0.  All memory is reserved here.  A limit of 0 means the value in brackets. */
int nsc_decoder_new(struct nsc_decoder **d, const struct nsc_decode_config *cfg);
void nsc_decoder_free(struct nsc_decoder *d);

/* True if frames of this LINKTYPE_ can be decoded. */
bool nsc_link_known(uint16_t link);

/*
 * Decodes one frame into *p (filled whole only with NSC_DECODED_IP).  When the
 * last missing fragment of a UDP datagram arrives, p is that fragment with
 * its own octets, and p->payload is the whole datagram's payload, reassembled.
 * Pointers live until nsc_decoder_batch.
 */
enum nsc_decoded nsc_decode(struct nsc_decoder *d, const struct nsc_frame *f, struct nsc_packet *p);

/* The batch is done: reassembled payloads handed out since the last call are free again. */
void nsc_decoder_batch(struct nsc_decoder *d);

/*
 * One portless packet for a datagram whose first fragment did not come in time
 * (or, with `all`, at the end of the capture): its credit_* hold what was seen,
 * its own octets are 0.  p->frame is an empty frame of the decoder that names
 * the interface.  False when there is none left.
 */
bool nsc_decode_orphan(struct nsc_decoder *d, uint64_t now, bool all, struct nsc_packet *p);

const struct nsc_decode_stats *nsc_decoder_stats(const struct nsc_decoder *d);

#endif
