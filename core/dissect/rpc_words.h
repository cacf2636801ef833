/* SPDX-License-Identifier: MIT */
/* What remote procedures count as, and what their answers say that went wrong. */
#ifndef NSC_DISSECT_RPC_WORDS_H
#define NSC_DISSECT_RPC_WORDS_H

#include <stdint.h>

/* How an answer's results begin. */
enum nsc_rpc_result {
	NSC_RPC_NOTHING,	/* with nothing that says whether it went well */
	NSC_RPC_STATUS,		/* with an nfsstat, or what has its numbers */
};

enum { NSC_NFS = 100003, NSC_NFS_COMPOUND = 1 };

extern const char *const nsc_rpc_operations[], *const nsc_rpc_errors[];

/* Place in the operations. */
unsigned nsc_rpc_kind(uint32_t program, uint32_t version, uint32_t procedure, enum nsc_rpc_result *result);

/* The same of an operation of a COMPOUND (RFC 7530, 16; RFC 8881, 18; RFC 7862, 15). */
unsigned nsc_nfs4_kind(uint32_t operation);

/* Places in the errors and 1; 0: none is. */
unsigned nsc_rpc_accepted(uint32_t accept_status);	/* RFC 5531, 9 */
unsigned nsc_rpc_denied(uint32_t reject_status);
unsigned nsc_nfs_error(uint32_t status);		/* RFC 1813, 2.6; RFC 7530, 13 */

#endif
