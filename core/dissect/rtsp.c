/* SPDX-License-Identifier: MIT */
/*
 * RTSP 1.0 (RFC 2326): the name, by a request's or a response's first line; from the header
 * Transport where its media will be.
 */
#include <strings.h>

#include "dissect/media.h"
#include "dissect/protocols.h"
#include "dissect/start_line.h"

enum { LINE_MAX = 4096 };

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	return nsc_start_line(&g->bytes, "RTSP/1.0");
}

/* The number behind "name=" in the line, or 0. */
static uint16_t
number_of(const struct nsc_bytes *line, const char *name)
{
	const uint8_t *p = memmem(line->p, nsc_bytes_left(line), name, strlen(name));
	uint32_t n = 0;

	if (p == NULL)
		return 0;
	for (p += strlen(name); p < line->end && *p >= '0' && *p <= '9' && n < 65536; p++)
		n = n * 10 + (uint32_t)(*p - '0');
	return n < 65536 ? (uint16_t)n : 0;
}

/* 12.39: a response tells both ends' ports.  Who answers is the server. */
static void
on_line(const struct nsc_bytes *line, unsigned server, struct nsc_out *out)
{
	static const char name[] = "transport:";
	uint16_t port;

	if (nsc_bytes_left(line) < sizeof name || out->media == NULL ||
	    strncasecmp((const char *)line->p, name, sizeof name - 1) != 0)
		return;
	port = number_of(line, "server_port=");
	if (port == 0)
		return;
	nsc_media_expect(out->media, &out->addr[server], port, out->time);
	port = number_of(line, "client_port=");
	if (port != 0)
		nsc_media_expect(out->media, &out->addr[!server], port, out->time);
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	(void)state;
	while (nsc_bytes_left(&in->bytes) > 0) {
		size_t left = nsc_bytes_left(&in->bytes);
		const uint8_t *lf = memchr(in->bytes.p, '\n', left);
		struct nsc_bytes line;

		if (*in->bytes.p == '$')	/* 10.12: media in the same stream */
			return NSC_DONE;
		if (lf == NULL && left < LINE_MAX) {
			out->wish.need = (uint32_t)left + 1;
			return NSC_MORE;
		}
		line = nsc_bytes_sub(&in->bytes, lf != NULL ? (size_t)(lf - in->bytes.p) + 1 : left);
		on_line(&line, in->side, out);
	}
	return NSC_MORE;
}

const struct nsc_dissector nsc_rtsp = {
	.name = "rtsp",
	.title = "Real-Time Streaming Protocol",
	.spec = "RFC 2326",
	.transports = NSC_OVER_TCP,
	.first = {{'A', 'Z' + 1}},
	.guess = guess,
	.feed = feed,
	.known_by = "a request's or a response's first line with `RTSP/1.0`",
	.measures = "the name alone; where it says its media will be, `rtp` is known",
	.limits = "media inside its own stream is part of it",
};
