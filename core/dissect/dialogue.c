/* SPDX-License-Identifier: MIT */
#include "base/line.h"
#include "dissect/dialogue.h"
#include "dissect/lines.h"
#include "dissect/starttls.h"

static struct nsc_text
text_of(struct nsc_bytes b)
{
	return (struct nsc_text){(const char *)b.p, (uint32_t)nsc_bytes_left(&b)};
}

/* Of a long line: up to its end, whose last octets are kept until then. */
static void
pass_line(const struct nsc_dialogue_rules *r, void *state, struct nsc_chunk *in,
	  struct nsc_out *out)
{
	struct nsc_dialogue *d = state;
	struct nsc_bytes line;
	size_t left = nsc_bytes_left(&in->bytes);

	if (!nsc_bytes_line(&in->bytes, &line)) {
		if (left > NSC_TAIL)
			nsc_bytes_skip(&in->bytes, left - NSC_TAIL);
		out->wish.need = (uint32_t)nsc_bytes_left(&in->bytes) + 1;
		return;
	}
	d->within[in->side] = false;
	if (nsc_bytes_left(&line) > NSC_TAIL)
		line.p = line.end - NSC_TAIL;
	if (r->tail != NULL)
		r->tail(state, d->client == in->side + 1, text_of(line), out);
}

/* Behind lost octets a packet that begins with a line of this side's does. */
static bool
found_again(const struct nsc_dialogue *d, uint8_t side, enum nsc_speaker who)
{
	return who != NSC_EITHER && (who == NSC_CLIENT) == (d->client == side + 1);
}

/* One line.  NSC_MORE with a need: none is whole. */
static enum nsc_verdict
step(const struct nsc_dialogue_rules *r, void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_dialogue *d = state;
	struct nsc_bytes rest = in->bytes, octets = in->bytes;
	size_t left = nsc_bytes_left(&rest);
	bool whole = nsc_bytes_line(&rest, &octets);
	struct nsc_text line = text_of(octets);
	enum nsc_speaker who = NSC_EITHER;
	enum nsc_verdict v;

	if (!whole && left < NSC_LINE_MAX) {
		out->wish.need = (uint32_t)left + 1;
		return NSC_MORE;
	}
	if (d->client == 0 || d->lost[in->side])
		who = r->speaker(line);
	if (d->client == 0 && who != NSC_EITHER)
		d->client = (uint8_t)(1 + (who == NSC_CLIENT ? in->side : !in->side));
	if (d->lost[in->side] && !found_again(d, in->side, who)) {
		nsc_bytes_skip(&in->bytes, left);
		return NSC_MORE;
	}
	if (whole)
		in->bytes = rest;
	d->within[in->side] = !whole;
	d->lost[in->side] = false;
	d->spoke[in->side] = true;
	if (d->client == 0)
		return NSC_MORE;
	if (d->client == in->side + 1) {
		r->command(state, line, whole, in, out);
		return NSC_MORE;
	}
	v = r->reply(state, line, whole, out);
	return v == NSC_HAND_ON && !nsc_starttls_granted(&in->bytes) ? NSC_MORE : v;
}

enum nsc_verdict
nsc_dialogue_feed(const struct nsc_dialogue_rules *r, void *state, struct nsc_chunk *in,
		  struct nsc_out *out)
{
	struct nsc_dialogue *d = state;
	enum nsc_verdict v = NSC_MORE;

	if (in->gap) {
		d->lost[in->side] = true;
		d->within[in->side] = false;
		r->gap(state, d->client == in->side + 1, out);
	}
	while (v == NSC_MORE && nsc_bytes_left(&in->bytes) > 0 && out->wish.skip == 0 &&
	       out->wish.need == 0) {
		bool client = d->client == in->side + 1;

		if (d->within[in->side]) {
			pass_line(r, state, in, out);
			continue;
		}
		if (d->client != 0 && r->pass(state, client, in, out))
			continue;
		v = nsc_starttls_next(in, d->asked && client && d->spoke[!in->side], out);
		if (v == NSC_NOT_MINE)
			v = step(r, state, in, out);
	}
	return v;
}
