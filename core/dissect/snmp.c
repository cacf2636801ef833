/* SPDX-License-Identifier: MIT */
/*
 * SNMP, versions 1, 2c, 3 (RFC 1157, 4; RFC 3416, 3; RFC 3412, 6).  A request has its answer by
 * the request's identifier, in version 3 by the message's, which stands outside of what may be
 * encrypted; there, what may be reported on is a request (RFC 3412, 6.4).
 */
#include "dissect/await.h"
#include "dissect/ber.h"
#include "dissect/protocols.h"
#include "dissect/snmp_words.h"

enum { V1 = 0, V2C = 1, V3 = 3, PDU_FIRST = 0xa0, PDU_LAST = 0xa8 };
enum { GET = 0xa0, GETNEXT, RESPONSE, SET, TRAP_V1, GETBULK, INFORM, TRAP, REPORT };	/* tags */
enum { REPORTABLE = 4 };		/* of msgFlags */

/* Community and one PDU, which ends where the message does. */
static bool
is_community(struct nsc_bytes in)
{
	uint8_t tag;

	(void)nsc_ber_take(&in, NSC_BER_OCTETS);
	(void)nsc_ber_next(&in, &tag);
	return !in.bad && nsc_bytes_left(&in) == 0 && tag >= PDU_FIRST && tag <= PDU_LAST;
}

/* The header's four parts (RFC 3412, 6): id, size, flags, security model. */
static bool
is_v3(struct nsc_bytes in)
{
	struct nsc_bytes header = nsc_ber_take(&in, NSC_BER_SEQUENCE), flags;

	(void)nsc_ber_number(&header);
	(void)nsc_ber_number(&header);
	flags = nsc_ber_take(&header, NSC_BER_OCTETS);
	(void)nsc_ber_number(&header);
	return !header.bad && nsc_bytes_left(&header) == 0 && nsc_bytes_left(&flags) == 1;
}

static bool
is_snmp(struct nsc_bytes b)
{
	struct nsc_bytes in;
	uint32_t version;

	if (nsc_bytes_left(&b) == 0 || *b.p != NSC_BER_SEQUENCE)
		return false;
	in = nsc_ber_take(&b, NSC_BER_SEQUENCE);
	version = nsc_ber_number(&in);
	if (b.bad || in.bad || nsc_bytes_left(&b) > 0)
		return false;
	return version == V3 ? is_v3(in) : version <= V2C && is_community(in);
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	return is_snmp(g->bytes) ? NSC_DONE : NSC_NOT_MINE;
}

/* An Integer32, negative ones too, as 32 bits. */
static uint32_t
identifier(struct nsc_bytes *b)
{
	struct nsc_bytes in = nsc_ber_take(b, NSC_BER_INTEGER);
	size_t n = nsc_bytes_left(&in);
	uint32_t value = n > 0 && (*in.p & 0x80) != 0 ? UINT32_MAX : 0;

	if (n < 1 || n > 4)
		b->bad = true;
	while (nsc_bytes_left(&in) > 0)
		value = value << 8 | nsc_bytes_u8(&in);
	return value;
}

static unsigned
kind_of(uint8_t tag)
{
	switch (tag) {
	case GET:
		return NSC_SNMP_GET;
	case GETNEXT:
		return NSC_SNMP_GETNEXT;
	case GETBULK:
		return NSC_SNMP_GETBULK;
	case SET:
		return NSC_SNMP_SET;
	case INFORM:
		return NSC_SNMP_INFORM;
	default:
		return NSC_SNMP_OTHER;
	}
}

/* A PDU whose request has that key: `id` and the side of who asks. */
static void
tell(struct nsc_out *out, unsigned side, uint8_t tag, uint64_t id, unsigned kind, unsigned error)
{
	struct nsc_await *w;

	switch (tag) {
	case TRAP_V1:
	case TRAP:
		nsc_out_operation(out, NSC_SNMP_TRAP, 0, 0);
		break;
	case RESPONSE:
	case REPORT:
		w = nsc_await_waiting(out, nsc_await_key(out, !side, id));
		if (w == NULL)
			break;
		if (tag == REPORT)	/* what discovery asks for */
			error = w->kind == NSC_SNMP_DISCOVERY ? 0 : nsc_snmp_report;
		nsc_await_answered(out, w, error);
		break;
	default:
		nsc_await_ask(out, nsc_await_key(out, side, id), 0, kind, 0, 0);
	}
}

/* What a PDU says of its outcome, behind its identifier; 0 if it is none that answers. */
static unsigned
outcome(struct nsc_bytes pdu, uint8_t tag)
{
	return tag == RESPONSE ? nsc_snmp_error(nsc_ber_number(&pdu)) : 0;
}

static bool
read_community(struct nsc_bytes in, unsigned side, struct nsc_out *out)
{
	struct nsc_bytes pdu;
	uint32_t id = 0;
	uint8_t tag;

	(void)nsc_ber_take(&in, NSC_BER_OCTETS);
	pdu = nsc_ber_open(&in, &tag);
	if (tag != TRAP_V1)
		id = identifier(&pdu);
	if (in.bad || pdu.bad || tag < PDU_FIRST || tag >= REPORT)
		return false;
	tell(out, side, tag, id, kind_of(tag), outcome(pdu, tag));
	return true;
}

/* RFC 3412, 6; RFC 3414, 2.4. */
static bool
read_v3(struct nsc_bytes in, unsigned side, struct nsc_out *out)
{
	struct nsc_bytes header = nsc_ber_take(&in, NSC_BER_SEQUENCE), security, scoped, pdu, flags;
	uint64_t id = identifier(&header) | 1ull << 32;
	unsigned kind;
	bool nameless;
	uint8_t tag;

	(void)nsc_ber_number(&header);
	flags = nsc_ber_take(&header, NSC_BER_OCTETS);
	security = nsc_ber_take(&in, NSC_BER_OCTETS);
	security = nsc_ber_take(&security, NSC_BER_SEQUENCE);
	pdu = nsc_ber_take(&security, NSC_BER_OCTETS);		/* the engine's name */
	nameless = !security.bad && nsc_bytes_left(&pdu) == 0;
	scoped = nsc_ber_open(&in, &tag);
	if (header.bad || in.bad || nsc_bytes_left(&flags) != 1)
		return false;
	if (tag == NSC_BER_OCTETS) {				/* encrypted */
		tag = (*flags.p & REPORTABLE) != 0 ? GET : RESPONSE;
		tell(out, side, tag, id, NSC_SNMP_OTHER, 0);
		return true;
	}
	(void)nsc_ber_take(&scoped, NSC_BER_OCTETS);
	(void)nsc_ber_take(&scoped, NSC_BER_OCTETS);
	pdu = nsc_ber_open(&scoped, &tag);
	(void)identifier(&pdu);
	if (scoped.bad || pdu.bad || tag < PDU_FIRST || tag > PDU_LAST)
		return false;
	kind = nameless ? NSC_SNMP_DISCOVERY : kind_of(tag);
	tell(out, side, tag, id, kind, outcome(pdu, tag));
	return true;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_bytes b = in->bytes, message;
	uint32_t version;
	uint8_t tag;
	bool fine;

	(void)state;
	in->bytes.p = in->bytes.end;
	if (!in->cut && !is_snmp(b))
		return NSC_MALFORMED;
	message = nsc_ber_open(&b, &tag);
	version = nsc_ber_number(&message);
	fine = version == V3 ? read_v3(message, in->side, out)
			     : read_community(message, in->side, out);
	return fine || in->cut ? NSC_MORE : NSC_MALFORMED;
}

const struct nsc_dissector nsc_snmp = {
	.name = "snmp",
	.title = "Simple Network Management Protocol",
	.spec = "RFC 1157, RFC 3416, RFC 3412",
	.transports = NSC_OVER_UDP,
	.stateless = NSC_OVER_UDP,
	.first = {{NSC_BER_SEQUENCE, NSC_BER_SEQUENCE + 1}},
	.guess = guess,
	.feed = feed,
	.shared_memory = sizeof(struct nsc_await_table),
	.shared_new = nsc_await_new,
	.shared_free = nsc_await_free,
	.operations = nsc_snmp_operations,
	.errors = nsc_snmp_errors,
	.known_by = "a sequence that fills the datagram, a version, and a PDU or the header of version 3",
	.measures = "requests that were answered, by PDU; traps that were seen; error-status and reports as "
		    "errors (but of an engine's discovery); time from a request's first datagram to its answer",
	.limits = "of encrypted messages the kind is `other`, errors are not known, and traps are not "
		  "counted; that an object is not there is an error in version 1 only; SNMP over TCP, TLS and "
		  "DTLS is not read",
};
