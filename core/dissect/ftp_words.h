/* SPDX-License-Identifier: MIT */
/* FTP's commands and reply codes (RFC 959, 2228, 3659), and what they count as. */
#ifndef NSC_DISSECT_FTP_WORDS_H
#define NSC_DISSECT_FTP_WORDS_H

#include "base/bytes.h"

enum nsc_ftp_operation {
	NSC_FTP_OTHER, NSC_FTP_LIST, NSC_FTP_RETRIEVE, NSC_FTP_STORE, NSC_FTP_DELETE,
	NSC_FTP_RENAME, NSC_FTP_DIRECTORY, NSC_FTP_STATUS, NSC_FTP_SETTING, NSC_FTP_DATA,
	NSC_FTP_NOOP, NSC_FTP_SITE, NSC_FTP_KINDS,
	/* Beyond them: what is no operation. */
	NSC_FTP_LOGIN = NSC_FTP_KINDS, NSC_FTP_AUTH, NSC_FTP_QUIT, NSC_FTP_RENAME_FROM,
	NSC_FTP_UNKNOWN,
};

extern const char *const nsc_ftp_operations[], *const nsc_ftp_errors[];

/* Of a line's first word. */
unsigned nsc_ftp_command(const struct nsc_bytes *word);

/* The error of a reply and 1; 0: it is none. */
unsigned nsc_ftp_error(unsigned code);

#endif
