/* SPDX-License-Identifier: MIT */
/* Versions, their salts and their names. */
#include <stdio.h>

#include "dissect/quic_version.h"

static const uint8_t salt_octets[NSC_QUIC_SALTS][NSC_QUIC_SALT] = {
	/* RFC 9001, 5.2; drafts 33 and 34 */
	[NSC_QUIC_SALT_V1] = {0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
			      0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a},
	/* RFC 9369, 3.3.1 */
	[NSC_QUIC_SALT_V2] = {0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
			      0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9},
	/* draft-ietf-quic-tls-29 to -32, -23 to -28, -22; 5.2 of each */
	[NSC_QUIC_SALT_29] = {0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97,
			      0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99},
	[NSC_QUIC_SALT_23] = {0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7,
			      0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02},
	[NSC_QUIC_SALT_22] = {0x7f, 0xbc, 0xdb, 0x0e, 0x7c, 0x66, 0xbb, 0xe9, 0x19, 0x3a,
			      0x96, 0xcd, 0x21, 0x51, 0x9e, 0xbd, 0x7a, 0x02, 0x64, 0x4a},
	/* draft-ietf-quic-v2-01 to -04 */
	[NSC_QUIC_SALT_V2_DRAFT] = {0xa7, 0x07, 0xc2, 0x03, 0xa5, 0x9b, 0x47, 0x18, 0x4a, 0x1d,
				    0x62, 0xca, 0x57, 0x04, 0x06, 0xea, 0x7a, 0xe3, 0xe5, 0xd3},
	/* Chromium's quic_utils and crypto_utils */
	[NSC_QUIC_SALT_Q050] = {0x50, 0x45, 0x74, 0xef, 0xd0, 0x66, 0xfe, 0x2f, 0x9d, 0x94,
				0x5c, 0xfc, 0xdb, 0xd3, 0xa7, 0xf0, 0xd3, 0xb5, 0x6b, 0x45},
	[NSC_QUIC_SALT_T050] = {0x7f, 0xf5, 0x79, 0xe5, 0xac, 0xd0, 0x72, 0x91, 0x55, 0x80,
				0x30, 0x4c, 0x43, 0xa2, 0x36, 0x7c, 0x60, 0x48, 0x83, 0x10},
	[NSC_QUIC_SALT_T051] = {0x7a, 0x4e, 0xde, 0xf4, 0xe7, 0xcc, 0xee, 0x5f, 0xa4, 0x50,
				0x6c, 0x19, 0x12, 0x4f, 0xc8, 0xcc, 0xda, 0x6e, 0x03, 0x3d},
};

enum {
	V2_EARLY = 0x709a50c4, /* draft-ietf-quic-v2-01 to -04, and later ones before the RFC */
	Q050 = 0x51303530,
	T050 = 0x54303530,
	T051 = 0x54303531,
	DRAFT_FIRST = 22, /* before it connection ids had lengths of four bits */
	DRAFT_LAST = 34,
};

#define BIT(salt) (uint16_t)(1u << NSC_QUIC_SALT_##salt)

static struct nsc_quic_version
ietf(uint16_t salts)
{
	return (struct nsc_quic_version){.flavour = NSC_QUIC_IETF, .salts = salts};
}

static uint16_t
draft_salts(unsigned draft)
{
	if (draft >= 33)
		return BIT(V1);
	if (draft >= 29)
		return BIT(29);
	return draft >= 23 ? BIT(23) : BIT(22);
}

/* "Q0" and two digits. */
static bool
google_number(uint32_t v, unsigned *number)
{
	unsigned tens = (v >> 8 & 0xff) - '0', ones = (v & 0xff) - '0';

	*number = 10 * tens + ones;
	return v >> 16 == ('Q' << 8 | '0') && tens <= 9 && ones <= 9;
}

struct nsc_quic_version
nsc_quic_version(uint32_t v)
{
	struct nsc_quic_version r = {.flavour = NSC_QUIC_UNKNOWN};
	unsigned number;

	if (v == NSC_QUIC_V1)
		return ietf(BIT(V1));
	if (v == NSC_QUIC_V2 || v == V2_EARLY) {
		r = ietf(v == NSC_QUIC_V2 ? BIT(V2) : BIT(V2_DRAFT) | BIT(V2));
		r.swapped = true;
	} else if (v >> 8 == 0xff0000) {
		if ((v & 0xff) >= DRAFT_FIRST && (v & 0xff) <= DRAFT_LAST)
			r = ietf(draft_salts(v & 0xff));
	} else if (v >> 8 == 0xfaceb0) {
		/* mvfst: 1 follows draft 22, 2 draft 27; its experiments and aliases vary. */
		r = ietf((v & 0xff) == 1   ? BIT(22)
			 : (v & 0xff) == 2 ? BIT(23)
					   : BIT(V1) | BIT(29) | BIT(23) | BIT(22));
	} else if ((v & 0x0f0f0f0f) == 0x0a0a0a0a) {
		r = ietf(BIT(V1) | BIT(V2) | BIT(29) | BIT(23) | BIT(22));
		r.reserved = true;
	} else if (v == Q050) {
		r = (struct nsc_quic_version){.flavour = NSC_QUIC_GOOGLE_CRYPT,
					      .salts = BIT(Q050)};
	} else if (v == T050 || v == T051) {
		r = (struct nsc_quic_version){.flavour = NSC_QUIC_GOOGLE_TLS,
					      .salts = v == T050 ? BIT(T050) : BIT(T051)};
	} else if (google_number(v, &number) && number >= 20 && number < 50) {
		if (number <= 43)
			r.flavour = NSC_QUIC_GOOGLE_PUBLIC;
		else if (number >= 46)
			r.flavour = NSC_QUIC_GOOGLE_LONG;
	}
	return r;
}

bool
nsc_quic_version_initial(struct nsc_quic_secret *initial, unsigned salt, const uint8_t *cid,
			 size_t len)
{
	if (salt >= NSC_QUIC_SALTS)
		return false;
	return nsc_quic_crypt_initial(initial, salt_octets[salt],
				      salt == NSC_QUIC_SALT_V2 || salt == NSC_QUIC_SALT_V2_DRAFT,
				      cid, len);
}

const char *
nsc_quic_version_text(uint32_t v, char buf[NSC_QUIC_VERSION_TEXT])
{
	struct nsc_quic_version known = nsc_quic_version(v);

	if (v == NSC_QUIC_V1)
		return "v1";
	if (v == NSC_QUIC_V2)
		return "v2";
	if (known.flavour == NSC_QUIC_IETF && v >> 8 == 0xff0000)
		snprintf(buf, NSC_QUIC_VERSION_TEXT, "draft-%u", (unsigned)(v & 0xff));
	else if (known.flavour > NSC_QUIC_IETF)
		snprintf(buf, NSC_QUIC_VERSION_TEXT, "%c%c%c%c", (int)(v >> 24),
			 (int)(v >> 16 & 0xff), (int)(v >> 8 & 0xff), (int)(v & 0xff));
	else
		snprintf(buf, NSC_QUIC_VERSION_TEXT, "0x%08x", (unsigned)v);
	return buf;
}
