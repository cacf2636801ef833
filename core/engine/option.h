/* SPDX-License-Identifier: MIT */
/* Options by name, and their values as text: what config.c and export.c share. */
#ifndef NSC_ENGINE_OPTION_H
#define NSC_ENGINE_OPTION_H

#include "nsc.h"

enum { NSC_VALUE_TEXT = 24 };

/* By the table's name without regard to case, or by its dashed form; NULL: no such option. */
const struct nsc_option *nsc_option_find(const char *name);

/* The option (or word of the list, NULL at its end) that was probably meant, or NULL. */
const char *nsc_option_meant(const char *name);
const char *nsc_word_meant(const char *word, const char *(*words)(unsigned n));

/*
 * Reads a value of the kinds COUNT, SIZE, SECONDS, BOOL and CHOICE.  -EINVAL with err
 * naming option, value and what is allowed.
 */
int nsc_option_number(const struct nsc_option *o, const char *text, uint64_t *number,
		      char err[NSC_ERR]);

/* A bound or value as a person writes it: 64K; text holds NSC_VALUE_TEXT octets and is returned. */
const char *nsc_option_text(const struct nsc_option *o, uint64_t number, char text[NSC_VALUE_TEXT]);

/* What is allowed, in words: "1024 to 16777216", "ring, off". */
void nsc_option_allowed(const struct nsc_option *o, char *text, size_t size);

#endif
