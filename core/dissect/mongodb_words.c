/* SPDX-License-Identifier: MIT */
/* MongoDB's commands (manual, Database Commands), and its error codes (error_codes.yml) by class. */
#include "dissect/mongodb.h"
#include "dissect/words.h"

const char *const nsc_mongodb_operations[] = {
	"other", "find", "insert", "update", "delete", "getmore", "aggregate", "count", "distinct",
	"findandmodify", "killcursors", "transaction", "ping", "schema", "admin", "msg", "query",
	NULL};

#define ERRORS(X)                                                                                  \
	X(OTHER, "other") X(DUPLICATE_KEY, "duplicate_key") X(UNAUTHORIZED, "unauthorized")        \
	X(AUTHENTICATION, "authentication") X(NOT_PRIMARY, "not_primary")                          \
	X(SHUTDOWN, "shutdown") X(WRITE_CONFLICT, "write_conflict") X(TIMEOUT, "timeout")          \
	X(INTERRUPTED, "interrupted") X(CURSOR, "cursor") X(NAMESPACE, "namespace")                \
	X(COMMAND, "command") X(BAD_VALUE, "bad_value") X(VALIDATION, "validation")                \
	X(TRANSACTION, "transaction") X(WRITE_CONCERN, "write_concern") X(STALE, "stale")          \
	X(TOO_LARGE, "too_large")

#define ID(id, text) ERROR_##id,
enum { ERRORS(ID) };
#undef ID

#define TEXT(id, text) text,
const char *const nsc_mongodb_errors[] = {ERRORS(TEXT) NULL};
#undef TEXT

static const struct nsc_word_row commands[] = {
	{"aborttransaction", NSC_MONGODB_TRANSACTION},
	{"aggregate", NSC_MONGODB_AGGREGATE},
	{"authenticate", NSC_MONGODB_LOGIN},
	{"buildinfo", NSC_MONGODB_ADMIN},
	{"collmod", NSC_MONGODB_SCHEMA},
	{"collstats", NSC_MONGODB_ADMIN},
	{"committransaction", NSC_MONGODB_TRANSACTION},
	{"connectionstatus", NSC_MONGODB_ADMIN},
	{"count", NSC_MONGODB_COUNT},
	{"create", NSC_MONGODB_SCHEMA},
	{"createindexes", NSC_MONGODB_SCHEMA},
	{"createuser", NSC_MONGODB_ADMIN},
	{"currentop", NSC_MONGODB_ADMIN},
	{"dbstats", NSC_MONGODB_ADMIN},
	{"delete", NSC_MONGODB_DELETE},
	{"distinct", NSC_MONGODB_DISTINCT},
	{"drop", NSC_MONGODB_SCHEMA},
	{"dropdatabase", NSC_MONGODB_SCHEMA},
	{"dropindexes", NSC_MONGODB_SCHEMA},
	{"endsessions", NSC_MONGODB_ADMIN},
	{"explain", NSC_MONGODB_ADMIN},
	{"find", NSC_MONGODB_FIND},
	{"findandmodify", NSC_MONGODB_FINDANDMODIFY},
	{"getcmdlineopts", NSC_MONGODB_ADMIN},
	{"getlasterror", NSC_MONGODB_ADMIN},
	{"getlog", NSC_MONGODB_ADMIN},
	{"getmore", NSC_MONGODB_GETMORE},
	{"getnonce", NSC_MONGODB_LOGIN},
	{"getparameter", NSC_MONGODB_ADMIN},
	{"hello", NSC_MONGODB_LOGIN},
	{"hostinfo", NSC_MONGODB_ADMIN},
	{"insert", NSC_MONGODB_INSERT},
	{"ismaster", NSC_MONGODB_LOGIN},
	{"killcursors", NSC_MONGODB_KILLCURSORS},
	{"killop", NSC_MONGODB_ADMIN},
	{"listcollections", NSC_MONGODB_SCHEMA},
	{"listdatabases", NSC_MONGODB_SCHEMA},
	{"listindexes", NSC_MONGODB_SCHEMA},
	{"logout", NSC_MONGODB_LOGIN},
	{"mapreduce", NSC_MONGODB_AGGREGATE},
	{"ping", NSC_MONGODB_PING},
	{"preparetransaction", NSC_MONGODB_TRANSACTION},
	{"refreshsessions", NSC_MONGODB_ADMIN},
	{"renamecollection", NSC_MONGODB_SCHEMA},
	{"replsetgetstatus", NSC_MONGODB_ADMIN},
	{"replsetheartbeat", NSC_MONGODB_ADMIN},
	{"saslcontinue", NSC_MONGODB_LOGIN},
	{"saslstart", NSC_MONGODB_LOGIN},
	{"serverstatus", NSC_MONGODB_ADMIN},
	{"setparameter", NSC_MONGODB_ADMIN},
	{"shutdown", NSC_MONGODB_ADMIN},
	{"startsession", NSC_MONGODB_ADMIN},
	{"top", NSC_MONGODB_ADMIN},
	{"update", NSC_MONGODB_UPDATE},
	{"usersinfo", NSC_MONGODB_ADMIN},
	{"validate", NSC_MONGODB_ADMIN},
};

static const struct {
	uint16_t code;
	uint8_t error;
} codes[] = {
	{2, ERROR_BAD_VALUE},
	{9, ERROR_BAD_VALUE},
	{13, ERROR_UNAUTHORIZED},
	{14, ERROR_BAD_VALUE},
	{18, ERROR_AUTHENTICATION},
	{24, ERROR_TIMEOUT},
	{26, ERROR_NAMESPACE},
	{27, ERROR_NAMESPACE},		/* of an index */
	{43, ERROR_CURSOR},
	{48, ERROR_NAMESPACE},
	{50, ERROR_TIMEOUT},
	{59, ERROR_COMMAND},
	{63, ERROR_STALE},
	{64, ERROR_WRITE_CONCERN},
	{67, ERROR_NAMESPACE},
	{72, ERROR_BAD_VALUE},
	{73, ERROR_NAMESPACE},
	{79, ERROR_WRITE_CONCERN},
	{85, ERROR_NAMESPACE},
	{86, ERROR_NAMESPACE},
	{89, ERROR_TIMEOUT},
	{91, ERROR_SHUTDOWN},
	{100, ERROR_WRITE_CONCERN},
	{112, ERROR_WRITE_CONFLICT},
	{115, ERROR_COMMAND},
	{121, ERROR_VALIDATION},
	{150, ERROR_STALE},
	{189, ERROR_NOT_PRIMARY},
	{202, ERROR_TIMEOUT},
	{225, ERROR_TRANSACTION},
	{237, ERROR_CURSOR},
	{238, ERROR_COMMAND},
	{244, ERROR_TRANSACTION},
	{251, ERROR_TRANSACTION},
	{256, ERROR_TRANSACTION},
	{262, ERROR_TIMEOUT},
	{263, ERROR_TRANSACTION},
	{10107, ERROR_NOT_PRIMARY},
	{10334, ERROR_TOO_LARGE},
	{11000, ERROR_DUPLICATE_KEY},
	{11001, ERROR_DUPLICATE_KEY},
	{11600, ERROR_SHUTDOWN},
	{11601, ERROR_INTERRUPTED},
	{11602, ERROR_NOT_PRIMARY},
	{12582, ERROR_DUPLICATE_KEY},
	{13388, ERROR_STALE},
	{13435, ERROR_NOT_PRIMARY},
	{13436, ERROR_NOT_PRIMARY},
	{40414, ERROR_BAD_VALUE},
	{40415, ERROR_BAD_VALUE},
};

unsigned
nsc_mongodb_kind(const struct nsc_bytes *command)
{
	return nsc_word_value(commands, sizeof commands / sizeof commands[0], command,
			      NSC_MONGODB_OTHER);
}

unsigned
nsc_mongodb_error(int64_t code)
{
	for (unsigned i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (codes[i].code == code)
			return codes[i].error + 1u;
	return ERROR_OTHER + 1;
}
