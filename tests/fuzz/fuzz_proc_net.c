/* SPDX-License-Identifier: MIT */
/* A line of /proc/net; the first octet says of which file. */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "host/proc_net.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nsc_socket s;

	if (size == 0)
		return 0;
	struct nsc_proc_net p = {
		.proto = data[0] & 1 ? IPPROTO_UDP : IPPROTO_TCP, .ipv6 = data[0] & 2,
		.bindv6only = data[0] & 4,
	};

	if (nsc_proc_net_line(&p, &s, (const char *)data + 1, size - 1) &&
	    (s.families == 0 || nsc_socket_state_text(&s) == NULL))
		abort();
	return 0;
}
