/* SPDX-License-Identifier: MIT */
/*
 * Procedures of NFS 2 (RFC 1094), 3 (RFC 1813) and 4, of what belongs to it (RFC 1813, appendix I; the lock
 * manager's), and of the port mapper (RFC 1833).
 */
#include <stddef.h>

#include "dissect/rpc_words.h"

enum kind {
	OTHER, GETATTR, SETATTR, LOOKUP, ACCESS, READLINK, READ, WRITE, CREATE, REMOVE, RENAME, LINK,
	READDIR, FS, COMMIT, OPEN, CLOSE, LOCK, SESSION, LAYOUT, PING, MOUNT, PORTMAP,
};

const char *const nsc_rpc_operations[] = {
	"other", "getattr", "setattr", "lookup", "access", "readlink", "read", "write", "create", "remove",
	"rename", "link", "readdir", "fs", "commit", "open", "close", "lock", "session", "layout", "null",
	"mount", "portmap", NULL,
};

enum error {
	FINE, PERM, NOENT, IO, ACCES, EXIST, NOTDIR, ISDIR, INVAL, NOSPC, ROFS, NAMETOOLONG, NOTEMPTY,
	STALE, BADHANDLE, DELAY, STATE, LOCKED, NOTSUPP, SERVERFAULT, NFS_OTHER, RPC_AUTH, RPC_UNAVAIL,
	RPC_MISMATCH, RPC_OTHER,
};

const char *const nsc_rpc_errors[] = {
	"perm", "noent", "io", "access", "exist", "notdir", "isdir", "inval", "nospc", "rofs",
	"nametoolong", "notempty", "stale", "badhandle", "delay", "state", "locked", "notsupp",
	"serverfault", "other", "rpc_auth", "rpc_unavail", "rpc_mismatch", "rpc_other", NULL,
};

static const uint8_t version2[] = {
	PING, GETATTR, SETATTR, FS, LOOKUP, READLINK, READ, OTHER, WRITE, CREATE, REMOVE, RENAME, LINK,
	CREATE, CREATE, REMOVE, READDIR, FS,
};

static const uint8_t version3[] = {
	PING, GETATTR, SETATTR, LOOKUP, ACCESS, READLINK, READ, WRITE, CREATE, CREATE, CREATE, CREATE,
	REMOVE, REMOVE, RENAME, LINK, READDIR, READDIR, FS, FS, FS, COMMIT,
};

/* From 3, ACCESS. */
static const uint8_t version4[] = {
	ACCESS, CLOSE, COMMIT, CREATE, SESSION, OTHER, GETATTR, OTHER, LINK, LOCK, LOCK, LOCK, LOOKUP,
	LOOKUP, OTHER, OPEN, OPEN, OPEN, OPEN, OTHER, OTHER, OTHER, READ, READDIR, READLINK, REMOVE,
	RENAME, SESSION, OTHER, OTHER, OTHER, SETATTR, SESSION, SESSION, OTHER, WRITE, LOCK,
	/* 40, BACKCHANNEL_CTL, ... 4.1 */
	SESSION, SESSION, SESSION, SESSION, SESSION, OTHER, OTHER, LAYOUT, LAYOUT, LAYOUT, LAYOUT, LAYOUT,
	OTHER, SESSION, OTHER, OTHER, OTHER, SESSION, SESSION,
	/* 59, ALLOCATE, ... 4.2 */
	WRITE, WRITE, OTHER, WRITE, OTHER, LAYOUT, LAYOUT, OTHER, OTHER, READ, OTHER, WRITE, WRITE,
};

unsigned
nsc_nfs4_kind(uint32_t operation)
{
	return operation >= 3 && operation - 3 < sizeof version4 ? version4[operation - 3] : OTHER;
}

unsigned
nsc_rpc_kind(uint32_t program, uint32_t version, uint32_t procedure, enum nsc_rpc_result *result)
{
	enum { PORTMAPPER = 100000, MOUNT_PROGRAM = 100005, LOCKS = 100021, ACLS = 100227 };

	*result = NSC_RPC_NOTHING;
	if (procedure == 0)
		return PING;
	switch (program) {
	case PORTMAPPER:
		return PORTMAP;
	case MOUNT_PROGRAM:
		if (procedure == 1)		/* MNT: mountstat3 has nfsstat's numbers */
			*result = NSC_RPC_STATUS;
		return MOUNT;
	case LOCKS:
		return LOCK;
	case ACLS:
		*result = NSC_RPC_STATUS;
		return OTHER;
	case NSC_NFS:
		break;
	default:
		return OTHER;
	}
	*result = NSC_RPC_STATUS;
	if (version == 2 && procedure < sizeof version2)
		return version2[procedure];
	return version == 3 && procedure < sizeof version3 ? version3[procedure] : OTHER;
}

unsigned
nsc_rpc_accepted(uint32_t status)
{
	static const uint8_t errors[] = {FINE, RPC_UNAVAIL, RPC_MISMATCH, RPC_UNAVAIL, RPC_OTHER,
					 RPC_OTHER};

	return status < sizeof errors ? errors[status] : RPC_OTHER;
}

unsigned
nsc_rpc_denied(uint32_t status)
{
	return status == 0 ? RPC_MISMATCH : status == 1 ? RPC_AUTH : RPC_OTHER;
}

unsigned
nsc_nfs_error(uint32_t status)
{
	static const struct {
		uint16_t first, last;
		uint8_t error;
	} errors[] = {
		{0, 0, FINE}, {1, 1, PERM}, {2, 2, NOENT}, {5, 6, IO}, {13, 13, ACCES},
		{17, 17, EXIST}, {19, 20, NOTDIR}, {21, 21, ISDIR}, {22, 22, INVAL},
		{27, 28, NOSPC}, {30, 30, ROFS}, {63, 63, NAMETOOLONG}, {66, 66, NOTEMPTY},
		{69, 69, NOSPC}, {70, 70, STALE}, {10001, 10001, BADHANDLE},
		{10004, 10004, NOTSUPP}, {10006, 10006, SERVERFAULT},
		{10008, 10008, DELAY},		/* JUKEBOX, DELAY */
		{10010, 10010, LOCKED}, {10011, 10011, STATE},	/* DENIED; EXPIRED */
		{10012, 10012, LOCKED}, {10013, 10013, DELAY},	/* LOCKED; GRACE */
		{10015, 10015, LOCKED},		/* SHARE_DENIED */
		{10021, 10021, NOTSUPP},	/* MINOR_VERS_MISMATCH */
		{10022, 10026, STATE},		/* STALE_CLIENTID, ... BAD_SEQID */
		{10047, 10047, STATE},		/* ADMIN_REVOKED */
		{10052, 10053, STATE},		/* BADSESSION, BADSLOT */
	};

	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
		if (status >= errors[i].first && status <= errors[i].last)
			return errors[i].error;
	}
	return NFS_OTHER;
}
