/* SPDX-License-Identifier: MIT */
/* A status is an option of the message, of an identity association, or of an address in one. */
#include "dissect/dhcpv6_status.h"

enum {
	IA_NA = 3, IA_TA = 4, IA_ADDRESS = 5, STATUS = 13, IA_PD = 25, IA_PREFIX = 26,
	CODES = 6, OTHER = CODES + 1,
	OPTIONS_MAX = 256,		/* of a datagram, in all */
};

/* In the codes' order, from 1. */
const char *const nsc_dhcpv6_errors[] = {
	"unspec_fail", "no_addrs_avail", "no_binding", "not_on_link", "use_multicast",
	"no_prefix_avail", "other", NULL,
};

/* Octets before the options inside of an option; 0: it has none inside. */
static size_t
header_of(uint16_t code)
{
	switch (code) {
	case IA_NA:
	case IA_PD:
		return 12;
	case IA_TA:
		return 4;
	case IA_ADDRESS:
		return 24;
	case IA_PREFIX:
		return 25;
	default:
		return 0;
	}
}

/*
 * Options inside of options stand where their header ends: who does not skip what an option holds
 * but its header reads them all in one row.
 */
unsigned
nsc_dhcpv6_error(struct nsc_bytes b)
{
	for (unsigned i = 0; i < OPTIONS_MAX && nsc_bytes_left(&b) > 0; i++) {
		uint16_t code = nsc_bytes_u16(&b), length = nsc_bytes_u16(&b);
		size_t header = header_of(code);
		struct nsc_bytes in;

		if (header > 0 && header <= length) {
			nsc_bytes_skip(&b, header);
			continue;
		}
		in = nsc_bytes_sub(&b, length);
		if (code == STATUS) {
			unsigned status = nsc_bytes_u16(&in);

			if (!in.bad && status > 0)
				return status <= CODES ? status : OTHER;
		}
	}
	return 0;
}
