/* SPDX-License-Identifier: MIT */
/*
 * NATS (docs.nats.io, client protocol): the name, by the server's INFO or the client's
 * CONNECT, each a JSON object with fields of its own.
 */
#include "dissect/opening.h"
#include "dissect/protocols.h"

enum { LINE_OCTETS = 4096 };	/* of a first line that is waited for */

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	const struct nsc_bytes *b = &g->bytes;
	enum nsc_verdict info = nsc_opening(b, "INFO {"), connect = nsc_opening(b, "CONNECT {");
	size_t left = nsc_bytes_left(b);
	const char *field = info != NSC_NOT_MINE ? "\"server_id\":" : "\"verbose\":";
	const uint8_t *end;

	if (info == NSC_MORE || connect == NSC_MORE)
		return NSC_MORE;
	if (info == NSC_NOT_MINE && connect == NSC_NOT_MINE)
		return NSC_NOT_MINE;
	end = memchr(b->p, '\n', left);
	if (memmem(b->p, end != NULL ? (size_t)(end - b->p) : left, field, strlen(field)) != NULL)
		return NSC_DONE;
	return end != NULL || left > LINE_OCTETS ? NSC_NOT_MINE : NSC_MORE;
}

const struct nsc_dissector nsc_nats = {
	.name = "nats",
	.title = "NATS",
	.spec = "NATS client protocol",
	.transports = NSC_OVER_TCP,
	.first = {{'C', 'C' + 1}, {'I', 'I' + 1}},
	.guess = guess,
};
