/* SPDX-License-Identifier: MIT */
/*
 * Modbus over TCP (MODBUS Messaging on TCP/IP Implementation Guide 1.0b, 3.1.3): the name.
 * Protocol 0, the length of what follows, and a length that the function has.
 */
#include "dissect/protocols.h"

enum { HEADER = 7, LENGTH_MAX = 254, SIMPLE_LENGTH = 6, EXCEPTION = 0x80, EXCEPTION_LENGTH = 3 };

/* A request or response of this function can be so long (unit and function included). */
static bool
fits(uint8_t function, uint16_t length)
{
	switch (function) {
	case 1: case 2: case 3: case 4:		/* read: request of 6, or octets behind a count */
		return length >= 4;
	case 5: case 6: case 8:			/* write one, diagnose */
		return length == SIMPLE_LENGTH;
	case 15: case 16:			/* write some: response of 6 */
		return length == SIMPLE_LENGTH || length >= 9;
	case 22:
		return length == 8;
	case 23:
		return length >= 5;
	case 43:
		return length >= 5;
	default:
		return function > EXCEPTION && length == EXCEPTION_LENGTH;
	}
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	size_t left = nsc_bytes_left(&b);
	uint16_t protocol, length;
	uint8_t unit, function;

	nsc_bytes_skip(&b, 2);			/* transaction */
	protocol = nsc_bytes_u16(&b);
	length = nsc_bytes_u16(&b);
	unit = nsc_bytes_u8(&b);
	function = nsc_bytes_u8(&b);
	if (left < HEADER + 1)
		return left >= 4 && protocol != 0 ? NSC_NOT_MINE : NSC_MORE;
	/* 0 and 255 are the server itself, 1 to 247 devices behind it. */
	if (protocol != 0 || length > LENGTH_MAX || left > length + 6u || !fits(function, length) ||
	    (unit > 247 && unit < 255))
		return NSC_NOT_MINE;
	return left < length + 6u ? NSC_MORE : NSC_DONE;
}

const struct nsc_dissector nsc_modbus = {
	.name = "modbus",
	.title = "Modbus/TCP",
	.spec = "MODBUS Messaging on TCP/IP 1.0b",
	.transports = NSC_OVER_TCP,
	.guess = guess,
	.known_by = "protocol 0, and a function, a unit and a length that fit each other "
		    "and fill the message",
};
