/* SPDX-License-Identifier: MIT */
/*
 * IPv6 extension headers (RFC 8200, 4; numbers in IANA's list "IPv6 Extension
 * Header Types") and the authentication header behind either version (RFC 4302).
 * ESP ends the walk: what follows is encrypted.
 */
#include "decode/layers.h"

enum extension {
	EXT_HOP_BY_HOP = 0,
	EXT_ROUTING = 43,
	EXT_FRAGMENT = 44,
	EXT_AH = 51,
	EXT_NONE = 59,
	EXT_DESTINATION = 60,
	EXT_MOBILITY = 135,
	EXT_HIP = 139,
	EXT_SHIM6 = 140,
};

/* The fragment header; false where the walk ends. */
static bool
fragment(struct nsc_ip *ip)
{
	const uint8_t *h = nsc_bytes_take(&ip->b, 8);
	uint32_t field;

	if (h == NULL || ip->fragment)
		return false;
	field = nsc_be16(h + 2);
	ip->wire -= 8;
	ip->proto = h[0];
	ip->offset = field & 0xfff8;
	ip->more = (field & 1) != 0;
	ip->fragment = ip->more || ip->offset > 0;	/* neither: an atomic one, RFC 6946 */
	ip->id = nsc_be32(h + 4);
	ip->part = ip->b;
	ip->part_wire = ip->wire;
	return ip->offset == 0;
}

/*
 * These carry messages of their own protocol, and then name no next header:
 * such a packet is theirs.
 */
static bool
ends_here(uint8_t proto, uint8_t next)
{
	return next == EXT_NONE &&
	       (proto == EXT_MOBILITY || proto == EXT_HIP || proto == EXT_SHIM6);
}

void
nsc_extensions(struct nsc_ip *ip)
{
	for (unsigned i = 0; i < NSC_EXTENSIONS_MAX; i++) {
		const uint8_t *h;
		uint32_t len;

		switch (ip->proto) {
		case EXT_AH:
			if (ip->offset > 0)
				return;
			break;
		case EXT_FRAGMENT:
			if (ip->version != 6 || ip->wire < 8 || !fragment(ip))
				return;
			continue;
		case EXT_HOP_BY_HOP:
		case EXT_ROUTING:
		case EXT_DESTINATION:
		case EXT_MOBILITY:
		case EXT_HIP:
		case EXT_SHIM6:
			if (ip->version != 6)
				return;
			break;
		default:
			return;
		}
		h = nsc_bytes_peek(&ip->b, 2);
		if (h == NULL || ends_here(ip->proto, h[0]))
			return;
		len = ip->proto == EXT_AH ? (h[1] + 2u) * 4 : (h[1] + 1u) * 8;
		if (len > ip->wire || nsc_bytes_peek(&ip->b, len) == NULL)
			return;
		nsc_bytes_skip(&ip->b, len);
		ip->wire -= len;
		ip->proto = h[0];
	}
}

uint32_t
nsc_jumbo_length(struct nsc_bytes b)
{
	enum { PAD1 = 0, JUMBO = 0xc2 };
	const uint8_t *h = nsc_bytes_take(&b, 2);
	struct nsc_bytes options;

	if (h == NULL)
		return 0;
	options = nsc_bytes_sub(&b, (h[1] + 1u) * 8 - 2);
	while (nsc_bytes_left(&options) > 0) {
		uint8_t type = nsc_bytes_u8(&options);
		uint8_t len;

		if (type == PAD1)
			continue;
		len = nsc_bytes_u8(&options);
		if (type == JUMBO && len == 4) {
			uint32_t jumbo = nsc_bytes_u32(&options);

			return !options.bad && jumbo > 65535 ? jumbo : 0;
		}
		nsc_bytes_skip(&options, len);
	}
	return 0;
}
