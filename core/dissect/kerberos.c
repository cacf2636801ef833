/* SPDX-License-Identifier: MIT */
/*
 * Kerberos 5 (RFC 4120, 5.4 to 5.9; over TCP behind four octets of length, 7.2.2): requests for
 * tickets and what the KDC answers.  Known by a message's application tag, and the protocol's
 * number 5 within.
 */
#include "base/fnv.h"
#include "dissect/ber.h"
#include "dissect/pending.h"
#include "dissect/protocols.h"

enum {
	AS_REQUEST = 0x6a, AS_ANSWER, TGS_REQUEST, TGS_ANSWER,	/* [APPLICATION 10] to 13 */
	KRB_ERROR = 0x7e,				/* 30 */
	PVNO = 5,
	MESSAGE_MAX = 1 << 20,
	PREFIX = 256,		/* octets of a message that are read: KRB-ERROR's code is among them */
	ROOM = 8,		/* requests of a conversation that wait */
	ERROR_CODE = 0xa6,	/* its sixth field */
};

enum { OTHER, AS, TGS };

static const char *const operations[] = {"other", "as_req", "tgs_req", NULL};

#define ERRORS(X)                                                                                  \
	X(OTHER, "other") X(CLIENT, "client_unknown") X(SERVICE, "service_unknown") \
	X(POLICY, "policy") X(ETYPE, "etype_unsupported") X(REVOKED, "revoked") \
	X(EXPIRED, "expired") X(PREAUTH, "preauth_failed") X(TICKET, "ticket") \
	X(SKEW, "clock_skew") X(INTEGRITY, "integrity") X(REPLAY, "replay") \
	X(UNAVAILABLE, "unavailable") X(REALM, "wrong_realm") X(PKINIT, "pkinit") X(GENERIC, "generic")

#define ID(id, text) ERROR_##id,
enum { NONE, ERRORS(ID) };
#undef ID
#define TEXT(id, text) text,
static const char *const errors[] = {ERRORS(TEXT) NULL};
#undef TEXT

struct state {
	struct nsc_pending waiting[ROOM];
	uint32_t answered;	/* UDP: what was answered last; it may be sent again */
	uint32_t count;		/* TCP: of messages; there nothing is sent again */
	bool lost[2];
};

/* KDC-REQ counts its fields from 1, all others from 0. */
static bool
is_message(struct nsc_bytes b)
{
	uint8_t tag, type = nsc_bytes_left(&b) > 0 ? *b.p : 0;
	struct nsc_bytes in, field;

	if (!((type >= AS_REQUEST && type <= 0x6f) || (type >= 0x74 && type <= 0x76) ||
	      type == KRB_ERROR))
		return false;
	in = nsc_ber_open(&b, &tag);
	in = nsc_ber_open(&in, &tag);
	if (tag != NSC_BER_SEQUENCE)
		return false;
	field = nsc_ber_next(&in, &tag);
	return tag == (type == AS_REQUEST || type == TGS_REQUEST ? 0xa1 : 0xa0) &&
	       nsc_bytes_left(&field) == 3 && nsc_ber_number(&field) == PVNO && !field.bad;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	enum { ENOUGH = 24 };		/* tags and lengths up to the number */
	struct nsc_bytes b = g->bytes;
	size_t left = nsc_bytes_left(&b);
	uint32_t length;

	if (g->transport == NSC_OVER_UDP)
		return is_message(b) ? NSC_DONE : NSC_NOT_MINE;
	length = nsc_bytes_u32(&b);
	if (left >= 4 && (length < ENOUGH || length > MESSAGE_MAX))
		return NSC_NOT_MINE;
	if (left < 4 + ENOUGH)
		return left > 0 && *g->bytes.p != 0 ? NSC_NOT_MINE : NSC_MORE;
	return is_message(b) ? NSC_DONE : NSC_NOT_MINE;
}

/* RFC 4120, 7.5.9; RFC 4556, 3.1.3. */
static unsigned
class_of(uint32_t code)
{
	switch (code) {
	case 0:
	case 25:		/* KDC_ERR_PREAUTH_REQUIRED: a challenge */
	case 52:		/* KRB_ERR_RESPONSE_TOO_BIG: over TCP, please */
	case 91:		/* KDC_ERR_MORE_PREAUTH_DATA_REQUIRED */
		return NONE;
	case 6:
		return ERROR_CLIENT;
	case 7:
		return ERROR_SERVICE;
	case 9: case 10: case 11: case 12: case 13:
		return ERROR_POLICY;
	case 14: case 15: case 16:
		return ERROR_ETYPE;
	case 18: case 19: case 20:
		return ERROR_REVOKED;
	case 1: case 2: case 23:
		return ERROR_EXPIRED;
	case 24:
		return ERROR_PREAUTH;
	case 32: case 33: case 35: case 36:
		return ERROR_TICKET;
	case 37:
		return ERROR_SKEW;
	case 31: case 41: case 44:
		return ERROR_INTEGRITY;
	case 34:
		return ERROR_REPLAY;
	case 29:
		return ERROR_UNAVAILABLE;
	case 68:
		return ERROR_REALM;
	case 60:
		return ERROR_GENERIC;
	default:
		return code >= 62 && code <= 80 ? ERROR_PKINIT : ERROR_OTHER;
	}
}

/* The code of a KRB-ERROR. */
static unsigned
error_of(struct nsc_bytes b)
{
	uint8_t tag;
	struct nsc_bytes in, field;

	in = nsc_ber_open(&b, &tag);
	in = nsc_ber_open(&in, &tag);
	while (nsc_bytes_left(&in) > 0) {
		field = nsc_ber_next(&in, &tag);
		if (tag == ERROR_CODE && !field.bad)
			return class_of(nsc_ber_number(&field));
	}
	return ERROR_OTHER;
}

/* FNV-1a of what a client sends again as it was; never 0. */
static uint32_t
hash(struct nsc_bytes b)
{
	uint32_t n = (uint32_t)nsc_bytes_left(&b), h = nsc_fnv(NSC_FNV_BASIS ^ n, b.p, n);

	return h != 0 ? h : 1;
}

static void
on_request(struct state *s, unsigned kind, uint32_t id, struct nsc_out *out)
{
	if (id == s->answered)
		return;
	for (unsigned i = 0; i < ROOM; i++)
		if (s->waiting[i].used && s->waiting[i].id == id)
			return;		/* sent again: the first one's time holds */
	if (!nsc_ids_ask(s->waiting, ROOM, id, kind, 0, out->time))
		nsc_out_lost(out);
}

/* The oldest request of that kind (OTHER: of any) is answered: of one client, they come in order. */
static void
on_answer(struct state *s, unsigned kind, unsigned error, struct nsc_out *out)
{
	struct nsc_pending *oldest = NULL;
	uint32_t now = (uint32_t)(out->time / 1000);

	for (unsigned i = 0; i < ROOM; i++) {
		struct nsc_pending *p = &s->waiting[i];

		if (p->used && (kind == OTHER || p->kind == kind) &&
		    (oldest == NULL || now - p->time > now - oldest->time))
			oldest = p;
	}
	if (oldest == NULL)
		return;
	nsc_out_answered(out, oldest, error);
	s->answered = oldest->id;
	oldest->used = false;
}

static void
on_message(struct state *s, struct nsc_bytes b, uint32_t id, struct nsc_out *out)
{
	switch (*b.p) {
	case AS_REQUEST: case TGS_REQUEST:
		on_request(s, *b.p == AS_REQUEST ? AS : TGS, id, out);
		break;
	case AS_ANSWER: case TGS_ANSWER:
		on_answer(s, *b.p == AS_ANSWER ? AS : TGS, NONE, out);
		break;
	case KRB_ERROR:
		on_answer(s, OTHER, error_of(b), out);
		break;
	default:
		break;
	}
}

/* One message behind its length.  False: no more can be read now. */
static bool
step(struct state *s, struct nsc_chunk *in, struct nsc_out *out, enum nsc_verdict *verdict)
{
	struct nsc_bytes b = in->bytes;
	uint32_t length = nsc_bytes_u32(&b), want = length < PREFIX ? length : PREFIX;
	size_t left = nsc_bytes_left(&b);

	if (b.bad || (left < want && length <= MESSAGE_MAX)) {
		out->wish.need = b.bad ? 4 : 4 + want;
		return false;
	}
	/* Lengths of the KDC's own, or what is no message, are not read any further. */
	if (length > MESSAGE_MAX || !is_message(nsc_bytes(b.p, want))) {
		if (s->lost[in->side])
			nsc_bytes_skip(&in->bytes, nsc_bytes_left(&in->bytes));
		else
			*verdict = NSC_DONE;
		return false;
	}
	s->lost[in->side] = false;
	on_message(s, nsc_bytes(b.p, want), ++s->count, out);
	left = left < length ? left : length;
	nsc_bytes_skip(&b, left);
	in->bytes = b;
	out->wish.skip = length - left;
	return out->wish.skip == 0;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;
	enum nsc_verdict verdict = NSC_MORE;

	if (in->transport == NSC_OVER_UDP) {
		if (nsc_bytes_left(&in->bytes) == 0 || !is_message(in->bytes))
			return NSC_MORE;
		on_message(s, in->bytes, hash(in->bytes), out);
		return NSC_MORE;
	}
	if (in->gap) {
		s->lost[in->side] = true;
		memset(s->waiting, 0, sizeof s->waiting);
	}
	while (nsc_bytes_left(&in->bytes) > 0 && step(s, in, out, &verdict))
		;
	return verdict;
}

const struct nsc_dissector nsc_kerberos = {
	.name = "kerberos",
	.title = "Kerberos 5",
	.spec = "RFC 4120",
	.transports = NSC_OVER_TCP | NSC_OVER_UDP,
	.state_size = sizeof(struct state),
	.first = {{0, 1}, {AS_REQUEST, KRB_ERROR + 1}},
	.guess = guess,
	.feed = feed,
	.operations = operations,
	.errors = errors,
	.known_by = "a message's application tag and the protocol's number 5",
	.measures = "requests to the KDC (AS, TGS) that were answered, each once; KRB-ERROR's "
		    "code by class, of which PREAUTH_REQUIRED and RESPONSE_TOO_BIG are none; time "
		    "to the answer",
	.limits = "what clients say to services (AP) is not read; answers are matched in order",
};
