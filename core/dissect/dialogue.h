/* SPDX-License-Identifier: MIT */
/*
 * Conversations of a client's command lines and a server's replies that are read to their end,
 * as their operations are told (SMTP, IMAP, POP3, FTP): whose a line is, what stands between
 * lines, octets that were lost, and TLS.  A dissector's state begins with struct nsc_dialogue.
 */
#ifndef NSC_DISSECT_DIALOGUE_H
#define NSC_DISSECT_DIALOGUE_H

#include "dissect/dissector.h"

enum nsc_speaker { NSC_EITHER, NSC_CLIENT, NSC_SERVER };

/* All zero: a conversation begins. */
struct nsc_dialogue {
	uint8_t client;		/* side + 1; 0: not known */
	bool asked;		/* for TLS, by the client */
	bool spoke[2];
	bool lost[2];		/* where lines begin is not known */
	bool within[2];		/* of a line that was too long to be kept */
};

/* `state` is the dissector's. */
struct nsc_dialogue_rules {
	/* Whose line it must be; asked while that is not known, and to find lines again. */
	enum nsc_speaker (*speaker)(struct nsc_text line);
	/* Takes what comes next and is no line (a message, a literal); false: a line is next. */
	bool (*pass)(void *state, bool client, struct nsc_chunk *in, struct nsc_out *out);
	/* A line without its end; not whole: its beginning, the end goes to `tail`. */
	void (*command)(void *state, struct nsc_text line, bool whole, struct nsc_chunk *in,
			struct nsc_out *out);
	/* NSC_MORE; NSC_HAND_ON: TLS is granted; NSC_DONE: nothing more can be read. */
	enum nsc_verdict (*reply)(void *state, struct nsc_text line, bool whole,
				  struct nsc_out *out);
	/* The last octets, at most NSC_TAIL, of a line that was too long; may be NULL. */
	void (*tail)(void *state, bool client, struct nsc_text end, struct nsc_out *out);
	/* Octets of that side were lost; `lost` is set already. */
	void (*gap)(void *state, bool client, struct nsc_out *out);
};

enum { NSC_TAIL = 24 };

enum nsc_verdict nsc_dialogue_feed(const struct nsc_dialogue_rules *r, void *state,
				   struct nsc_chunk *in, struct nsc_out *out);

/* The first word of a line. */
static inline struct nsc_bytes
nsc_first_word(struct nsc_text line)
{
	const char *blank = line.len > 0 ? memchr(line.p, ' ', line.len) : NULL;

	return nsc_bytes(line.p, blank != NULL ? (size_t)(blank - line.p) : line.len);
}

#endif
