/* SPDX-License-Identifier: MIT */
/*
 * Packets of MySQL: a length, a number that counts on within a command and its answer, a
 * content.  What can be said of them without having seen what was before.
 */
#include "dissect/mysql.h"

enum { OK = 0, EXECUTE_LEN = 10, OK_LEN = 7, ERROR_LEN = 9, PACKETS = 64 };

bool
nsc_mysql_header(struct nsc_bytes *b, struct nsc_mysql_packet *p)
{
	uint32_t v = nsc_bytes_le32(b);

	p->len = v & NSC_MYSQL_FULL;
	p->sequence = (uint8_t)(v >> 24);
	return !b->bad;
}

/* MySQL 8 may put attributes before the text: how many, and how many sets, which is one. */
struct nsc_bytes
nsc_mysql_text(struct nsc_bytes body, bool query)
{
	if (query && nsc_bytes_left(&body) >= 2 && body.p[0] < ' ' && body.p[1] == 1) {
		if (body.p[0] > 0)	/* their names and values: the statement is not looked for */
			body.end = body.p;
		else
			nsc_bytes_skip(&body, 2);
	}
	return body;
}

/* A command that only MySQL says so: a known statement, or an Execute, whose count is always one. */
static bool
is_sure(struct nsc_bytes body, bool whole)
{
	uint8_t command = nsc_bytes_u8(&body);

	if (command == NSC_MYSQL_COM_QUERY || command == NSC_MYSQL_COM_STMT_PREPARE)
		return nsc_sql_kind(nsc_mysql_text(body, command == NSC_MYSQL_COM_QUERY), true) !=
		       NSC_SQL_OTHER;
	if (command != NSC_MYSQL_COM_STMT_EXECUTE || !whole ||
	    nsc_bytes_left(&body) < EXECUTE_LEN - 1)
		return false;
	nsc_bytes_skip(&body, 4 + 1);
	return nsc_bytes_le32(&body) == 1;
}

bool
nsc_mysql_client_begins(struct nsc_bytes b, bool *weak)
{
	struct nsc_mysql_packet p;
	unsigned n;

	*weak = false;
	for (n = 0; n < PACKETS && nsc_bytes_left(&b) > 0; n++) {
		struct nsc_bytes body;

		if (!nsc_mysql_header(&b, &p) || p.sequence != 0 || p.len == 0)
			return false;
		if (nsc_bytes_left(&b) == 0 ||
		    (*b.p > NSC_MYSQL_COM_LAST && *b.p != NSC_MYSQL_COM_STMT_BULK_EXECUTE))
			return false;
		if (p.len > nsc_bytes_left(&b))
			return is_sure(b, false);
		body = nsc_bytes_sub(&b, p.len);
		if (is_sure(body, true))
			return true;
	}
	*weak = n > 0 && nsc_bytes_left(&b) == 0;
	return false;
}

bool
nsc_mysql_server_begins(struct nsc_bytes b)
{
	struct nsc_mysql_packet p;
	bool known = false;
	unsigned n;

	for (n = 0; n < PACKETS && nsc_bytes_left(&b) >= NSC_MYSQL_HEADER; n++) {
		nsc_mysql_header(&b, &p);
		if (p.sequence != (uint8_t)(n + 1) || p.len == 0)
			return false;
		if (p.len > nsc_bytes_left(&b))
			return n >= 2;
		if (n == 0)
			known = (*b.p == OK && p.len >= OK_LEN) ||
				(*b.p == 0xff && p.len >= ERROR_LEN && b.p[3] == '#');
		nsc_bytes_skip(&b, p.len);
	}
	return n >= 2 || (known && nsc_bytes_left(&b) == 0);
}
