/* SPDX-License-Identifier: MIT */
/*
 * What stands for names and addresses where they are hidden (option HideNames): equal ones
 * stay equal, by a hash with a key of this start that nobody learns, so that none can be
 * looked up in a list of guesses (users' own names are few).  An address becomes another
 * one of its coarse scope, so that all that takes addresses takes it.
 */
#ifndef NSC_ENGINE_MASK_H
#define NSC_ENGINE_MASK_H

#include <stdbool.h>

#include "base/addr.h"
#include "base/hash.h"
#include "dissect/event.h"

struct nsc_mask {			/* NULL is one that is off */
	bool on;
	struct nsc_hash_key key;
};

/* Takes a fresh key.  0 or -errno. */
int nsc_mask_begin(struct nsc_mask *m, bool on);

/*
 * fd00::X for a private one, fe80::X, 2001:db8::X for a public one, X 48 bits.  Loopback,
 * unspecified, multicast and broadcast say nothing of anybody and stay, as all do without HideNames.
 */
struct nsc_addr nsc_mask_addr(const struct nsc_mask *m, const struct nsc_addr *a);

/* A MAC address likewise; never a vendor's (locally administered). */
void nsc_mask_mac(const struct nsc_mask *m, uint8_t mac[6]);

/*
 * "name-0123456789ab", the same for a name of any case, with or without the root's dot; a text
 * that is an address is masked as that.  Without HideNames, and of length 0: the text itself.
 */
enum { NSC_MASK_TEXT = 48 };
struct nsc_text nsc_mask_name(const struct nsc_mask *m, const struct nsc_text *name,
			      char token[NSC_MASK_TEXT]);

/* The name or address before a port: "www.example.org:8080"; the port stays. */
struct nsc_text nsc_mask_host(const struct nsc_mask *m, const struct nsc_text *host,
			      char token[NSC_MASK_TEXT]);

#endif
