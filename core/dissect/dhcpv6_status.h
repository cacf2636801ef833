/* SPDX-License-Identifier: MIT */
/* DHCPv6's status codes (RFC 8415, 21.13), wherever they stand among the options. */
#ifndef NSC_DISSECT_DHCPV6_STATUS_H
#define NSC_DISSECT_DHCPV6_STATUS_H

#include "base/bytes.h"

extern const char *const nsc_dhcpv6_errors[];

/* Place in the errors and 1 of the first status among the options that is none of success; 0: none is. */
unsigned nsc_dhcpv6_error(struct nsc_bytes options);

#endif
