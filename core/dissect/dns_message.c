/* SPDX-License-Identifier: MIT */
/* One DNS message: header, first question, answers (RFC 1035, 4.1). */
#include "base/hash.h"
#include "dissect/dns.h"

enum {
	NAME_OCTETS = 255, /* RFC 1035, 2.3.4; with the root's */
	NAME_HOPS = 127,
	TYPE_A = 1,
	TYPE_AAAA = 28,
	TYPE_OPT = 41,
	CLASS_IN = 1,
	UNIQUE = 0x8000, /* top bit of a class in mDNS (RFC 6762, 5.4, 10.2) */
};

struct name {
	uint8_t wire[NAME_OCTETS]; /* uncompressed, lower case */
	unsigned len;
	char *text; /* presentation form, or NULL */
	unsigned at;
};

/* Presentation form (RFC 4343, 2.1): what is not printable becomes \DDD. */
static void
put_text(struct name *n, uint8_t c)
{
	if (n->text == NULL)
		return;
	if (c == '.' || c == '\\') {
		n->text[n->at++] = '\\';
		n->text[n->at++] = (char)c;
	} else if (c > ' ' && c < 0x7f) {
		n->text[n->at++] = (char)c;
	} else {
		n->text[n->at++] = '\\';
		n->text[n->at++] = (char)('0' + c / 100);
		n->text[n->at++] = (char)('0' + c / 10 % 10);
		n->text[n->at++] = (char)('0' + c % 10);
	}
}

static bool
put_label(struct name *n, const uint8_t *p, unsigned len)
{
	/* One octet of length, and one must be left for the root. */
	if (n->len + 1 + len > NAME_OCTETS - 1)
		return false;
	if (n->text != NULL && n->len > 0)
		n->text[n->at++] = '.';
	n->wire[n->len++] = (uint8_t)len;
	for (unsigned i = 0; i < len; i++) {
		n->wire[n->len++] = p[i] >= 'A' && p[i] <= 'Z' ? p[i] | 0x20 : p[i];
		put_text(n, p[i]);
	}
	return true;
}

/*
 * Reads the name at b and moves b behind it.  A pointer must lead to before the
 * run of labels that it ends, so that no loop is possible.
 */
static bool
read_name(struct nsc_bytes *b, const struct nsc_bytes *whole, struct name *n)
{
	struct nsc_bytes far, *at = b;
	size_t run = (size_t)(b->p - whole->p);
	unsigned hops = 0;

	n->len = n->at = 0;
	for (;;) {
		uint8_t len = nsc_bytes_u8(at);

		if (at->bad)
			break;
		if (len == 0) {
			n->wire[n->len++] = 0;
			if (n->text != NULL && n->len == 1)
				n->text[n->at++] = '.';
			return true;
		}
		if (len >= 0xc0) {
			size_t target = (size_t)(len & 0x3f) << 8 | nsc_bytes_u8(at);

			if (at->bad || target < NSC_DNS_HEADER || target >= run ||
			    ++hops > NAME_HOPS)
				break;
			far = *whole;
			nsc_bytes_skip(&far, target);
			at = &far;
			run = target;
			continue;
		}
		const uint8_t *label = len < 0x40 ? nsc_bytes_take(at, len) : NULL;

		if (label == NULL || !put_label(n, label, len))
			break;
	}
	return false;
}

/* First-level encoding: 32 letters A to P (RFC 1001, 14.1). */
static bool
is_netbios(const struct name *n)
{
	if (n->len < 34 || n->wire[0] != 32)
		return false;
	for (unsigned i = 1; i <= 32; i++)
		if (n->wire[i] < 'a' || n->wire[i] > 'p')
			return false;
	return true;
}

static bool
read_question(struct nsc_dns_parsed *d, struct nsc_bytes *b, const struct nsc_bytes *whole,
	      bool first)
{
	static const struct nsc_hash_key key = {{0x6e73632d646e732d, 0x7175657374696f6e}};
	struct name n = {.text = first ? d->name : NULL};
	bool ok = read_name(b, whole, &n);
	uint16_t type = nsc_bytes_u16(b), class = nsc_bytes_u16(b);

	if (!ok || b->bad)
		return false;
	if (!first)
		return true;
	if (d->msg.kind == NSC_DNS_MULTICAST)
		class &= (uint16_t)~UNIQUE;
	d->msg.name = (struct nsc_text){d->name, n.at};
	d->msg.qtype = type;
	d->msg.qclass = class;
	d->asked = true;
	d->netbios = is_netbios(&n);
	d->question = nsc_hash(&key, n.wire, n.len) ^ ((uint64_t)type << 16 | class);
	return true;
}

static void
keep_answer(struct nsc_dns_parsed *d, uint16_t type, struct nsc_bytes rdata)
{
	size_t want = type == TYPE_A ? 4 : 16;
	const uint8_t *p = nsc_bytes_take(&rdata, want);

	if (p == NULL || nsc_bytes_left(&rdata) > 0)
		d->msg.malformed = true;
	else if (d->msg.answers < NSC_DNS_ANSWERS)
		d->answer[d->msg.answers++] =
			type == TYPE_A ? nsc_addr_v4(p) : nsc_addr_v6(p);
}

/* Walks `count` records; false if they are not all there. */
static bool
read_records(struct nsc_dns_parsed *d, struct nsc_bytes *b, const struct nsc_bytes *whole,
	     unsigned count, bool answers, bool additional)
{
	for (unsigned i = 0; i < count; i++) {
		struct name n = {.text = NULL};

		if (!read_name(b, whole, &n))
			return false;
		uint16_t type = nsc_bytes_u16(b), class = nsc_bytes_u16(b);
		uint32_t ttl = nsc_bytes_u32(b);
		struct nsc_bytes rdata = nsc_bytes_sub(b, nsc_bytes_u16(b));

		if (b->bad)
			return false;
		if (d->msg.kind == NSC_DNS_MULTICAST && type != TYPE_OPT)
			class &= (uint16_t)~UNIQUE;
		/* The record's TTL holds the upper eight bits (RFC 6891, 6.1.3). */
		if (additional && type == TYPE_OPT)
			d->msg.rcode = (uint16_t)((ttl >> 24) << 4 | (d->msg.rcode & 0xf));
		if (answers && class == CLASS_IN && (type == TYPE_A || type == TYPE_AAAA))
			keep_answer(d, type, rdata);
	}
	return true;
}

static bool
read_body(struct nsc_dns_parsed *d, struct nsc_bytes *b, const struct nsc_bytes *whole)
{
	unsigned room = NSC_DNS_RECORDS;
	const unsigned counts[3] = {d->msg.answer_records, d->authorities, d->additionals};

	for (unsigned i = 0; i < d->msg.questions; i++) {
		if (i == NSC_DNS_RECORDS)
			return true;
		if (!read_question(d, b, whole, i == 0))
			return false;
	}
	for (unsigned s = 0; s < 3; s++) {
		unsigned n = counts[s] < room ? counts[s] : room;

		if (!read_records(d, b, whole, n, s == 0 && d->msg.response, s == 2))
			return false;
		room -= n;
		if (n < counts[s])
			return true; /* more than anyone needs: not walked, no fault */
	}
	d->exact = nsc_bytes_left(b) == 0;
	return true;
}

bool
nsc_dns_parse(struct nsc_dns_parsed *d, const void *data, size_t len, bool cut,
	      uint8_t kind)
{
	const struct nsc_bytes whole = nsc_bytes(data, len);
	struct nsc_bytes b = whole;
	struct nsc_dns_message *m = &d->msg;

	/* Not the two large arrays: they are written before they are read. */
	memset(d, 0, offsetof(struct nsc_dns_parsed, name));
	m->kind = kind;
	m->id = nsc_bytes_u16(&b);
	d->flags = nsc_bytes_u16(&b);
	m->questions = nsc_bytes_u16(&b);
	m->answer_records = nsc_bytes_u16(&b);
	d->authorities = nsc_bytes_u16(&b);
	d->additionals = nsc_bytes_u16(&b);
	if (b.bad)
		return false;
	m->response = d->flags >> 15;
	m->opcode = d->flags >> 11 & 0xf;
	m->truncated = d->flags >> 9 & 1;
	m->rcode = d->flags & 0xf;
	m->answer = d->answer;
	/* Servers cut a reply that does not fit even within a record (RFC 2181, 9). */
	if (!read_body(d, &b, &whole) && !(b.bad && (cut || m->truncated)))
		m->malformed = true;
	return true;
}
