/* SPDX-License-Identifier: MIT */
/*
 * Answers of a MySQL server (its internals manual, "Command Phase").  Whether EOF packets are
 * left out (CLIENT_DEPRECATE_EOF) need not be known: EOF has 5 octets, the OK that stands for it
 * at least 7.  Nor whether definitions may be (metadata): an octet beside the count says so.
 */
#include "dissect/mysql.h"

enum {
	OK = 0, INFILE = 0xfb, EOFS = 0xfe, ERROR = 0xff,
	EOF_LEN = 5, OK_LEN = 7, PREPARED_LEN = 12,
	MORE_RESULTS = 0x0008, CURSOR = 0x0040,	/* status */
	COLUMNS_MAX = 65535,
};

/* A number of 1, 3, 4 or 9 octets. */
static uint64_t
take_number(struct nsc_bytes *b)
{
	uint8_t c = nsc_bytes_u8(b);
	uint64_t low;

	switch (c) {
	case 0xfc:
		return nsc_bytes_le16(b);
	case 0xfd:
		low = nsc_bytes_le16(b);
		return low | (uint64_t)nsc_bytes_u8(b) << 16;
	case 0xfe:
		low = nsc_bytes_le32(b);
		return low | (uint64_t)nsc_bytes_le32(b) << 32;
	default:
		return c;
	}
}

/* Of OK, of the OK that stands for EOF, and of EOF. */
static uint16_t
status(uint32_t len, struct nsc_bytes body)
{
	nsc_bytes_skip(&body, 1);
	if (len == EOF_LEN) {
		nsc_bytes_skip(&body, 2);
	} else {
		take_number(&body);
		take_number(&body);
	}
	return nsc_bytes_le16(&body);
}

static bool
over(struct nsc_mysql *s, unsigned error, struct nsc_out *out)
{
	const struct nsc_pending *p = nsc_queue_oldest(&s->queue, s->ring);

	if (p->tag == NSC_MYSQL_RESULT)
		nsc_out_answered(out, p, error);
	else if (error > 0)
		nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
	nsc_queue_drop(&s->queue, s->ring, NSC_MYSQL_ROOM);
	s->phase = NSC_MYSQL_AT_FIRST;
	s->infile = false;
	return true;
}

/* A result is over; another one may follow. */
static bool
result(struct nsc_mysql *s, uint32_t len, const struct nsc_bytes *body, struct nsc_out *out)
{
	s->phase = NSC_MYSQL_AT_FIRST;
	return (status(len, *body) & MORE_RESULTS) != 0 || over(s, 0, out);
}

/*
 * How many columns a result has.  MariaDB says behind the number whether definitions follow,
 * MySQL before it: 0, 1, or nothing.
 */
static bool
columns(struct nsc_mysql *s, uint32_t len, struct nsc_bytes body)
{
	bool follow = true;
	uint64_t n;

	body.end = body.p + len;	/* at most 10 octets */
	if (len % 2 == 0 && (*body.p == 0 || (*body.p == 1 && body.p[1] > 1)))
		follow = nsc_bytes_u8(&body) != 0;
	n = take_number(&body);
	if (nsc_bytes_left(&body) == 1)
		follow = nsc_bytes_u8(&body) != 0;
	if (body.bad || nsc_bytes_left(&body) > 0 || n == 0 || n > COLUMNS_MAX)
		return false;
	s->definitions = (uint32_t)n;
	s->phase = follow ? NSC_MYSQL_AT_DEFINITIONS : NSC_MYSQL_AT_END_OF_DEFINITIONS;
	return true;
}

/* A statement's number, columns and parameters, whose definitions follow. */
static bool
prepared(struct nsc_mysql *s, unsigned kind, uint32_t len, struct nsc_bytes body,
	 struct nsc_out *out)
{
	uint16_t parameters;
	uint32_t id;

	if (*body.p != OK || len < PREPARED_LEN)
		return false;
	nsc_bytes_skip(&body, 1);
	id = nsc_bytes_le32(&body);
	s->columns = nsc_bytes_le16(&body);
	parameters = nsc_bytes_le16(&body);
	nsc_sql_put(&s->statements, s->statement, NSC_MYSQL_STATEMENTS, id, kind);
	nsc_bytes_skip(&body, 3);
	if (len > PREPARED_LEN && nsc_bytes_u8(&body) == 0)	/* MySQL: without definitions */
		s->columns = parameters = 0;
	s->definitions = parameters;
	if (parameters == 0) {
		s->definitions = s->columns;
		s->columns = 0;
	}
	if (s->definitions == 0)
		return over(s, 0, out);
	s->phase = NSC_MYSQL_AT_PREPARED;
	return true;
}

static bool
first(struct nsc_mysql *s, const struct nsc_mysql_packet *p, const struct nsc_bytes *body,
      struct nsc_out *out)
{
	const struct nsc_pending *head = nsc_queue_oldest(&s->queue, s->ring);
	bool ends = *body->p == EOFS && p->len < NSC_MYSQL_FULL;

	switch (head->tag) {
	case NSC_MYSQL_ONE:
		return over(s, 0, out);
	case NSC_MYSQL_LOGIN:
		return *body->p != OK || over(s, 0, out);
	case NSC_MYSQL_FIELDS:
	case NSC_MYSQL_ROWS:
		return !ends || over(s, 0, out);
	case NSC_MYSQL_PREPARE:
		return prepared(s, head->kind, p->len, *body, out);
	default:
		break;
	}
	if (*body->p == OK && p->len >= OK_LEN)
		return result(s, p->len, body, out);
	if (*body->p == INFILE) {
		s->infile = true;
		return true;
	}
	return p->len <= 10 && columns(s, p->len, *body);
}

static bool
row(struct nsc_mysql *s, const struct nsc_mysql_packet *p, const struct nsc_bytes *body,
    struct nsc_out *out)
{
	s->phase = NSC_MYSQL_AT_ROWS;
	/* As a text's length it would stand before at least 16 MiB. */
	if (*body->p == EOFS && p->len < NSC_MYSQL_FULL)
		return result(s, p->len, body, out);
	return true;
}

/* Definitions of parameters, EOF, those of columns, EOF. */
static bool
definition(struct nsc_mysql *s, bool eof, struct nsc_out *out)
{
	if (eof || --s->definitions > 0)
		return true;
	s->definitions = s->columns;
	s->columns = 0;
	if (s->definitions > 0)
		return true;
	s->trailing = true;
	return over(s, 0, out);
}

bool
nsc_mysql_answer(struct nsc_mysql *s, const struct nsc_mysql_packet *p, struct nsc_bytes body,
		 struct nsc_out *out)
{
	bool eof = p->len == EOF_LEN && *body.p == EOFS, trailing = s->trailing;
	bool next = p->sequence == (uint8_t)(s->sequence + 1);

	s->sequence = p->sequence;
	s->trailing = false;
	if (trailing && eof && next)
		return true;
	if (*body.p == ERROR && s->phase != NSC_MYSQL_AT_DEFINITIONS &&
	    s->phase != NSC_MYSQL_AT_PREPARED) {
		unsigned error = nsc_mysql_error(body);

		if (error == 0)
			return true;
		if (s->queue.runs > 0)
			return over(s, error, out);
		nsc_out_operation(out, NSC_NO_OPERATION, error, 0);	/* the session is ended */
		return true;
	}
	if (s->queue.runs == 0)
		return false;
	switch (s->phase) {
	case NSC_MYSQL_AT_FIRST:
		return first(s, p, &body, out);
	case NSC_MYSQL_AT_DEFINITIONS:
		if (--s->definitions == 0)
			s->phase = NSC_MYSQL_AT_END_OF_DEFINITIONS;
		return true;
	case NSC_MYSQL_AT_END_OF_DEFINITIONS:
		if (!eof)
			return row(s, p, &body, out);
		s->phase = NSC_MYSQL_AT_ROWS;
		return (status(p->len, body) & CURSOR) == 0 || over(s, 0, out);
	case NSC_MYSQL_AT_PREPARED:
		return definition(s, eof, out);
	default:
		return row(s, p, &body, out);
	}
}
