/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the PostgreSQL dissector share: postgresql.c (whose it is, startup, the
 * reading of both sides), pgsql_message.c (messages, and where they begin after a gap) and
 * pgsql_exchange.c (requests and what answers them).  Private to them.
 */
#ifndef NSC_DISSECT_PGSQL_H
#define NSC_DISSECT_PGSQL_H

#include "dissect/pending.h"
#include "dissect/sql.h"

enum {
	NSC_PGSQL_ROOM = 32,		/* runs of requests that wait */
	NSC_PGSQL_STATEMENTS = 96,	/* prepared ones of which the kind is known */
	NSC_PGSQL_PORTALS = 16,
};

/* Tags of what waits. */
enum {
	NSC_PGSQL_COUNTS = 1,		/* a Query or an Execute */
	NSC_PGSQL_READY = 2,		/* ReadyForQuery is its end: Query, Sync, FunctionCall */
	NSC_PGSQL_WHOLE = 4,		/* it has as many answers as statements: a Query */
};

struct nsc_pgsql {
	struct nsc_queue queue;
	struct nsc_pending ring[NSC_PGSQL_ROOM];
	uint32_t statement[NSC_PGSQL_STATEMENTS], portal[NSC_PGSQL_PORTALS];
	struct nsc_sql_kinds statements, portals;
	uint8_t unnamed_statement, unnamed_portal;	/* their kinds */
	uint32_t more, more_ready;	/* operations, and ends of them, for which the ring had no room */
	uint8_t client;			/* side + 1; 0: not known */
	uint8_t asked;			/* requests for encryption without a reply */
	uint8_t tail;			/* a Query's last octet is awaited: its kind and 1 */
	uint8_t error;			/* of the oldest Query, whose end is still to come */
	bool started;			/* messages have types from here on */
	bool login;			/* the first ReadyForQuery answers the startup */
	bool answered;			/* the oldest Execute, whose Sync is not */
	bool copying;			/* the server asked for data */
	bool damaged;			/* octets were lost, or the beginning was not seen */
	bool lost[2];			/* by side: a message's beginning is looked for */
};

/* --- messages -------------------------------------------------------------------------------- */

struct nsc_pgsql_message {
	uint8_t type;
	uint32_t len;			/* of the body */
};

enum { NSC_PGSQL_HEADER = 5 };

/* A header of five octets that can be of that side; moves behind it. */
bool nsc_pgsql_header(struct nsc_bytes *b, bool client, struct nsc_pgsql_message *m);

/*
 * True if whole messages stand here, or a statement of a known kind (a client's), so surely that
 * nothing need be known of what was before.
 */
bool nsc_pgsql_client_begins(struct nsc_bytes b);
bool nsc_pgsql_server_begins(struct nsc_bytes b);

/* Do these octets end with ReadyForQuery? */
bool nsc_pgsql_ends_ready(const struct nsc_bytes *b);

/* --- exchanges ------------------------------------------------------------------------------- */

/* So many octets of a message's body are looked at. */
uint32_t nsc_pgsql_look(const struct nsc_pgsql_message *m, bool client);

/* A client's message, and so much of its body; a Query only when all of it was sent. */
void nsc_pgsql_asked(struct nsc_pgsql *s, const struct nsc_pgsql_message *m, struct nsc_bytes body,
		     struct nsc_out *out);
void nsc_pgsql_query(struct nsc_pgsql *s, unsigned kind, struct nsc_out *out);

void nsc_pgsql_answered(struct nsc_pgsql *s, const struct nsc_pgsql_message *m,
			struct nsc_bytes body, struct nsc_out *out);

/* Octets were lost: nothing waits. */
void nsc_pgsql_forget(struct nsc_pgsql *s);

#endif
