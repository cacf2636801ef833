/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the MySQL dissector share: mysql.c (whose it is, the reading of both
 * sides), mysql_packet.c (packets, and where they begin after a gap), mysql_login.c,
 * mysql_command.c (the client's), mysql_answer.c (the server's) and mysql_error.c.  Private to
 * them.
 */
#ifndef NSC_DISSECT_MYSQL_H
#define NSC_DISSECT_MYSQL_H

#include "dissect/pending.h"
#include "dissect/sql.h"

enum {
	NSC_MYSQL_ROOM = 24,		/* runs of commands that wait */
	NSC_MYSQL_STATEMENTS = 96,	/* prepared ones of which the kind is known */
	NSC_MYSQL_HEADER = 4,		/* length (3, little-endian), sequence */
	NSC_MYSQL_FULL = 0xffffff,	/* a packet of that length goes on in the next */
	NSC_MYSQL_LOOK = 24,		/* octets of a server's packet that are looked at */
};

/* Tags of what waits: the form of its answer. */
enum {
	NSC_MYSQL_RESULT = 1,		/* result sets: what counts as an operation */
	NSC_MYSQL_TABLE,		/* a result set, of no operation */
	NSC_MYSQL_ONE,			/* one packet */
	NSC_MYSQL_PREPARE,		/* a statement's number, and definitions */
	NSC_MYSQL_FIELDS,		/* definitions up to EOF */
	NSC_MYSQL_ROWS,			/* of a cursor, up to EOF */
	NSC_MYSQL_LOGIN,		/* another user's */
};

/* Where an answer is. */
enum {
	NSC_MYSQL_AT_FIRST,		/* its first packet, or a further result's */
	NSC_MYSQL_AT_DEFINITIONS,
	NSC_MYSQL_AT_END_OF_DEFINITIONS,	/* EOF stands here, or does not */
	NSC_MYSQL_AT_ROWS,
	NSC_MYSQL_AT_PREPARED,		/* definitions of parameters and columns */
};

struct nsc_mysql {
	struct nsc_queue queue;
	struct nsc_pending ring[NSC_MYSQL_ROOM];
	uint32_t statement[NSC_MYSQL_STATEMENTS];
	struct nsc_sql_kinds statements;
	uint32_t definitions;		/* still to come */
	uint16_t columns;		/* definitions of them, behind the parameters' */
	uint8_t server;			/* side + 1; 0: not known */
	uint8_t phase;
	uint8_t sequence;		/* of the server's last packet */
	uint8_t prepared;		/* kind of the last statement that was given to be prepared */
	uint8_t kind, tag;		/* of a command that is not all there yet */
	bool tail;			/* the last octet of its packet is awaited */
	bool more[2];			/* by side: the next packet goes on with this one's content */
	bool login, compresses, replied;	/* the server can compress; the client's first packet was */
	bool trailing;			/* EOF may stand behind a prepared statement's definitions */
	bool infile;			/* the server asked for a file's content */
	bool damaged;			/* octets were lost, or the beginning was not seen */
	bool lost[2];			/* by side: a packet's beginning is looked for */
};

static inline int
nsc_mysql_side(const struct nsc_mysql *s)
{
	return s->server - 1;
}

/* --- packets --------------------------------------------------------------------------------- */

struct nsc_mysql_packet {
	uint32_t len;
	uint8_t sequence;
};

/* False: it is not all there. */
bool nsc_mysql_header(struct nsc_bytes *b, struct nsc_mysql_packet *p);

/*
 * Commands of a client, surely: nothing need be known of what was before.  A short one may be
 * of another protocol: `weak`, sure only if a server's answer follows.
 */
bool nsc_mysql_client_begins(struct nsc_bytes b, bool *weak);

/* The beginning of an answer to a command. */
bool nsc_mysql_server_begins(struct nsc_bytes b);

/* The text of a statement in a COM_QUERY's or COM_STMT_PREPARE's body, without the command. */
struct nsc_bytes nsc_mysql_text(struct nsc_bytes body, bool query);

/* --- the login ------------------------------------------------------------------------------- */

enum {
	NSC_MYSQL_PROTOCOL = 10,
	NSC_MYSQL_GREETING_MIN = 1 + 2 + 4 + 8 + 1 + 2,
	NSC_MYSQL_GREETING_MAX = 512,
};

/* The server's first packet, whole; what it can stands in it. */
bool nsc_mysql_is_greeting(struct nsc_bytes b);
bool nsc_mysql_can_compress(struct nsc_bytes b);

/* The client's wish for TLS: 1; 0: not all there; -1: it is none. */
int nsc_mysql_ssl_request(struct nsc_bytes b);

/* A packet of the login.  The client's first one says what it can. */
enum nsc_verdict nsc_mysql_client_logs_in(struct nsc_mysql *s, struct nsc_chunk *in,
					  struct nsc_out *out);
enum nsc_verdict nsc_mysql_server_logs_in(struct nsc_mysql *s, struct nsc_chunk *in,
					  struct nsc_out *out);

/*
 * What is left of a packet is passed over; `last`: all but its last octet, if that is not there
 * yet.  True: all of it was there.
 */
bool nsc_mysql_pass(struct nsc_chunk *in, uint32_t rest, bool last, struct nsc_out *out);

/* --- exchanges ------------------------------------------------------------------------------- */

enum {
	NSC_MYSQL_COM_QUERY = 3,
	NSC_MYSQL_COM_STMT_PREPARE = 0x16,
	NSC_MYSQL_COM_STMT_EXECUTE = 0x17,
	NSC_MYSQL_COM_LAST = 0x20,
	NSC_MYSQL_COM_STMT_BULK_EXECUTE = 0xfa,	/* MariaDB */
};

/* So many octets of a command's packet are looked at. */
uint32_t nsc_mysql_command_look(uint8_t command, uint32_t len);

/*
 * A command, and so much of its body: what it is goes to s->kind and s->tag (0: it has no
 * answer).  NSC_DONE: no more is read; NSC_MALFORMED: no such command.
 */
enum nsc_verdict nsc_mysql_command(struct nsc_mysql *s, struct nsc_bytes body);

/* All of it was sent. */
void nsc_mysql_asked(struct nsc_mysql *s, struct nsc_out *out);

/* A packet of the server's behind the login.  False: it can't be. */
bool nsc_mysql_answer(struct nsc_mysql *s, const struct nsc_mysql_packet *p, struct nsc_bytes body,
		      struct nsc_out *out);

/* Octets were lost: nothing waits. */
void nsc_mysql_forget(struct nsc_mysql *s);

/* The class of an error packet: place in nsc_sql_errors and 1; 0: it tells of progress. */
unsigned nsc_mysql_error(struct nsc_bytes body);

#endif
