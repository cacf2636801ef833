/* SPDX-License-Identifier: MIT */
/* Words and rules that hold for a socket, whoever told of it. */
#include <netinet/in.h>

#include "host/socket.h"

static const char *const state_text[NSC_SOCKET_STATES] = {
	[NSC_SOCKET_ESTABLISHED] = "ESTABLISHED", [NSC_SOCKET_SYN_SENT] = "SYN_SENT",
	[NSC_SOCKET_SYN_RECV] = "SYN_RECV", [NSC_SOCKET_FIN_WAIT1] = "FIN_WAIT1",
	[NSC_SOCKET_FIN_WAIT2] = "FIN_WAIT2", [NSC_SOCKET_TIME_WAIT] = "TIME_WAIT",
	[NSC_SOCKET_CLOSE] = "CLOSE", [NSC_SOCKET_CLOSE_WAIT] = "CLOSE_WAIT",
	[NSC_SOCKET_LAST_ACK] = "LAST_ACK", [NSC_SOCKET_LISTEN] = "LISTEN",
	[NSC_SOCKET_CLOSING] = "CLOSING",
	[NSC_SOCKET_NEW_SYN_RECV] = "SYN_RECV",	/* the kernel's name for a request */
};

const char *
nsc_socket_state_text(const struct nsc_socket *s)
{
	if (s->proto == IPPROTO_UDP)
		return s->state == NSC_SOCKET_ESTABLISHED ? "ESTABLISHED" : "UNCONN";
	if (s->state >= NSC_SOCKET_STATES || state_text[s->state] == NULL)
		return "UNKNOWN";
	return state_text[s->state];
}

/*
 * Measured (features.md, finding 2): the socket's own IPV6_V6ONLY decides; the sysctl is
 * but the default that it was born with.
 */
void
nsc_socket_set_families(struct nsc_socket *s, int v6only, bool bindv6only)
{
	bool wildcard = (nsc_addr_word(&s->local, 0) | nsc_addr_word(&s->local, 1)) == 0;

	s->assumed = false;
	if (nsc_addr_is_v4(&s->local)) {
		s->families = NSC_FAMILY_IPV4;
		return;
	}
	s->families = NSC_FAMILY_IPV6;
	if (!wildcard)
		return;
	s->assumed = v6only < 0;
	if (v6only < 0 ? !bindv6only : v6only == 0)
		s->families |= NSC_FAMILY_IPV4;
}
