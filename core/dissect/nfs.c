/* SPDX-License-Identifier: MIT */
/*
 * NFS and what belongs to it (RFC 1813, RFC 7530, RFC 8881), and other remote procedures (RFC
 * 5531): calls and answers by their identifier, over UDP and in records over TCP (11), whichever
 * side calls: servers of NFS 4 call their clients, too.
 */
#include "dissect/pending.h"
#include "dissect/protocols.h"
#include "dissect/rpc_message.h"
#include "dissect/rpc_words.h"

enum {
	MARK = 4, LAST_FRAGMENT = 0x80,
	FRAGMENT_MAX = 1 << 26, FRAGMENTS_MAX = 64,
	ANSWER_HEAD = 12,
	ROOM = 72,			/* calls that wait */
};

struct state {
	struct nsc_pending calls[ROOM];
	bool inside[2];			/* the record's other fragments are of no interest */
	bool lost[2];			/* octets were lost: a record's beginning is looked for */
};

static bool
is_program(uint32_t program)
{
	/* portmapper is not: NFS, mount, lock manager, ACL, lock status */
	return program == NSC_NFS || program == 100005 || program == 100021 || program == 100227 ||
	       program == 100024;
}

/* A call, or over TCP the record that one begins; of NFS and its kin, or of another program. */
static enum nsc_verdict
guess_call(const struct nsc_guess *g, bool nfs)
{
	struct nsc_bytes b = g->bytes;
	size_t left = nsc_bytes_left(&b);
	uint32_t program;

	if (g->transport == NSC_OVER_TCP) {
		if (left > 0 && *b.p != LAST_FRAGMENT)
			return NSC_NOT_MINE;
		if (left < MARK + NSC_RPC_CALL_HEAD)
			return NSC_MORE;
		nsc_bytes_skip(&b, MARK);
	}
	return nsc_rpc_is_call(b, &program) && is_program(program) == nfs ? NSC_DONE : NSC_NOT_MINE;
}

static enum nsc_verdict
guess_nfs(const struct nsc_guess *g)
{
	return guess_call(g, true);
}

static enum nsc_verdict
guess_rpc(const struct nsc_guess *g)
{
	return guess_call(g, false);
}

/* Both sides may have a call with that identifier. */
static uint32_t
id_of(uint32_t xid, unsigned caller)
{
	return caller == 0 ? xid : ~xid;
}

static bool
waits(const struct state *s, uint32_t id)
{
	for (unsigned i = 0; i < ROOM; i++) {
		if (s->calls[i].used && s->calls[i].id == id)
			return true;
	}
	return false;
}

/* A message, or as much of its beginning as is looked at.  False: it is none. */
static bool
message(struct state *s, struct nsc_bytes head, unsigned side, struct nsc_out *out)
{
	struct nsc_rpc_call call;
	struct nsc_pending p;
	uint32_t xid;

	if (nsc_rpc_is_answer(head, &xid)) {
		if (nsc_ids_take(s->calls, ROOM, id_of(xid, !side), &p))
			nsc_out_answered(out, &p, nsc_rpc_outcome(head, p.tag));
		return true;
	}
	if (!nsc_rpc_read_call(head, &call))
		return false;
	/* One that waits is sent again. */
	if (!waits(s, id_of(call.xid, side)) &&
	    !nsc_ids_ask(s->calls, ROOM, id_of(call.xid, side), call.kind, call.tag, out->time))
		nsc_out_lost(out);
	return true;
}

enum step { STEP, MORE, SKIP, BROKEN };

/* Passes n octets, of which some may not be there. */
static enum step
pass(struct nsc_bytes *b, uint32_t n, struct nsc_out *out)
{
	size_t left = nsc_bytes_left(b);

	if (n <= left) {
		nsc_bytes_skip(b, n);
		return STEP;
	}
	nsc_bytes_skip(b, left);
	out->wish.skip = n - left;
	return SKIP;
}

static uint32_t
take_mark(struct nsc_bytes *b, bool *last)
{
	uint32_t mark = nsc_bytes_u32(b);

	*last = mark >> 31 != 0;
	return mark & 0x7fffffff;
}

/* A record's beginning, which may stand in several fragments, is put together. */
static enum step
record(struct state *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_bytes b = in->bytes;
	uint8_t head[NSC_RPC_HEAD];
	size_t n = 0;

	for (unsigned i = 0; i < FRAGMENTS_MAX; i++) {
		bool last;
		uint32_t length = take_mark(&b, &last), room = (uint32_t)(NSC_RPC_HEAD - n);
		uint32_t want = length < room ? length : room;
		struct nsc_bytes part;

		if (length > FRAGMENT_MAX)
			return BROKEN;
		part = nsc_bytes_sub(&b, want);
		if (part.bad) {
			out->wish.need = (uint32_t)nsc_bytes_left(&in->bytes) + 1;
			if (i == 0 && nsc_bytes_left(&in->bytes) >= MARK)
				out->wish.need = MARK + want;
			return MORE;
		}
		if (want > 0)
			memcpy(head + n, part.p, want);
		n += want;
		if (!last && n < NSC_RPC_HEAD)
			continue;
		if (!message(s, nsc_bytes(head, n), in->side, out))
			return BROKEN;
		s->inside[in->side] = !last;
		in->bytes = b;
		return pass(&in->bytes, length - want, out);
	}
	return BROKEN;
}

/* What is left of a record whose beginning was read. */
static enum step
rest(struct state *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_bytes b = in->bytes;
	bool last;
	uint32_t length = take_mark(&b, &last);

	if (b.bad) {
		out->wish.need = MARK;
		return MORE;
	}
	if (length > FRAGMENT_MAX)
		return BROKEN;
	s->inside[in->side] = !last;
	in->bytes = b;
	return pass(&in->bytes, length, out);
}

/* Behind lost octets a packet that begins with a call, or with the answer to one that waits. */
static bool
found_again(const struct state *s, const struct nsc_chunk *in)
{
	struct nsc_bytes b = in->bytes;
	uint32_t xid, program;
	bool last;
	uint32_t length = take_mark(&b, &last);

	if (b.bad || !last || length < ANSWER_HEAD || length > FRAGMENT_MAX)
		return false;
	if (nsc_rpc_is_answer(b, &xid))
		return waits(s, id_of(xid, !in->side));
	return nsc_rpc_is_call(b, &program);
}

static enum nsc_verdict
feed_stream(struct state *s, struct nsc_chunk *in, struct nsc_out *out)
{
	if (in->gap) {
		s->lost[in->side] = true;
		s->inside[in->side] = false;
	}
	while (nsc_bytes_left(&in->bytes) > 0) {
		enum step step;

		if (s->lost[in->side] && !found_again(s, in)) {
			nsc_bytes_skip(&in->bytes, nsc_bytes_left(&in->bytes));
			return NSC_MORE;
		}
		s->lost[in->side] = false;
		step = s->inside[in->side] ? rest(s, in, out) : record(s, in, out);
		if (step == BROKEN)
			return NSC_MALFORMED;
		if (step != STEP)
			return NSC_MORE;
	}
	return NSC_MORE;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_bytes b = in->bytes;
	size_t left = nsc_bytes_left(&b);

	if (in->transport == NSC_OVER_TCP)
		return feed_stream(state, in, out);
	in->bytes.p = in->bytes.end;
	if (left > NSC_RPC_HEAD)
		b.end = b.p + NSC_RPC_HEAD;
	return message(state, b, in->side, out) ? NSC_MORE : NSC_MALFORMED;
}

const struct nsc_dissector nsc_nfs = {
	.name = "nfs",
	.title = "Network File System",
	.spec = "RFC 5531, RFC 1813, RFC 7530, RFC 8881",
	.transports = NSC_OVER_TCP | NSC_OVER_UDP,
	.state_size = sizeof(struct state),
	.guess = guess_nfs,
	.feed = feed,
	.operations = nsc_rpc_operations,
	.errors = nsc_rpc_errors,
	.known_by = "a call of remote procedures, version 2, to NFS, mount, the lock manager, ACLs or lock status",
	.measures = "calls that were answered, by procedure, of a COMPOUND by the first operation that does more "
		    "than to say of which file; nfsstat and refusals of the call as errors; time to the "
		    "answer's beginning",
	.limits = "of calls protected by RPCSEC_GSS privacy neither operations nor nfsstat are known; of more than "
		  "72 calls that wait the oldest are forgotten; NFS over RDMA is not read",
};

const struct nsc_dissector nsc_sunrpc = {
	.name = "sunrpc",
	.title = "Remote procedure calls: port mapper and others",
	.spec = "RFC 5531, RFC 1833",
	.transports = NSC_OVER_TCP | NSC_OVER_UDP,
	.state_size = sizeof(struct state),
	.guess = guess_rpc,
	.feed = feed,
	.operations = nsc_rpc_operations,
	.errors = nsc_rpc_errors,
	.known_by = "a call of remote procedures, version 2, to a program from 100000 on, with a sound credential",
	.measures = "calls that were answered: the port mapper's, NULL, and others; refusals of the call as errors; "
		    "time to the answer's beginning",
	.limits = "what other programs answer is not read",
};
