/* SPDX-License-Identifier: MIT */
/* What HTTP/1 hands on to HTTP/2 with "Upgrade: h2c" (RFC 7540, 3.2): its own request. */
#ifndef NSC_DISSECT_H2_SEED_H
#define NSC_DISSECT_H2_SEED_H

#include "dissect/http_head.h"
#include "dissect/http_pending.h"

struct nsc_h2_seed {
	uint64_t asked;			/* its end, ns; 0: not seen */
	bool upgraded;			/* there is one: stream 1 answers it */
	uint8_t client;			/* side */
	uint8_t method_len, host_len;
	char method[NSC_HTTP_METHOD_MAX];
	char host[NSC_HTTP_HOST_MAX];
};

#endif
