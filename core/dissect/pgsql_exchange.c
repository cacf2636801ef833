/* SPDX-License-Identifier: MIT */
/*
 * Requests of PostgreSQL and what answers them (its manual, "Message Flow").  A Query is answered
 * by what its statements say and, at its end, ReadyForQuery; an Execute by CommandComplete,
 * EmptyQueryResponse, PortalSuspended or an error.  Behind an error the server passes over
 * everything until the next Sync, so that Executes before it have no answer; and in copy-in mode
 * it passes over Syncs.  A Sync directly behind an Execute is kept in the same place as this.
 */
#include "dissect/pgsql.h"

enum {
	NAMES_LOOK = 256, /* portal and statement of a Bind, name of a Parse */
	ERROR_LOOK = 128, /* severities and the SQLSTATE are its first fields */
};

uint32_t
nsc_pgsql_look(const struct nsc_pgsql_message *m, bool client)
{
	uint32_t look = 0;

	switch (m->type) {
	case 'Q':
		look = NSC_SQL_LOOK;
		break;
	case 'P':
		look = NAMES_LOOK + NSC_SQL_LOOK;
		break;
	case 'B':
	case 'C':
	case 'D':
		look = client ? NAMES_LOOK : 0;
		break;
	case 'E':
		look = client ? NAMES_LOOK : ERROR_LOOK;
		break;
	}
	return look < m->len ? look : m->len;
}

/* Octets up to a NUL, which goes too. */
static struct nsc_bytes
take_name(struct nsc_bytes *b)
{
	const uint8_t *nul = memchr(b->p, 0, nsc_bytes_left(b));
	size_t n = nul != NULL ? (size_t)(nul - b->p) : nsc_bytes_left(b);
	struct nsc_bytes name = nsc_bytes_sub(b, n);

	if (nul != NULL)
		nsc_bytes_skip(b, 1);
	return name;
}

static void
keep_statement(struct nsc_pgsql *s, const struct nsc_bytes *name, unsigned kind)
{
	if (nsc_bytes_left(name) == 0)
		s->unnamed_statement = (uint8_t)kind;
	else
		nsc_sql_put(&s->statements, s->statement, NSC_PGSQL_STATEMENTS, nsc_sql_hash(name),
			    kind);
}

static unsigned
statement_kind(const struct nsc_pgsql *s, const struct nsc_bytes *name)
{
	return nsc_bytes_left(name) == 0
		       ? s->unnamed_statement
		       : nsc_sql_get(&s->statements, s->statement, nsc_sql_hash(name));
}

static void
bind(struct nsc_pgsql *s, struct nsc_bytes body)
{
	struct nsc_bytes portal = take_name(&body), statement = take_name(&body);
	unsigned kind = statement_kind(s, &statement);

	if (nsc_bytes_left(&portal) == 0)
		s->unnamed_portal = (uint8_t)kind;
	else
		nsc_sql_put(&s->portals, s->portal, NSC_PGSQL_PORTALS, nsc_sql_hash(&portal), kind);
}

static unsigned
portal_kind(const struct nsc_pgsql *s, struct nsc_bytes body)
{
	struct nsc_bytes portal = take_name(&body);

	return nsc_bytes_left(&portal) == 0
		       ? s->unnamed_portal
		       : nsc_sql_get(&s->portals, s->portal, nsc_sql_hash(&portal));
}

static struct nsc_pending *
last_run(struct nsc_pgsql *s, unsigned back)
{
	return s->queue.runs > back
		       ? &s->ring[(s->queue.first + s->queue.runs - 1u - back) % NSC_PGSQL_ROOM]
		       : NULL;
}

static void
ask(struct nsc_pgsql *s, unsigned kind, unsigned tag, struct nsc_out *out)
{
	if (s->more > 0 || s->more_ready > 0 || s->queue.runs == NSC_PGSQL_ROOM) {
		s->more += (tag & NSC_PGSQL_COUNTS) != 0;
		s->more_ready += (tag & NSC_PGSQL_READY) != 0;
		nsc_out_lost(out);
		return;
	}
	nsc_queue_ask(&s->queue, s->ring, NSC_PGSQL_ROOM, kind, tag, out->time);
}

/* It becomes a part of the Execute before it, which may then join those before. */
static void
sync(struct nsc_pgsql *s, struct nsc_out *out)
{
	struct nsc_pending *p = last_run(s, 0), *before = last_run(s, 1);

	if (s->more > 0 || p == NULL || p->tag != NSC_PGSQL_COUNTS || p->id != 1) {
		ask(s, NSC_SQL_OTHER, NSC_PGSQL_READY, out);
		return;
	}
	p->tag |= NSC_PGSQL_READY;
	if (before != NULL && before->tag == p->tag && before->kind == p->kind &&
	    before->time == p->time && before->timed && before->id < UINT32_MAX) {
		before->id++;
		s->queue.runs--;
	}
}

/* The data that the server asked for is there; Syncs before its end were passed over. */
static void
copied(struct nsc_pgsql *s, struct nsc_out *out)
{
	struct nsc_pending *p = &s->ring[s->queue.first];

	if (!s->copying)
		return;
	s->copying = false;
	if (s->queue.runs == 0)
		return;
	if ((p->tag & NSC_PGSQL_WHOLE) == 0) {
		p->tag = NSC_PGSQL_COUNTS;
		p->id = 1;
		s->queue.runs = 1;
		s->more = s->more_ready = 0;
	}
	nsc_queue_restart(&s->queue, s->ring, out->time);
}

void
nsc_pgsql_query(struct nsc_pgsql *s, unsigned kind, struct nsc_out *out)
{
	s->unnamed_statement = s->unnamed_portal = NSC_SQL_OTHER;
	ask(s, kind, NSC_PGSQL_COUNTS | NSC_PGSQL_READY | NSC_PGSQL_WHOLE, out);
}

void
nsc_pgsql_asked(struct nsc_pgsql *s, const struct nsc_pgsql_message *m, struct nsc_bytes body,
		struct nsc_out *out)
{
	struct nsc_bytes name;

	switch (m->type) {
	case 'P':
		name = take_name(&body);
		keep_statement(s, &name, nsc_sql_kind(body, false));
		break;
	case 'B':
		bind(s, body);
		break;
	case 'E':
		ask(s, portal_kind(s, body), NSC_PGSQL_COUNTS, out);
		break;
	case 'S':
		sync(s, out);
		break;
	case 'F':
		ask(s, NSC_SQL_OTHER, NSC_PGSQL_READY, out);
		break;
	case 'c':
	case 'f':
		copied(s, out);
		break;
	default:
		break;
	}
}

/* Its class, and whether the connection ends with it. */
static unsigned
read_error(struct nsc_bytes body, bool *fatal)
{
	unsigned error = 1 + NSC_SQL_ERROR_OTHER;

	while (nsc_bytes_left(&body) > 0) {
		uint8_t field = nsc_bytes_u8(&body);
		struct nsc_bytes text = take_name(&body);

		/* V is S in no language but English (since 9.6). */
		if (field == 'S' || field == 'V')
			*fatal = nsc_bytes_starts(&text, "FATAL") ||
				 nsc_bytes_starts(&text, "PANIC");
		if (field != 'C')
			continue;
		if (nsc_bytes_left(&text) == 5)
			error = nsc_sql_state(text.p);
		break;
	}
	return error;
}

static void
drop(struct nsc_pgsql *s)
{
	s->answered = false;
	nsc_queue_drop(&s->queue, s->ring, NSC_PGSQL_ROOM);
}

/* A statement is over: of a Query, or an Execute. */
static void
over(struct nsc_pgsql *s, unsigned error, struct nsc_out *out)
{
	const struct nsc_pending *p;

	/* No statement completes behind a Sync alone: its ReadyForQuery was missed. */
	while ((p = nsc_queue_oldest(&s->queue, s->ring)) != NULL && error == 0 &&
	       ((p->tag & NSC_PGSQL_COUNTS) == 0 || s->answered))
		drop(s);
	if (p == NULL && s->more > 0) {
		s->more--;
		nsc_out_operation(out, NSC_SQL_OTHER, error, 0);
		return;
	}
	if (p != NULL && p->tag & NSC_PGSQL_WHOLE) {
		if (s->error == 0)
			s->error = (uint8_t)error;
		return;
	}
	if (p == NULL || (p->tag & NSC_PGSQL_COUNTS) == 0 || s->answered) {
		if (error > 0)
			nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
		return;
	}
	nsc_out_answered(out, p, error);
	if (p->tag & NSC_PGSQL_READY)
		s->answered = true;
	else
		drop(s);
}

static void
failed(struct nsc_pgsql *s, struct nsc_bytes body, struct nsc_out *out)
{
	bool fatal = false, copying = s->copying;
	unsigned error = read_error(body, &fatal);
	const struct nsc_pending *p = nsc_queue_oldest(&s->queue, s->ring);
	bool whole = p != NULL && (p->tag & NSC_PGSQL_WHOLE) != 0;

	s->copying = false;
	if (fatal && whole)
		nsc_out_answered(out, p, s->error > 0 ? s->error : error);
	else
		over(s, error, out);
	/* Syncs that came while it copied were passed over; the one that ends it comes yet. */
	if (fatal || (copying && !whole))
		nsc_pgsql_forget(s);
}

static void
ready(struct nsc_pgsql *s, struct nsc_out *out)
{
	const struct nsc_pending *p;

	s->copying = false;
	if (s->login) {
		s->login = false;
		return;
	}
	while ((p = nsc_queue_oldest(&s->queue, s->ring)) != NULL) {
		if (p->tag & NSC_PGSQL_READY) {
			if (p->tag & NSC_PGSQL_WHOLE)
				nsc_out_answered(out, p, s->error);
			s->error = 0;
			drop(s);
			return;
		}
		s->ring[s->queue.first].id = 1;	/* the whole run was passed over */
		drop(s);
	}
	if (s->more_ready > 0 && --s->more_ready == 0)
		s->more = 0;
}

void
nsc_pgsql_answered(struct nsc_pgsql *s, const struct nsc_pgsql_message *m, struct nsc_bytes body,
		   struct nsc_out *out)
{
	switch (m->type) {
	case 'C':
	case 'I':
	case 's':
		over(s, 0, out);
		break;
	case 'E':
		failed(s, body, out);
		break;
	case 'G':
		s->copying = true;
		break;
	case 'Z':
		ready(s, out);
		break;
	default:
		break;
	}
}

void
nsc_pgsql_forget(struct nsc_pgsql *s)
{
	nsc_queue_forget(&s->queue);
	s->more = s->more_ready = 0;
	s->error = 0;
	s->answered = s->copying = false;
}
