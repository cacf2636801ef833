/* SPDX-License-Identifier: MIT */
/*
 * Conversations whose operations are told: what is said, turn by turn a millisecond apart, and
 * what is told of it, a line each: "get 1", "get/err 1", "-/err 0" (kind, error, latency in ms).
 */
#ifndef NSC_TESTS_OPERATIONS_H
#define NSC_TESTS_OPERATIONS_H

#include "suite.h"
#include "talks.h"

struct said {
	const char *text;		/* '>' or '<' (the client's, the server's), and the octets */
	size_t len;
};

#define SAID(text) {text, sizeof(text) - 1}

/* The tape's lines with the dissector's words. */
static inline void
in_words(const struct nsc_dissector *d, const struct tape *tape, char *words, size_t size)
{
	const char *line = tape->text;
	size_t at = 0;

	words[0] = '\0';
	for (; *line != '\0'; line = strchr(line, '\n') + 1) {
		unsigned kind, error;
		unsigned long long latency;

		if (sscanf(line, "operation %u error %u %llu", &kind, &error, &latency) == 3)
			at += (size_t)snprintf(words + at, size - at, "%s%s%s %llu\n",
					       kind == NSC_NO_OPERATION ? "-" : d->operations[kind],
					       error > 0 ? "/" : "", error > 0 ? d->errors[error - 1] : "",
					       latency / 1000000);
		else
			at += (size_t)snprintf(words + at, size - at, "%.*s\n",
					       (int)strcspn(line, "\n"), line);
		ck_assert_uint_lt(at, size);
	}
}

/* However the octets are split, this is told. */
static inline void
expect_told(const struct nsc_dissector *d, const struct said *said, size_t n, const char *want)
{
	static struct tape tape;
	static char words[TAPE_MAX];
	struct talk talk = {.turns = 0};

	for (size_t i = 0; i < n; i++)
		talk_say(&talk, said[i].text[0] == '<', said[i].text + 1, said[i].len - 1);
	play_every_way(&tape, d, &talk);
	in_words(d, &tape, words, sizeof words);
	ck_assert_str_eq(words, want);
	talk_free(&talk);
}

#define EXPECT(d, want, ...)                                                                       \
	do {                                                                                       \
		static const struct said said_[] = {__VA_ARGS__};                                  \
                                                                                                   \
		expect_told(d, said_, sizeof said_ / sizeof said_[0], want);                       \
	} while (0)

/* Conversations of a golden capture, of which that many are read from their beginning: split anywhere. */
static inline void
split_golden(const struct nsc_dissector *d, const char *capture, unsigned told)
{
	static struct talk talks[GOLDEN_FLOWS];
	static struct tape tape;
	char path[100];
	unsigned count, n = 0;

	snprintf(path, sizeof path, "../%s", capture);
	count = talks_load(talks, path);
	for (unsigned i = 0; i < count; i++) {
		play_every_way(&tape, d, &talks[i]);
		n += tape.len > 0;
	}
	ck_assert_uint_eq(n, told);
	talks_free(talks, count);
}

/* Octets behind lost ones, and others, to a state that stays. */
struct pieces {
	const struct nsc_dissector *d;
	struct tape tape;
	uint8_t state[1024];
	uint64_t time;
};

static inline enum nsc_verdict
piece(struct pieces *p, bool gap, const char *text, size_t len)
{
	struct nsc_out out = {.arg = &p->tape, .event = tape_event, .label = tape_label,
			      .transport = NSC_OVER_TCP};
	struct nsc_chunk in = {.bytes = nsc_bytes(text + 1, len - 1), .side = text[0] == '<',
			       .transport = NSC_OVER_TCP, .gap = gap};

	ck_assert_uint_le(p->d->state_size, sizeof p->state);
	p->time += 1000000;
	in.time = out.time = p->time;
	return p->d->feed(p->state, &in, &out);
}

#define PIECE(p, gap, text) piece(p, gap, text, sizeof(text) - 1)

/* What was told since the last time. */
static inline void
expect_pieces(struct pieces *p, const char *want)
{
	static char words[TAPE_MAX];

	in_words(p->d, &p->tape, words, sizeof words);
	ck_assert_str_eq(words, want);
	memset(&p->tape, 0, sizeof p->tape);
}

/* The guess of one side's octets, and what the other said before them. */
static inline enum nsc_verdict
guessed(const struct nsc_dissector *d, bool midstream, const char *text, size_t len, const char *other,
	size_t other_len)
{
	struct nsc_guess g = {.bytes = nsc_bytes(text, len), .other = nsc_bytes(other, other_len),
			      .transport = NSC_OVER_TCP, .midstream = midstream};

	return d->guess(&g);
}

#define GUESS(d, midstream, text, other)                                                           \
	guessed(d, midstream, text, sizeof(text) - 1, other, sizeof(other) - 1)

#endif
