/* SPDX-License-Identifier: MIT */
/* Which octets of a message are there is a bit each: parts may be of any size. */
#include <errno.h>
#include <stdlib.h>

#include "dissect/dtls_parts.h"

enum { OCTETS = NSC_DTLS_PARTS_OCTETS };

struct place {
	uint64_t ticket; /* of the message that is here; 0: free */
	uint64_t time;   /* of its last part, ns */
	uint32_t len;
	uint32_t prefix; /* octets without a hole */
	uint16_t seq;
	uint8_t type;
	uint8_t have[OCTETS / 8];
	uint8_t octets[OCTETS];
};

struct nsc_dtls_parts {
	uint64_t next; /* ticket; its lowest bits are the place */
	struct place place[NSC_DTLS_PARTS];
};

_Static_assert(sizeof(struct nsc_dtls_parts) <= NSC_DTLS_PARTS_MEMORY, "it is told so");

int
nsc_dtls_parts_new(struct nsc_dtls_parts **parts)
{
	*parts = calloc(1, sizeof **parts);
	if (*parts == NULL)
		return -ENOMEM;
	return 0;
}

void
nsc_dtls_parts_free(struct nsc_dtls_parts *parts)
{
	free(parts);
}

static struct place *
place_of(struct nsc_dtls_parts *parts, uint64_t ticket)
{
	struct place *p = &parts->place[ticket % NSC_DTLS_PARTS];

	return ticket != 0 && p->ticket == ticket ? p : NULL;
}

static struct place *
take(struct nsc_dtls_parts *parts, const struct nsc_dtls_fragment *f)
{
	struct place *p = parts->place;

	for (unsigned i = 1; i < NSC_DTLS_PARTS && p->ticket != 0; i++)
		if (parts->place[i].ticket == 0 || parts->place[i].time < p->time)
			p = &parts->place[i];
	parts->next += NSC_DTLS_PARTS;
	p->ticket = parts->next + (uint64_t)(p - parts->place);
	p->len = f->len;
	p->prefix = 0;
	p->seq = f->seq;
	p->type = f->type;
	memset(p->have, 0, sizeof p->have);
	return p;
}

struct nsc_bytes
nsc_dtls_parts_add(struct nsc_dtls_parts *parts, uint64_t *ticket,
		   const struct nsc_dtls_fragment *f, uint64_t now)
{
	struct place *p = place_of(parts, *ticket);
	size_t n = nsc_bytes_left(&f->body);

	if (p == NULL || p->seq != f->seq || p->type != f->type || p->len != f->len) {
		nsc_dtls_parts_drop(parts, ticket);
		p = take(parts, f);
		*ticket = p->ticket;
	}
	p->time = now;
	if (f->at < OCTETS) {
		if (n > OCTETS - f->at)
			n = OCTETS - f->at;
		for (uint32_t i = f->at; i < f->at + n; i++) {
			if ((p->have[i / 8] >> i % 8 & 1) == 0)
				p->octets[i] = f->body.p[i - f->at];
			p->have[i / 8] |= (uint8_t)(1 << i % 8);
		}
	}
	while (p->prefix < OCTETS && (p->have[p->prefix / 8] >> p->prefix % 8 & 1) != 0)
		p->prefix++;
	return nsc_bytes(p->octets, p->prefix);
}

bool
nsc_dtls_parts_get(struct nsc_dtls_parts *parts, uint64_t ticket, struct nsc_dtls_fragment *f)
{
	const struct place *p = place_of(parts, ticket);

	if (p == NULL)
		return false;
	*f = (struct nsc_dtls_fragment){.type = p->type, .seq = p->seq, .len = p->len,
					.body = nsc_bytes(p->octets, p->prefix)};
	return true;
}

void
nsc_dtls_parts_drop(struct nsc_dtls_parts *parts, uint64_t *ticket)
{
	struct place *p = place_of(parts, *ticket);

	if (p != NULL)
		p->ticket = 0;
	*ticket = 0;
}
