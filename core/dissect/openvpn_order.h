/* SPDX-License-Identifier: MIT */
/*
 * What OpenVPN's control channel cannot use at once: octets that are not whole a message
 * of TLS, and messages that came before their turn. A fixed number of places that all
 * conversations of a worker share; when all are taken, the one that waited longest is given up.
 */
#ifndef NSC_DISSECT_OPENVPN_ORDER_H
#define NSC_DISSECT_OPENVPN_ORDER_H

#include "base/bytes.h"

enum {
	NSC_OPENVPN_PLACES = 32,	/* of sides, at once */
	NSC_OPENVPN_OCTETS = 16384 + 2048,	/* unread, of a side */
	NSC_OPENVPN_HELD = 8,		/* messages before their turn: what may be unacknowledged */
	NSC_OPENVPN_MESSAGE = 1500,	/* octets of one */
};

struct nsc_openvpn_place {
	uint64_t ticket;		/* whose it is; 0: free */
	uint64_t time;			/* of its last use, ns */
	uint32_t len;			/* unread octets */
	uint32_t number[NSC_OPENVPN_HELD]; /* 0: none is held; no such message has number 0 */
	uint16_t held_len[NSC_OPENVPN_HELD];
	uint8_t octets[NSC_OPENVPN_OCTETS];
	uint8_t held[NSC_OPENVPN_HELD][NSC_OPENVPN_MESSAGE];
};

struct nsc_openvpn_order {
	uint64_t next;			/* ticket; its lowest bits are the place */
	struct nsc_openvpn_place place[NSC_OPENVPN_PLACES];
};

/* The ticket's place; NULL: it has none, or it was given up. */
struct nsc_openvpn_place *nsc_openvpn_place(struct nsc_openvpn_order *o, uint64_t ticket);

/* The same; if there is none, a new one. */
struct nsc_openvpn_place *nsc_openvpn_take(struct nsc_openvpn_order *o, uint64_t *ticket,
					   uint64_t now);

void nsc_openvpn_drop(struct nsc_openvpn_order *o, uint64_t *ticket);

/* Where the message of this number is held, or where there is room for one (0); -1: nowhere. */
int nsc_openvpn_held(const struct nsc_openvpn_place *p, uint32_t number);

/* The lowest number that is held; 0: none is. */
uint32_t nsc_openvpn_lowest(const struct nsc_openvpn_place *p);

#endif
