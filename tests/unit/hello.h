/* SPDX-License-Identifier: MIT */
/* Makes hellos of TLS and DTLS, octet by octet. */
#ifndef NSC_TESTS_HELLO_H
#define NSC_TESTS_HELLO_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct octets {
	uint8_t p[1 << 17];
	size_t len;
};

static inline void
put_u8(struct octets *o, unsigned v)
{
	o->p[o->len++] = (uint8_t)v;
}

static inline void
put_u16(struct octets *o, unsigned v)
{
	put_u8(o, v >> 8);
	put_u8(o, v & 255);
}

static inline void
put_u24(struct octets *o, unsigned v)
{
	put_u8(o, v >> 16);
	put_u16(o, v & 65535);
}

static inline void
put_octets(struct octets *o, const void *p, size_t len)
{
	if (len > 0)
		memcpy(o->p + o->len, p, len);
	o->len += len;
}

/* "1301,00ff,c02b" as numbers of two octets each. */
static inline void
put_list(struct octets *o, const char *hex)
{
	char *end;

	for (; *hex != '\0'; hex = *end == ',' ? end + 1 : end)
		put_u16(o, (unsigned)strtoul(hex, &end, 16));
}

/* An extension: "0010" with its contents. */
static inline void
put_extension(struct octets *o, unsigned type, const void *p, size_t len)
{
	put_u16(o, type);
	put_u16(o, (unsigned)len);
	put_octets(o, p, len);
}

/* The body of a ClientHello: session id and cookie (DTLS; NULL: TLS) as given. */
static inline void
put_client_hello(struct octets *o, unsigned version, const char *ciphers,
		 const struct octets *exts, const char *id, const char *cookie)
{
	size_t n = (strlen(ciphers) + 1) / 5;

	put_u16(o, version);
	for (unsigned i = 0; i < 32; i++)
		put_u8(o, 0x70 + i);
	put_u8(o, (unsigned)strlen(id));
	put_octets(o, id, strlen(id));
	if (cookie != NULL) {
		put_u8(o, (unsigned)strlen(cookie));
		put_octets(o, cookie, strlen(cookie));
	}
	put_u16(o, (unsigned)(2 * n));
	put_list(o, ciphers);
	put_u16(o, 0x0100);
	if (exts != NULL) {
		put_u16(o, (unsigned)exts->len);
		put_octets(o, exts->p, exts->len);
	}
}

#endif
