/* SPDX-License-Identifier: MIT */
/* One call or answer of remote procedures (RFC 5531, 9), as far as its beginning is there. */
#ifndef NSC_DISSECT_RPC_MESSAGE_H
#define NSC_DISSECT_RPC_MESSAGE_H

#include "base/bytes.h"

enum {
	NSC_RPC_HEAD = 1024,		/* octets of a message that are looked at */
	NSC_RPC_CALL_HEAD = 32,		/* those that tell a call */
};

struct nsc_rpc_call {
	uint32_t xid, program;
	uint8_t kind;			/* place in the operations */
	uint8_t tag;			/* how its answer is read */
};

/* A call of version 2, of some program and version that may be, and what tells who calls is sound. */
bool nsc_rpc_is_call(struct nsc_bytes b, uint32_t *program);

/* The call that begins here; false: it is none. */
bool nsc_rpc_read_call(struct nsc_bytes b, struct nsc_rpc_call *call);

/* The answer to a call with that tag: place in the errors and 1, 0: it went well.  *xid: whose it is. */
bool nsc_rpc_is_answer(struct nsc_bytes b, uint32_t *xid);
unsigned nsc_rpc_outcome(struct nsc_bytes b, unsigned tag);

#endif
