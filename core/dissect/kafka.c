/* SPDX-License-Identifier: MIT */
/*
 * Kafka (protocol guide, request header 1 and 2): the name.  The length of the first request,
 * which is alone, an API with a version that exist, and a client's name that is text.
 */
#include "dissect/protocols.h"

enum {
	HEADER = 14,			/* length, API, version, correlation, length of the name */
	API_MAX = 92, VERSION_MAX = 20, NAME_LENGTH_MAX = 255,
	API_VERSIONS = 18, METADATA = 3, SASL_HANDSHAKE = 17,
};

/* What a client asks first. */
static bool
begins(uint16_t api)
{
	return api == API_VERSIONS || api == METADATA || api == SASL_HANDSHAKE;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	size_t left = nsc_bytes_left(&b);
	uint32_t length = nsc_bytes_u32(&b);
	uint16_t api = nsc_bytes_u16(&b), version = nsc_bytes_u16(&b), n;
	const uint8_t *name;

	if ((left >= 4 && (length < HEADER - 4 || length > 4096)) ||
	    (left >= 8 && (!begins(api) || version > VERSION_MAX)))
		return NSC_NOT_MINE;
	if (left < HEADER || left < length + 4)
		return NSC_MORE;
	nsc_bytes_skip(&b, 4);		/* correlation */
	n = nsc_bytes_u16(&b);
	name = nsc_bytes_take(&b, n == 0xffff ? 0 : n);
	if (left != length + 4 || n > NAME_LENGTH_MAX || name == NULL)
		return NSC_NOT_MINE;
	for (uint16_t i = 0; i < n; i++)
		if (name[i] < ' ' || name[i] == 0x7f)
			return NSC_NOT_MINE;
	return n > 0 ? NSC_DONE : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_kafka = {
	.name = "kafka",
	.title = "Apache Kafka",
	.spec = "Kafka protocol guide",
	.transports = NSC_OVER_TCP,
	.first = {{0, 1}},
	.guess = guess,
};
