/* SPDX-License-Identifier: MIT */
/*
 * MySQL and MariaDB (protocol 10 of their manuals): whose it is, and the reading of both
 * sides.
 */
#include "dissect/mysql.h"
#include "dissect/protocols.h"

enum { HEADER = NSC_MYSQL_HEADER };

_Static_assert(sizeof(struct nsc_mysql) <= 1024, "the state of a conversation");

/* From the middle: commands, or a short one and its answer. */
static enum nsc_verdict
guess_middle(const struct nsc_guess *g)
{
	bool weak, other_weak;

	if (nsc_mysql_client_begins(g->bytes, &weak))
		return NSC_DONE;
	if (nsc_bytes_left(&g->other) == 0)
		return weak ? NSC_MORE : NSC_NOT_MINE;
	nsc_mysql_client_begins(g->other, &other_weak);
	return other_weak && nsc_mysql_server_begins(g->bytes) ? NSC_DONE : NSC_NOT_MINE;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	size_t left = nsc_bytes_left(&g->bytes);
	struct nsc_bytes b = g->bytes;
	uint32_t len;
	int r;

	if (left < HEADER + 1)
		return left >= 3 && b.p[2] != 0 ? NSC_NOT_MINE : NSC_MORE;
	len = (uint32_t)b.p[0] | (uint32_t)b.p[1] << 8 | (uint32_t)b.p[2] << 16;
	if (b.p[3] == 0 && b.p[4] == NSC_MYSQL_PROTOCOL && len >= NSC_MYSQL_GREETING_MIN &&
	    len <= NSC_MYSQL_GREETING_MAX) {
		if (left > 5 && (b.p[5] < '0' || b.p[5] > '9'))
			return NSC_NOT_MINE;
		if (left < HEADER + len)
			return NSC_MORE;
		/* It waits for the client: nothing stands behind it. */
		return left == HEADER + len && nsc_mysql_is_greeting(b) ? NSC_DONE : NSC_NOT_MINE;
	}
	r = nsc_mysql_ssl_request(b);
	if (r < 0 && g->midstream)
		return guess_middle(g);
	return r > 0 ? NSC_DONE : r == 0 ? NSC_MORE : NSC_NOT_MINE;
}

/* The first octets of all: a greeting, a client's login, or the middle of a conversation. */
static void
who_is_who(struct nsc_mysql *s, const struct nsc_chunk *in)
{
	const uint8_t *p = in->bytes.p;
	bool weak, client;

	s->login = true;
	if (nsc_bytes_left(&in->bytes) > HEADER && p[3] == 0 && p[4] == NSC_MYSQL_PROTOCOL &&
	    nsc_mysql_is_greeting(in->bytes)) {
		s->server = (uint8_t)(1 + in->side);
		s->compresses = nsc_mysql_can_compress(in->bytes);
		return;
	}
	s->server = (uint8_t)(1 + !in->side);
	s->compresses = true;
	client = nsc_mysql_client_begins(in->bytes, &weak) || weak;
	if (!client && !nsc_mysql_server_begins(in->bytes))
		return;
	if (nsc_mysql_ssl_request(in->bytes) >= 0)
		return;
	if (!client)
		s->server = (uint8_t)(1 + in->side);
	s->login = false;
	s->damaged = s->lost[!in->side] = true;
}

/* A packet of the client's is all there. */
static void
sent(struct nsc_mysql *s, struct nsc_out *out)
{
	s->tail = false;
	if (!s->more[!nsc_mysql_side(s)])
		nsc_mysql_asked(s, out);
}

/* A file's content, or what goes on with the packet before.  False: a command. */
static bool
goes_on(struct nsc_mysql *s, struct nsc_chunk *in, const struct nsc_mysql_packet *p,
	struct nsc_out *out)
{
	bool more = s->more[in->side];

	if (!more && !s->infile)
		return false;
	nsc_bytes_skip(&in->bytes, HEADER);
	if (s->infile && !more) {
		if (p->len == 0) {	/* its end */
			s->infile = false;
			nsc_queue_restart(&s->queue, s->ring, out->time);
		}
		nsc_mysql_pass(in, p->len, false, out);
		return true;
	}
	s->more[in->side] = p->len == NSC_MYSQL_FULL;
	if (nsc_mysql_pass(in, p->len, true, out))
		sent(s, out);
	else
		s->tail = true;
	return true;
}

static enum nsc_verdict
client_says(struct nsc_mysql *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_bytes b = in->bytes, body;
	const struct nsc_pending *head = nsc_queue_oldest(&s->queue, s->ring);
	struct nsc_mysql_packet p;
	enum nsc_verdict v;
	uint32_t look;

	if (s->tail) {
		nsc_bytes_skip(&in->bytes, 1);
		sent(s, out);
		return NSC_MORE;
	}
	if (!nsc_mysql_header(&b, &p)) {
		out->wish.need = HEADER;
		return NSC_MORE;
	}
	if (goes_on(s, in, &p, out))
		return NSC_MORE;
	if (p.sequence > 0 && head != NULL && head->tag == NSC_MYSQL_LOGIN) {
		nsc_bytes_skip(&in->bytes, HEADER);
		nsc_mysql_pass(in, p.len, false, out);
		return NSC_MORE;
	}
	if (p.sequence > 0 || p.len == 0)
		return NSC_MALFORMED;
	if (nsc_bytes_left(&b) == 0) {
		out->wish.need = HEADER + 1;
		return NSC_MORE;
	}
	look = nsc_mysql_command_look(*b.p, p.len);
	body = nsc_bytes_sub(&b, look);
	if (body.bad) {
		out->wish.need = HEADER + look;
		return NSC_MORE;
	}
	v = nsc_mysql_command(s, body);
	if (v != NSC_MORE)
		return v;
	in->bytes = b;
	s->more[in->side] = p.len == NSC_MYSQL_FULL;
	if (nsc_mysql_pass(in, p.len - look, true, out))
		sent(s, out);
	else
		s->tail = true;
	return NSC_MORE;
}

static enum nsc_verdict
server_says(struct nsc_mysql *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_bytes b = in->bytes, body;
	bool more = s->more[in->side];
	struct nsc_mysql_packet p;
	uint32_t look;

	if (!nsc_mysql_header(&b, &p)) {
		out->wish.need = HEADER;
		return NSC_MORE;
	}
	look = more ? 0 : p.len < NSC_MYSQL_LOOK ? p.len : NSC_MYSQL_LOOK;
	body = nsc_bytes_sub(&b, look);
	if (body.bad) {
		out->wish.need = HEADER + look;
		return NSC_MORE;
	}
	if (!more && (look == 0 || !nsc_mysql_answer(s, &p, body, out)))
		return NSC_MALFORMED;
	in->bytes = b;
	s->more[in->side] = p.len == NSC_MYSQL_FULL;
	if (more)
		s->sequence = p.sequence;
	nsc_mysql_pass(in, p.len - look, false, out);
	return NSC_MORE;
}

/* Behind lost octets: true if a command begins here, or an answer to one. */
static bool
found_again(struct nsc_mysql *s, struct nsc_chunk *in)
{
	bool weak, server = s->server == in->side + 1;

	if (server ? s->queue.runs > 0 && nsc_mysql_server_begins(in->bytes)
		   : nsc_mysql_client_begins(in->bytes, &weak) || weak) {
		s->lost[in->side] = false;
		return true;
	}
	nsc_bytes_skip(&in->bytes, nsc_bytes_left(&in->bytes));
	return false;
}

static void
lose(struct nsc_mysql *s, int side)
{
	s->damaged = s->lost[side] = true;
	s->login = s->more[side] = false;
	if (side != nsc_mysql_side(s))
		s->tail = false;
	nsc_mysql_forget(s);
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_mysql *s = state;
	bool server;

	if (s->server == 0) {
		if (nsc_bytes_left(&in->bytes) == 0)
			return NSC_MORE;
		who_is_who(s, in);
	}
	server = s->server == in->side + 1;
	if (in->gap && (!s->login || s->replied))
		lose(s, in->side);
	while (nsc_bytes_left(&in->bytes) > 0 && out->wish.need == 0) {
		enum nsc_verdict v;

		if (s->lost[in->side] && !found_again(s, in))
			return NSC_MORE;
		if (s->login)
			v = server ? nsc_mysql_server_logs_in(s, in, out) : nsc_mysql_client_logs_in(s, in, out);
		else
			v = server ? server_says(s, in, out) : client_says(s, in, out);
		if (v == NSC_MALFORMED && s->damaged) {
			/* The rest of this packet is none of ours. */
			lose(s, in->side);
			nsc_bytes_skip(&in->bytes, nsc_bytes_left(&in->bytes));
			v = NSC_MORE;
		}
		if (v != NSC_MORE)
			return v;
	}
	return NSC_MORE;
}

const struct nsc_dissector nsc_mysql = {
	.name = "mysql",
	.title = "MySQL and MariaDB client/server protocol",
	.spec = "MySQL internals manual, protocol 10",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct nsc_mysql),
	.guess = guess,
	.feed = feed,
	.operations = nsc_sql_operations,
	.errors = nsc_sql_errors,
	.known_by = "the server's greeting, or the client's request for TLS; in the middle of a conversation a "
		    "statement of a known kind, or an execution of a prepared one, in a packet of its length, or "
		    "another command and its answer",
	.measures = "statements by their first word: COM_QUERY, and COM_STMT_EXECUTE by what was prepared; errors "
		    "by code and SQLSTATE; time from the request's last octet (of LOCAL INFILE: the file's) to "
		    "the last result's end",
	.limits = "several statements in one COM_QUERY count as one, of the first one's kind; of a compressed "
		  "conversation nothing is read; a statement with query attributes counts as `other`; the kinds "
		  "of 96 prepared statements are known, and none of those prepared before we looked; replication "
		  "is not read",
};
