/* SPDX-License-Identifier: MIT */
/*
 * Microsoft SQL Server (MS-TDS, 2.2.3.1, 2.2.6.5, 2.2.5.3): the name, by a PRELOGIN whose first
 * option is the version, or by a request with the header of transactions.
 */
#include "dissect/protocols.h"

enum { BATCH = 1, RPC = 3, PRELOGIN = 0x12, HEADER = 8, VERSION_LENGTH = 6, LENGTH_MAX = 4096 };

/* ALL_HEADERS with one header, which tells the transaction: 22 octets, 18 of them of type 2. */
static enum nsc_verdict
is_request(struct nsc_bytes b)
{
	nsc_bytes_skip(&b, 4);
	if (nsc_bytes_le32(&b) != 22 || nsc_bytes_le32(&b) != 18 || nsc_bytes_le16(&b) != 2)
		return b.bad ? NSC_MORE : NSC_NOT_MINE;
	return NSC_DONE;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	uint8_t type = nsc_bytes_u8(&b), status = nsc_bytes_u8(&b);
	uint16_t length = nsc_bytes_u16(&b), offset;

	if (b.bad)
		return NSC_MORE;
	if ((type == BATCH || type == RPC) && status <= 9 && length > HEADER)
		return is_request(b);
	if (type != PRELOGIN || status != 1 || length <= HEADER || length > LENGTH_MAX)
		return NSC_NOT_MINE;
	nsc_bytes_skip(&b, 2);			/* SPID, and a number that counts */
	nsc_bytes_skip(&b, 1);
	if (nsc_bytes_u8(&b) != 0 || nsc_bytes_u8(&b) != 0)
		return NSC_NOT_MINE;
	offset = nsc_bytes_u16(&b);
	length = nsc_bytes_u16(&b);
	if (b.bad)
		return NSC_MORE;
	return offset < LENGTH_MAX && offset % 5 == 1 && length == VERSION_LENGTH ? NSC_DONE : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_mssql = {
	.name = "mssql",
	.title = "Tabular Data Stream (Microsoft SQL Server)",
	.spec = "MS-TDS",
	.transports = NSC_OVER_TCP,
	.first = {{BATCH, RPC + 1}, {PRELOGIN, PRELOGIN + 1}},
	.guess = guess,
	.known_by = "a PRELOGIN's header, and the version as its first option; a request with the header of "
		    "transactions (TDS 7.2 and later)",
};
