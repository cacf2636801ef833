/* SPDX-License-Identifier: MIT */
/* bsonspec.org, version 1.1: an element is a type, a name and a value whose size its type tells. */
#include "dissect/mongodb.h"

enum { NAME_MAX_OCTETS = 512, TEXT_MAX = 1024, DOCUMENT_MAX = 64 << 20, LOOKED_AT = 16 };

/* A text up to its NUL, which goes too. */
static int
take_text(struct nsc_bytes *b, struct nsc_bytes *text, size_t max)
{
	const uint8_t *end = memchr(b->p, 0, nsc_bytes_left(b));

	if (end == NULL)
		return nsc_bytes_left(b) > max ? -1 : 0;
	*text = nsc_bytes_sub(b, (size_t)(end - b->p));
	nsc_bytes_skip(b, 1);
	return 1;
}

/* The length that stands before a value; `itself`: it counts its own octets. */
static int
counted(struct nsc_bytes *b, uint32_t least, bool itself, uint64_t *size)
{
	uint32_t n = nsc_bytes_le32(b);

	if (b->bad)
		return 0;
	if (n < least || n > DOCUMENT_MAX)
		return -1;
	*size = itself ? n - 4 : n;
	return 1;
}

static int
value(struct nsc_bytes *b, struct nsc_bson *e)
{
	struct nsc_bytes text;
	int there;

	e->size = 0;
	switch (e->type) {
	case NSC_BSON_DOUBLE: case 0x09: case 0x11: case NSC_BSON_INT64:
		e->size = 8;
		return 1;
	case 0x02: case 0x0d: case 0x0e:	/* text, code, symbol */
		return counted(b, 1, false, &e->size);
	case NSC_BSON_DOCUMENT: case NSC_BSON_ARRAY: case 0x0f:
		return counted(b, 5, true, &e->size);
	case 0x05:				/* octets, with a subtype */
		there = counted(b, 0, false, &e->size);
		e->size += there > 0;
		return there;
	case 0x06: case 0x0a: case 0x7f: case 0xff:
		return 1;
	case 0x07:
		e->size = 12;
		return 1;
	case NSC_BSON_BOOL:
		e->size = 1;
		return 1;
	case 0x0b:				/* a pattern and its options */
		there = take_text(b, &text, TEXT_MAX);
		return there > 0 ? take_text(b, &text, TEXT_MAX) : there;
	case 0x0c:
		there = counted(b, 1, false, &e->size);
		e->size += there > 0 ? 12 : 0;
		return there;
	case NSC_BSON_INT32:
		e->size = 4;
		return 1;
	case 0x13:
		e->size = 16;
		return 1;
	default:
		return -1;
	}
}

int
nsc_bson_element(struct nsc_bytes *octets, struct nsc_bson *e)
{
	struct nsc_bytes b = *octets;
	int there = 1;

	e->size = 0;
	e->name = nsc_bytes(NULL, 0);
	e->type = nsc_bytes_u8(&b);
	if (b.bad)
		return 0;
	if (e->type != 0)
		there = take_text(&b, &e->name, NAME_MAX_OCTETS);
	if (there > 0 && e->type != 0)
		there = value(&b, e);
	if (there > 0)
		*octets = b;
	return there;
}

int64_t
nsc_bson_number(unsigned type, struct nsc_bytes b)
{
	uint64_t bits = nsc_bytes_le32(&b);
	double d;

	if (type == NSC_BSON_INT32)
		return (int32_t)bits;
	if (type != NSC_BSON_DOUBLE && type != NSC_BSON_INT64)
		return 0;
	bits |= (uint64_t)nsc_bytes_le32(&b) << 32;
	if (type == NSC_BSON_INT64)
		return (int64_t)bits;
	memcpy(&d, &bits, sizeof d);
	if (!(d > -1e9 && d < 1e9))
		return 0;
	return d != 0 && d > -1 && d < 1 ? 1 : (int64_t)d;
}

int64_t
nsc_mongodb_first_code(struct nsc_bytes b)
{
	struct nsc_bson e;

	/* Into the first of the array's documents, without its size. */
	if (nsc_bson_element(&b, &e) != 1 || e.type != NSC_BSON_DOCUMENT)
		return 0;
	for (unsigned i = 0; i < LOOKED_AT; i++) {
		if (nsc_bson_element(&b, &e) != 1 || e.type == 0 || e.size > nsc_bytes_left(&b))
			return 0;
		if (nsc_bytes_left(&e.name) == 4 && nsc_bytes_starts(&e.name, "code"))
			return nsc_bson_number(e.type, nsc_bytes_sub(&b, (size_t)e.size));
		nsc_bytes_skip(&b, (size_t)e.size);
	}
	return 0;
}
