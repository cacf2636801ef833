/* SPDX-License-Identifier: MIT */
/* A frame as a source delivers it: octets, time and what the capture knew about them. */
#ifndef NSC_BASE_FRAME_H
#define NSC_BASE_FRAME_H

#include <stdint.h>

enum nsc_frame_flags {
	NSC_FRAME_VLAN = 1 << 0,	/* vlan_tci holds a tag that the device took off */
	NSC_FRAME_OUTGOING = 1 << 1,	/* PACKET_OUTGOING: this host sent it */
	NSC_FRAME_OTHERHOST = 1 << 2,	/* PACKET_OTHERHOST: the destination MAC is not ours */
};

struct nsc_frame {
	const uint8_t *data;	/* borrowed; dies with the source's next batch */
	uint64_t time;		/* nanoseconds since the epoch */
	uint32_t caplen;	/* octets at data */
	uint32_t len;		/* octets on the wire, or of the GSO super-packet */
	uint16_t link;		/* LINKTYPE_ number (www.tcpdump.org/linktypes.html) */
	uint16_t iface;		/* row of the interface in the ledger; 0 for files */
	uint16_t vlan_tci;	/* with NSC_FRAME_VLAN */
	uint16_t gso_size;	/* octets of payload a wire segment carries; 0: not a super-packet */
	uint32_t flags;		/* nsc_frame_flags */
};

#endif
