/* SPDX-License-Identifier: MIT */
/* What NTP's messages count as, and by what a server says that it gives no time. */
#ifndef NSC_DISSECT_NTP_WORDS_H
#define NSC_DISSECT_NTP_WORDS_H

#include "base/bytes.h"

enum nsc_ntp_kind {
	NSC_NTP_OTHER, NSC_NTP_CLIENT, NSC_NTP_SYMMETRIC, NSC_NTP_BROADCAST, NSC_NTP_CONTROL,
	NSC_NTP_PRIVATE,
};

extern const char *const nsc_ntp_operations[], *const nsc_ntp_errors[];

/* Places in the errors and 1. */
extern const unsigned nsc_ntp_control_error, nsc_ntp_private_error;

/* The same of a server's message, of 48 octets at least; 0: it gives the time. */
unsigned nsc_ntp_error(struct nsc_bytes message);

#endif
