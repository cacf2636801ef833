/* SPDX-License-Identifier: MIT */
/*
 * TFTP (RFC 1350, 5; RFC 2347).  A request is answered from a port that the server chose for the
 * transfer: by the first data, acknowledgement, options or error that goes to the port from which
 * a request came.  The transfer is read on for the errors that end it.
 */
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include "dissect/await.h"
#include "dissect/protocols.h"

enum { READ = 1, WRITE, DATA, ACK, ERROR, OACK };
enum { TEXT_MAX = 255, BLOCK_MAX = 65464 /* RFC 2348 */ };
enum { OTHER, K_READ, K_WRITE };
enum { CODES = 8, UNKNOWN = CODES + 2 };

static const char *const operations[] = {"other", "read", "write", NULL};

/* In the order of the codes (RFC 1350, appendix; RFC 2347). */
static const char *const errors[] = {
	"undefined", "file_not_found", "access_violation", "disk_full", "illegal_operation",
	"unknown_transfer", "file_exists", "no_such_user", "options", "other", NULL,
};

struct shared {
	struct nsc_await_table table;	/* first: see await.h */
	uint64_t asked[65536 / 64];	/* ports from which a request came, ever */
};

/* A text with its NUL; false if there is none, or one that is no text. */
static bool
take_text(struct nsc_bytes *b, const char **text)
{
	const uint8_t *end = memchr(b->p, 0, nsc_bytes_left(b)), *p;

	if (end == NULL || end == b->p || end - b->p > TEXT_MAX)
		return false;
	for (p = b->p; p < end; p++)
		if (*p < ' ' || *p == 0x7f)
			return false;
	*text = (const char *)b->p;
	nsc_bytes_skip(b, (size_t)(end - b->p) + 1);
	return true;
}

/* READ or WRITE; 0: it is no request. */
static unsigned
request(struct nsc_bytes b)
{
	uint16_t op = nsc_bytes_u16(&b);
	const char *file, *mode;

	if (b.bad || (op != READ && op != WRITE) || !take_text(&b, &file) || !take_text(&b, &mode))
		return 0;
	return strcasecmp(mode, "octet") == 0 || strcasecmp(mode, "netascii") == 0 ? op : 0;
}

/* How a transfer begins, or what ends it: of data the first block, or an empty one. */
static bool
is_answer(struct nsc_bytes b)
{
	uint16_t op = nsc_bytes_u16(&b), n = 0;
	const char *text;

	if (op != OACK)
		n = nsc_bytes_u16(&b);
	switch (b.bad ? 0 : op) {
	case DATA:
		return n == 1 && nsc_bytes_left(&b) <= BLOCK_MAX;
	case ACK:
		return n == 0 && nsc_bytes_left(&b) == 0;
	case ERROR:
		return n <= CODES && nsc_bytes_left(&b) > 0 && b.end[-1] == 0;
	case OACK:
		return take_text(&b, &text) && take_text(&b, &text);
	default:
		return false;
	}
}

/* Pure: that somebody asked from the port to which this goes; feed looks who. */
static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	const struct shared *sh = g->shared;
	uint16_t port = g->port[!g->side];

	if (request(g->bytes) != 0)
		return NSC_DONE;
	if (sh == NULL || (sh->asked[port / 64] >> port % 64 & 1) == 0)
		return NSC_NOT_MINE;
	return is_answer(g->bytes) ? NSC_DONE : NSC_NOT_MINE;
}

/* Requests may be broadcast: who asked is known by its own end alone. */
static uint64_t
key_of(const struct nsc_out *out, unsigned client)
{
	return nsc_await_key_of(nsc_await_print(out->addr[client].b, sizeof out->addr[client].b),
				out->port[client]);
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	const struct nsc_bytes message = in->bytes;
	struct nsc_bytes b = message;
	struct shared *sh = out->shared;
	unsigned asked = request(message), error = 0;
	uint64_t key = key_of(out, asked != 0 ? in->side : !in->side);
	uint16_t op = nsc_bytes_u16(&b), port = out->port[in->side];
	struct nsc_await *w;
	bool begins;

	(void)state;
	in->bytes.p = in->bytes.end;
	if (asked != 0) {
		uint32_t mark = (uint32_t)nsc_await_print(b.p, nsc_bytes_left(&b));

		sh->asked[port / 64] |= 1ull << port % 64;
		nsc_await_ask(out, key, mark, asked == READ ? K_READ : K_WRITE, 0, 0);
		return NSC_MORE;
	}
	if (b.bad || op < DATA || op > OACK)
		return NSC_MALFORMED;
	begins = in->cut || is_answer(message);
	if (op == ERROR) {
		uint16_t code = nsc_bytes_u16(&b);

		error = code <= CODES ? code + 1u : UNKNOWN;
	}
	w = nsc_await_waiting(out, key);
	if (w != NULL && begins) {
		nsc_await_answered(out, w, error);
	} else if (!nsc_await_known(out, key) && !nsc_await_known(out, key_of(out, in->side))) {
		/* Neither end ever asked: a port was mistaken for another's. */
		return NSC_NOT_MINE;
	} else if (error != 0 && nsc_await_known(out, key)) {
		nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
	}
	return NSC_MORE;
}

static int
shared_new(void **shared)
{
	*shared = calloc(1, sizeof(struct shared));
	return *shared != NULL ? 0 : -ENOMEM;
}

const struct nsc_dissector nsc_tftp = {
	.name = "tftp",
	.title = "Trivial File Transfer Protocol",
	.spec = "RFC 1350, RFC 2347",
	.transports = NSC_OVER_UDP,
	.stateless = NSC_OVER_UDP,
	.first = {{0, 1}},
	.guess = guess,
	.feed = feed,
	.shared_memory = sizeof(struct shared),
	.shared_new = shared_new,
	.shared_free = nsc_await_free,
	.operations = operations,
	.errors = errors,
	.known_by = "a request with a name and a known mode; the transfer by its first message to the end "
		    "that asked",
	.measures = "requests that were answered by data, an acknowledgement, options or an error, and the time "
		    "to that; errors of the server's that end a transfer later count as errors alone",
	.limits = "not how long a transfer takes; with several workers a request and its answer, which have "
		  "other ports, may be seen by two of them, and are not matched",
};
