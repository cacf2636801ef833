/* SPDX-License-Identifier: MIT */
/*
 * What the protocols of SQL servers share: kinds of statements by their first word, classes of
 * errors by SQLSTATE (ISO/IEC 9075-2), and which prepared statement is of which kind.  Texts and
 * names are never kept.
 */
#ifndef NSC_DISSECT_SQL_H
#define NSC_DISSECT_SQL_H

#include "base/bytes.h"

/* X(ID, token) */
#define NSC_SQL_OPERATIONS(X)                                                                      \
	X(OTHER, "other") X(SELECT, "select") X(INSERT, "insert") X(UPDATE, "update") \
	X(DELETE, "delete") X(REPLACE, "replace") X(MERGE, "merge") X(BEGIN, "begin") \
	X(COMMIT, "commit") X(ROLLBACK, "rollback") X(SAVEPOINT, "savepoint") X(CREATE, "create") \
	X(ALTER, "alter") X(DROP, "drop") X(TRUNCATE, "truncate") X(COPY, "copy") \
	X(CALL, "call") X(SET, "set") X(SHOW, "show") X(EXPLAIN, "explain") \
	X(PREPARE, "prepare") X(CURSOR, "cursor") X(GRANT, "grant") X(MAINTAIN, "maintain")

#define NSC_SQL_ERRORS(X)                                                                          \
	X(OTHER, "other") X(SYNTAX, "syntax") X(ACCESS, "access") X(DUPLICATE, "duplicate") \
	X(CONSTRAINT, "constraint") X(DATA, "data") X(NO_TABLE, "no_table") X(NO_COLUMN, "no_column") \
	X(NO_DATABASE, "no_database") X(NO_FUNCTION, "no_function") X(EXISTS, "exists") \
	X(DEADLOCK, "deadlock") X(SERIALIZATION, "serialization") X(LOCK_TIMEOUT, "lock_timeout") \
	X(CANCELLED, "cancelled") X(TRANSACTION, "transaction") X(CONNECTION, "connection") \
	X(RESOURCES, "resources") X(READ_ONLY, "read_only") X(NOT_SUPPORTED, "not_supported") \
	X(STATEMENT, "statement") X(RAISED, "raised") X(SHUTDOWN, "shutdown") X(INTERNAL, "internal")

#define NSC_SQL_ID(id, text) NSC_SQL_##id,
enum { NSC_SQL_OPERATIONS(NSC_SQL_ID) };
#undef NSC_SQL_ID
#define NSC_SQL_ID(id, text) NSC_SQL_ERROR_##id,
enum { NSC_SQL_ERRORS(NSC_SQL_ID) };
#undef NSC_SQL_ID

extern const char *const nsc_sql_operations[];
extern const char *const nsc_sql_errors[];

/* So many octets of a statement are looked at; what its kind stands behind is `other`. */
enum { NSC_SQL_LOOK = 1024 };

/*
 * The kind of a statement that begins with this text: white space, comments, parentheses and
 * empty statements before its first word are passed.  `mysql`: # begins a comment, and what
 * stands in one that begins with an exclamation mark is read.
 */
unsigned nsc_sql_kind(struct nsc_bytes text, bool mysql);

/* The class of an SQLSTATE of five octets: place in nsc_sql_errors and 1. */
unsigned nsc_sql_state(const uint8_t *state);

/*
 * Kinds by an identifier or a name's hash (27 bits of it are kept): a table of `size` words, all
 * zero empty.  Of a full one what was put first goes.
 */
struct nsc_sql_kinds {
	uint8_t next, used;
};

uint32_t nsc_sql_hash(const struct nsc_bytes *name);
void nsc_sql_put(struct nsc_sql_kinds *k, uint32_t *table, unsigned size, uint32_t id,
		 unsigned kind);

/* NSC_SQL_OTHER: not there. */
unsigned nsc_sql_get(const struct nsc_sql_kinds *k, const uint32_t *table, uint32_t id);

#endif
