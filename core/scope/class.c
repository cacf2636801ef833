/* SPDX-License-Identifier: MIT */
/*
 * The class of an address: the IANA special-purpose registries (RFC 6890 and what
 * came after), as two tables of ranges.  What is in neither is public.
 */
#include "scope/scope.h"

struct range4 {			/* disjoint and sorted */
	uint32_t first, last;
	uint8_t class;
};

static const struct range4 ranges4[] = {
	{0x00000000, 0x00000000, NSC_CLASS_UNSPECIFIED},
	{0x00000001, 0x00ffffff, NSC_CLASS_RESERVED},		/* "this network" */
	{0x0a000000, 0x0affffff, NSC_CLASS_PRIVATE},
	{0x64400000, 0x647fffff, NSC_CLASS_CGNAT},		/* RFC 6598 */
	{0x7f000000, 0x7fffffff, NSC_CLASS_LOOPBACK},
	{0xa9fe0000, 0xa9feffff, NSC_CLASS_LINKLOCAL},
	{0xac100000, 0xac1fffff, NSC_CLASS_PRIVATE},
	{0xc0000000, 0xc0000008, NSC_CLASS_RESERVED},		/* 192.0.0.0/24 ... */
	{0xc0000009, 0xc000000a, NSC_CLASS_PUBLIC},		/* PCP, TURN: anycast */
	{0xc000000b, 0xc00000ff, NSC_CLASS_RESERVED},
	{0xc0000200, 0xc00002ff, NSC_CLASS_DOCUMENTATION},
	{0xc0586300, 0xc05863ff, NSC_CLASS_RESERVED},		/* 6to4 relays, RFC 7526 */
	{0xc0a80000, 0xc0a8ffff, NSC_CLASS_PRIVATE},
	{0xc6120000, 0xc613ffff, NSC_CLASS_BENCHMARK},
	{0xc6336400, 0xc63364ff, NSC_CLASS_DOCUMENTATION},
	{0xcb007100, 0xcb0071ff, NSC_CLASS_DOCUMENTATION},
	{0xe0000000, 0xefffffff, NSC_CLASS_MULTICAST},
	{0xf0000000, 0xfffffffe, NSC_CLASS_RESERVED},
	{0xffffffff, 0xffffffff, NSC_CLASS_BROADCAST},
};

struct row6 {
	uint64_t hi, lo;
	uint8_t bits, class;
};

static const struct row6 rows6[] = {	/* the longer prefix stands first */
	{0, 0, 128, NSC_CLASS_UNSPECIFIED},
	{0, 1, 128, NSC_CLASS_LOOPBACK},
	{0x2001000100000000, 1, 128, NSC_CLASS_PUBLIC},		/* PCP anycast */
	{0x2001000100000000, 2, 128, NSC_CLASS_PUBLIC},		/* TURN anycast */
	{0x2001000100000000, 3, 128, NSC_CLASS_PUBLIC},		/* SRP anycast, RFC 9665 */
	{0x2001000200000000, 0, 48, NSC_CLASS_BENCHMARK},
	{0x2001000401120000, 0, 48, NSC_CLASS_PUBLIC},		/* AS112 */
	{0x0064ff9b00010000, 0, 48, NSC_CLASS_PRIVATE},		/* local NAT64, RFC 8215 */
	{0x2001000000000000, 0, 32, NSC_CLASS_PUBLIC},		/* Teredo */
	{0x2001000300000000, 0, 32, NSC_CLASS_PUBLIC},		/* AMT */
	{0x20010db800000000, 0, 32, NSC_CLASS_DOCUMENTATION},
	{0x2001002000000000, 0, 28, NSC_CLASS_PUBLIC},		/* ORCHIDv2 */
	{0x2001003000000000, 0, 28, NSC_CLASS_PUBLIC},		/* drones, RFC 9374 */
	{0x2001000000000000, 0, 23, NSC_CLASS_RESERVED},
	{0x3fff000000000000, 0, 20, NSC_CLASS_DOCUMENTATION},	/* RFC 9637 */
	{0xfe80000000000000, 0, 10, NSC_CLASS_LINKLOCAL},
	{0xfec0000000000000, 0, 10, NSC_CLASS_PRIVATE},		/* site-local, deprecated */
	{0xff00000000000000, 0, 8, NSC_CLASS_MULTICAST},
	{0xfc00000000000000, 0, 7, NSC_CLASS_PRIVATE},
	{0x2000000000000000, 0, 3, NSC_CLASS_PUBLIC},		/* all that is given out */
	{0, 0, 0, NSC_CLASS_RESERVED},
};

/*
 * By the first octet, the first row of ranges4 that may hold such an address.  The last row
 * ends with the last address, so that a walk from there comes to an end.
 */
static const uint8_t first4[256] = {
	[0x01 ... 0x0a] = 2,  [0x0b ... 0x64] = 3,  [0x65 ... 0x7f] = 4,  [0x80 ... 0xa9] = 5,
	[0xaa ... 0xac] = 6,  [0xad ... 0xc0] = 7,  [0xc1 ... 0xc6] = 13, [0xc7 ... 0xcb] = 15,
	[0xcc ... 0xef] = 16, [0xf0 ... 0xff] = 17,
};

static enum nsc_class
class4(uint32_t v)
{
	const struct range4 *r = &ranges4[first4[v >> 24]];

	while (v > r->last)
		r++;
	return v >= r->first ? r->class : NSC_CLASS_PUBLIC;
}

static inline bool
in_row(const struct row6 *r, uint64_t hi, uint64_t lo)
{
	if (r->bits == 128)
		return hi == r->hi && lo == r->lo;
	return r->bits == 0 || (hi ^ r->hi) >> (64 - r->bits) == 0;	/* none from 65 to 127 */
}

/* The same for rows6, whose last row has every address. */
static const uint8_t first6[256] = {
	[0x00] = 0,
	[0x01 ... 0x1f] = 20,
	[0x20] = 2,
	[0x21 ... 0x3f] = 14,
	[0x40 ... 0xfb] = 20,
	[0xfc ... 0xfd] = 18,
	[0xfe] = 15,
	[0xff] = 17,
};

static enum nsc_class
class6(uint64_t hi, uint64_t lo)
{
	const struct row6 *r = &rows6[first6[hi >> 56]];

	while (!in_row(r, hi, lo))
		r++;
	return r->class;
}

enum nsc_class
nsc_class(const struct nsc_addr *a)
{
	uint64_t hi = nsc_addr_word(a, 0), lo = nsc_addr_word(a, 1);

	if (hi == 0 && lo >> 32 == 0xffff)
		return class4((uint32_t)lo);
	if (hi == 0x0064ff9b00000000 && lo >> 32 == 0)		/* NAT64: the far end's class */
		return class4((uint32_t)lo);
	if (hi >> 48 == 0x2002)		/* 6to4 of an address that can have none is bogus */
		return class4((uint32_t)(hi >> 16)) == NSC_CLASS_PUBLIC ? NSC_CLASS_PUBLIC
									: NSC_CLASS_RESERVED;
	return class6(hi, lo);
}

static const struct {
	const char *text;
	uint8_t scope;
} classes[NSC_CLASSES] = {
	[NSC_CLASS_UNSPECIFIED] = {"unspecified", NSC_SCOPE_PUBLIC},
	[NSC_CLASS_LOOPBACK] = {"loopback", NSC_SCOPE_LOOPBACK},
	[NSC_CLASS_PRIVATE] = {"private", NSC_SCOPE_PRIVATE},
	[NSC_CLASS_LINKLOCAL] = {"linklocal", NSC_SCOPE_PRIVATE},
	[NSC_CLASS_CGNAT] = {"cgnat", NSC_SCOPE_PRIVATE},
	[NSC_CLASS_MULTICAST] = {"multicast", NSC_SCOPE_PUBLIC},
	[NSC_CLASS_BROADCAST] = {"broadcast", NSC_SCOPE_PUBLIC},
	[NSC_CLASS_DOCUMENTATION] = {"documentation", NSC_SCOPE_PUBLIC},
	[NSC_CLASS_BENCHMARK] = {"benchmark", NSC_SCOPE_PUBLIC},
	[NSC_CLASS_RESERVED] = {"reserved", NSC_SCOPE_PUBLIC},
	[NSC_CLASS_PUBLIC] = {"public", NSC_SCOPE_PUBLIC},
};

enum nsc_scope
nsc_scope_of(enum nsc_class c)
{
	return (unsigned)c < NSC_CLASSES ? classes[c].scope : NSC_SCOPE_PUBLIC;
}

const char *
nsc_class_text(enum nsc_class c)
{
	return (unsigned)c < NSC_CLASSES ? classes[c].text : "";
}
