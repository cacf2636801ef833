/* SPDX-License-Identifier: MIT */
/* First words of statements of PostgreSQL, MySQL and MariaDB; PostgreSQL's manual, appendix A. */
#include "base/fnv.h"
#include "dissect/sql.h"
#include "dissect/words.h"

#define TEXT(id, text) text,
const char *const nsc_sql_operations[] = {NSC_SQL_OPERATIONS(TEXT) NULL};
const char *const nsc_sql_errors[] = {NSC_SQL_ERRORS(TEXT) NULL};
#undef TEXT

enum { START = 200 };	/* a second word says what is started */

static const struct nsc_word_row words[] = {
	{"abort", NSC_SQL_ROLLBACK},
	{"alter", NSC_SQL_ALTER},
	{"analyse", NSC_SQL_MAINTAIN},
	{"analyze", NSC_SQL_MAINTAIN},
	{"begin", NSC_SQL_BEGIN},
	{"call", NSC_SQL_CALL},
	{"check", NSC_SQL_MAINTAIN},
	{"checkpoint", NSC_SQL_MAINTAIN},
	{"checksum", NSC_SQL_MAINTAIN},
	{"close", NSC_SQL_CURSOR},
	{"cluster", NSC_SQL_MAINTAIN},
	{"commit", NSC_SQL_COMMIT},
	{"copy", NSC_SQL_COPY},
	{"create", NSC_SQL_CREATE},
	{"deallocate", NSC_SQL_PREPARE},
	{"declare", NSC_SQL_CURSOR},
	{"delete", NSC_SQL_DELETE},
	{"desc", NSC_SQL_EXPLAIN},
	{"describe", NSC_SQL_EXPLAIN},
	{"discard", NSC_SQL_SET},
	{"do", NSC_SQL_CALL},
	{"drop", NSC_SQL_DROP},
	{"end", NSC_SQL_COMMIT},
	{"execute", NSC_SQL_PREPARE},
	{"explain", NSC_SQL_EXPLAIN},
	{"fetch", NSC_SQL_CURSOR},
	{"flush", NSC_SQL_MAINTAIN},
	{"grant", NSC_SQL_GRANT},
	{"insert", NSC_SQL_INSERT},
	{"load", NSC_SQL_COPY},
	{"merge", NSC_SQL_MERGE},
	{"move", NSC_SQL_CURSOR},
	{"optimize", NSC_SQL_MAINTAIN},
	{"prepare", NSC_SQL_PREPARE},
	{"refresh", NSC_SQL_MAINTAIN},
	{"reindex", NSC_SQL_MAINTAIN},
	{"release", NSC_SQL_SAVEPOINT},
	{"rename", NSC_SQL_ALTER},
	{"repair", NSC_SQL_MAINTAIN},
	{"replace", NSC_SQL_REPLACE},
	{"reset", NSC_SQL_SET},
	{"revoke", NSC_SQL_GRANT},
	{"rollback", NSC_SQL_ROLLBACK},
	{"savepoint", NSC_SQL_SAVEPOINT},
	{"select", NSC_SQL_SELECT},
	{"set", NSC_SQL_SET},
	{"show", NSC_SQL_SHOW},
	{"start", START},
	{"table", NSC_SQL_SELECT},
	{"truncate", NSC_SQL_TRUNCATE},
	{"update", NSC_SQL_UPDATE},
	{"use", NSC_SQL_SET},
	{"vacuum", NSC_SQL_MAINTAIN},
	{"values", NSC_SQL_SELECT},
	{"with", NSC_SQL_SELECT},
};

static const struct nsc_word_row started[] = {{"transaction", NSC_SQL_BEGIN}};

/* By a whole SQLSTATE, or by its class, the first two characters. */
static const struct nsc_word_row states[] = {
	{"08", NSC_SQL_ERROR_CONNECTION},
	{"0a", NSC_SQL_ERROR_NOT_SUPPORTED},
	{"0b", NSC_SQL_ERROR_TRANSACTION},
	{"21", NSC_SQL_ERROR_DATA},
	{"22", NSC_SQL_ERROR_DATA},
	{"23", NSC_SQL_ERROR_CONSTRAINT},
	{"23505", NSC_SQL_ERROR_DUPLICATE},
	{"24", NSC_SQL_ERROR_STATEMENT},
	{"25", NSC_SQL_ERROR_TRANSACTION},
	{"25006", NSC_SQL_ERROR_READ_ONLY},
	{"26", NSC_SQL_ERROR_STATEMENT},
	{"28", NSC_SQL_ERROR_ACCESS},
	{"2d", NSC_SQL_ERROR_TRANSACTION},
	{"34", NSC_SQL_ERROR_STATEMENT},
	{"38", NSC_SQL_ERROR_RAISED},
	{"3b", NSC_SQL_ERROR_TRANSACTION},
	{"3d", NSC_SQL_ERROR_NO_DATABASE},
	{"3f", NSC_SQL_ERROR_NO_DATABASE},
	{"40", NSC_SQL_ERROR_SERIALIZATION},
	{"40p01", NSC_SQL_ERROR_DEADLOCK},
	{"42", NSC_SQL_ERROR_SYNTAX},
	{"42501", NSC_SQL_ERROR_ACCESS},
	{"42701", NSC_SQL_ERROR_EXISTS},
	{"42703", NSC_SQL_ERROR_NO_COLUMN},
	{"42710", NSC_SQL_ERROR_EXISTS},
	{"42723", NSC_SQL_ERROR_EXISTS},
	{"42883", NSC_SQL_ERROR_NO_FUNCTION},
	{"42p01", NSC_SQL_ERROR_NO_TABLE},
	{"42p03", NSC_SQL_ERROR_EXISTS},
	{"42p04", NSC_SQL_ERROR_EXISTS},
	{"42p05", NSC_SQL_ERROR_EXISTS},
	{"42p06", NSC_SQL_ERROR_EXISTS},
	{"42p07", NSC_SQL_ERROR_EXISTS},
	{"42s01", NSC_SQL_ERROR_EXISTS},
	{"42s02", NSC_SQL_ERROR_NO_TABLE},
	{"42s21", NSC_SQL_ERROR_EXISTS},
	{"42s22", NSC_SQL_ERROR_NO_COLUMN},
	{"45", NSC_SQL_ERROR_RAISED},
	{"53", NSC_SQL_ERROR_RESOURCES},
	{"54", NSC_SQL_ERROR_RESOURCES},
	{"55", NSC_SQL_ERROR_STATEMENT},
	{"55p03", NSC_SQL_ERROR_LOCK_TIMEOUT},
	{"57", NSC_SQL_ERROR_SHUTDOWN},
	{"57014", NSC_SQL_ERROR_CANCELLED},
	{"58", NSC_SQL_ERROR_INTERNAL},
	{"70100", NSC_SQL_ERROR_CANCELLED},
	{"p0", NSC_SQL_ERROR_RAISED},
	{"xa", NSC_SQL_ERROR_TRANSACTION},
	{"xx", NSC_SQL_ERROR_INTERNAL},
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

static bool
is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == ';' || c == '(';
}

/* Behind the next line feed. */
static void
pass_line(struct nsc_bytes *b)
{
	while (nsc_bytes_left(b) > 0 && nsc_bytes_u8(b) != '\n')
		;
}

/* Behind a comment's end; PostgreSQL's stand in each other. */
static void
pass_comment(struct nsc_bytes *b, bool nested)
{
	unsigned depth = 0;

	while (nsc_bytes_left(b) > 0) {
		if (nsc_bytes_starts(b, "/*") && (depth == 0 || nested)) {
			nsc_bytes_skip(b, 2);
			depth++;
		} else if (nsc_bytes_starts(b, "*/")) {
			nsc_bytes_skip(b, 2);
			if (--depth == 0)
				return;
		} else {
			nsc_bytes_skip(b, 1);
		}
	}
}

/* What MySQL reads in a comment begins with a mark and a version. */
static bool
pass_mark(struct nsc_bytes *b)
{
	if (nsc_bytes_starts(b, "/*!"))
		nsc_bytes_skip(b, 3);
	else if (nsc_bytes_starts(b, "/*M!"))
		nsc_bytes_skip(b, 4);
	else
		return false;
	while (nsc_bytes_left(b) > 0 && *b->p >= '0' && *b->p <= '9')
		nsc_bytes_skip(b, 1);
	return true;
}

static void
pass_blanks(struct nsc_bytes *b, bool mysql)
{
	while (nsc_bytes_left(b) > 0) {
		if (is_space(*b->p))
			nsc_bytes_skip(b, 1);
		else if (nsc_bytes_starts(b, "--") || (mysql && *b->p == '#'))
			pass_line(b);
		else if (nsc_bytes_starts(b, "*/") && mysql)
			nsc_bytes_skip(b, 2);
		else if (!nsc_bytes_starts(b, "/*"))
			return;
		else if (!mysql || !pass_mark(b))
			pass_comment(b, !mysql);
	}
}

static struct nsc_bytes
take_word(struct nsc_bytes *b, bool mysql)
{
	struct nsc_bytes from;
	size_t n = 0;

	pass_blanks(b, mysql);
	from = *b;
	while (nsc_bytes_left(b) > 0 && (*b->p | 0x20) >= 'a' && (*b->p | 0x20) <= 'z') {
		nsc_bytes_skip(b, 1);
		n++;
	}
	return nsc_bytes_sub(&from, n);
}

unsigned
nsc_sql_kind(struct nsc_bytes text, bool mysql)
{
	struct nsc_bytes word;
	unsigned kind;

	if (nsc_bytes_left(&text) > NSC_SQL_LOOK)
		text.end = text.p + NSC_SQL_LOOK;
	word = take_word(&text, mysql);
	kind = nsc_word_value(words, COUNT(words), &word, NSC_SQL_OTHER);
	if (kind != START)
		return kind;
	word = take_word(&text, mysql);
	return nsc_word_value(started, COUNT(started), &word, NSC_SQL_OTHER);
}

unsigned
nsc_sql_state(const uint8_t *state)
{
	enum { NONE = 255, WHOLE = 5, CLASS = 2 };
	struct nsc_bytes b = nsc_bytes(state, WHOLE);
	unsigned error = nsc_word_value(states, COUNT(states), &b, NONE);

	if (error == NONE) {
		b = nsc_bytes(state, CLASS);
		error = nsc_word_value(states, COUNT(states), &b, NSC_SQL_ERROR_OTHER);
	}
	return error + 1;
}

uint32_t
nsc_sql_hash(const struct nsc_bytes *name)
{
	return nsc_fnv(NSC_FNV_BASIS, name->p, nsc_bytes_left(name));
}

enum { KIND_BITS = 5 };

_Static_assert(NSC_SQL_MAINTAIN < 1 << KIND_BITS, "a kind fits");

static int
find(const struct nsc_sql_kinds *k, const uint32_t *table, uint32_t id)
{
	for (unsigned i = 0; i < k->used; i++)
		if (table[i] >> KIND_BITS == id << KIND_BITS >> KIND_BITS)
			return (int)i;
	return -1;
}

void
nsc_sql_put(struct nsc_sql_kinds *k, uint32_t *table, unsigned size, uint32_t id, unsigned kind)
{
	int at = find(k, table, id);

	if (at < 0 && k->used < size) {
		at = k->used++;
	} else if (at < 0) {
		at = k->next;
		k->next = (uint8_t)((k->next + 1u) % size);
	}
	table[at] = id << KIND_BITS | kind;
}

unsigned
nsc_sql_get(const struct nsc_sql_kinds *k, const uint32_t *table, uint32_t id)
{
	int at = find(k, table, id);

	return at < 0 ? NSC_SQL_OTHER : table[at] & ((1u << KIND_BITS) - 1);
}
