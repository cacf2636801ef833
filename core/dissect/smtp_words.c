/* SPDX-License-Identifier: MIT */
#include "dissect/reply_code.h"
#include "dissect/smtp_words.h"
#include "dissect/words.h"

const char *const nsc_smtp_operations[] = {
	"other", "helo", "mail", "rcpt", "message", "reset", "verify", "noop", NULL,
};

/* RFC 5321, 4.2.3; RFC 4954, 6; RFC 3207, 4; RFC 7504. */
#define ERRORS(X)                                                                                  \
	X(421) X(450) X(451) X(452) X(454) X(455) X(500) X(501) X(502) X(503) X(504) X(521) \
	X(530) X(534) X(535) X(550) X(551) X(552) X(553) X(554) X(555)

#define CODE(code) code,
static const uint16_t codes[] = {ERRORS(CODE)};
#undef CODE
#define TEXT(code) #code,
const char *const nsc_smtp_errors[] = {ERRORS(TEXT) "4xx", "5xx", NULL};
#undef TEXT

unsigned
nsc_smtp_error(unsigned code)
{
	return nsc_reply_error(codes, sizeof codes / sizeof codes[0], code);
}

unsigned
nsc_smtp_command(const struct nsc_bytes *word)
{
	static const struct nsc_word_row commands[] = {
		{"auth", NSC_SMTP_AUTH}, {"bdat", NSC_SMTP_BDAT}, {"data", NSC_SMTP_DATA},
		{"ehlo", NSC_SMTP_HELO}, {"etrn", NSC_SMTP_OTHER}, {"expn", NSC_SMTP_VERIFY},
		{"helo", NSC_SMTP_HELO}, {"help", NSC_SMTP_NOOP}, {"lhlo", NSC_SMTP_LHLO},
		{"mail", NSC_SMTP_MAIL}, {"noop", NSC_SMTP_NOOP}, {"quit", NSC_SMTP_QUIT},
		{"rcpt", NSC_SMTP_RCPT}, {"rset", NSC_SMTP_RESET},
		{"starttls", NSC_SMTP_STARTTLS}, {"turn", NSC_SMTP_OTHER},
		{"vrfy", NSC_SMTP_VERIFY}, {"xclient", NSC_SMTP_OTHER}, {"xforward", NSC_SMTP_OTHER},
	};

	return nsc_word_value(commands, sizeof commands / sizeof commands[0], word,
			      NSC_SMTP_UNKNOWN);
}
