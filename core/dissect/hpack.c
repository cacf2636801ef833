/* SPDX-License-Identifier: MIT */
/* The representations of fields (RFC 7541, 6), a state machine over octets. */
#include <errno.h>

#include "dissect/hpack_table.h"

enum phase {
	FIELD,		/* the first octet of a representation */
	NUMBER,		/* further octets of its number */
	NAME_LENGTH,	/* the first octet of a string */
	NAME_NUMBER,	/* further octets of its length */
	NAME,
	VALUE_LENGTH,
	VALUE_NUMBER,
	VALUE,
};

enum kind {
	INDEXED,
	RESIZE,
	LITERAL,	/* not entered into the table */
	INSERT,
};

/* Octets that a number may have: enough for 32 bits, and for zeros some write in front. */
enum { LAST_SHIFT = 35 };

void
nsc_hpack_start(struct nsc_hpack *h)
{
	h->newest = h->count = h->stored = h->size = 0;
	h->max = NSC_HPACK_TABLE;
	h->inexact = false;
	h->phase = FIELD;
	h->fields = false;
}

void
nsc_hpack_lose(struct nsc_hpack *h)
{
	h->count = h->size = 0;
	h->inexact = true;
	/* A smaller table may have been agreed on: evicting late harms nothing. */
	h->max = h->max > NSC_HPACK_TABLE ? h->max : NSC_HPACK_TABLE;
	h->phase = FIELD;
	h->fields = false;
}

static void
tell(struct nsc_hpack *h, const struct nsc_hpack_reader *r)
{
	struct nsc_text name = {h->name, h->name_len}, value = {h->value, h->value_len};

	h->phase = FIELD;
	if (h->unknown)
		r->field(r->arg, (struct nsc_text){NULL, 0}, (struct nsc_text){NULL, 0});
	else if (h->wanted)
		r->field(r->arg, name, value);
}

/* Is the name at hand one that the reader wants? */
static void
ask(struct nsc_hpack *h, const struct nsc_hpack_reader *r)
{
	h->wanted = !h->unknown && h->name_len > 0 && h->name_len == h->name_size &&
		    r->wanted((struct nsc_text){h->name, h->name_len});
}

static int
indexed(struct nsc_hpack *h, const struct nsc_hpack_reader *r)
{
	int e = nsc_hpack_look_up(h, h->number);

	if (e != 0)
		return e;
	ask(h, r);
	tell(h, r);
	return 0;
}

/* The number of a representation is whole. */
static int
on_number(struct nsc_hpack *h, const struct nsc_hpack_reader *r)
{
	int e;

	if (h->kind == RESIZE) {
		/* Only at the beginning of a block (RFC 7541, 4.2). */
		if (h->fields || h->number > UINT32_MAX)
			return -EPROTO;
		nsc_hpack_resize(h, (uint32_t)h->number);
		h->phase = FIELD;
		return 0;
	}
	h->fields = true;
	if (h->kind == INDEXED)
		return indexed(h, r);
	h->unknown = false;
	h->name_len = h->value_len = 0;
	h->name_size = 0;
	if (h->number == 0) {
		h->phase = NAME_LENGTH;
		return 0;
	}
	e = nsc_hpack_look_up(h, h->number);
	h->value_len = 0;
	ask(h, r);
	h->phase = VALUE_LENGTH;
	return e;
}

/* Six bits of what follows "1", "01", "001", "000n": kind, then a number of so many bits. */
static int
on_field(struct nsc_hpack *h, uint8_t octet, const struct nsc_hpack_reader *r)
{
	uint8_t mask;

	if (octet & 0x80) {
		h->kind = INDEXED;
		mask = 0x7f;
	} else if (octet & 0x40) {
		h->kind = INSERT;
		mask = 0x3f;
	} else if (octet & 0x20) {
		h->kind = RESIZE;
		mask = 0x1f;
	} else {
		h->kind = LITERAL;
		mask = 0x0f;
	}
	h->number = octet & mask;
	h->shift = 0;
	if (h->number < mask)
		return on_number(h, r);
	h->phase = NUMBER;
	return 0;
}

/* A further octet of a number (RFC 7541, 5.1): 1 if it is the last, or -EPROTO. */
static int
more_of_number(struct nsc_hpack *h, uint8_t octet)
{
	if (h->shift >= LAST_SHIFT)
		return -EPROTO;
	h->number += (uint64_t)(octet & 0x7f) << h->shift;
	h->shift = (uint8_t)(h->shift + 7);
	return (octet & 0x80) == 0;
}

static int
string_ended(struct nsc_hpack *h, const struct nsc_hpack_reader *r)
{
	if (h->string.huffman && !nsc_huffman_ends(&h->string.code))
		return -EPROTO;
	if (h->phase == NAME) {
		if (h->string.size > UINT32_MAX)
			return -EPROTO;
		h->name_size = (uint32_t)h->string.size;
		ask(h, r);
		h->phase = VALUE_LENGTH;
		return 0;
	}
	if (h->kind == INSERT)
		nsc_hpack_insert(h);
	tell(h, r);
	return 0;
}

static int
begin_string(struct nsc_hpack *h, const struct nsc_hpack_reader *r)
{
	if (h->number > UINT32_MAX)
		return -EPROTO;
	h->string.left = (uint32_t)h->number;
	h->phase = h->phase < VALUE_LENGTH ? NAME : VALUE;
	return h->string.left == 0 ? string_ended(h, r) : 0;
}

static int
on_length(struct nsc_hpack *h, uint8_t octet, const struct nsc_hpack_reader *r)
{
	h->string = (struct nsc_hpack_string){.huffman = (octet & 0x80) != 0};
	h->number = octet & 0x7f;
	h->shift = 0;
	if (h->number < 0x7f)
		return begin_string(h, r);
	h->phase = h->phase == NAME_LENGTH ? NAME_NUMBER : VALUE_NUMBER;
	return 0;
}

static void
keep(struct nsc_hpack *h, const uint8_t *p, size_t n)
{
	bool name = h->phase == NAME;
	char *to = name ? h->name : h->value;
	uint8_t *len = name ? &h->name_len : &h->value_len;
	size_t room = (name ? (size_t)NSC_HPACK_NAME : (size_t)NSC_HPACK_VALUE) - *len;

	h->string.size += n;
	if (!name && !h->wanted)
		return;
	n = n < room ? n : room;
	memcpy(to + *len, p, n);
	*len = (uint8_t)(*len + n);
}

static int
on_string(struct nsc_hpack *h, struct nsc_bytes *b, const struct nsc_hpack_reader *r)
{
	struct nsc_hpack_string *s = &h->string;
	size_t n = nsc_bytes_left(b) < s->left ? nsc_bytes_left(b) : s->left;
	const uint8_t *p = nsc_bytes_take(b, n);

	s->left -= (uint32_t)n;
	if (!s->huffman) {
		keep(h, p, n);
	} else {
		for (size_t i = 0; i < n; i++) {
			uint8_t out[NSC_HUFFMAN_BURST];
			int k = nsc_huffman_octet(&s->code, p[i], out);

			if (k < 0)
				return k;
			keep(h, out, (size_t)k);
		}
	}
	return s->left == 0 ? string_ended(h, r) : 0;
}

static int
on_octet(struct nsc_hpack *h, uint8_t octet, const struct nsc_hpack_reader *r)
{
	int last;

	switch (h->phase) {
	case FIELD:
		return on_field(h, octet, r);
	case NAME_LENGTH:
	case VALUE_LENGTH:
		return on_length(h, octet, r);
	default:
		last = more_of_number(h, octet);
		if (last <= 0)
			return last;
		return h->phase == NUMBER ? on_number(h, r) : begin_string(h, r);
	}
}

int
nsc_hpack_read(struct nsc_hpack *h, struct nsc_bytes b, const struct nsc_hpack_reader *r)
{
	int e = 0;

	while (e == 0 && nsc_bytes_left(&b) > 0)
		e = h->phase == NAME || h->phase == VALUE ? on_string(h, &b, r)
							  : on_octet(h, nsc_bytes_u8(&b), r);
	return e;
}

int
nsc_hpack_end(struct nsc_hpack *h)
{
	bool whole = h->phase == FIELD;

	h->phase = FIELD;
	h->fields = false;
	return whole ? 0 : -EPROTO;
}
