/* SPDX-License-Identifier: MIT */
/*
 * RDP (MS-RDPBCGR 2.2.1.1 and 2.2.1.2): the name, and TLS if the server selects it.  A TPKT
 * (RFC 2126) with an X.224 Connection Request is no more than ISO transport: a cookie or a
 * negotiation makes it RDP.
 */
#include "dissect/protocols.h"
#include "dissect/starttls.h"

enum {
	TPKT = 4, /* 3, 0, length */
	X224 = 7, /* length, type, two references, class */
	REQUEST = 0xe0,
	CONFIRM = 0xd0,
	NEG_REQUEST = 1,
	NEG_RESPONSE = 2,
	NEG_FAILURE = 3,
	NEG = 8, /* octets of a negotiation */
	PDU_MAX = 512,
};

struct pdu {
	size_t octets;
	uint8_t type;        /* of X.224 */
	uint8_t negotiation; /* 0: none */
	uint32_t protocols;  /* or the failure's code */
	bool cookie;
};

/* 1; 0: not all there; -1: none of RDP's. */
static int
read_pdu(struct nsc_bytes b, struct pdu *d)
{
	static const char cookie[] = "Cookie: ", token[] = "tsv:";
	size_t left = nsc_bytes_left(&b);
	uint8_t version = nsc_bytes_u8(&b), zero = nsc_bytes_u8(&b), li, class;
	uint16_t dst;

	*d = (struct pdu){.octets = nsc_bytes_u16(&b)};
	if (left >= 1 && (version != 3 || zero != 0))
		return -1;
	li = nsc_bytes_u8(&b);
	d->type = nsc_bytes_u8(&b);
	if (left >= TPKT && (d->octets < TPKT + X224 || d->octets > PDU_MAX))
		return -1;
	if (left >= 6 &&
	    (li + 5u != d->octets || (d->type != REQUEST && d->type != CONFIRM)))
		return -1;
	dst = nsc_bytes_u16(&b);
	nsc_bytes_skip(&b, 2);
	class = nsc_bytes_u8(&b);
	if (b.bad || left < d->octets)
		return 0;
	if (class != 0 || (d->type == REQUEST && dst != 0))
		return -1;
	b = nsc_bytes(b.p, d->octets - TPKT - X224);
	if (d->type == REQUEST &&
	    (nsc_bytes_starts(&b, cookie) || nsc_bytes_starts(&b, token))) {
		const uint8_t *end = memmem(b.p, nsc_bytes_left(&b), "\r\n", 2);

		if (end == NULL)
			return -1;
		d->cookie = true;
		nsc_bytes_skip(&b, (size_t)(end + 2 - b.p));
	}
	if (nsc_bytes_left(&b) == 0)
		return 1;
	d->negotiation = nsc_bytes_u8(&b);
	nsc_bytes_skip(&b, 1);
	if (nsc_bytes_le16(&b) != NEG)
		return -1;
	d->protocols = nsc_bytes_le32(&b);
	/* Correlation info may follow a request (2.2.1.1.2). */
	return b.bad || (d->type == REQUEST) != (d->negotiation == NEG_REQUEST) ||
			       d->negotiation > NEG_FAILURE || d->protocols > 0xff
		       ? -1
		       : 1;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct pdu d;
	int r = read_pdu(g->bytes, &d);

	if (r <= 0)
		return r == 0 ? NSC_MORE : NSC_NOT_MINE;
	return d.cookie || d.negotiation != 0 ? NSC_DONE : NSC_NOT_MINE;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	enum nsc_verdict v;
	struct pdu d;
	int r;

	(void)state;
	while (nsc_bytes_left(&in->bytes) > 0) {
		/* Of the client, behind its request: the confirm is awaited. */
		v = nsc_starttls_hello(in, true, out);
		if (v != NSC_NOT_MINE)
			return v;
		r = read_pdu(in->bytes, &d);
		if (r == 0)
			out->wish.need = (uint32_t)nsc_bytes_left(&in->bytes) + 1;
		if (r <= 0)
			return r == 0 ? NSC_MORE : NSC_DONE;
		nsc_bytes_skip(&in->bytes, d.octets);
		/* Any protocol but the old one (0) begins with TLS. */
		if (d.type == CONFIRM)
			return d.negotiation == NEG_RESPONSE && d.protocols != 0
				       ? NSC_HAND_ON
				       : NSC_DONE;
	}
	return NSC_MORE;
}

const struct nsc_dissector nsc_rdp = {
	.name = "rdp",
	.title = "Remote Desktop Protocol",
	.spec = "MS-RDPBCGR",
	.transports = NSC_OVER_TCP,
	.guess = guess,
	.feed = feed,
	.known_by = "an X.224 connection request in a TPKT, with its cookie or negotiation",
	.measures = "TLS behind it",
};
