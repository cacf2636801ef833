/* SPDX-License-Identifier: MIT */
/*
 * Connections that have two names, because somebody translated an address on their way
 * (NAT): found under either.  Live, one writer; readers in any thread.
 */
#ifndef NSC_SCOPE_TRANSLATIONS_H
#define NSC_SCOPE_TRANSLATIONS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/hash.h"

enum {
	NSC_TRANSLATIONS = 65536,	/* at once; a newer one takes the place of the oldest */
	NSC_TRANSLATION_BUCKETS = 32768, NSC_TRANSLATION_WAYS = 8,
};

struct nsc_tuple {			/* from end 0 to end 1 */
	struct nsc_addr addr[2];
	uint16_t port[2];
};

struct nsc_translation {		/* end 0 is who began */
	struct nsc_tuple before;	/* as its first packet came in */
	struct nsc_tuple after;		/* as that went on */
	uint32_t seen;			/* seconds since the epoch: entered */
	uint8_t proto;			/* one that has ports */
	uint8_t gone;			/* it has ended: what comes now under its names is another */
	uint8_t reserved[2];
};

struct nsc_translation_record {
	_Atomic uint32_t turn;		/* odd while it is written */
	struct nsc_translation translation;
};

struct nsc_translations {
	struct nsc_hash_key key;	/* set before the first entry */
	_Atomic uint64_t entered;	/* so far: 0, and there is nothing to look up */
	/* {tag 44 | 1 + record 20}, found by a keyed hash of the ends in whichever order */
	_Atomic uint64_t slot[NSC_TRANSLATION_BUCKETS][NSC_TRANSLATION_WAYS];
	struct nsc_translation_record record[NSC_TRANSLATIONS];

	/* the writer's own */
	uint32_t next;			/* the record that the next entry takes */
	uint32_t used;			/* records from here on were never used */
	uint32_t live, evicted;		/* not gone; taken for newer ones before they were */
	uint16_t lap;			/* of the sweep: what it does not touch has gone */
	uint16_t touched[NSC_TRANSLATIONS];
	uint8_t way[NSC_TRANSLATION_BUCKETS];
};

/* The writer's: true if it was not there yet, or under another second name. */
bool nsc_translations_put(struct nsc_translations *t, const struct nsc_translation *x);

/* The writer's: the one that came in under this name has gone. */
void nsc_translations_end(struct nsc_translations *t, uint8_t proto,
			  const struct nsc_tuple *before);

/*
 * The writer's, around a whole list: all that are there are put between the two, and what
 * was not has gone.
 */
void nsc_translations_sweep(struct nsc_translations *t);
void nsc_translations_swept(struct nsc_translations *t);

/* Sets n to the first live one from there on; false: there is none. */
bool nsc_translations_next(const struct nsc_translations *t, uint32_t *n,
			   struct nsc_translation *x);

struct nsc_translated {			/* in the order in which the ends were asked for */
	struct nsc_tuple other;		/* its other name */
	struct nsc_tuple real;		/* the ends behind all names: who began, who answers */
	uint32_t seen;			/* as in nsc_translation */
	uint8_t began;			/* which of them */
	bool after;			/* they were found under the name that it went on with */
	bool gone;			/* it has ended, but its record still stands */
};

/* Any thread: true if these ends, in either order, are one of the names of a translation. */
bool nsc_translations_find(const struct nsc_translations *t, uint8_t proto,
			   const struct nsc_tuple *ends, struct nsc_translated *x);

#endif
