/* SPDX-License-Identifier: MIT */
/* MQTT 3.1, 3.1.1 and 5 (OASIS, 3.1): the name, by the CONNECT that begins each connection. */
#include "dissect/protocols.h"

enum { CONNECT = 0x10, LENGTH_OCTETS = 4, HEAD = 1 + LENGTH_OCTETS + 2 + 6 + 1 };

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	size_t left = nsc_bytes_left(&b);
	uint8_t more = 0x80, level;
	bool old;

	if (left > 0 && nsc_bytes_u8(&b) != CONNECT)
		return NSC_NOT_MINE;
	for (unsigned i = 0; i < LENGTH_OCTETS && more & 0x80; i++)
		more = nsc_bytes_u8(&b);
	if (more & 0x80)
		return NSC_NOT_MINE;
	old = nsc_bytes_left(&b) > 8 && memcmp(b.p, "\0\6MQIsdp", 8) == 0;
	if (!old && !(nsc_bytes_left(&b) > 6 && memcmp(b.p, "\0\4MQTT", 6) == 0))
		return left < HEAD ? NSC_MORE : NSC_NOT_MINE;
	nsc_bytes_skip(&b, old ? 8 : 6);
	level = nsc_bytes_u8(&b) & 0x7f;	/* the highest bit marks a bridge */
	return (old ? level == 3 : level == 4 || level == 5) ? NSC_DONE : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_mqtt = {
	.name = "mqtt",
	.title = "MQTT",
	.spec = "OASIS MQTT 3.1.1, OASIS MQTT 5.0",
	.transports = NSC_OVER_TCP,
	.first = {{CONNECT, CONNECT + 1}},
	.guess = guess,
};
