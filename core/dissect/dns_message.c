/* SPDX-License-Identifier: MIT */
/* One DNS message: header, first question, answers (RFC 1035, 4.1). */
#include <string.h>

#include "dissect/dns.h"

enum {
	NAME_OCTETS = 255, /* RFC 1035, 2.3.4; with the root's */
	NAME_HOPS = 127,
	RECORD = 10, /* octets between a record's name and its data */
	TYPE_A = 1,
	TYPE_AAAA = 28,
	TYPE_OPT = 41,
	TYPE_ANY = 255,
	CLASS_IN = 1,
	UNIQUE = 0x8000, /* top bit of a class in mDNS (RFC 6762, 5.4, 10.2) */
};

static uint16_t
number(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* What does not stand for itself in presentation form (RFC 4343, 2.1). */
static const uint8_t odd[256] = {
	[0 ... ' '] = 1, ['.'] = 1, ['\\'] = 1, [0x7f ... 0xff] = 1,
};

static char *
put_octet(char *to, uint8_t c)
{
	if (odd[c])
		*to++ = '\\';
	if (c > ' ' && c < 0x7f) {
		*to++ = (char)c;
	} else {
		*to++ = (char)('0' + c / 100);
		*to++ = (char)('0' + c / 10 % 10);
		*to++ = (char)('0' + c % 10);
	}
	return to;
}

/* Nearly every label is copied as it is. */
static char *
put_label(char *to, const uint8_t *p, unsigned len)
{
	unsigned found = 0;

	for (unsigned i = 0; i < len; i++) {
		to[i] = (char)p[i];
		found |= odd[p[i]];
	}
	if (!found)
		return to + len;
	for (unsigned i = 0; i < len; i++)
		to = put_octet(to, p[i]);
	return to;
}

/*
 * The first question's name: it stands whole where it is, since a pointer must
 * lead to before it and there is only the header.  The octets of its wire form,
 * with the root's; 0: there is none, and b is bad if it was cut.
 */
static inline unsigned
first_name(struct nsc_bytes *b)
{
	struct nsc_bytes at = *b;	/* in registers */
	uint8_t n;

	while ((n = nsc_bytes_u8(&at)) != 0) {
		if (n >= 0xc0)	/* the other half of what was to be a pointer */
			nsc_bytes_skip(&at, 1);
		/* One octet must be left for the root. */
		if (n >= 0x40 || nsc_bytes_take(&at, n) == NULL ||
		    at.p - b->p > NAME_OCTETS - 1)
			break;
	}
	if (n != 0 || at.bad) {
		b->bad = at.bad;
		return 0;
	}
	n = (uint8_t)(at.p - b->p);
	*b = at;
	return n;
}

struct nsc_text
nsc_dns_presentation(const uint8_t *label, char text[NSC_DNS_NAME_TEXT])
{
	char *to = text;

	for (; *label != 0; label += 1 + *label) {
		if (to != text)
			*to++ = '.';
		to = put_label(to, label + 1, *label);
	}
	if (to == text)
		*to++ = '.';
	return (struct nsc_text){text, (uint32_t)(to - text)};
}

/* `wire` was walked by first_name. */
void
nsc_dns_name(struct nsc_dns_parsed *d)
{
	if (d->asked)
		d->msg.name = nsc_dns_presentation(d->wire, d->name);
}

/*
 * Moves b behind the name.  A pointer must lead to before the run of labels
 * that it ends, so that no loop is possible.
 */
static bool
walk_name(struct nsc_bytes *b, const struct nsc_bytes *whole)
{
	struct nsc_bytes far, *at = b;
	size_t run = (size_t)(b->p - whole->p);
	unsigned hops = 0, len = 0;

	for (;;) {
		uint8_t n = nsc_bytes_u8(at);

		if (at->bad)
			break;
		if (n == 0)
			return true;
		if (n >= 0xc0) {
			size_t target = (size_t)(n & 0x3f) << 8 | nsc_bytes_u8(at);

			if (at->bad || target < NSC_DNS_HEADER || target >= run ||
			    ++hops > NAME_HOPS)
				break;
			far = nsc_bytes(whole->p + target,
					(size_t)(whole->end - whole->p) - target);
			at = &far;
			run = target;
			continue;
		}
		len += 1u + n;
		if (n >= 0x40 || nsc_bytes_take(at, n) == NULL || len > NAME_OCTETS - 1)
			break;
	}
	return false;
}

/* Nearly every record has the first question's name, by a pointer to it, or the root's. */
static inline bool
skip_name(struct nsc_bytes *b, const struct nsc_bytes *whole, bool asked)
{
	const uint8_t *p = nsc_bytes_peek(b, 2);
	struct nsc_bytes at;
	bool ok;

	if (p != NULL && (p[0] == 0 || (p[0] == 0xc0 && p[1] == NSC_DNS_HEADER && asked))) {
		nsc_bytes_skip(b, p[0] == 0 ? 1 : 2);
		return true;
	}
	at = *b;
	ok = walk_name(&at, whole);
	*b = at;
	return ok;
}

/* First-level encoding: 32 letters A to P (RFC 1001, 14.1). */
static bool
is_netbios(const uint8_t *wire, unsigned len)
{
	if (len < 34 || wire[0] != 32)
		return false;
	for (unsigned i = 1; i <= 32; i++)
		if ((wire[i] | 0x20) < 'a' || (wire[i] | 0x20) > 'p')
			return false;
	return true;
}

static inline uint64_t
mix(uint64_t h, const uint8_t *p, const uint8_t *q)
{
	const uint64_t capital = 0x2020202020202020;
	uint64_t v, w;

	memcpy(&v, p, 8);
	memcpy(&w, q, 8);
	return ((h ^ (v | capital)) * 0x9fb21c651e98df25) ^
	       ((h ^ (w | capital)) * 0xc2b2ae3d27d4eb4f) >> 29;
}

/*
 * Of the wire form without regard to case.  It only tells a retry from another
 * question, so the bit that tells capitals apart is ignored in every octet.
 * Large steps, since no processor foretells how many there are.
 */
static inline uint32_t
hash_name(const uint8_t *wire, unsigned len)
{
	uint64_t h = len * 0x9e3779b97f4a7c15;
	uint8_t small[8] = {0};

	if (len >= 16) {
		for (unsigned at = 0; at + 16 < len; at += 16)
			h = mix(h, wire + at, wire + at + 8);
		h = mix(h, wire + len - 16, wire + len - 8);
	} else if (len >= 8) {
		h = mix(h, wire, wire + len - 8);
	} else {
		memcpy(small, wire, len);
		h = mix(h, small, small);
	}
	return (uint32_t)(h ^ h >> 32);
}

static inline bool
read_first_question(struct nsc_dns_parsed *d, struct nsc_bytes *b)
{
	const uint8_t *wire = b->p;
	unsigned len = first_name(b);
	uint16_t type = nsc_bytes_u16(b), class = nsc_bytes_u16(b);

	if (len == 0 || b->bad)
		return false;
	if (d->msg.kind == NSC_DNS_MULTICAST)
		class &= (uint16_t)~UNIQUE;
	d->msg.qtype = type;
	d->msg.qclass = class;
	d->asked = true;
	d->wire = wire;
	d->netbios = is_netbios(wire, len);
	d->question = hash_name(wire, len) ^ ((uint32_t)type << 16 | class);
	return true;
}

static bool
skip_question(struct nsc_bytes *b, const struct nsc_bytes *whole)
{
	bool ok = skip_name(b, whole, false);

	nsc_bytes_skip(b, 4);
	return ok && !b->bad;
}

static void
keep_answer(struct nsc_dns_parsed *d, uint16_t type, struct nsc_bytes rdata)
{
	size_t want = type == TYPE_A ? 4 : 16;
	const uint8_t *p = nsc_bytes_take(&rdata, want);

	if (p == NULL || nsc_bytes_left(&rdata) > 0)
		d->msg.malformed = true;
	else if (d->msg.all_answers < NSC_DNS_ANSWERS)
		d->answer[d->msg.all_answers++] =
			type == TYPE_A ? nsc_addr_v4(p) : nsc_addr_v6(p);
}

/* One record; false if it is not all there. */
static inline bool
read_record(struct nsc_dns_parsed *d, struct nsc_bytes *b, const struct nsc_bytes *whole,
	    bool answer, bool additional)
{
	const uint8_t *h;
	struct nsc_bytes rdata;
	uint16_t type, class;

	if (!skip_name(b, whole, d->asked))
		return false;
	h = nsc_bytes_take(b, RECORD);
	if (h == NULL)
		return false;
	type = number(h);
	class = number(h + 2);
	rdata = nsc_bytes_sub(b, number(h + 8));
	if (b->bad)
		return false;
	if (d->msg.kind == NSC_DNS_MULTICAST && type != TYPE_OPT)
		class &= (uint16_t)~UNIQUE;
	/* ANY asks for whatever there is. */
	if (answer && (type == d->msg.qtype || d->msg.qtype == TYPE_ANY))
		d->msg.found = true;
	/* The record's TTL begins with the upper eight bits (RFC 6891, 6.1.3). */
	if (additional && type == TYPE_OPT)
		d->msg.rcode = (uint16_t)(h[4] << 4 | (d->msg.rcode & 0xf));
	if (d->msg.response && class == CLASS_IN && (type == TYPE_A || type == TYPE_AAAA))
		keep_answer(d, type, rdata);
	return true;
}

static inline bool
read_records(struct nsc_dns_parsed *d, struct nsc_bytes *b, const struct nsc_bytes *whole)
{
	const unsigned answers = d->msg.answer_records, before = answers + d->authorities;
	const unsigned all = before + d->additionals;
	const unsigned walked = all < NSC_DNS_RECORDS ? all : NSC_DNS_RECORDS;

	d->records = b->p;
	for (unsigned i = 0; i < walked; i++) {
		bool ok = read_record(d, b, whole, i < answers, i >= before);

		if (i < answers)
			d->msg.answers = d->msg.all_answers;
		if (!ok)
			return false;
	}
	/* More than anyone needs are not walked, and no fault. */
	d->exact = walked == all && nsc_bytes_left(b) == 0;
	return true;
}

static inline bool
read_body(struct nsc_dns_parsed *d, struct nsc_bytes *b, const struct nsc_bytes *whole)
{
	if (d->msg.questions > 0 && !read_first_question(d, b))
		return false;
	for (unsigned i = 1; i < d->msg.questions; i++) {
		if (i == NSC_DNS_RECORDS)
			return true;
		if (!skip_question(b, whole))
			return false;
	}
	return read_records(d, b, whole);
}

static inline bool
read_header(struct nsc_dns_parsed *d, const uint8_t *h, uint8_t kind)
{
	struct nsc_dns_message *m = &d->msg;

	/* Not the two large arrays: they are written before they are read. */
	memset(d, 0, offsetof(struct nsc_dns_parsed, name));
	m->kind = kind;
	if (h == NULL)
		return false;
	m->id = number(h);
	d->flags = number(h + 2);
	m->questions = number(h + 4);
	m->answer_records = number(h + 6);
	d->authorities = number(h + 8);
	d->additionals = number(h + 10);
	m->response = d->flags >> 15;
	m->opcode = d->flags >> 11 & 0xf;
	m->truncated = d->flags >> 9 & 1;
	m->rcode = d->flags & 0xf;
	m->answer = d->answer;
	return true;
}

bool
nsc_dns_read_header(struct nsc_dns_parsed *d, const void *data, size_t len, uint8_t kind)
{
	struct nsc_bytes b = nsc_bytes(data, len);

	return read_header(d, nsc_bytes_take(&b, NSC_DNS_HEADER), kind);
}

bool
nsc_dns_read(struct nsc_dns_parsed *d, const void *data, size_t len, bool cut,
	     uint8_t kind)
{
	const struct nsc_bytes whole = nsc_bytes(data, len);
	struct nsc_bytes b = nsc_bytes(data, len);	/* no copy: it would wait for `whole` */

	if (!read_header(d, nsc_bytes_take(&b, NSC_DNS_HEADER), kind))
		return false;
	/* Servers cut a reply that does not fit even within a record (RFC 2181, 9). */
	if (!read_body(d, &b, &whole) && !(b.bad && (cut || d->msg.truncated)))
		d->msg.malformed = true;
	return true;
}

bool
nsc_dns_parse(struct nsc_dns_parsed *d, const void *data, size_t len, bool cut,
	      uint8_t kind)
{
	if (!nsc_dns_read(d, data, len, cut, kind))
		return false;
	nsc_dns_name(d);
	return true;
}
