/* SPDX-License-Identifier: MIT */
/*
 * What is DNS, multicast DNS or LLMNR.  On their own ports a plausible header is enough; anywhere
 * else the message must be one that a resolver or a server would send, to its last octet.
 */
#ifndef NSC_DISSECT_DNS_GUESS_H
#define NSC_DISSECT_DNS_GUESS_H

#include "dissect/dissector.h"
#include "dissect/dns.h"

/* Opcodes (IANA, DNS OpCodes). */
enum {
	NSC_DNS_QUERY = 0,
	NSC_DNS_STATEFUL = 6,	/* RFC 8490 */
};

/* The nsc_dns_kind of the port at either end, -1: of neither. */
int nsc_dns_port_kind(const uint16_t port[2]);

/* A header that a DNS message may have. */
bool nsc_dns_plausible(const struct nsc_dns_parsed *d);

/* Nothing but DNS looks like that.  cut: the message's end was not captured. */
bool nsc_dns_certain(const struct nsc_dns_parsed *d, bool cut);

enum nsc_verdict nsc_dns_guess(const struct nsc_guess *g, uint8_t kind);

#endif
