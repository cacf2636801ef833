/* SPDX-License-Identifier: MIT */
/* TFTP (RFC 1350, 5): the name, of a request; the file itself goes over ports of its own. */
#include <strings.h>

#include "dissect/protocols.h"

enum { READ = 1, WRITE = 2, TEXT_MAX = 255 };

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

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	uint16_t op = nsc_bytes_u16(&b);
	const char *file, *mode;

	if (b.bad || (op != READ && op != WRITE) || !take_text(&b, &file) || !take_text(&b, &mode))
		return NSC_NOT_MINE;
	return strcasecmp(mode, "octet") == 0 || strcasecmp(mode, "netascii") == 0 ? NSC_DONE
										    : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_tftp = {
	.name = "tftp",
	.title = "Trivial File Transfer Protocol",
	.spec = "RFC 1350, RFC 2347",
	.transports = NSC_OVER_UDP,
	.first = {{0, 1}},
	.guess = guess,
};
