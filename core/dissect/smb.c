/* SPDX-License-Identifier: MIT */
/*
 * SMB 2 and 3 over TCP (MS-SMB2 2.1, 2.2.1): commands and answers by message identifier, also of
 * several in one message.  SMB 1 (MS-CIFS 2.2.3.1) is known, and no more.
 */
#include "dissect/pending.h"
#include "dissect/protocols.h"
#include "dissect/smb_words.h"

enum {
	SESSION_MESSAGE = 0, KEEP_ALIVE = 0x85,	/* RFC 1002, 4.3.1 */
	MARK = 4, SMB1_HEADER = 32, HEADER = 64,
	ROOM = 78,		/* commands that wait */
	ANSWERS = 1,		/* flag: SERVER_TO_REDIR */
	SILENT = 1, UNTIMED = 2,	/* tags: login and the like, no operation; until something happens */
};

struct state {
	struct nsc_pending commands[ROOM];
	uint32_t left[2];	/* octets of a message under way */
	bool lost[2];		/* octets were lost: a message's beginning is looked for */
	bool whole[2];		/* of that message, the other commands follow (else: not looked at) */
};

struct header {
	uint16_t command;
	uint32_t status, flags, next, id;	/* the identifier's lower half */
	uint32_t upper;
};

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	size_t left = nsc_bytes_left(&b);
	uint8_t mark;

	if (left > 0 && nsc_bytes_u8(&b) != SESSION_MESSAGE)
		return NSC_NOT_MINE;
	if (left < 2 * MARK)
		return NSC_MORE;
	if (nsc_bytes_u24(&b) < SMB1_HEADER)
		return NSC_NOT_MINE;
	mark = nsc_bytes_u8(&b);
	/* 1; 2 and 3; encrypted; compressed */
	return (mark == 0xff || mark == 0xfe || mark == 0xfd || mark == 0xfc) &&
			       nsc_bytes_starts(&b, "SMB")
		       ? NSC_DONE
		       : NSC_NOT_MINE;
}

/* 2.2.1; false: it is none. */
static bool
read_header(struct nsc_bytes b, struct header *h)
{
	bool mine = nsc_bytes_u8(&b) == 0xfe && nsc_bytes_starts(&b, "SMB");

	nsc_bytes_skip(&b, 3);
	mine = mine && nsc_bytes_le16(&b) == HEADER;
	nsc_bytes_skip(&b, 2);
	h->status = nsc_bytes_le32(&b);
	h->command = nsc_bytes_le16(&b);
	nsc_bytes_skip(&b, 2);
	h->flags = nsc_bytes_le32(&b);
	h->next = nsc_bytes_le32(&b);
	h->id = nsc_bytes_le32(&b);
	h->upper = nsc_bytes_le32(&b);
	return mine && !b.bad;
}

static void
asked(struct state *s, const struct header *h, struct nsc_out *out)
{
	unsigned tag = 0;

	switch (h->command) {
	case NSC_SMB_CANCEL:		/* has no answer of its own */
		return;
	case NSC_SMB_NEGOTIATE:
	case NSC_SMB_SESSION_SETUP:
	case NSC_SMB_LOGOFF:
		tag = SILENT;
		break;
	case NSC_SMB_CHANGE_NOTIFY:
		tag = UNTIMED;
		break;
	}
	if (!nsc_ids_ask(s->commands, ROOM, h->id, nsc_smb_kind(h->command), tag, out->time))
		nsc_out_lost(out);
}

/* With STATUS_PENDING the answer is to come yet; an oplock's break answers nothing (2.2.23). */
static void
answered(struct state *s, const struct header *h, struct nsc_out *out)
{
	unsigned error = nsc_smb_error(h->status);
	struct nsc_pending p;

	if (h->status == NSC_SMB_PENDING || (h->id & h->upper) == UINT32_MAX ||
	    !nsc_ids_take(s->commands, ROOM, h->id, &p))
		return;
	if (p.tag == SILENT) {
		if (error != 0)
			nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
		return;
	}
	p.timed = p.timed && p.tag != UNTIMED;
	nsc_out_answered(out, &p, error);
}

enum step { STEP, MORE, SKIP, BROKEN };

/* Passes n octets of the message, of which some may not be there. */
static enum step
pass(struct state *s, struct nsc_chunk *in, uint32_t n, struct nsc_out *out)
{
	size_t left = nsc_bytes_left(&in->bytes);

	s->left[in->side] -= n;
	if (n <= left) {
		nsc_bytes_skip(&in->bytes, n);
		return STEP;
	}
	nsc_bytes_skip(&in->bytes, left);
	out->wish.skip = n - left;
	return SKIP;
}

/* A command that begins here, inside of a message; the next one stands where it says. */
static enum step
command(struct state *s, struct nsc_chunk *in, struct nsc_out *out)
{
	uint32_t *left = &s->left[in->side];
	struct header h;

	if (!s->whole[in->side] || *left < HEADER)
		return pass(s, in, *left, out);
	if (nsc_bytes_left(&in->bytes) < HEADER) {
		out->wish.need = HEADER;
		return MORE;
	}
	if (!read_header(in->bytes, &h))	/* of version 1, encrypted or compressed */
		return pass(s, in, *left, out);
	if (h.flags & ANSWERS)
		answered(s, &h, out);
	else
		asked(s, &h, out);
	if (h.next < HEADER || h.next > *left || h.next % 8 != 0)
		s->whole[in->side] = false;
	return pass(s, in, s->whole[in->side] ? h.next : *left, out);
}

/* The message's mark (2.1). */
static enum step
begin(struct state *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_bytes b = in->bytes;
	uint8_t type = nsc_bytes_u8(&b);
	uint32_t length = nsc_bytes_u24(&b);

	if (b.bad) {
		out->wish.need = MARK;
		return MORE;
	}
	if (type != SESSION_MESSAGE && (type < 0x81 || type > KEEP_ALIVE))
		return BROKEN;
	in->bytes = b;
	s->left[in->side] = length;
	s->whole[in->side] = type == SESSION_MESSAGE;
	return STEP;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;
	struct nsc_guess g = {.bytes = in->bytes};
	enum step step = STEP;

	if (in->gap) {
		s->lost[in->side] = true;
		s->left[in->side] = 0;
	}
	if (s->lost[in->side] && nsc_bytes_left(&in->bytes) > 0) {
		if (guess(&g) != NSC_DONE) {
			nsc_bytes_skip(&in->bytes, nsc_bytes_left(&in->bytes));
			return NSC_MORE;
		}
		s->lost[in->side] = false;
	}
	while (step == STEP && nsc_bytes_left(&in->bytes) > 0)
		step = s->left[in->side] > 0 ? command(s, in, out) : begin(s, in, out);
	return step == BROKEN ? NSC_MALFORMED : NSC_MORE;
}

const struct nsc_dissector nsc_smb = {
	.name = "smb",
	.title = "Server Message Block",
	.spec = "MS-CIFS, MS-SMB2",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct state),
	.first = {{0, 1}},
	.guess = guess,
	.feed = feed,
	.operations = nsc_smb_operations,
	.errors = nsc_smb_errors,
	.known_by = "a message's mark and length, and the signature of SMB 1, 2, 3, of encrypted or of compressed "
		    "messages",
	.measures = "commands of SMB 2 and 3 that were answered for good (negotiation, login and logoff are none, "
		    "but their errors count), NT statuses of severity error by class, time to the answer's "
		    "beginning",
	.limits = "encrypted and compressed messages are not read, nor are commands of SMB 1; change notifications, "
		  "which wait until something happens, have no time; of more than 78 commands that wait the "
		  "oldest are forgotten; SMB over QUIC and RDMA is not read",
};
