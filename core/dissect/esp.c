/* SPDX-License-Identifier: MIT */
/* Protocols that IP itself names (IANA, Protocol Numbers). */
#include "dissect/protocols.h"

const struct nsc_dissector nsc_esp = {
	.name = "esp",
	.title = "IP Encapsulating Security Payload",
	.spec = "RFC 4303",
	.ip_proto = 50,
	.known_by = "IP protocol 50",
	.limits = "inside UDP (RFC 3948) it is `ike`, whose port it shares",
};
