/* SPDX-License-Identifier: MIT */
/*
 * The domain that somebody registered, of a name: "example.co.uk" of
 * "www.example.co.uk", by the public suffix list.  Of the list only the suffixes of
 * registries count: names below a private one (github.io) are of single customers,
 * which is more than was registered, and often a person.
 */
#ifndef NSC_ENGINE_SUFFIX_H
#define NSC_ENGINE_SUFFIX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { NSC_DOMAIN = 254 };		/* octets of a name and its NUL (RFC 1035, 2.3.4) */

struct nsc_suffixes;

/*
 * The list (suffix_psl.c: libpsl, opened only when it is asked for, so that no agent fails to
 * start for want of it; suffix_none.c: built without).  0, or negative with err: -ENOTSUP
 * without the library, -ENOENT without a list, -ENOMEM.
 */
int nsc_suffixes_open(struct nsc_suffixes **s, char err[NSC_ERR]);
const char *nsc_suffixes_library(void);	/* what is opened, or NULL: built without */
void nsc_suffixes_close(struct nsc_suffixes *s);

/* True if a registry gives out names directly below this one (small letters, no dot behind). */
bool nsc_suffix_is_public(const struct nsc_suffixes *s, const char *name);

/*
 * Writes the registered domain, in small letters, and returns its length; 0 where there is
 * none: a suffix itself, one label, an address, octets that no host name has.  The name of an
 * address (in-addr.arpa, ip6.arpa) has that zone.  Pure, and allocates nothing.
 */
size_t nsc_registered(const struct nsc_suffixes *s, const char *name, size_t len,
		      char domain[NSC_DOMAIN]);

#endif
