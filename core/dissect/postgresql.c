/* SPDX-License-Identifier: MIT */
/*
 * PostgreSQL, protocol 3 (its manual, "Message Flow", "Message Formats"): whose it is, startup
 * with TLS behind an SSLRequest that the server accepts, and the reading of both sides.
 */
#include "dissect/pgsql.h"
#include "dissect/protocols.h"
#include "dissect/starttls.h"

enum {
	STARTUP_3_0 = 196608,
	STARTUP_3_2 = 196610,
	CANCEL = 80877102,
	SSL = 80877103,
	GSS = 80877104,
	STARTUP_MAX = 10000, /* MAX_STARTUP_PACKET_LENGTH */
};

_Static_assert(sizeof(struct nsc_pgsql) <= 1024, "the state of a conversation");

/* The parameters begin with a name and a value; "user" must be among them. */
static bool
has_user(struct nsc_bytes b)
{
	return memmem(b.p, nsc_bytes_left(&b), "user", 5) != NULL;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	size_t left = nsc_bytes_left(&b);
	uint32_t len = nsc_bytes_u32(&b), code = nsc_bytes_u32(&b);

	/* A reply may be captured before its request. */
	if (left == 1 && nsc_bytes_left(&g->other) == 0 &&
	    (*g->bytes.p == 'S' || *g->bytes.p == 'N'))
		return NSC_MORE;
	if (left >= 1 && *g->bytes.p != 0)
		return g->midstream && (nsc_pgsql_client_begins(g->bytes) ||
					nsc_pgsql_server_begins(g->bytes))
			       ? NSC_DONE
			       : NSC_NOT_MINE;
	if (left < 4)
		return left >= 2 && g->bytes.p[1] != 0 ? NSC_NOT_MINE : NSC_MORE;
	if (len < 8 || len > STARTUP_MAX)
		return NSC_NOT_MINE;
	if (left < 8)
		return NSC_MORE;
	switch (code) {
	case SSL:
	case GSS:
		return len == 8 ? NSC_DONE : NSC_NOT_MINE;
	case CANCEL:
		return len >= 16 ? NSC_DONE : NSC_NOT_MINE;
	case STARTUP_3_0:
	case STARTUP_3_2:
		if (left < len)
			return NSC_MORE;
		b.end = g->bytes.p + len;
		return len > 9 && b.end[-1] == 0 && has_user(b) ? NSC_DONE : NSC_NOT_MINE;
	default:
		return NSC_NOT_MINE;
	}
}

/* Parameters in pairs; a server that replicates speaks otherwise: on, true, database. */
static bool
replicates(struct nsc_bytes b)
{
	static const char name[] = "replication";
	const uint8_t *p = memmem(b.p, nsc_bytes_left(&b), name, sizeof name);

	if (p == NULL || (p > b.p && p[-1] != 0))
		return false;
	p += sizeof name;
	return p < b.end && *p != 0 && strchr("fFnN0", *p) == NULL &&
	       memmem(p, (size_t)(b.end - p), "off", 4) != p;
}

static enum nsc_verdict
client_starts(struct nsc_pgsql *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_bytes b = in->bytes;
	enum nsc_verdict v = s->asked > 0 ? nsc_starttls_hello(in, true, out) : NSC_NOT_MINE;
	uint32_t len = nsc_bytes_u32(&b), code = nsc_bytes_u32(&b);

	if (v != NSC_NOT_MINE)
		return v;
	if (b.bad) {
		out->wish.need = 8;
		return NSC_MORE;
	}
	if (code == STARTUP_3_0 || code == STARTUP_3_2) {
		if (len < 8 || len > STARTUP_MAX)
			return NSC_DONE;
		b = nsc_bytes_sub(&b, len - 8);
		if (b.bad) {
			out->wish.need = len;
			return NSC_MORE;
		}
		if (replicates(b))
			return NSC_DONE;
		nsc_bytes_skip(&in->bytes, len);
		s->started = s->login = true;
		return NSC_MORE;
	}
	if (len != 8 || (code != SSL && code != GSS) || s->asked == 2)
		return NSC_DONE;
	in->bytes = b;
	s->asked++;
	return NSC_MORE;
}

/* Replies of one octet to requests for encryption. */
static enum nsc_verdict
server_starts(struct nsc_pgsql *s, struct nsc_chunk *in, struct nsc_out *out)
{
	if (s->asked == 0 && nsc_bytes_left(&in->bytes) == 1 && !in->fin) {
		out->wish.need = 2;
		return NSC_MORE;
	}
	switch (nsc_bytes_u8(&in->bytes)) {
	case 'S':
		return s->asked > 0 ? NSC_HAND_ON : NSC_DONE;
	case 'N':
		if (s->asked == 0)
			return NSC_DONE;
		s->asked--;
		return NSC_MORE;
	default:
		return NSC_DONE;
	}
}

/* What is left of a body: passed over; a Query waits for its last octet, which is its end. */
static void
pass_body(struct nsc_pgsql *s, struct nsc_chunk *in, uint32_t rest, bool query, unsigned kind,
	  struct nsc_out *out)
{
	size_t left = nsc_bytes_left(&in->bytes);

	if (rest <= left) {
		nsc_bytes_skip(&in->bytes, rest);
		if (query)
			nsc_pgsql_query(s, kind, out);
		return;
	}
	nsc_bytes_skip(&in->bytes, left);
	out->wish.skip = rest - left - query;
	if (query)
		s->tail = (uint8_t)(kind + 1);
}

/* One message.  NSC_DONE: no more is read of this conversation. */
static enum nsc_verdict
message(struct nsc_pgsql *s, struct nsc_chunk *in, struct nsc_out *out)
{
	bool client = s->client == in->side + 1, query;
	struct nsc_bytes b = in->bytes, body;
	struct nsc_pgsql_message m;
	uint32_t look;

	if (nsc_bytes_left(&b) < NSC_PGSQL_HEADER) {
		out->wish.need = NSC_PGSQL_HEADER;
		return NSC_MORE;
	}
	if (!nsc_pgsql_header(&b, client, &m)) {
		if (!s->damaged)
			return NSC_MALFORMED;
		s->lost[in->side] = true;
		return NSC_MORE;
	}
	if (!client && m.type == 'W')	/* both sides copy: replication */
		return NSC_DONE;
	look = nsc_pgsql_look(&m, client);
	body = nsc_bytes_sub(&b, look);
	if (body.bad) {
		out->wish.need = NSC_PGSQL_HEADER + look;
		return NSC_MORE;
	}
	in->bytes = b;
	query = client && m.type == 'Q';
	if (client && !query)
		nsc_pgsql_asked(s, &m, body, out);
	else if (!client)
		nsc_pgsql_answered(s, &m, body, out);
	pass_body(s, in, m.len - look, query, query ? nsc_sql_kind(body, false) : 0, out);
	return NSC_MORE;
}

/*
 * Behind lost octets: true if a message begins here.  What ends with ReadyForQuery is over, and
 * with it what waited for it.
 */
static bool
found_again(struct nsc_pgsql *s, struct nsc_chunk *in)
{
	bool client = s->client == in->side + 1;

	if (client ? nsc_pgsql_client_begins(in->bytes) : nsc_pgsql_server_begins(in->bytes)) {
		s->lost[in->side] = false;
		return true;
	}
	if (!client && nsc_pgsql_ends_ready(&in->bytes)) {
		nsc_pgsql_forget(s);
		s->lost[in->side] = false;
	}
	nsc_bytes_skip(&in->bytes, nsc_bytes_left(&in->bytes));
	return false;
}

/* The first octets: of a startup, of a reply before it, or from the middle of a conversation. */
static void
who_is_who(struct nsc_pgsql *s, const struct nsc_chunk *in)
{
	bool client = nsc_pgsql_client_begins(in->bytes);

	if (client || nsc_pgsql_server_begins(in->bytes)) {
		s->started = s->damaged = true;
		s->lost[!in->side] = true;
		s->client = (uint8_t)(1 + (client ? in->side : !in->side));
		return;
	}
	s->client = (uint8_t)(1 + (*in->bytes.p == 0 ? in->side : !in->side));
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_pgsql *s = state;
	bool client;

	if (s->client == 0 && nsc_bytes_left(&in->bytes) > 0)
		who_is_who(s, in);
	client = s->client == in->side + 1;
	if (in->gap && s->started) {
		s->damaged = s->lost[in->side] = true;
		if (client)
			s->tail = 0;
		nsc_pgsql_forget(s);
	}
	while (nsc_bytes_left(&in->bytes) > 0 && out->wish.need == 0) {
		enum nsc_verdict v;

		if (s->lost[in->side] && !found_again(s, in))
			return NSC_MORE;
		if (client && s->tail > 0) {
			nsc_bytes_skip(&in->bytes, 1);
			nsc_pgsql_query(s, s->tail - 1u, out);
			s->tail = 0;
			continue;
		}
		if (s->started)
			v = message(s, in, out);
		else
			v = client ? client_starts(s, in, out) : server_starts(s, in, out);
		if (v != NSC_MORE)
			return v;
	}
	return NSC_MORE;
}

const struct nsc_dissector nsc_postgresql = {
	.name = "postgresql",
	.title = "PostgreSQL frontend/backend protocol",
	.spec = "PostgreSQL manual, protocol 3",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct nsc_pgsql),
	.guess = guess,
	.feed = feed,
	.operations = nsc_sql_operations,
	.errors = nsc_sql_errors,
	.known_by = "a startup, or a request for encryption or to cancel, by its length and code; in the middle "
		    "of a conversation a statement of a known kind in a message of its length, or messages "
		    "one behind the other up to a Sync or ReadyForQuery",
	.measures = "statements by their first word: each Query, and each Execute by what was prepared; errors by "
		    "SQLSTATE; time from the request's last octet (of COPY: the data's) to ReadyForQuery, of an "
		    "Execute to its completion",
	.limits = "several statements in one Query count as one, of the first one's kind; an Execute that the "
		  "server passes over behind an error does not count; FunctionCall does not count; of a "
		  "pipeline of more than 32 unlike requests the others count as `other`; the kinds of 96 "
		  "prepared statements are known, and none of those prepared before we looked; replication "
		  "is not read",
};
