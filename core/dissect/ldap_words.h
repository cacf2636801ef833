/* SPDX-License-Identifier: MIT */
/* LDAP's operations (RFC 4511, 4.2 to 4.14) and result codes (4.1.9, appendix A). */
#ifndef NSC_DISSECT_LDAP_WORDS_H
#define NSC_DISSECT_LDAP_WORDS_H

#include <stdbool.h>
#include <stdint.h>

extern const char *const nsc_ldap_operations[], *const nsc_ldap_errors[];

/* What a request's tag counts as; 0: it is none, or an unbind. */
unsigned nsc_ldap_asks(uint8_t tag);

/* The tag is of an operation's last answer. */
bool nsc_ldap_answers(uint8_t tag);

/* The tag is of what neither asks nor answers: unbind, entries, references, intermediate ones. */
bool nsc_ldap_passes(uint8_t tag);

/* The error of a result code and 1; 0: it is none. */
unsigned nsc_ldap_error(uint32_t code);

#endif
