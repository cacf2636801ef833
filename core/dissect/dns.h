/* SPDX-License-Identifier: MIT */
/* Reading one DNS message (RFC 1035, 2181, 6891), and the names of its numbers. */
#ifndef NSC_DISSECT_DNS_H
#define NSC_DISSECT_DNS_H

#include "base/bytes.h"
#include "dissect/event.h"

enum {
	NSC_DNS_PORT = 53,
	NSC_MDNS_PORT = 5353,
	NSC_LLMNR_PORT = 5355,
	NSC_DNS_HEADER = 12,
	NSC_DNS_NAME_TEXT = 1024, /* 255 octets of name, each at most \DDD, and a NUL */
	NSC_DNS_RECORDS = 512,    /* answers walked, at the most */
};

/* A message as read; name and answer of msg point into it. */
struct nsc_dns_parsed {
	struct nsc_dns_message msg; /* tcp, kind, client, latency are the caller's */
	uint16_t flags;             /* as on the wire */
	uint16_t authorities, additionals;
	uint32_t question; /* hash of name (lower case), type and class; 0: none */
	bool asked;        /* the first question was read whole */
	bool exact;        /* every record was read and nothing is left over */
	bool netbios;      /* the name is a NetBIOS one (RFC 1001, 14.1) */
	const uint8_t *wire; /* the first question's name in the message, with `asked` */
	const uint8_t *records; /* where the answer section begins, with `asked` */
	char name[NSC_DNS_NAME_TEXT];
	struct nsc_addr answer[NSC_DNS_ANSWERS];
};

/*
 * Reads the message.  `cut`: captured shorter than sent, so an end in the middle
 * is no fault of the sender.  False if there is no header; else d is filled as
 * far as the message could be read, and d->msg.malformed says the rest.
 */
bool nsc_dns_parse(struct nsc_dns_parsed *d, const void *data, size_t len, bool cut,
		   uint8_t kind);

/* The header alone; false if it is not there. */
bool nsc_dns_read_header(struct nsc_dns_parsed *d, const void *data, size_t len, uint8_t kind);

/* The same without msg.name, which nsc_dns_name makes while the message is there. */
bool nsc_dns_read(struct nsc_dns_parsed *d, const void *data, size_t len, bool cut,
		  uint8_t kind);
void nsc_dns_name(struct nsc_dns_parsed *d);

/* Presentation form of a wire form that is whole, without pointers and at most 255 octets long. */
struct nsc_text nsc_dns_presentation(const uint8_t *label, char text[NSC_DNS_NAME_TEXT]);

/* True for types that IANA has assigned; a message on an odd port must ask for one. */
bool nsc_dns_type_known(uint16_t qtype);

/* "AAAA", "HTTPS", or "TYPE65534" written into buf. */
const char *nsc_dns_type_text(uint16_t qtype, char buf[12]);

/* "NOERROR", "NXDOMAIN", or the number written into buf. */
const char *nsc_dns_rcode_text(uint16_t rcode, char buf[12]);

#endif
