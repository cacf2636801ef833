/* SPDX-License-Identifier: MIT */
/* What is true of the trace with and without BPF: the names of its hooks. */
#include "host/trace.h"

const char *
nsc_trace_hook_text(enum nsc_trace_hook h)
{
	switch (h) {
	case NSC_HOOK_SET_STATE:
		return "inet_sock_set_state";
	case NSC_HOOK_SEND:
		return "sock_send_length";
	case NSC_HOOK_RECV:
		return "sock_recv_length";
	case NSC_HOOKS:
		break;
	}
	return "";
}
