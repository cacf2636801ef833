/* SPDX-License-Identifier: MIT */
#include "base/line.h"
#include "dissect/media.h"

#define PATIENCE_NS 60000000000ull	/* an early answer may come long before its media */

enum { STREAMS = 16 };			/* m= lines of a description that are read */

void
nsc_media_expect(struct nsc_media *m, const struct nsc_addr *addr, uint16_t port, uint64_t now)
{
	for (unsigned i = 0; i < m->count; i++) {
		struct nsc_media_place *p = &m->place[i];

		if (p->port == port && nsc_addr_equal(&p->addr, addr)) {
			p->until = now + PATIENCE_NS;
			return;
		}
	}
	m->place[m->next] = (struct nsc_media_place){*addr, port, now + PATIENCE_NS};
	m->next = (m->next + 1) % NSC_MEDIA_PLACES;
	if (m->count < NSC_MEDIA_PLACES)
		m->count++;
}

bool
nsc_media_expected(const struct nsc_media *m, const struct nsc_addr *addr, uint16_t port,
		   uint64_t now)
{
	for (unsigned i = 0; i < m->count; i++) {
		const struct nsc_media_place *p = &m->place[i];

		if ((p->port == port || p->port + 1 == port) && now < p->until &&
		    nsc_addr_equal(&p->addr, addr))
			return true;
	}
	return false;
}

/* The next line without its end, which the last one need not have; false: there is none. */
static bool
take_line(struct nsc_bytes *text, struct nsc_bytes *line)
{
	if (nsc_bytes_left(text) == 0)
		return false;
	if (!nsc_bytes_line(text, line)) {
		*line = nsc_bytes_sub(text, nsc_bytes_left(text));
		if (line->end[-1] == '\r')
			line->end--;
	}
	return true;
}

/* "c=IN IP4 192.0.2.1" (a group's address may have "/ttl"). */
static bool
take_address(struct nsc_bytes line, struct nsc_addr *addr)
{
	char text[NSC_ADDR_TEXT];
	size_t n;

	if (!nsc_bytes_starts(&line, "c=IN IP4 ") && !nsc_bytes_starts(&line, "c=IN IP6 "))
		return false;
	nsc_bytes_skip(&line, 9);
	for (n = 0; n < nsc_bytes_left(&line) && line.p[n] != '/' && line.p[n] != ' '; n++)
		;
	if (n >= sizeof text)
		return false;
	memcpy(text, line.p, n);
	text[n] = '\0';
	return nsc_addr_parse(addr, text) == 0;
}

/* "m=audio 49170 RTP/AVP 0": 0 if it is no media over RTP, or off. */
static uint16_t
take_port(struct nsc_bytes line)
{
	const uint8_t *space = memchr(line.p, ' ', nsc_bytes_left(&line));
	uint32_t port = 0;

	if (!nsc_bytes_starts(&line, "m=") || space == NULL ||
	    memmem(space, (size_t)(line.end - space), "RTP/", 4) == NULL)
		return 0;
	for (const uint8_t *p = space + 1; p < line.end && *p >= '0' && *p <= '9' && port < 65536; p++)
		port = port * 10 + (uint32_t)(*p - '0');
	return port < 65536 ? (uint16_t)port : 0;
}

/* A c= line behind an m= line holds for that stream, one before all for those without. */
void
nsc_media_description(struct nsc_media *m, struct nsc_bytes text, uint64_t now)
{
	struct nsc_addr common = {{0}}, own;
	bool have_common = false, have_own = false;
	uint16_t port = 0;
	struct nsc_bytes line;

	for (unsigned streams = 0; streams <= STREAMS;) {
		bool more = take_line(&text, &line);
		uint16_t next = more ? take_port(line) : 0;
		struct nsc_addr addr;

		if (more && !nsc_bytes_starts(&line, "m=")) {
			if (!take_address(line, &addr))
				continue;
			if (streams == 0)
				common = addr, have_common = true;
			else
				own = addr, have_own = true;
			continue;
		}
		if (port != 0 && (have_own || have_common))
			nsc_media_expect(m, have_own ? &own : &common, port, now);
		if (!more)
			return;
		port = next;
		have_own = false;
		streams++;
	}
}
