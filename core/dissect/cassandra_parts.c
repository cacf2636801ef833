/* SPDX-License-Identifier: MIT */
/* native_protocol_v5, 2 (segments) and 8 (errors); the Cassandra Query Language's first words. */
#include "dissect/cassandra.h"
#include "dissect/cassandra_opcodes.h"
#include "dissect/words.h"

enum { WORD_MAX = 12, LENGTH_BITS = 17, CRC24_BEGIN = 0x875060, CRC24_POLYNOM = 0x1974f0b };

const char *const nsc_cassandra_operations[] = {
	"other", "select", "insert", "update", "delete", "batch", "schema", "admin", "query",
	"prepare", "execute", "register", "options", NULL};

#define ERRORS(X)                                                                                  \
	X(0xffffffff, "other") X(0x0000, "server") X(0x000a, "protocol")                           \
	X(0x0100, "credentials") X(0x1000, "unavailable") X(0x1001, "overloaded")                  \
	X(0x1002, "bootstrapping") X(0x1003, "truncate") X(0x1100, "write_timeout")                \
	X(0x1200, "read_timeout") X(0x1300, "read_failure") X(0x1400, "function_failure")          \
	X(0x1500, "write_failure") X(0x1600, "cdc_write_failure") X(0x1700, "cas_write_unknown")   \
	X(0x2000, "syntax") X(0x2100, "unauthorized") X(0x2200, "invalid") X(0x2300, "config")     \
	X(0x2400, "already_exists") X(0x2500, "unprepared")

#define TEXT(code, text) text,
const char *const nsc_cassandra_errors[] = {ERRORS(TEXT) NULL};
#undef TEXT

unsigned
nsc_cassandra_error(uint32_t code)
{
#define CODE(code, text) code,
	static const uint32_t codes[] = {ERRORS(CODE)};
#undef CODE

	for (unsigned i = 1; i < sizeof codes / sizeof codes[0]; i++)
		if (codes[i] == code)
			return i + 1;
	return 1;
}

static const struct nsc_word_row words[] = {
	{"alter", NSC_CASSANDRA_SCHEMA},
	{"begin", NSC_CASSANDRA_BATCH},
	{"create", NSC_CASSANDRA_SCHEMA},
	{"delete", NSC_CASSANDRA_DELETE},
	{"describe", NSC_CASSANDRA_ADMIN},
	{"drop", NSC_CASSANDRA_SCHEMA},
	{"grant", NSC_CASSANDRA_ADMIN},
	{"insert", NSC_CASSANDRA_INSERT},
	{"list", NSC_CASSANDRA_ADMIN},
	{"revoke", NSC_CASSANDRA_ADMIN},
	{"select", NSC_CASSANDRA_SELECT},
	{"truncate", NSC_CASSANDRA_DELETE},
	{"update", NSC_CASSANDRA_UPDATE},
	{"use", NSC_CASSANDRA_ADMIN},
};

unsigned
nsc_cassandra_statement(struct nsc_bytes b)
{
	const uint8_t *begin;

	while (nsc_bytes_left(&b) > 0 && (*b.p == ' ' || (*b.p >= '\t' && *b.p <= '\r')))
		nsc_bytes_skip(&b, 1);
	begin = b.p;
	while (nsc_bytes_left(&b) > 0 && (*b.p | 0x20) >= 'a' && (*b.p | 0x20) <= 'z')
		nsc_bytes_skip(&b, 1);
	if (b.p - begin > WORD_MAX)
		return NSC_CASSANDRA_OTHER;
	b = nsc_bytes(begin, (size_t)(b.p - begin));
	return nsc_word_value(words, sizeof words / sizeof words[0], &b, NSC_CASSANDRA_OTHER);
}

static uint32_t
crc24(const uint8_t *p, size_t n)
{
	uint32_t crc = CRC24_BEGIN;

	for (size_t i = 0; i < n; i++) {
		crc ^= (uint32_t)p[i] << 16;
		for (unsigned bit = 0; bit < 8; bit++) {
			crc <<= 1;
			if ((crc & 0x1000000) != 0)
				crc ^= CRC24_POLYNOM;
		}
	}
	return crc;
}

int
nsc_cassandra_segment(struct nsc_bytes *b, bool with, struct nsc_cassandra_segment *s)
{
	unsigned n = with ? 5 : 3;
	const uint8_t *p = nsc_bytes_peek(b, n + 3);
	uint64_t head = 0;

	if (p == NULL)
		return 0;
	for (unsigned i = 0; i < n; i++)
		head |= (uint64_t)p[i] << 8 * i;
	if (crc24(p, n) != ((uint32_t)p[n] | (uint32_t)p[n + 1] << 8 | (uint32_t)p[n + 2] << 16))
		return -1;
	s->payload = (uint32_t)head & ((1u << LENGTH_BITS) - 1);
	s->unpacked = with ? (uint32_t)(head >> LENGTH_BITS) & ((1u << LENGTH_BITS) - 1) : 0;
	s->packed = s->unpacked > 0;
	nsc_bytes_skip(b, n + 3);
	return 1;
}

struct nsc_bytes
nsc_cassandra_literals(struct nsc_bytes b)
{
	uint32_t n = nsc_bytes_u8(&b) >> 4;
	uint8_t more = n == 15 ? nsc_bytes_u8(&b) : 0;

	n += more;
	return nsc_bytes(b.p, n < nsc_bytes_left(&b) ? n : nsc_bytes_left(&b));
}

bool
nsc_cassandra_envelope(struct nsc_bytes *b, struct nsc_envelope *e)
{
	e->version = nsc_bytes_u8(b);
	e->flags = nsc_bytes_u8(b);
	e->stream = nsc_bytes_u16(b);
	e->opcode = nsc_bytes_u8(b);
	e->length = nsc_bytes_u32(b);
	return !b->bad;
}

bool
nsc_cassandra_is_envelope(const struct nsc_envelope *e)
{
	bool answer = (e->version & RESPONSE) != 0;
	unsigned version = e->version & ~(unsigned)RESPONSE;

	if (version < V3 || version > V5 || (e->flags & ~FLAGS) != 0 || e->length > ENVELOPE_MAX)
		return false;
	switch (e->opcode) {
	case STARTUP: case OPTIONS: case QUERY: case PREPARE: case EXECUTE: case REGISTER:
	case BATCH: case AUTH_RESPONSE:
		return !answer;
	case ERROR: case READY: case AUTHENTICATE: case SUPPORTED: case RESULT: case EVENT:
	case AUTH_CHALLENGE: case AUTH_SUCCESS:
		return answer;
	default:
		return false;
	}
}

bool
nsc_cassandra_is_message(const struct nsc_bytes *octets)
{
	struct nsc_bytes b = *octets;
	struct nsc_cassandra_segment s;
	struct nsc_envelope e;

	if (nsc_cassandra_envelope(&b, &e) && nsc_cassandra_is_envelope(&e) &&
	    nsc_bytes_left(&b) == e.length)
		return true;
	b = *octets;
	if (nsc_cassandra_segment(&b, false, &s) != 1 && nsc_cassandra_segment(&b, true, &s) != 1)
		return false;
	if (s.packed)
		b = nsc_cassandra_literals(b);
	return nsc_cassandra_envelope(&b, &e) && nsc_cassandra_is_envelope(&e) &&
	       (e.version & ~RESPONSE) == V5;
}
