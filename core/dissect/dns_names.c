/* SPDX-License-Identifier: MIT */
/*
 * What an answer says of addresses (features.md, algorithm 8): those that the
 * question's name leads to, over aliases in whatever order they stand.  The
 * answer section alone counts: anybody can add to the others.
 */
#include <string.h>

#include "base/fnv.h"
#include "dissect/dns.h"
#include "dissect/dns_names.h"

enum {
	WIRE = 256,	/* octets of a name (RFC 1035, 2.3.4), and one more */
	POINTERS = 127,
	RECORDS = 64,	/* of an answer that are looked at */
	ALIASES = 16,
	TYPE_A = 1,
	TYPE_CNAME = 5,
	TYPE_AAAA = 28,
	CLASS_IN = 1,
	CLASS = 0x7fff,	/* without mDNS' top bit (RFC 6762, 10.2) */
};

struct record {
	const uint8_t *owner;
	uint32_t hash;	/* of the owner's name */
	uint32_t ttl;
	uint16_t type;
	bool followed;
	struct nsc_bytes data;
};

struct answer {
	struct nsc_bytes whole;
	struct record record[RECORDS];
	unsigned records;
};

/* The name at `at` without pointers, in small letters.  Its octets; 0: it is none. */
static unsigned
expand(const struct nsc_bytes *whole, const uint8_t *at, uint8_t to[WIRE])
{
	struct nsc_bytes b = nsc_bytes(at, (size_t)(whole->end - at));
	size_t run = (size_t)(at - whole->p);
	unsigned len = 0, pointers = 0;

	for (;;) {
		uint8_t n = nsc_bytes_u8(&b);
		const uint8_t *label;

		if (n >= 0xc0) {
			size_t target = (size_t)(n & 0x3f) << 8 | nsc_bytes_u8(&b);

			if (b.bad || target < NSC_DNS_HEADER || target >= run || ++pointers > POINTERS)
				return 0;
			b = nsc_bytes(whole->p + target, (size_t)(whole->end - whole->p) - target);
			run = target;
			continue;
		}
		label = nsc_bytes_take(&b, n);
		if (n >= 0x40 || label == NULL || b.bad || len + 1 + n > WIRE - 1)
			return 0;
		to[len++] = n;
		for (unsigned i = 0; i < n; i++)
			to[len++] = label[i] >= 'A' && label[i] <= 'Z' ? label[i] | 0x20 : label[i];
		if (n == 0)
			return len;
	}
}

/* The record that begins at b; false if there is none. */
static bool
read_record(const struct nsc_bytes *whole, struct nsc_bytes *b, struct record *r)
{
	uint8_t wire[WIRE];
	unsigned len = expand(whole, b->p, wire);
	uint16_t class;

	r->owner = b->p;
	r->followed = false;
	r->hash = nsc_fnv(NSC_FNV_BASIS, wire, len);	/* only spares comparisons */
	if (len == 0)
		return false;
	for (uint8_t n = nsc_bytes_u8(b); n != 0; n = n < 0xc0 ? nsc_bytes_u8(b) : 0)
		nsc_bytes_skip(b, n < 0xc0 ? n : 1);
	r->type = nsc_bytes_u16(b);
	class = nsc_bytes_u16(b);
	r->ttl = nsc_bytes_u32(b);
	r->data = nsc_bytes_sub(b, nsc_bytes_u16(b));
	if (r->ttl > INT32_MAX)		/* RFC 2181, 8 */
		r->ttl = 0;
	if ((class & CLASS) != CLASS_IN)
		r->type = 0;
	return !b->bad;
}

static void
read_answer(struct answer *a, const struct nsc_dns_parsed *d, const void *data, size_t len)
{
	struct nsc_bytes b;

	a->whole = nsc_bytes(data, len);
	b = nsc_bytes(d->records, (size_t)(a->whole.end - d->records));
	for (a->records = 0; a->records < d->msg.answer_records && a->records < RECORDS; a->records++)
		if (!read_record(&a->whole, &b, &a->record[a->records]))
			break;
}

static bool
is_named(const struct answer *a, const struct record *r, const uint8_t *wire, unsigned len)
{
	uint8_t owner[WIRE];

	return r->hash == nsc_fnv(NSC_FNV_BASIS, wire, len) && expand(&a->whole, r->owner, owner) == len &&
	       memcmp(owner, wire, len) == 0;
}

/* False: it is no address. */
static bool
address_of(const struct record *r, struct nsc_addr *a)
{
	struct nsc_bytes b = r->data;
	const uint8_t *p = nsc_bytes_take(&b, r->type == TYPE_A ? 4 : 16);

	if ((r->type != TYPE_A && r->type != TYPE_AAAA) || p == NULL || nsc_bytes_left(&b) > 0)
		return false;
	*a = r->type == TYPE_A ? nsc_addr_v4(p) : nsc_addr_v6(p);
	return true;
}

static void
learn(struct nsc_name_cache *c, const struct record *r, struct nsc_name_fact *f, uint32_t ttl)
{
	f->ttl = r->ttl < ttl ? r->ttl : ttl;
	if (address_of(r, &f->addr))
		nsc_name_cache_learn(c, f);
}

/* The addresses of the name that `wire` is; the alias that it is, or NULL. */
static struct record *
follow(struct answer *a, const uint8_t *wire, unsigned len, struct nsc_name_cache *c,
       struct nsc_name_fact *f, uint32_t ttl)
{
	struct record *alias = NULL;

	for (unsigned i = 0; i < a->records; i++) {
		struct record *r = &a->record[i];

		if (r->followed || !is_named(a, r, wire, len))
			continue;
		r->followed = true;
		if (r->type != TYPE_CNAME)
			learn(c, r, f, ttl);
		else if (alias == NULL)
			alias = r;
	}
	return alias;
}

void
nsc_dns_learn(struct nsc_name_cache *c, const struct nsc_dns_parsed *d, const void *data, size_t len,
	      const struct nsc_addr *client, uint64_t time)
{
	struct nsc_name_fact f = {.client = *client, .time = time};
	char text[NSC_DNS_NAME_TEXT];
	uint8_t wire[WIRE];
	struct answer a;
	uint32_t ttl = UINT32_MAX;
	unsigned n;

	read_answer(&a, d, data, len);
	n = expand(&a.whole, d->wire, wire);
	if (n <= 1)
		return;
	f.name = nsc_dns_presentation(wire, text);
	for (unsigned hops = 0; hops <= ALIASES && n > 0; hops++) {
		struct record *alias = follow(&a, wire, n, c, &f, ttl);

		if (alias == NULL)
			return;
		if (alias->ttl < ttl)
			ttl = alias->ttl;
		n = expand(&a.whole, alias->data.p, wire);
	}
}

void
nsc_dns_learn_owners(struct nsc_name_cache *c, const struct nsc_dns_parsed *d, const void *data,
		     size_t len, uint64_t time)
{
	struct nsc_name_fact f = {.time = time};
	char text[NSC_DNS_NAME_TEXT];
	uint8_t wire[WIRE];
	struct answer a;

	read_answer(&a, d, data, len);
	for (unsigned i = 0; i < a.records; i++) {
		/* A time to live of 0 says goodbye (RFC 6762, 10.1). */
		if (a.record[i].ttl == 0 || expand(&a.whole, a.record[i].owner, wire) <= 1)
			continue;
		f.name = nsc_dns_presentation(wire, text);
		learn(c, &a.record[i], &f, UINT32_MAX);
	}
}
