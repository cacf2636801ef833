/* SPDX-License-Identifier: MIT */
/* IMAP's commands (RFC 9051, 6, and extensions) and response codes, and what they count as. */
#ifndef NSC_DISSECT_IMAP_WORDS_H
#define NSC_DISSECT_IMAP_WORDS_H

#include "base/bytes.h"

enum nsc_imap_operation {
	NSC_IMAP_OTHER, NSC_IMAP_SELECT, NSC_IMAP_LIST, NSC_IMAP_STATUS, NSC_IMAP_FETCH,
	NSC_IMAP_SEARCH, NSC_IMAP_STORE, NSC_IMAP_COPY, NSC_IMAP_MOVE, NSC_IMAP_APPEND,
	NSC_IMAP_EXPUNGE, NSC_IMAP_MAILBOX, NSC_IMAP_CLOSE, NSC_IMAP_NOOP, NSC_IMAP_IDLE,
	NSC_IMAP_CAPABILITY, NSC_IMAP_KINDS,
	/* Beyond them: what is no operation. */
	NSC_IMAP_LOGIN = NSC_IMAP_KINDS, NSC_IMAP_AUTHENTICATE, NSC_IMAP_LOGOUT,
	NSC_IMAP_STARTTLS, NSC_IMAP_COMPRESS, NSC_IMAP_UID, NSC_IMAP_UNKNOWN,
};

enum nsc_imap_error { NSC_IMAP_NO = 1, NSC_IMAP_BAD, NSC_IMAP_BYE };

extern const char *const nsc_imap_operations[], *const nsc_imap_errors[];

/* Of the words behind the tag: "UID FETCH 1 FLAGS" is a fetch. */
unsigned nsc_imap_command(struct nsc_bytes words);

/*
 * OK, NO or BAD, with which begins what stands behind a tag: 0, or the error and 1, by its
 * response code if it has one that is known (RFC 5530; RFC 9051, 7.1).  -1: none of these.
 */
int nsc_imap_status(struct nsc_bytes words);

#endif
