/* SPDX-License-Identifier: MIT */
#include "dissect/ftp_words.h"
#include "dissect/reply_code.h"
#include "dissect/words.h"

const char *const nsc_ftp_operations[] = {
	"other", "list", "retrieve", "store", "delete", "rename", "directory", "status", "setting",
	"data", "noop", "site", NULL,
};

/* RFC 959, 4.2.2; RFC 2228, 5.1. */
#define ERRORS(X)                                                                                  \
	X(421) X(425) X(426) X(431) X(450) X(451) X(452) X(500) X(501) X(502) X(503) X(504) X(530) \
	X(532) X(533) X(534) X(535) X(536) X(550) X(551) X(552) X(553)

#define CODE(code) code,
static const uint16_t codes[] = {ERRORS(CODE)};
#undef CODE
#define TEXT(code) #code,
const char *const nsc_ftp_errors[] = {ERRORS(TEXT) "4xx", "5xx", NULL};
#undef TEXT

unsigned
nsc_ftp_error(unsigned code)
{
	return nsc_reply_error(codes, sizeof codes / sizeof codes[0], code);
}

unsigned
nsc_ftp_command(const struct nsc_bytes *word)
{
	static const struct nsc_word_row commands[] = {
		{"abor", NSC_FTP_OTHER}, {"acct", NSC_FTP_LOGIN}, {"allo", NSC_FTP_SETTING},
		{"appe", NSC_FTP_STORE}, {"auth", NSC_FTP_AUTH}, {"ccc", NSC_FTP_SETTING},
		{"cdup", NSC_FTP_DIRECTORY}, {"clnt", NSC_FTP_SETTING}, {"cwd", NSC_FTP_DIRECTORY},
		{"dele", NSC_FTP_DELETE}, {"eprt", NSC_FTP_DATA}, {"epsv", NSC_FTP_DATA},
		{"feat", NSC_FTP_STATUS}, {"help", NSC_FTP_STATUS}, {"host", NSC_FTP_SETTING},
		{"lang", NSC_FTP_SETTING}, {"list", NSC_FTP_LIST}, {"mdtm", NSC_FTP_STATUS},
		{"mfmt", NSC_FTP_OTHER}, {"mkd", NSC_FTP_DIRECTORY}, {"mlsd", NSC_FTP_LIST},
		{"mlst", NSC_FTP_STATUS}, {"mode", NSC_FTP_SETTING}, {"nlst", NSC_FTP_LIST},
		{"noop", NSC_FTP_NOOP}, {"opts", NSC_FTP_SETTING}, {"pass", NSC_FTP_LOGIN},
		{"pasv", NSC_FTP_DATA}, {"pbsz", NSC_FTP_SETTING}, {"port", NSC_FTP_DATA},
		{"prot", NSC_FTP_SETTING}, {"pwd", NSC_FTP_DIRECTORY}, {"quit", NSC_FTP_QUIT},
		{"rein", NSC_FTP_LOGIN}, {"rest", NSC_FTP_SETTING}, {"retr", NSC_FTP_RETRIEVE},
		{"rmd", NSC_FTP_DIRECTORY}, {"rnfr", NSC_FTP_RENAME_FROM}, {"rnto", NSC_FTP_RENAME},
		{"site", NSC_FTP_SITE}, {"size", NSC_FTP_STATUS}, {"smnt", NSC_FTP_OTHER},
		{"stat", NSC_FTP_STATUS}, {"stor", NSC_FTP_STORE}, {"stou", NSC_FTP_STORE},
		{"stru", NSC_FTP_SETTING}, {"syst", NSC_FTP_STATUS}, {"type", NSC_FTP_SETTING},
		{"user", NSC_FTP_LOGIN}, {"xcup", NSC_FTP_DIRECTORY},
		{"xcwd", NSC_FTP_DIRECTORY}, {"xmkd", NSC_FTP_DIRECTORY},
		{"xpwd", NSC_FTP_DIRECTORY}, {"xrmd", NSC_FTP_DIRECTORY},
	};

	return nsc_word_value(commands, sizeof commands / sizeof commands[0], word,
			      NSC_FTP_UNKNOWN);
}
