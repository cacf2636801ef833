/* SPDX-License-Identifier: MIT */
/*
 * What a connection of AMQP 0-9-1 keeps: methods that wait for their answers, and of each of
 * its first channels the content under way and the publishes that wait for their confirms
 * (rabbitmq.com/confirms.html: tags count from 1, an answer may speak for all up to its tag).
 */
#ifndef NSC_DISSECT_AMQP_CHANNEL_H
#define NSC_DISSECT_AMQP_CHANNEL_H

#include "dissect/pending.h"

enum {
	NSC_AMQP_CHANNELS = 16,
	NSC_AMQP_RUNS = 20,	/* of publishes that wait, of all channels */
	NSC_AMQP_ROOM = 16,	/* methods that wait */
	NSC_AMQP_WINDOW = 32,	/* tags behind the first that waits, of which each is known */
};

struct nsc_amqp_channel {
	uint16_t number;
	uint16_t early;			/* tags before the window that wait still */
	bool used, confirm;
	bool open_ended;		/* publishes were lost: tags may be higher than was seen */
	uint8_t content[2];		/* by its sender, 0 the client: its operation; 0: none */
	uint32_t left[2];		/* octets of its body that are to come */
	uint32_t published, low;	/* the last tag; all up to this one are confirmed */
	uint32_t acked;			/* of the tags behind it: bits */
};

struct nsc_amqp_run {			/* publishes of one moment */
	uint32_t tag, time;		/* the first's; us, modulo 2^32 */
	uint16_t count;			/* 0: none */
	uint8_t channel;		/* its place */
};

struct nsc_amqp_waiting {
	uint32_t method;		/* 0: none */
	uint32_t time;			/* us, modulo 2^32 */
	uint16_t channel;
	uint8_t kind;
};

struct nsc_amqp_state {
	struct nsc_amqp_channel channel[NSC_AMQP_CHANNELS];
	struct nsc_amqp_run run[NSC_AMQP_RUNS];
	struct nsc_amqp_waiting waiting[NSC_AMQP_ROOM];
	uint8_t client;			/* side + 1; 0: not known */
	bool lost[2];			/* by side of the flow, as these: */
	bool tail[2];			/* of a frame under way only its last octet is not seen */
	bool over[2];			/* a content ends with the frame under way, */
	uint16_t frame_channel[2];	/* on this channel */
};

/* The channel's place, made if `make`; NULL: there is none. */
struct nsc_amqp_channel *nsc_amqp_channel(struct nsc_amqp_state *s, uint16_t number, bool make);

/* It is closed: nothing waits on it any more. */
void nsc_amqp_forget(struct nsc_amqp_state *s, uint16_t number);

/* A method waits for its answer. */
void nsc_amqp_ask(struct nsc_amqp_state *s, uint16_t channel, uint32_t method, unsigned kind,
		  struct nsc_out *out);

/* The oldest one of that method is answered; any_channel: on whichever.  False: none waits. */
bool nsc_amqp_answer(struct nsc_amqp_state *s, uint16_t channel, bool any_channel, uint32_t method,
		     unsigned error, struct nsc_out *out);

/* A content of the channel came to its end; who: 0 the client's. */
void nsc_amqp_content_over(struct nsc_amqp_state *s, uint16_t number, int who,
			   struct nsc_out *out);

/* The server took (or refused: error) what has that tag, or all up to it. */
void nsc_amqp_confirmed(struct nsc_amqp_state *s, struct nsc_amqp_channel *c, uint64_t tag,
			bool multiple, unsigned error, struct nsc_out *out);

/* Octets of the client (who 0) or the server were lost. */
void nsc_amqp_gap(struct nsc_amqp_state *s, int who);

#endif
