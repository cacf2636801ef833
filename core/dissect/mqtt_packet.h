/* SPDX-License-Identifier: MIT */
/* MQTT's fixed header (3.1.1 and 5: 2.1).  For mqtt.c alone. */
#ifndef NSC_DISSECT_MQTT_PACKET_H
#define NSC_DISSECT_MQTT_PACKET_H

#include "base/bytes.h"

enum { LENGTH_OCTETS = 4 };

enum type {
	CONNECT = 1, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBSCRIBE, SUBACK,
	UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT, AUTH,
};

struct packet {
	enum type type;
	uint8_t flags;
	uint32_t len;		/* of what follows the fixed header */
};

/* Who may send a type, and with which flags (2.1.2, 2.1.3). */
static inline bool
is_sound(const struct packet *p)
{
	switch (p->type) {
	case PUBLISH:
		return (p->flags & 6) != 6 && p->len >= 2;
	case PUBREL: case SUBSCRIBE: case UNSUBSCRIBE:
		return (p->flags & 7) == 2 && p->len >= 2;	/* 3.1 has DUP */
	case PUBACK: case PUBREC: case PUBCOMP: case SUBACK: case UNSUBACK:
		return p->flags == 0 && p->len >= 2;
	case PINGREQ: case PINGRESP:
		return p->flags == 0 && p->len == 0;
	case CONNACK:
		return p->flags == 0 && p->len >= 2;
	case CONNECT: case DISCONNECT: case AUTH:
		return p->flags == 0;
	}
	return false;
}

/* Moves b behind the fixed header.  1: it was there; 0: not all; -1: none. */
static inline int
take_header(struct nsc_bytes *b, struct packet *p)
{
	uint8_t first = nsc_bytes_u8(b), octet = 0x80;

	p->type = (enum type)(first >> 4);
	p->flags = first & 15;
	p->len = 0;
	for (unsigned i = 0; i < LENGTH_OCTETS && (octet & 0x80) != 0 && !b->bad; i++) {
		octet = nsc_bytes_u8(b);
		p->len |= (uint32_t)(octet & 0x7f) << 7 * i;
	}
	if (b->bad)
		return 0;
	return (octet & 0x80) == 0 && is_sound(p) ? 1 : -1;
}

#endif
