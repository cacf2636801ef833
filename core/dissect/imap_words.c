/* SPDX-License-Identifier: MIT */
#include "dissect/imap_words.h"
#include "dissect/words.h"

const char *const nsc_imap_operations[] = {
	"other", "select", "list", "status", "fetch", "search", "store", "copy", "move", "append",
	"expunge", "mailbox", "close", "noop", "idle", "capability", NULL,
};

/* NO, BAD and BYE without a code, then the codes. */
const char *const nsc_imap_errors[] = {
	"no", "bad", "bye", "already_exists", "authentication_failed", "authorization_failed",
	"bad_charset", "cannot", "client_bug", "contact_admin", "corruption", "expired",
	"expunge_issued", "in_use", "limit", "nonexistent", "no_permission", "over_quota",
	"privacy_required", "server_bug", "try_create", "unavailable", NULL,
};

static struct nsc_bytes
first(struct nsc_bytes *words)
{
	const uint8_t *p = words->p;
	struct nsc_bytes word;

	while (p < words->end && *p != ' ' && *p != ']')
		p++;
	word = nsc_bytes_sub(words, (size_t)(p - words->p));
	nsc_bytes_skip(words, nsc_bytes_left(words) > 0);
	return word;
}

static unsigned
command_of(struct nsc_bytes *words)
{
	static const struct nsc_word_row commands[] = {
		{"append", NSC_IMAP_APPEND}, {"authenticate", NSC_IMAP_AUTHENTICATE},
		{"capability", NSC_IMAP_CAPABILITY}, {"check", NSC_IMAP_NOOP},
		{"close", NSC_IMAP_CLOSE}, {"compress", NSC_IMAP_COMPRESS}, {"copy", NSC_IMAP_COPY},
		{"create", NSC_IMAP_MAILBOX}, {"delete", NSC_IMAP_MAILBOX},
		{"deleteacl", NSC_IMAP_OTHER}, {"enable", NSC_IMAP_CAPABILITY},
		{"examine", NSC_IMAP_SELECT}, {"expunge", NSC_IMAP_EXPUNGE},
		{"fetch", NSC_IMAP_FETCH}, {"getacl", NSC_IMAP_OTHER},
		{"getmetadata", NSC_IMAP_OTHER}, {"getquota", NSC_IMAP_OTHER},
		{"getquotaroot", NSC_IMAP_OTHER}, {"id", NSC_IMAP_CAPABILITY},
		{"idle", NSC_IMAP_IDLE}, {"list", NSC_IMAP_LIST}, {"listrights", NSC_IMAP_OTHER},
		{"login", NSC_IMAP_LOGIN}, {"logout", NSC_IMAP_LOGOUT}, {"lsub", NSC_IMAP_LIST},
		{"move", NSC_IMAP_MOVE}, {"myrights", NSC_IMAP_OTHER},
		{"namespace", NSC_IMAP_CAPABILITY}, {"noop", NSC_IMAP_NOOP},
		{"notify", NSC_IMAP_OTHER}, {"rename", NSC_IMAP_MAILBOX},
		{"search", NSC_IMAP_SEARCH}, {"select", NSC_IMAP_SELECT}, {"setacl", NSC_IMAP_OTHER},
		{"setmetadata", NSC_IMAP_OTHER}, {"setquota", NSC_IMAP_OTHER},
		{"sort", NSC_IMAP_SEARCH}, {"starttls", NSC_IMAP_STARTTLS},
		{"status", NSC_IMAP_STATUS}, {"store", NSC_IMAP_STORE},
		{"subscribe", NSC_IMAP_MAILBOX}, {"thread", NSC_IMAP_SEARCH},
		{"uid", NSC_IMAP_UID}, {"unselect", NSC_IMAP_CLOSE},
		{"unsubscribe", NSC_IMAP_MAILBOX}, {"xlist", NSC_IMAP_LIST},
	};
	struct nsc_bytes word = first(words);

	return nsc_word_value(commands, sizeof commands / sizeof commands[0], &word,
			      NSC_IMAP_UNKNOWN);
}

unsigned
nsc_imap_command(struct nsc_bytes words)
{
	unsigned command = command_of(&words);

	if (command == NSC_IMAP_UID)
		command = command_of(&words);
	return command == NSC_IMAP_UID ? NSC_IMAP_UNKNOWN : command;
}

int
nsc_imap_status(struct nsc_bytes words)
{
	enum { OK, NO = NSC_IMAP_NO, BAD = NSC_IMAP_BAD, NONE };
	static const struct nsc_word_row states[] = {
		{"bad", BAD}, {"no", NO}, {"ok", OK},
	};
	static const struct nsc_word_row codes[] = {
		{"alreadyexists", 4}, {"authenticationfailed", 5}, {"authorizationfailed", 6},
		{"badcharset", 7}, {"cannot", 8}, {"clientbug", 9}, {"contactadmin", 10},
		{"corruption", 11}, {"expired", 12}, {"expungeissued", 13}, {"inuse", 14},
		{"limit", 15}, {"nonexistent", 16}, {"noperm", 17}, {"overquota", 18},
		{"privacyrequired", 19}, {"serverbug", 20}, {"trycreate", 21}, {"unavailable", 22},
	};
	struct nsc_bytes word = first(&words);
	unsigned state = nsc_word_value(states, sizeof states / sizeof states[0], &word, NONE);

	if (state == OK || state == NONE)
		return state == OK ? 0 : -1;
	if (nsc_bytes_left(&words) < 2 || *words.p != '[')
		return (int)state;
	nsc_bytes_skip(&words, 1);
	word = first(&words);
	return (int)nsc_word_value(codes, sizeof codes / sizeof codes[0], &word, state);
}
