/* SPDX-License-Identifier: MIT */
/* SNMP, versions 1, 2c, 3 (RFC 1157, 4; RFC 3416, 3; RFC 3412, 6): the name. */
#include "dissect/ber.h"
#include "dissect/protocols.h"

enum { V1 = 0, V2C = 1, V3 = 3, PDU_FIRST = 0xa0, PDU_LAST = 0xa8 };

/* Community and one PDU, which ends where the message does. */
static bool
is_community(struct nsc_bytes in)
{
	uint8_t tag;

	(void)nsc_ber_take(&in, NSC_BER_OCTETS);
	(void)nsc_ber_next(&in, &tag);
	return !in.bad && nsc_bytes_left(&in) == 0 && tag >= PDU_FIRST && tag <= PDU_LAST;
}

/* The header's four parts (RFC 3412, 6): id, size, flags, security model. */
static bool
is_v3(struct nsc_bytes in)
{
	struct nsc_bytes header = nsc_ber_take(&in, NSC_BER_SEQUENCE), flags;

	(void)nsc_ber_number(&header);
	(void)nsc_ber_number(&header);
	flags = nsc_ber_take(&header, NSC_BER_OCTETS);
	(void)nsc_ber_number(&header);
	return !header.bad && nsc_bytes_left(&header) == 0 && nsc_bytes_left(&flags) == 1;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes, in;
	uint32_t version;

	if (nsc_bytes_left(&b) == 0 || *b.p != NSC_BER_SEQUENCE)
		return NSC_NOT_MINE;
	in = nsc_ber_take(&b, NSC_BER_SEQUENCE);
	version = nsc_ber_number(&in);
	if (b.bad || in.bad || nsc_bytes_left(&b) > 0)
		return NSC_NOT_MINE;
	if (version == V3)
		return is_v3(in) ? NSC_DONE : NSC_NOT_MINE;
	return version <= V2C && is_community(in) ? NSC_DONE : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_snmp = {
	.name = "snmp",
	.title = "Simple Network Management Protocol",
	.spec = "RFC 1157, RFC 3416, RFC 3412",
	.transports = NSC_OVER_UDP,
	.first = {{NSC_BER_SEQUENCE, NSC_BER_SEQUENCE + 1}},
	.guess = guess,
};
