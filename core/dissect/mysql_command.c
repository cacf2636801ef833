/* SPDX-License-Identifier: MIT */
/* Commands of a MySQL client, and the form of their answers (its internals manual, "Command Phase"). */
#include "dissect/mysql.h"

enum {
	COM_QUIT = 1,
	COM_FIELD_LIST = 4,
	COM_PROCESS_INFO = 0xa,
	COM_CHANGE_USER = 0x11,
	COM_BINLOG_DUMP = 0x12,
	COM_TABLE_DUMP = 0x13,
	COM_STMT_SEND_LONG_DATA = 0x18,
	COM_STMT_CLOSE = 0x19,
	COM_STMT_FETCH = 0x1c,
	COM_BINLOG_DUMP_GTID = 0x1e,
	COM_CLONE = 0x20,
	LAST_PREPARED = -1,	/* MariaDB: the statement just given to be prepared */
};

uint32_t
nsc_mysql_command_look(uint8_t command, uint32_t len)
{
	uint32_t look = 1 + 4;	/* a statement's number */

	if (command == NSC_MYSQL_COM_QUERY || command == NSC_MYSQL_COM_STMT_PREPARE)
		look = 1 + 2 + NSC_SQL_LOOK;
	return len < look ? len : look;
}

static void
wants(struct nsc_mysql *s, unsigned tag, unsigned kind)
{
	s->tag = (uint8_t)tag;
	s->kind = (uint8_t)kind;
}

enum nsc_verdict
nsc_mysql_command(struct nsc_mysql *s, struct nsc_bytes body)
{
	uint8_t command = nsc_bytes_u8(&body);
	uint32_t id;

	switch (command) {
	case NSC_MYSQL_COM_QUERY:
		wants(s, NSC_MYSQL_RESULT, nsc_sql_kind(nsc_mysql_text(body, true), true));
		break;
	case NSC_MYSQL_COM_STMT_PREPARE:
		s->prepared = (uint8_t)nsc_sql_kind(nsc_mysql_text(body, false), true);
		wants(s, NSC_MYSQL_PREPARE, s->prepared);
		break;
	case NSC_MYSQL_COM_STMT_EXECUTE:
	case NSC_MYSQL_COM_STMT_BULK_EXECUTE:
		id = nsc_bytes_le32(&body);
		wants(s, NSC_MYSQL_RESULT,
		      id == (uint32_t)LAST_PREPARED ? s->prepared
						    : nsc_sql_get(&s->statements, s->statement, id));
		break;
	case COM_QUIT:
	case COM_STMT_SEND_LONG_DATA:
	case COM_STMT_CLOSE:
		wants(s, 0, 0);
		break;
	case COM_FIELD_LIST:
		wants(s, NSC_MYSQL_FIELDS, 0);
		break;
	case COM_PROCESS_INFO:
		wants(s, NSC_MYSQL_TABLE, 0);
		break;
	case COM_STMT_FETCH:
		wants(s, NSC_MYSQL_ROWS, 0);
		break;
	case COM_CHANGE_USER:
		wants(s, NSC_MYSQL_LOGIN, 0);
		break;
	case COM_BINLOG_DUMP:
	case COM_TABLE_DUMP:
	case COM_BINLOG_DUMP_GTID:
	case COM_CLONE:
		return NSC_DONE;
	default:
		if (command > NSC_MYSQL_COM_LAST)
			return NSC_MALFORMED;
		wants(s, NSC_MYSQL_ONE, 0);
		break;
	}
	return NSC_MORE;
}

void
nsc_mysql_asked(struct nsc_mysql *s, struct nsc_out *out)
{
	if (s->tag == 0)
		return;
	/* What it said meanwhile was not seen: it may have answered all of it. */
	if (s->lost[nsc_mysql_side(s)])
		nsc_mysql_forget(s);
	if (s->queue.runs == NSC_MYSQL_ROOM) {
		nsc_out_lost(out);
		nsc_mysql_forget(s);
		s->damaged = s->lost[nsc_mysql_side(s)] = true;
	}
	nsc_queue_ask(&s->queue, s->ring, NSC_MYSQL_ROOM, s->kind, s->tag, out->time);
}

void
nsc_mysql_forget(struct nsc_mysql *s)
{
	nsc_queue_forget(&s->queue);
	s->phase = NSC_MYSQL_AT_FIRST;
	s->infile = s->trailing = false;
}
