/* SPDX-License-Identifier: MIT */
/*
 * NFS and what belongs to it (RFC 5531, 9, 11; RFC 1813): the name, by a call of remote
 * procedures to one of its programs.
 */
#include "dissect/protocols.h"

enum {
	CALL = 0, RPC_VERSION = 2, PROGRAM_VERSION_MAX = 4,
	LAST_FRAGMENT = 0x80,
	CALL_HEAD = 20,
};

static bool
is_program(uint32_t program)
{
	/* portmapper is not: NFS, mount, lock manager, ACL, lock status */
	return program == 100003 || program == 100005 || program == 100021 || program == 100227 ||
	       program == 100024;
}

static bool
is_call(struct nsc_bytes b)
{
	uint32_t type, rpc, program, version;

	nsc_bytes_skip(&b, 4);
	type = nsc_bytes_u32(&b);
	rpc = nsc_bytes_u32(&b);
	program = nsc_bytes_u32(&b);
	version = nsc_bytes_u32(&b);
	return !b.bad && type == CALL && rpc == RPC_VERSION && is_program(program) &&
	       version >= 1 && version <= PROGRAM_VERSION_MAX;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	size_t left = nsc_bytes_left(&b);

	if (g->transport == NSC_OVER_UDP)
		return is_call(b) ? NSC_DONE : NSC_NOT_MINE;
	/* The record's mark (11): the last fragment, and its length. */
	if (left > 0 && nsc_bytes_u8(&b) != LAST_FRAGMENT)
		return NSC_NOT_MINE;
	if (left < 4 + CALL_HEAD)
		return NSC_MORE;
	nsc_bytes_skip(&b, 3);
	return is_call(b) ? NSC_DONE : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_nfs = {
	.name = "nfs",
	.title = "Network File System",
	.spec = "RFC 5531, RFC 1813, RFC 7530",
	.transports = NSC_OVER_TCP | NSC_OVER_UDP,
	.guess = guess,
};
