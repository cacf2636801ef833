/* SPDX-License-Identifier: MIT */
/* What SNMP's requests count as, and its error-status (RFC 3416, 3). */
#ifndef NSC_DISSECT_SNMP_WORDS_H
#define NSC_DISSECT_SNMP_WORDS_H

#include <stdint.h>

enum nsc_snmp_kind {
	NSC_SNMP_OTHER, NSC_SNMP_GET, NSC_SNMP_GETNEXT, NSC_SNMP_GETBULK, NSC_SNMP_SET,
	NSC_SNMP_INFORM, NSC_SNMP_TRAP, NSC_SNMP_DISCOVERY,
};

extern const char *const nsc_snmp_operations[], *const nsc_snmp_errors[];

/* Place in the errors and 1, of a report. */
extern const unsigned nsc_snmp_report;

/* Place in the errors and 1, of an error-status; 0: noError. */
unsigned nsc_snmp_error(uint32_t status);

#endif
