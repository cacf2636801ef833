/* SPDX-License-Identifier: MIT */
/* What a worker is made of; private to worker*.c, account.c and tally.c. */
#ifndef NSC_ENGINE_WORKER_STATE_H
#define NSC_ENGINE_WORKER_STATE_H

#include "decode/decode.h"
#include "dissect/name_cache.h"
#include "dissect/session.h"
#include "engine/domains.h"
#include "engine/expiry.h"
#include "engine/locals.h"
#include "engine/observed.h"
#include "engine/tray.h"
#include "engine/ways.h"
#include "engine/whose.h"
#include "engine/worker.h"

/*
 * f->direction: bits 0-1 the direction, 2 it is known, 3 no local end
 * (forwarded), 4-5 how packets that addr[0] sent count, 6-7 those of addr[1]: by place,
 * since a handshake may yet turn the sides around.
 */
enum {
	NSC_LABEL_KNOWN = 1 << 2,
	NSC_LABEL_FORWARDED = 1 << 3,
};

/* Forwarded, and not known: under its other name it is, and counts as a flow (account_nat.c). */
static inline bool
nsc_is_second(const struct nsc_flow *f)
{
	return (f->direction & (NSC_LABEL_KNOWN | NSC_LABEL_FORWARDED)) == NSC_LABEL_FORWARDED;
}

static inline unsigned
nsc_way(const struct nsc_flow *f, int side)
{
	return (f->direction >> (4 + 2 * (f->first ^ side))) & 3u;
}

/*
 * What belongs to flows whose application is not told yet.  It leaves as
 * `unknown` with the next publish, or goes to the application if that is found
 * before: so every published sum is exact and none ever falls.
 */
struct nsc_undecided {
	struct nsc_way_sums sums;	/* of their packets */
	uint64_t opened;
	uint64_t since;			/* packets' clock at the last publish, ns */
};

enum { NSC_NAT_RECENT = 1024 };		/* flows opened last, of which a translation may yet come */

struct nsc_nat {
	unsigned next;
	uint64_t entered;		/* translations as of the last look */
	struct nsc_nat_recent {
		struct nsc_flow *flow;
		uint64_t start;		/* another one: the flow has left, and its place was used again */
	} recent[NSC_NAT_RECENT];
};

struct nsc_worker {
	struct nsc_settings settings;
	struct nsc_host host;
	struct nsc_ledger *ledger;	/* borrowed */
	const struct nsc_facts *facts;	/* borrowed */
	struct nsc_decoder *decoder;
	struct nsc_flow_table *flows;
	struct nsc_sessions *sessions;
	bool deaf;			/* nobody reads payload */
	bool mute;			/* of flows nobody asks more than how many, and of which application */
	struct nsc_undecided undecided;
	struct nsc_whose *whose;
	struct nsc_observed observed;
	struct nsc_party *party;	/* its parties, by flow->owner */
	struct nsc_nat nat;
	uint64_t now;			/* the packets' clock, ns; never goes back */
	uint64_t due;			/* the next second's tick */
	uint64_t first, last;		/* times of the first and last packet */
	uint64_t octets;
	uint64_t names;			/* flows that went with a name */
	uint64_t dns_messages;
	struct nsc_name_cache *name_cache;	/* NULL: nobody reads names */
	struct nsc_suffixes *suffixes;	/* with domains */
	struct nsc_domains *domains;	/* option Names; NULL: off */
	struct nsc_tray *tray;		/* NULL: nobody looks at single flows */
	uint64_t app_flows[NSC_APPS];
	int8_t db_row[NSC_APPS];	/* of the family db; -1: none */
	uint32_t timeout[NSC_APPS];	/* idle seconds by application; 0: the flow's own */
	uint64_t cputime[2];		/* user, system; us */
	uint64_t excluded;		/* flows that the option Exclude leaves out */
	uint64_t foreign;		/* frames for another host, left out */
	uint64_t unknown_links;
	int unknown_link;		/* first LINKTYPE_ that was not known; -1: none */
	struct nsc_locals locals;
	struct nsc_expiry certificates;	/* nsc_expiry_note() where one is seen */
	struct nsc_ways ways;		/* what packets add to cells */
	struct nsc_cells cells;
};

/* worker_hooks.c: the worker hears of its flows and sessions; to be called when it has its name cache */
void nsc_worker_hooks(struct nsc_worker *w, struct nsc_session_hooks *sessions,
		      struct nsc_flow_hooks *flows);

/* account.c: packets and flows to cells */
void nsc_account_opened(struct nsc_worker *w, struct nsc_flow *f, const struct nsc_packet *p);
void nsc_account_closed(struct nsc_worker *w, struct nsc_flow *f, enum nsc_end reason,
			enum nsc_failure failure);
void nsc_account_packet(struct nsc_worker *w, const struct nsc_packet *p, const struct nsc_update *up);
void nsc_account_interface(struct nsc_worker *w, const struct nsc_packet *p, unsigned way);
void nsc_account_app(struct nsc_worker *w, struct nsc_flow *f, unsigned before);
void nsc_account_again(struct nsc_worker *w, struct nsc_flow *f);	/* its translation became known */
void nsc_account_self(struct nsc_worker *w);	

/* account_strangers.c: the responder has sent its first packet; the flow is told as closed */
void nsc_strangers_answered(struct nsc_worker *w, const struct nsc_flow *f);
void nsc_strangers_closed(struct nsc_worker *w, const struct nsc_flow *f);

/* account_nat.c: flows under two names */
bool nsc_nat_find(const struct nsc_worker *w, const struct nsc_flow *f, struct nsc_translated *x);
/* The real ends: both elsewhere; both here. */
bool nsc_nat_foreign(const struct nsc_worker *w, const struct nsc_translated *x);
bool nsc_nat_within(const struct nsc_worker *w, const struct nsc_translated *x);
void nsc_nat_opened(struct nsc_worker *w, struct nsc_flow *f);
void nsc_nat_look(struct nsc_worker *w);
void nsc_nat_rebase(struct nsc_worker *w);

/* account_names.c: the same, by registered domain; nothing without the option Names */
void nsc_names_opened(struct nsc_worker *w, const struct nsc_flow *f);
void nsc_names_found(struct nsc_worker *w, struct nsc_flow *f);
void nsc_names_add(struct nsc_worker *w, const struct nsc_flow *f, unsigned way, uint64_t octets,
		   uint64_t flows);
void nsc_names_query(struct nsc_worker *w, const struct nsc_text *name);

/* remote.c: the name of the remote end */
int nsc_remote_side(const struct nsc_flow *f);
void nsc_remote_opened(struct nsc_worker *w, struct nsc_flow *f);
void nsc_remote_closed(struct nsc_worker *w, struct nsc_flow *f);
struct nsc_text nsc_remote_name(const struct nsc_worker *w, const struct nsc_flow *f, bool *shared);

/* tally.c: messages to cells */
void nsc_tally(struct nsc_worker *w, const struct nsc_event *ev);

#endif
