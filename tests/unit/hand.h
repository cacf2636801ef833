/* SPDX-License-Identifier: MIT */
/* What a dissector's tape (tape.h) says of operations, in its words; datagrams, and octets behind a gap. */
#ifndef NSC_TESTS_HAND_H
#define NSC_TESTS_HAND_H

#include "tape.h"

/* "publish - 2": operation, error, ms from the turn that asked to the one that answered. */
static inline void
operations_in_words(const struct nsc_dissector *d, const struct tape *t, char *text, size_t size)
{
	const char *p = t->text;
	unsigned kind, error;
	unsigned long long ns;
	size_t n = 0;

	text[0] = '\0';
	for (; *p != '\0'; p = strchr(p, '\n') + 1) {
		if (sscanf(p, "operation %u error %u %llu", &kind, &error, &ns) != 3) {
			n += (size_t)snprintf(text + n, size - n, "%.*s\n", (int)strcspn(p, "\n"), p);
			continue;
		}
		n += (size_t)snprintf(text + n, size - n, "%s %s %llu\n",
				      kind == NSC_NO_OPERATION ? "-" : d->operations[kind],
				      error == 0 ? "-" : d->errors[error - 1], ns / 1000000);
	}
}

static inline void
operations_told(const struct nsc_dissector *d, const struct tape *t, const char *want)
{
	char *text = malloc(TAPE_MAX);

	operations_in_words(d, t, text, TAPE_MAX);
	ck_assert_str_eq(text, want);
	free(text);
}

/* Turns, "0" and what the client says, "1" and what the server does, split in every way. */
static inline void
operations_of_talk(const struct nsc_dissector *d, struct talk *talk, const char *want)
{
	struct tape *t = malloc(sizeof *t);

	play_every_way(t, d, talk);
	operations_told(d, t, want);
	free(t);
	talk_free(talk);
}

/* A conversation that is fed by hand: behind gaps, or of datagrams. */
struct hand {
	const struct nsc_dissector *d;
	void *state;
	struct tape *tape;
	unsigned turns;
};

static inline struct hand
hand_new(const struct nsc_dissector *d)
{
	return (struct hand){.d = d, .state = calloc(1, d->state_size),
			     .tape = calloc(1, sizeof(struct tape))};
}

static inline enum nsc_verdict
hand_feed(struct hand *h, int side, const void *p, size_t len, bool gap, uint8_t transport)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	uint64_t time = ++h->turns * 1000000ull;
	struct nsc_out out = {.arg = h->tape, .event = tape_event, .label = tape_label,
			      .time = time, .transport = transport};
	struct nsc_chunk in = {.time = time, .side = (uint8_t)side, .transport = transport, .gap = gap};
	enum nsc_verdict v;

	memcpy(copy, p, len);
	in.bytes = nsc_bytes(copy, len);
	v = h->d->feed(h->state, &in, &out);
	free(copy);
	return v;
}

static inline void
hand_told(struct hand *h, const char *want)
{
	operations_told(h->d, h->tape, want);
	free(h->state);
	free(h->tape);
}

#define TURN(talk, side, text) talk_say(talk, side, text, sizeof(text) - 1)
#define HAND(h, side, text, gap) hand_feed(h, side, text, sizeof(text) - 1, gap, NSC_OVER_TCP)
#define DATAGRAM(h, side, text) hand_feed(h, side, text, sizeof(text) - 1, false, NSC_OVER_UDP)

#endif
