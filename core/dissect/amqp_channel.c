/* SPDX-License-Identifier: MIT */
/* Small tables, searched from end to end. */
#include "dissect/amqp_channel.h"
#include "dissect/amqp_words.h"

enum { OPEN_ENDED_MAX = 4096 };	/* publishes that one confirm counts which were not seen */

_Static_assert(sizeof(struct nsc_amqp_state) <= 1024, "a conversation's state");

static uint32_t
us(uint64_t time)
{
	return (uint32_t)(time / 1000);
}

static uint64_t
latency(uint32_t asked, uint64_t now)
{
	struct nsc_pending p = {.time = asked, .timed = true};

	return nsc_pending_latency(&p, now);
}

struct nsc_amqp_channel *
nsc_amqp_channel(struct nsc_amqp_state *s, uint16_t number, bool make)
{
	struct nsc_amqp_channel *place = NULL;

	for (unsigned i = 0; i < NSC_AMQP_CHANNELS; i++) {
		struct nsc_amqp_channel *c = &s->channel[i];

		if (c->used && c->number == number)
			return c;
		if (!c->used && place == NULL)
			place = c;
	}
	if (!make || place == NULL)
		return NULL;
	*place = (struct nsc_amqp_channel){.used = true, .number = number};
	return place;
}

void
nsc_amqp_forget(struct nsc_amqp_state *s, uint16_t number)
{
	struct nsc_amqp_channel *c = nsc_amqp_channel(s, number, false);

	for (unsigned i = 0; i < NSC_AMQP_ROOM; i++)
		if (s->waiting[i].channel == number)
			s->waiting[i].method = 0;
	if (c == NULL)
		return;
	for (unsigned i = 0; i < NSC_AMQP_RUNS; i++)
		if (s->run[i].channel == c - s->channel)
			s->run[i].count = 0;
	c->used = false;
}

void
nsc_amqp_ask(struct nsc_amqp_state *s, uint16_t channel, uint32_t method, unsigned kind,
	     struct nsc_out *out)
{
	uint32_t now = us(out->time);
	struct nsc_amqp_waiting *place = &s->waiting[0];

	for (unsigned i = 0; i < NSC_AMQP_ROOM && place->method != 0; i++)
		if (s->waiting[i].method == 0 || now - s->waiting[i].time > now - place->time)
			place = &s->waiting[i];
	if (place->method != 0)
		nsc_out_lost(out);
	*place = (struct nsc_amqp_waiting){method, now, channel, (uint8_t)kind};
}

bool
nsc_amqp_answer(struct nsc_amqp_state *s, uint16_t channel, bool any_channel, uint32_t method,
		unsigned error, struct nsc_out *out)
{
	struct nsc_amqp_waiting *oldest = NULL;
	uint32_t now = us(out->time);

	for (unsigned i = 0; i < NSC_AMQP_ROOM; i++) {
		struct nsc_amqp_waiting *w = &s->waiting[i];

		if (w->method == method && method != 0 && (any_channel || w->channel == channel) &&
		    (oldest == NULL || now - w->time > now - oldest->time))
			oldest = w;
	}
	if (oldest == NULL)
		return false;
	nsc_out_operation(out, oldest->kind, error, latency(oldest->time, out->time));
	oldest->method = 0;
	return true;
}

/* One more publish waits for its confirm. */
static void
published(struct nsc_amqp_state *s, struct nsc_amqp_channel *c, struct nsc_out *out)
{
	uint8_t at = (uint8_t)(c - s->channel);
	uint32_t now = us(out->time);
	struct nsc_amqp_run *place = &s->run[0];

	c->published++;
	if (c->open_ended)	/* whose tag this is is not known */
		return;
	for (unsigned i = 0; i < NSC_AMQP_RUNS; i++) {
		struct nsc_amqp_run *r = &s->run[i];

		if (r->count > 0 && r->channel == at && r->time == now && r->count < UINT16_MAX &&
		    r->tag + r->count == c->published) {
			r->count++;
			return;
		}
		if (place->count > 0 && (r->count == 0 || now - r->time > now - place->time))
			place = r;
	}
	if (place->count > 0)
		nsc_out_lost(out);
	*place = (struct nsc_amqp_run){c->published, now, 1, at};
}

void
nsc_amqp_content_over(struct nsc_amqp_state *s, uint16_t number, int who, struct nsc_out *out)
{
	struct nsc_amqp_channel *c = nsc_amqp_channel(s, number, false);
	unsigned kind;

	if (c == NULL || c->content[who] == 0)
		return;
	kind = c->content[who];
	c->content[who] = 0;
	if (kind == NSC_AMQP_PUBLISH && c->confirm)
		published(s, c, out);
	else if (kind == NSC_AMQP_GET)
		nsc_amqp_answer(s, number, false, NSC_AMQP(60, 70), 0, out);
	else if (kind != NSC_AMQP_OTHER)
		nsc_out_operation(out, kind, 0, 0);
}

static void
tell(const struct nsc_amqp_state *s, const struct nsc_amqp_channel *c, uint32_t tag, unsigned error,
     struct nsc_out *out)
{
	for (unsigned i = 0; i < NSC_AMQP_RUNS; i++) {
		const struct nsc_amqp_run *r = &s->run[i];

		if (r->channel == c - s->channel && tag - r->tag < r->count) {
			nsc_out_operation(out, NSC_AMQP_PUBLISH, error, latency(r->time, out->time));
			return;
		}
	}
	nsc_out_operation(out, NSC_AMQP_PUBLISH, error, 0);
}

/* Runs that are confirmed as a whole go. */
static void
tidy(struct nsc_amqp_state *s, const struct nsc_amqp_channel *c)
{
	for (unsigned i = 0; i < NSC_AMQP_RUNS; i++) {
		struct nsc_amqp_run *r = &s->run[i];

		if (r->channel == c - s->channel && (int32_t)(r->tag + r->count - 1 - c->low) <= 0)
			r->count = 0;
	}
}

static void
up_to(struct nsc_amqp_state *s, struct nsc_amqp_channel *c, uint32_t ahead, unsigned error,
      struct nsc_out *out)
{
	for (; c->early > 0; c->early--)
		nsc_out_operation(out, NSC_AMQP_PUBLISH, error, 0);
	for (uint32_t i = 1; i <= ahead; i++) {
		bool known = (c->acked & 1) != 0;

		c->low++;
		c->acked >>= 1;
		if (!known)
			tell(s, c, c->low, error, out);
	}
}

/* One beyond the window moves it; those that fall out of it and wait still are only counted. */
static void
one(struct nsc_amqp_state *s, struct nsc_amqp_channel *c, uint32_t ahead, unsigned error,
    struct nsc_out *out)
{
	tell(s, c, c->low + ahead, error, out);
	for (; ahead > NSC_AMQP_WINDOW; ahead--) {
		if ((c->acked & 1) == 0 && c->early < UINT16_MAX)
			c->early++;
		c->acked >>= 1;
		c->low++;
	}
	c->acked |= UINT32_C(1) << (ahead - 1);
}

void
nsc_amqp_confirmed(struct nsc_amqp_state *s, struct nsc_amqp_channel *c, uint64_t tag,
		   bool multiple, unsigned error, struct nsc_out *out)
{
	uint32_t t = multiple && tag == 0 ? c->published : (uint32_t)tag, ahead = t - c->low;

	if ((int32_t)ahead <= 0) {
		/* Before the window: one of those that are only counted. */
		if (!multiple && c->early > 0) {
			c->early--;
			nsc_out_operation(out, NSC_AMQP_PUBLISH, error, 0);
		}
		return;
	}
	if (c->open_ended && (int32_t)(t - c->published) > 0)
		c->published = t;
	if (ahead > c->published - c->low)
		return;
	if (c->open_ended && ahead > OPEN_ENDED_MAX) {
		c->low = t;
		c->acked = 0;
		return;
	}
	if (multiple)
		up_to(s, c, ahead, error, out);
	else if (ahead > NSC_AMQP_WINDOW || (c->acked >> (ahead - 1) & 1) == 0)
		one(s, c, ahead, error, out);
	for (; (c->acked & 1) != 0; c->acked >>= 1)
		c->low++;
	tidy(s, c);
}

void
nsc_amqp_gap(struct nsc_amqp_state *s, int who)
{
	memset(s->waiting, 0, sizeof s->waiting);
	for (unsigned i = 0; i < NSC_AMQP_CHANNELS; i++) {
		s->channel[i].content[who] = 0;
		s->channel[i].open_ended |= who == 0;
	}
	if (who == 0)
		memset(s->run, 0, sizeof s->run);
}
