/* SPDX-License-Identifier: MIT */
/*
 * Conversations of text lines that may turn to TLS (IRC, NNTP, ManageSieve; by their
 * first ones also SMTP, IMAP, POP3, FTP, which dialogue.h reads on).  Each
 * says what a line is worth; the rest is common.  A name needs a worth of NSC_LINE_ENOUGH:
 * two independent lines (or marks within one), or one of at least 32 bits.
 */
#ifndef NSC_DISSECT_LINES_H
#define NSC_DISSECT_LINES_H

#include "dissect/dissector.h"

enum {
	NSC_LINE_WORTH = 7,	/* bits of the worth; 0: no line of this protocol */
	NSC_LINE_ENOUGH = 4,
	NSC_LINE_SHARED = 8,	/* others say it too: it adds to no line of its own side */
	NSC_LINE_ASKS = 16,	/* the client asks for TLS */
	NSC_LINE_GRANTS = 32,	/* the server grants it, if it was asked */
	NSC_LINE_LAST = 64,	/* no TLS can follow */

	NSC_LINE_MAX = 8191 + 512, /* octets; IRCv3 message-tags */
};

/* All zero: a conversation begins. */
struct nsc_lines {
	uint32_t unanswered;	/* ManageSieve: commands less replies, modulo 2^32 */
	uint16_t count;		/* lines read */
	uint8_t client;		/* side + 1; 0: not known */
	bool asked;
	bool spoke[2];
	bool lost[2];		/* where lines begin is not known */
};

struct nsc_lines_rules {
	/* Marks of a line (without its end) if the client or the server says it. */
	unsigned (*client)(struct nsc_lines *s, struct nsc_text line);
	unsigned (*server)(struct nsc_lines *s, struct nsc_text line);
	/* May a line begin so?  Of a first line that is not whole yet. */
	bool (*perhaps)(struct nsc_text start);
};

enum nsc_verdict nsc_lines_guess(const struct nsc_lines_rules *r, const struct nsc_guess *g);
enum nsc_verdict nsc_lines_feed(const struct nsc_lines_rules *r, struct nsc_lines *s,
				struct nsc_chunk *in, struct nsc_out *out);

/* Rows of what a line may begin with, without regard to case; {NULL} ends them. */
struct nsc_word {
	/* Behind a letter a blank or the end follows, else something does. */
	const char *word;
	unsigned marks;
};

/* The marks of the first row that the line begins with (the word ends there), or 0. */
unsigned nsc_word_marks(const struct nsc_word *words, struct nsc_text line);

/* May a longer line begin with a row's word? */
bool nsc_word_perhaps(const struct nsc_word *words, struct nsc_text start);

/* True if the line holds `word` anywhere, without regard to case. */
bool nsc_line_has(struct nsc_text line, const char *word);

/* A reply of three digits and a blank or hyphen (RFC 959, 4.2; RFC 5321, 4.2); else 0. */
unsigned nsc_line_code(struct nsc_text line);

#endif
