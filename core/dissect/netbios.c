/* SPDX-License-Identifier: MIT */
/*
 * NetBIOS over TCP and UDP (RFC 1002, 4): the name.  What all its services carry is a name
 * of 16 octets, each as two letters from A to P.
 */
#include "dissect/protocols.h"

enum {
	NAME = 32,
	SERVICE_QUESTION = 12,		/* octets before a question's name, */
	DATAGRAM = 14,			/* and before a datagram's */
	DATAGRAM_TYPE_MIN = 0x10, DATAGRAM_TYPE_MAX = 0x16,
	SESSION_REQUEST = 0x81,
	SESSION = 4,			/* type, flags, length */
	SESSION_LENGTH = 2 * (NAME + 2),
};

/* The next name, without a scope or with one: a label of 32 letters. */
static bool
is_name(struct nsc_bytes *b)
{
	const uint8_t *p = nsc_bytes_u8(b) == NAME ? nsc_bytes_take(b, NAME) : NULL;

	for (unsigned i = 0; p != NULL && i < NAME; i++)
		if (p[i] < 'A' || p[i] > 'P')
			return false;
	return p != NULL;
}

static bool
is_service(struct nsc_bytes b)
{
	uint16_t flags, questions, answers;

	nsc_bytes_skip(&b, 2);
	flags = nsc_bytes_u16(&b);
	questions = nsc_bytes_u16(&b);
	answers = nsc_bytes_u16(&b);
	nsc_bytes_skip(&b, 4);
	/* Opcodes query, registration, release, WACK, refresh; one question or its answer. */
	return (flags >> 11 & 15) <= 9 && questions <= 1 && questions + answers > 0 && is_name(&b);
}

static bool
is_datagram(struct nsc_bytes b)
{
	uint8_t type = nsc_bytes_u8(&b);

	nsc_bytes_skip(&b, DATAGRAM - 1);
	return type >= DATAGRAM_TYPE_MIN && type <= DATAGRAM_TYPE_MAX && is_name(&b);
}

static enum nsc_verdict
guess_session(struct nsc_bytes b)
{
	size_t left = nsc_bytes_left(&b);

	if (left > 0 && *b.p != SESSION_REQUEST)
		return NSC_NOT_MINE;
	if (left < SESSION + 1 + NAME)
		return NSC_MORE;
	nsc_bytes_skip(&b, 2);
	return nsc_bytes_u16(&b) >= SESSION_LENGTH && is_name(&b) ? NSC_DONE : NSC_NOT_MINE;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	if (g->transport == NSC_OVER_TCP)
		return guess_session(g->bytes);
	return is_service(g->bytes) || is_datagram(g->bytes) ? NSC_DONE : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_netbios = {
	.name = "netbios",
	.title = "NetBIOS over TCP/IP",
	.spec = "RFC 1001, RFC 1002",
	.transports = NSC_OVER_TCP | NSC_OVER_UDP,
	.guess = guess,
	.known_by = "flags, counts and encoded names of a name service's message or a "
		    "datagram; a session's request",
};
