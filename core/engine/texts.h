/* SPDX-License-Identifier: MIT */
/* A list of texts that grows; all zero is an empty one. */
#ifndef NSC_ENGINE_TEXTS_H
#define NSC_ENGINE_TEXTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct nsc_texts {
	char **item;		/* owned; an item may be NULL (the end of a row of PAIRS) */
	size_t count;
};

/* Frees all items but the first `count`. */
void nsc_texts_cut(struct nsc_texts *t, size_t count);

/* Adds a copy.  -ENOMEM or 0. */
int nsc_texts_add(struct nsc_texts *t, const char *text);

/* Adds all of them, or none and -ENOMEM. */
int nsc_texts_add_all(struct nsc_texts *t, const char *const *values, size_t count,
		      char err[NSC_ERR]);

bool nsc_texts_have(const struct nsc_texts *t, const char *text);

/* Makes *to a copy of *from; -ENOMEM leaves it empty. */
int nsc_texts_copy(struct nsc_texts *to, const struct nsc_texts *from);

#endif
