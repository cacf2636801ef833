/* SPDX-License-Identifier: MIT */
/*
 * Messages of PostgreSQL's protocol 3: a type, a length that counts itself (big-endian), a body.
 * Which side says what, and of what length (its manual, "Message Formats").
 */
#include "dissect/pgsql.h"

enum {
	OWN = 4,		/* the length's own octets */
	BODY_MAX = 0x3fffffff,	/* MaxAllocSize of its server */
	READY = 6,		/* octets of ReadyForQuery */
	TAG_MAX = 128,		/* of CommandComplete: NAMEDATALEN, and numbers */
};

struct shape {
	char type;
	uint32_t least, most;	/* octets of the body */
};

static const struct shape client_shapes[] = {
	{'Q', 1, BODY_MAX},   {'P', 4, BODY_MAX}, {'B', 8, BODY_MAX}, {'E', 5, 4096},
	{'D', 2, 4096},	      {'C', 2, 4096},	  {'S', 0, 0},	      {'H', 0, 0},
	{'F', 10, BODY_MAX},  {'d', 0, BODY_MAX}, {'c', 0, 0},	      {'f', 1, 1 << 20},
	{'p', 0, 1 << 20},    {'X', 0, 0},
};

static const struct shape server_shapes[] = {
	{'R', 4, 1 << 20},   {'S', 2, 1 << 20}, {'K', 8, 260},	   {'Z', 1, 1},
	{'T', 2, BODY_MAX},  {'D', 2, BODY_MAX}, {'C', 1, TAG_MAX}, {'E', 1, BODY_MAX},
	{'N', 1, BODY_MAX},  {'A', 6, BODY_MAX}, {'t', 2, 1 << 20}, {'n', 0, 0},
	{'1', 0, 0},	     {'2', 0, 0},	 {'3', 0, 0},	    {'s', 0, 0},
	{'I', 0, 0},	     {'G', 3, 1 << 20},	 {'H', 3, 1 << 20}, {'W', 3, 1 << 20},
	{'d', 0, BODY_MAX},  {'c', 0, 0},	 {'V', 4, BODY_MAX}, {'v', 8, 1 << 20},
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

static const struct shape *
shape_of(uint8_t type, bool client)
{
	const struct shape *list = client ? client_shapes : server_shapes;
	size_t count = client ? COUNT(client_shapes) : COUNT(server_shapes);

	for (size_t i = 0; i < count; i++)
		if (list[i].type == (char)type)
			return &list[i];
	return NULL;
}

bool
nsc_pgsql_header(struct nsc_bytes *b, bool client, struct nsc_pgsql_message *m)
{
	const struct shape *shape;
	uint32_t len;

	m->type = nsc_bytes_u8(b);
	len = nsc_bytes_u32(b);
	shape = shape_of(m->type, client);
	if (b->bad || shape == NULL || len < OWN)
		return false;
	m->len = len - OWN;
	return m->len >= shape->least && m->len <= shape->most;
}

static bool
is_status(uint8_t c)
{
	return c == 'I' || c == 'T' || c == 'E';
}

bool
nsc_pgsql_ends_ready(const struct nsc_bytes *b)
{
	size_t left = nsc_bytes_left(b);

	return left >= READY && memcmp(b->end - READY, "Z\0\0\0\5", 5) == 0 &&
	       is_status(b->end[-1]);
}

/* Messages one behind the other; how many are whole, and what the last whole one is. */
struct chain {
	unsigned whole;
	uint8_t last;
	bool exact;		/* the last one ends where the octets do */
	bool broken;
};

static struct chain
walk(struct nsc_bytes b, bool client)
{
	struct chain c = {.whole = 0};
	struct nsc_pgsql_message m;

	while (nsc_bytes_left(&b) >= NSC_PGSQL_HEADER) {
		if (!nsc_pgsql_header(&b, client, &m) ||
		    (!client && m.type == 'Z' && nsc_bytes_left(&b) > 0 && !is_status(*b.p))) {
			c.broken = true;
			return c;
		}
		if (m.len > nsc_bytes_left(&b))
			return c;
		nsc_bytes_skip(&b, m.len);
		c.whole++;
		c.last = m.type;
	}
	c.exact = c.whole > 0 && nsc_bytes_left(&b) == 0;
	return c;
}

/* A Query or a Parse whose statement is of a kind that has a name. */
static bool
is_statement(struct nsc_bytes b)
{
	struct nsc_pgsql_message m;
	const uint8_t *nul;

	if (!nsc_pgsql_header(&b, true, &m) || (m.type != 'Q' && m.type != 'P'))
		return false;
	if (m.len < nsc_bytes_left(&b))
		b.end = b.p + m.len;
	if (m.type == 'P') {
		nul = memchr(b.p, 0, nsc_bytes_left(&b));
		if (nul == NULL)
			return false;
		nsc_bytes_skip(&b, (size_t)(nul - b.p) + 1);
	} else if (m.len == nsc_bytes_left(&b)) {
		/* It ends with its only NUL. */
		if (memchr(b.p, 0, nsc_bytes_left(&b)) != b.end - 1)
			return false;
	}
	return nsc_sql_kind(b, false) != NSC_SQL_OTHER;
}

bool
nsc_pgsql_client_begins(struct nsc_bytes b)
{
	struct chain c;

	if (is_statement(b))
		return true;
	c = walk(b, true);
	return c.whole >= 2 && c.exact && (c.last == 'S' || c.last == 'H');
}

bool
nsc_pgsql_server_begins(struct nsc_bytes b)
{
	struct chain c = walk(b, false);

	return !c.broken && c.whole > 0 && c.exact && c.last == 'Z';
}
