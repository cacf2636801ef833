/* SPDX-License-Identifier: MIT */
/* Expressions, rules, chains: as the kernel walks them (nf_tables_core.c), on sets of outcomes. */
#include "host/nft_walk.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

#include "host/nft_lookup.h"
#include "host/nft_register.h"

enum { DEPTH = 16 };			/* NFT_JUMP_STACK_SIZE */

enum {					/* beside nsc_nft_outcome: inside a chain */
	NEXT = 16,			/* the end of the chain, or a return */
	BREAK = 32,			/* not this rule: the next one */
};

/* Where the walk is. */
struct place {
	int32_t chain;
	unsigned depth;
	bool uncertain;			/* perhaps it never came here */
};

/* What a rule has led to so far, and what its constants and registers say. */
struct step {
	struct nsc_nft_walk *ev;
	struct place place;
	const struct nsc_nft_rule *rule;
	unsigned out;
};

static unsigned run_chain(struct nsc_nft_walk *ev, struct place place);

static void
decided(struct step *s, bool doubt)
{
	struct nsc_nft_answer *a = s->ev->answer;

	if (s->ev->doubted)
		return;
	a->chain = s->place.chain;
	a->handle = s->rule != NULL ? s->rule->handle : 0;
	s->ev->doubted = doubt;
}

static unsigned
jump(struct step *s, int32_t verdict, int32_t target)
{
	struct place to = {.chain = target,
			   .depth = s->place.depth + 1,
			   .uncertain = s->place.uncertain || s->out != 0};
	unsigned out;

	if (target == NSC_NFT_NONE || to.depth > DEPTH)
		return NSC_NFT_UNKNOWN;
	out = run_chain(s->ev, to);
	if (verdict == NFT_JUMP && (out & NEXT) != 0)
		out = (out & ~(unsigned)NEXT) | BREAK;
	return out;
}

/* What a verdict leads to.  `continue` is BREAK: it stands at the end of a rule. */
static unsigned
follow(struct step *s, int32_t verdict, int32_t target)
{
	bool doubt = (s->out & BREAK) != 0 || s->place.uncertain;
	unsigned out;

	switch (verdict) {
	case NF_ACCEPT:
		out = NSC_NFT_ALLOWED;
		break;
	case NF_DROP:
		out = NSC_NFT_DROPPED;
		break;
	case NFT_CONTINUE:
	case NFT_BREAK:
		return BREAK;
	case NFT_RETURN:
		return NEXT;
	case NFT_JUMP:
	case NFT_GOTO:
		return jump(s, verdict, target);
	default:			/* queue, stolen */
		out = NSC_NFT_UNKNOWN;
		doubt = true;
	}
	decided(s, doubt);
	return out;
}

/* --- expressions --------------------------------------------------------------- */

struct found {
	struct step *step;
	const struct nsc_nft_set *set;
	const struct nsc_nft_expr *expr;
	unsigned count, out;		/* out: of a verdict map */
	bool certain;
	struct nsc_knowledge data;	/* of a map: what all that may be meant agree on */
};

static void
on_element(void *arg, const struct nsc_nft_element *e)
{
	struct found *f = arg;
	const uint8_t *data;
	uint8_t at = f->expr->dreg;

	if (f->set->verdicts) {
		if (f->count > 0 || !f->certain)
			f->step->out |= BREAK;	/* what follows is in doubt */
		f->out |= follow(f->step, e->verdict, e->target);
	} else if (e->data != 0 && at + f->set->data_len <= NSC_KNOWLEDGE) {
		data = (const uint8_t *)f->step->ev->nft->octets.item + e->data;
		for (unsigned i = 0; f->count > 0 && i < f->set->data_len; i++)
			f->data.known[at + i] &= (uint8_t)~(f->data.value[at + i] ^ data[i]);
		if (f->count == 0)
			nsc_know(&f->data, at, data, f->set->data_len);
	}
	f->count++;
}

static void
on_trial(void *arg, const struct nsc_nft_element *e)
{
	(void)e;
	++*(unsigned *)arg;
}

/* A set matches; a map gives its value to a register; a verdict map ends the rule (*ended). */
static enum nsc_ternary
look_up(struct step *s, const struct nsc_nft_expr *e, bool *ended)
{
	struct nsc_nft_walk *ev = s->ev;
	const struct nsc_nft_set *set = nsc_nft_set(ev->nft, e->target);
	const struct nsc_doubt *d = &ev->packet.doubt;
	struct found f = {.step = s, .set = set, .expr = e, .data = ev->reg};
	unsigned before = s->out, n = 0;
	enum nsc_ternary t;

	*ended = false;
	if (nsc_nft_lookup_is_long(set, &ev->reg, e->sreg, d))
		ev->budget -= ev->budget < set->count / 8 ? ev->budget : set->count / 8;
	if ((set->flags & NFT_SET_MAP) == 0) {
		t = nsc_nft_lookup(ev->nft, set, &ev->reg, e->sreg, d, on_trial, &n);
		return e->invert ? nsc_ternary_not(t) : t;
	}
	/* Verdicts are followed while elements are told: whether it is certain is known before. */
	t = nsc_nft_lookup(ev->nft, set, &ev->reg, e->sreg, d, on_trial, &n);
	f.certain = t == NSC_YES && n == 1;
	t = nsc_nft_lookup(ev->nft, set, &ev->reg, e->sreg, d, on_element, &f);
	s->out = before;
	if (!set->verdicts) {
		ev->reg = f.data;
		return t;
	}
	*ended = true;
	s->out |= f.out | (t == NSC_YES ? 0 : BREAK);
	return t;
}

/* A translation that keeps the packet here, at the same port, and nothing else is followed. */
static unsigned
translate(struct step *s, const struct nsc_nft_expr *e)
{
	struct nsc_nft_packet *p = &s->ev->packet;
	struct nsc_knowledge *reg = &s->ev->reg;
	uint16_t port = htons(p->question->port);
	const uint8_t *own = p->question->addr.b + (p->v4 ? 12 : 0);
	unsigned len = p->v4 ? 4 : 16;
	bool constant = (e->flags & NSC_NFT_NAT_CONSTANT) != 0;
	enum nsc_ternary same = NSC_YES;

	if ((e->flags & NSC_NFT_NAT_PORT) != 0 && constant)
		same = memcmp(e->b, &port, 2) == 0 ? NSC_YES : NSC_NO;
	else if ((e->flags & NSC_NFT_NAT_PORT) != 0)
		same = nsc_known_equal(reg, e->dreg, 2, (const uint8_t *)&port, &p->doubt);
	else if (p->any_port)
		same = NSC_NO;		/* who comes by another port goes on to another one */
	if ((e->flags & NSC_NFT_NAT_ADDR) != 0 && constant)
		same = nsc_ternary_and(same, memcmp(e->a, own, len) == 0 ? NSC_YES : NSC_NO);
	else if ((e->flags & NSC_NFT_NAT_ADDR) != 0)
		same = nsc_ternary_and(same, nsc_known_equal(reg, e->sreg, len, own, &p->doubt));
	if ((e->flags & NSC_NFT_NAT_RANGE) != 0 && same == NSC_YES)
		same = NSC_MAYBE;
	/* A redirect leads to the interface's first address. */
	if ((e->flags & NSC_NFT_NAT_OWN) != 0 && same == NSC_YES && !p->question->sole)
		same = NSC_MAYBE;
	decided(s, same != NSC_YES || (s->out & BREAK) != 0 || s->place.uncertain);
	if (same == NSC_YES)
		return NSC_NFT_TRANSLATED;
	return same == NSC_NO ? NSC_NFT_UNKNOWN : NSC_NFT_TRANSLATED | NSC_NFT_UNKNOWN;
}

/* A rule that writes into the packet: addresses and ports would make it another one. */
static unsigned
write_payload(struct step *s, const struct nsc_nft_expr *e)
{
	struct nsc_nft_packet *p = &s->ev->packet;
	unsigned end = e->offset + e->len;

	if (e->code == NFT_PAYLOAD_NETWORK_HEADER && e->offset >= 1 && end <= (p->v4 ? 9u : 6u)) {
		nsc_know_nothing(&p->network, e->offset, e->len);
		return 0;
	}
	decided(s, true);
	return NSC_NFT_UNKNOWN;
}

/* True: the rule goes on behind e.  Outcomes are added to s->out. */
static bool
run_expr(struct step *s, const struct nsc_nft_expr *e)
{
	struct nsc_nft_walk *ev = s->ev;
	enum nsc_ternary t = NSC_YES;
	bool ended = false, uncertain = s->place.uncertain || s->out != 0;
	unsigned out;

	switch (e->op) {
	case NSC_NFT_PASS:
		return true;
	case NSC_NFT_META_SET:
	case NSC_NFT_CT_SET:
	case NSC_NFT_MARKS:
		nsc_nft_write_mark(&ev->packet, e, &ev->reg, uncertain);
		return true;
	case NSC_NFT_NEVER:
		t = NSC_NO;
		break;
	case NSC_NFT_DOUBT:
		t = NSC_MAYBE;
		break;
	case NSC_NFT_CMP:
		t = nsc_nft_compare(&ev->reg, e, &ev->packet.doubt);
		break;
	case NSC_NFT_RANGE:
		t = nsc_nft_in_range(&ev->reg, e, &ev->packet.doubt);
		break;
	case NSC_NFT_BITWISE:
		nsc_nft_mask(&ev->reg, e);
		return true;
	case NSC_NFT_BYTEORDER:
		nsc_nft_turn(&ev->reg, e);
		return true;
	case NSC_NFT_VALUE:
		nsc_know(&ev->reg, e->dreg, e->a, e->len);
		return true;
	case NSC_NFT_LOOKUP:
		t = look_up(s, e, &ended);
		if (ended)
			return false;
		break;
	case NSC_NFT_MATCH:
		t = nsc_nft_matches(&ev->packet, e);
		break;
	case NSC_NFT_NOTRACK:
		nsc_nft_untrack(&ev->packet, uncertain);
		return true;
	case NSC_NFT_PAYLOAD_SET:
		out = write_payload(s, e);
		s->out |= out;
		return out == 0;
	case NSC_NFT_NAT:
		s->out |= translate(s, e);
		return false;
	case NSC_NFT_REJECT:
		decided(s, uncertain);
		s->out |= NSC_NFT_REJECTED;
		return false;
	case NSC_NFT_VERDICT:
		s->out |= follow(s, e->verdict, e->target);
		return false;
	case NSC_NFT_STRANGE:
		decided(s, true);
		s->out |= NSC_NFT_UNKNOWN | BREAK;
		return false;
	default:
		t = nsc_nft_fetch(&ev->packet, e, &ev->reg);
	}
	if (t != NSC_YES)
		s->out |= BREAK;
	return t != NSC_NO;
}

/* Adds to *out what the rule leads to, but for BREAK; true: the next rule is reached. */
static bool
run_rule(struct nsc_nft_walk *ev, struct place place, const struct nsc_nft_rule *rule,
	 unsigned *out)
{
	struct step s = {.ev = ev, .place = place, .rule = rule};
	bool on = true;

	s.place.uncertain |= *out != 0;
	for (uint32_t i = 0; on && i < rule->count; i++)
		on = run_expr(&s, nsc_nft_expr(ev->nft, rule->first + i));
	*out |= s.out & ~(unsigned)BREAK;
	return on || (s.out & BREAK) != 0;
}

/* The outcomes of a chain, NEXT among them where its end may be reached. */
static unsigned
run_chain(struct nsc_nft_walk *ev, struct place place)
{
	const struct nsc_nft_chain *c = nsc_nft_chain(ev->nft, place.chain);
	unsigned out = 0;

	for (uint32_t i = 0; i < c->count; i++) {
		if (ev->budget-- == 0) {
			ev->budget = 0;
			return out | NSC_NFT_UNKNOWN;
		}
		if (!run_rule(ev, place, nsc_nft_rule(ev->nft, c->first + i), &out))
			return out;
	}
	return out | NEXT;
}

unsigned
nsc_nft_walk(struct nsc_nft_walk *ev, int32_t chain, bool uncertain)
{
	const struct nsc_nft_chain *c = nsc_nft_chain(ev->nft, chain);
	struct place place = {.chain = chain, .uncertain = uncertain};
	unsigned out = run_chain(ev, place);
	struct step end = {.ev = ev, .place = place};

	if ((out & NEXT) == 0)
		return out;
	out &= ~(unsigned)NEXT;
	/* A policy that lets everything pass has nothing to say beside a rule that did. */
	if (c->policy != NF_ACCEPT || ev->answer->chain == NSC_NFT_NONE)
		decided(&end, out != 0 || uncertain);
	return out | (c->policy == NF_ACCEPT ? NSC_NFT_ALLOWED : NSC_NFT_DROPPED);
}
