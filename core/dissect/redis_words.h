/* SPDX-License-Identifier: MIT */
/* Redis: which command counts as what, errors by their first word, what begins a pushed array. */
#ifndef NSC_DISSECT_REDIS_WORDS_H
#define NSC_DISSECT_REDIS_WORDS_H

#include "base/bytes.h"

enum { NSC_REDIS_SUBSCRIBE = 1, NSC_REDIS_LOGIN = 255 };
enum { NSC_REDIS_PLAIN, NSC_REDIS_MESSAGE, NSC_REDIS_CONFIRMED };

extern const char *const nsc_redis_operations[];
extern const char *const nsc_redis_errors[];

/* Place in the list, or NSC_REDIS_LOGIN for what is no operation. */
unsigned nsc_redis_operation(const struct nsc_bytes *word);

/* Place in the list and 1. */
unsigned nsc_redis_error(const struct nsc_bytes *word);

unsigned nsc_redis_push(const struct nsc_bytes *word);

#endif
