/* SPDX-License-Identifier: MIT */
/* SMTP's commands and reply codes (RFC 5321, 4.1.1, 4.2.3), and what they count as. */
#ifndef NSC_DISSECT_SMTP_WORDS_H
#define NSC_DISSECT_SMTP_WORDS_H

#include "base/bytes.h"

enum nsc_smtp_operation {
	NSC_SMTP_OTHER, NSC_SMTP_HELO, NSC_SMTP_MAIL, NSC_SMTP_RCPT, NSC_SMTP_MESSAGE,
	NSC_SMTP_RESET, NSC_SMTP_VERIFY, NSC_SMTP_NOOP, NSC_SMTP_KINDS,
	/* Beyond them: what is no operation. */
	NSC_SMTP_LHLO = NSC_SMTP_KINDS, NSC_SMTP_DATA, NSC_SMTP_BDAT, NSC_SMTP_AUTH,
	NSC_SMTP_STARTTLS, NSC_SMTP_QUIT, NSC_SMTP_UNKNOWN,
};

extern const char *const nsc_smtp_operations[], *const nsc_smtp_errors[];

/* Of a line's first word. */
unsigned nsc_smtp_command(const struct nsc_bytes *word);

/* The error of a reply and 1; 0: it is none. */
unsigned nsc_smtp_error(unsigned code);

#endif
