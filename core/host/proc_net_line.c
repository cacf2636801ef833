/* SPDX-License-Identifier: MIT */
/* One line of /proc/net's tables of sockets (net/ipv4/tcp_ipv4.c, udp.c: *_seq_show). */
#include <netinet/in.h>
#include <string.h>

#include "base/bytes.h"
#include "host/proc_net.h"

static int
digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return 16;
}

/* One to 16 digits of that base; none is bad. */
static uint64_t
number(struct nsc_bytes *b, int base)
{
	uint64_t v = 0;
	int n = 0;
	const uint8_t *p;

	while (n < 20 && (p = nsc_bytes_peek(b, 1)) != NULL && digit(*p) < base) {
		v = v * (uint64_t)base + (uint64_t)digit(*p);
		nsc_bytes_skip(b, 1);
		n++;
	}
	if (n == 0)
		b->bad = true;
	return v;
}

static void
expect(struct nsc_bytes *b, char c)
{
	if (nsc_bytes_u8(b) != (uint8_t)c)
		b->bad = true;
}

/* The next column begins behind at least one space. */
static void
column(struct nsc_bytes *b)
{
	expect(b, ' ');
	while (nsc_bytes_starts(b, " "))
		nsc_bytes_skip(b, 1);
}

static void
skip_word(struct nsc_bytes *b)
{
	const uint8_t *p;

	while ((p = nsc_bytes_peek(b, 1)) != NULL && *p != ' ')
		nsc_bytes_skip(b, 1);
}

/* Words of eight digits: as the machine stores them, their octets are the address. */
static struct nsc_addr
address(struct nsc_bytes *b, bool ipv6)
{
	uint8_t octets[16] = {0};

	for (size_t i = 0; i < (ipv6 ? 4 : 1); i++) {
		struct nsc_bytes eight = nsc_bytes_sub(b, 8);
		uint32_t word = (uint32_t)number(&eight, 16);

		if (eight.bad || nsc_bytes_left(&eight) > 0)
			b->bad = true;
		memcpy(octets + 4 * i, &word, sizeof word);
	}
	return ipv6 ? nsc_addr_v6(octets) : nsc_addr_v4(octets);
}

static void
end_point(struct nsc_bytes *b, bool ipv6, struct nsc_addr *addr, uint16_t *port)
{
	column(b);
	*addr = address(b, ipv6);
	expect(b, ':');
	*port = (uint16_t)number(b, 16);
}

/* "   0: 0100007F:0277 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0 ..." */
bool
nsc_proc_net_line(const struct nsc_proc_net *p, struct nsc_socket *s, const char *line,
		  size_t n)
{
	struct nsc_bytes b = nsc_bytes(line, n);
	uint32_t queue;

	*s = (struct nsc_socket){.proto = p->proto, .netns = p->netns};
	while (nsc_bytes_starts(&b, " "))
		nsc_bytes_skip(&b, 1);
	number(&b, 10);
	expect(&b, ':');
	end_point(&b, p->ipv6, &s->local, &s->local_port);
	end_point(&b, p->ipv6, &s->remote, &s->remote_port);
	column(&b);
	s->state = (uint8_t)number(&b, 16);
	column(&b);
	number(&b, 16);			/* octets to be sent */
	expect(&b, ':');
	queue = (uint32_t)number(&b, 16);
	column(&b);
	number(&b, 16);			/* timer and when it ends */
	expect(&b, ':');
	number(&b, 16);
	column(&b);
	number(&b, 16);			/* retransmits of now */
	column(&b);
	s->uid = (uint32_t)number(&b, 10);
	column(&b);
	skip_word(&b);			/* probes without an answer, signed */
	column(&b);
	s->inode = number(&b, 10);
	if (p->proto == IPPROTO_UDP) {
		column(&b);
		skip_word(&b);		/* references */
		column(&b);
		skip_word(&b);		/* where it lies, or why that is not told */
		column(&b);
		s->drops = (uint32_t)number(&b, 10);
	} else if (s->state == NSC_SOCKET_LISTEN) {
		s->queue = queue;
	}
	if (b.bad || s->state == 0 || s->state >= NSC_SOCKET_STATES)
		return false;
	nsc_socket_set_families(s, -1, p->bindv6only);
	return true;
}
