/* SPDX-License-Identifier: MIT */
/* A datagram of sock_diag's answer; the first octet says of which protocol. */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "host/diag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
look_at(void *arg, const struct nsc_socket *s)
{
	(void)arg;
	if (s->families == 0 || nsc_socket_state_text(s) == NULL)
		abort();
	return s->local_port != 0xffff;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nsc_diag d = {.sequence = 1, .each = look_at};
	char *answer;

	if (size == 0)
		return 0;
	d.proto = data[0] & 1 ? IPPROTO_UDP : IPPROTO_TCP;
	d.bindv6only = data[0] & 2;
	answer = malloc(size);		/* aligned as a buffer is, and fenced by the sanitizer */
	if (answer == NULL)
		return 0;
	memcpy(answer, data + 1, size - 1);
	nsc_diag_take(&d, answer, size - 1);
	free(answer);
	return 0;
}
