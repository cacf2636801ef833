/* SPDX-License-Identifier: MIT */
/*
 * Calls, their credentials (RFC 5531, 8.2; RFC 2203, 5), the operations of a COMPOUND (RFC 7530, 15.2), and
 * answers.
 */
#include "dissect/rpc_message.h"
#include "dissect/rpc_words.h"

enum {
	CALL = 0, ANSWER = 1, RPC_VERSION = 2, PROGRAM_MIN = 100000, PROGRAM_MAX = 0x5fffffff,
	VERSION_MAX = 64, PROCEDURE_MAX = 1024, CREDENTIAL_MAX = 400, GSS = 6,
	GSS_NONE = 1, GSS_INTEGRITY, GSS_PRIVACY,
	OPERATIONS_MAX = 16,		/* of a COMPOUND, those that are looked at */
};

/* Tags. */
enum { HAS_STATUS = 1, IN_INTEGRITY = 2, IN_PRIVACY = 4 };

/* Octets filled up to whole words, behind their length. */
static struct nsc_bytes
opaque(struct nsc_bytes *b, uint32_t most)
{
	uint32_t n = nsc_bytes_u32(b);
	struct nsc_bytes in;

	if (n > most)
		b->bad = true;
	in = nsc_bytes_sub(b, n);
	nsc_bytes_skip(b, -n & 3);
	return in;
}

bool
nsc_rpc_is_call(struct nsc_bytes b, uint32_t *program)
{
	uint32_t type, rpc, version, procedure, length;

	nsc_bytes_skip(&b, 4);
	type = nsc_bytes_u32(&b);
	rpc = nsc_bytes_u32(&b);
	*program = nsc_bytes_u32(&b);
	version = nsc_bytes_u32(&b);
	procedure = nsc_bytes_u32(&b);
	nsc_bytes_skip(&b, 4);		/* flavor */
	length = nsc_bytes_u32(&b);
	return !b.bad && type == CALL && rpc == RPC_VERSION && *program >= PROGRAM_MIN &&
	       *program <= PROGRAM_MAX && version <= VERSION_MAX && procedure <= PROCEDURE_MAX &&
	       length <= CREDENTIAL_MAX && length % 4 == 0;
}

/* The tag of a call by who it says that calls. */
static unsigned
protection(struct nsc_bytes *b)
{
	uint32_t flavor = nsc_bytes_u32(b);
	struct nsc_bytes credential = opaque(b, CREDENTIAL_MAX);
	uint32_t service;

	if (flavor != GSS)
		return HAS_STATUS;
	nsc_bytes_skip(&credential, 4);
	if (nsc_bytes_u32(&credential) != 0)		/* RPCSEC_GSS_DATA; else it makes a context */
		return 0;
	nsc_bytes_skip(&credential, 4);
	service = nsc_bytes_u32(&credential);
	return service == GSS_NONE	  ? HAS_STATUS
	       : service == GSS_INTEGRITY ? HAS_STATUS | IN_INTEGRITY
					  : IN_PRIVACY;
}

/*
 * Of a COMPOUND what it is about: its first operation that does more than to say of which file
 * or in which session.
 */
static unsigned
compound(struct nsc_bytes b)
{
	enum { GETFH = 10, PUTFH = 22, PUTPUBFH, PUTROOTFH, RESTOREFH = 31, SAVEFH, SEQUENCE = 53 };
	enum { HANDLE_MAX = 128, SEQUENCE_OCTETS = 32 };
	unsigned first = 0, count;

	(void)opaque(&b, NSC_RPC_HEAD);			/* tag */
	nsc_bytes_skip(&b, 4);				/* minor version */
	count = nsc_bytes_u32(&b);
	for (unsigned i = 0; i < count && i < OPERATIONS_MAX; i++) {
		uint32_t operation = nsc_bytes_u32(&b);

		if (b.bad)
			break;
		if (i == 0)
			first = nsc_nfs4_kind(operation);
		if (operation == PUTFH)
			(void)opaque(&b, HANDLE_MAX);
		else if (operation == SEQUENCE)
			nsc_bytes_skip(&b, SEQUENCE_OCTETS);
		else if (operation != PUTPUBFH && operation != PUTROOTFH && operation != SAVEFH &&
			 operation != RESTOREFH && operation != GETFH)
			return nsc_nfs4_kind(operation);
	}
	return first;
}

bool
nsc_rpc_read_call(struct nsc_bytes b, struct nsc_rpc_call *call)
{
	uint32_t version, procedure, program;
	enum nsc_rpc_result result;
	struct nsc_bytes head = b;
	unsigned tag;

	if (!nsc_rpc_is_call(b, &program))
		return false;
	call->xid = nsc_bytes_u32(&head);
	nsc_bytes_skip(&head, 12);
	version = nsc_bytes_u32(&head);
	procedure = nsc_bytes_u32(&head);
	tag = protection(&head);
	nsc_bytes_skip(&head, 4);
	(void)opaque(&head, CREDENTIAL_MAX);		/* verifier */
	call->program = program;
	call->kind = (uint8_t)nsc_rpc_kind(program, version, procedure, &result);
	if (tag & IN_INTEGRITY)
		nsc_bytes_skip(&head, 8);		/* length, sequence number */
	if (program == NSC_NFS && version == 4 && procedure == NSC_NFS_COMPOUND && tag & HAS_STATUS)
		call->kind = (uint8_t)compound(head);
	if (result == NSC_RPC_NOTHING)
		tag &= ~(unsigned)HAS_STATUS;
	call->tag = (uint8_t)tag;
	return true;
}

bool
nsc_rpc_is_answer(struct nsc_bytes b, uint32_t *xid)
{
	uint32_t type, status;

	*xid = nsc_bytes_u32(&b);
	type = nsc_bytes_u32(&b);
	status = nsc_bytes_u32(&b);
	return !b.bad && type == ANSWER && status <= 1;
}

unsigned
nsc_rpc_outcome(struct nsc_bytes b, unsigned tag)
{
	unsigned error;

	nsc_bytes_skip(&b, 8);
	if (nsc_bytes_u32(&b) != 0)
		return nsc_rpc_denied(nsc_bytes_u32(&b));
	nsc_bytes_skip(&b, 4);
	(void)opaque(&b, CREDENTIAL_MAX);		/* verifier */
	error = nsc_rpc_accepted(nsc_bytes_u32(&b));
	if (error != 0 || b.bad || (tag & HAS_STATUS) == 0)
		return b.bad ? 0 : error;
	if (tag & IN_INTEGRITY)
		nsc_bytes_skip(&b, 8);
	error = nsc_nfs_error(nsc_bytes_u32(&b));
	return b.bad ? 0 : error;
}
