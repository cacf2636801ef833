/* SPDX-License-Identifier: MIT */
/*
 * Kerberos 5 (RFC 4120, 5.4 to 5.9; over TCP behind four octets of length, 7.2.2): the name.
 * The application tag of a message, and the protocol's number 5 within.
 */
#include "dissect/ber.h"
#include "dissect/protocols.h"

enum {
	AS_REQUEST = 0x6a, TGS_REQUEST = 0x6c,	/* [APPLICATION 10], 12 */
	KRB_ERROR = 0x7e,				/* 30 */
	PVNO = 5,
	MESSAGE_MAX = 1 << 20,
};

/* KDC-REQ counts its fields from 1, all others from 0. */
static bool
is_message(struct nsc_bytes b)
{
	uint8_t tag, type = nsc_bytes_left(&b) > 0 ? *b.p : 0;
	struct nsc_bytes in, field;

	if (!((type >= AS_REQUEST && type <= 0x6f) || (type >= 0x74 && type <= 0x76) ||
	      type == KRB_ERROR))
		return false;
	in = nsc_ber_open(&b, &tag);
	in = nsc_ber_open(&in, &tag);
	if (tag != NSC_BER_SEQUENCE)
		return false;
	field = nsc_ber_next(&in, &tag);
	return tag == (type == AS_REQUEST || type == TGS_REQUEST ? 0xa1 : 0xa0) &&
	       nsc_bytes_left(&field) == 3 && nsc_ber_number(&field) == PVNO && !field.bad;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	enum { ENOUGH = 24 };		/* tags and lengths up to the number */
	struct nsc_bytes b = g->bytes;
	size_t left = nsc_bytes_left(&b);
	uint32_t length;

	if (g->transport == NSC_OVER_UDP)
		return is_message(b) ? NSC_DONE : NSC_NOT_MINE;
	length = nsc_bytes_u32(&b);
	if (left >= 4 && (length < ENOUGH || length > MESSAGE_MAX))
		return NSC_NOT_MINE;
	if (left < 4 + ENOUGH)
		return left > 0 && *g->bytes.p != 0 ? NSC_NOT_MINE : NSC_MORE;
	return is_message(b) ? NSC_DONE : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_kerberos = {
	.name = "kerberos",
	.title = "Kerberos 5",
	.spec = "RFC 4120",
	.transports = NSC_OVER_TCP | NSC_OVER_UDP,
	.first = {{0, 1}, {AS_REQUEST, KRB_ERROR + 1}},
	.guess = guess,
};
