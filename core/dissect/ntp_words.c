/* SPDX-License-Identifier: MIT */
/* Kiss codes (RFC 5905, 7.4; RFC 8915, 5.7), and the crypto-NAK (RFC 5905, 9.2). */
#include "dissect/ntp_words.h"

enum error {
	FINE, DENY, RSTR, RATE, NTSN, INIT, STEP, CRYPTO, KISS, UNSYNCHRONIZED, CONTROL, PRIVATE,
};

const unsigned nsc_ntp_control_error = CONTROL, nsc_ntp_private_error = PRIVATE;

const char *const nsc_ntp_operations[] = {"other", "client", "symmetric", "broadcast", "control",
					  "private", NULL};
const char *const nsc_ntp_errors[] = {"deny", "rstr", "rate", "ntsn", "init", "step", "crypto",
				      "kiss", "unsynchronized", "control", "private", NULL};

/* Four capitals that say why there is no time. */
static unsigned
kiss(struct nsc_bytes code)
{
	static const struct {
		char code[5];
		uint8_t error;
	} codes[] = {{"DENY", DENY}, {"RSTR", RSTR}, {"RATE", RATE}, {"NTSN", NTSN},
		     {"INIT", INIT}, {"STEP", STEP}, {"CRYP", CRYPTO}};

	for (unsigned i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		if (nsc_bytes_starts(&code, codes[i].code))
			return codes[i].error;
	}
	while (nsc_bytes_left(&code) > 0) {
		uint8_t c = nsc_bytes_u8(&code);

		if (c < 'A' || c > 'Z')
			return FINE;
	}
	return KISS;
}

unsigned
nsc_ntp_error(struct nsc_bytes message)
{
	enum { HEADER = 48, NAK = 4, REFERENCE_AT = 12 };
	size_t left = nsc_bytes_left(&message);
	struct nsc_bytes mac = message;
	uint8_t leap = nsc_bytes_u8(&message) >> 6, stratum = nsc_bytes_u8(&message);
	unsigned error = FINE;

	nsc_bytes_skip(&mac, HEADER);
	if (left == HEADER + NAK && nsc_bytes_u32(&mac) == 0)
		return CRYPTO;
	nsc_bytes_skip(&message, REFERENCE_AT - 2);
	if (stratum == 0)
		error = kiss(nsc_bytes_sub(&message, 4));
	return error == FINE && leap == 3 ? UNSYNCHRONIZED : error;
}
