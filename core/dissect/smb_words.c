/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "dissect/smb_words.h"

/* In the order of the commands, but that `other` is the first. */
const char *const nsc_smb_operations[] = {
	"other", "negotiate", "session_setup", "logoff", "tree_connect", "tree_disconnect", "create", "close",
	"flush", "read", "write", "lock", "ioctl", "cancel", "echo", "query_directory", "change_notify",
	"query_info", "set_info", "oplock_break", NULL,
};

enum error {
	FINE, NOT_FOUND, ACCESS_DENIED, LOGON_FAILURE, BAD_NETWORK_NAME, SHARING_VIOLATION, COLLISION,
	NOT_A_DIRECTORY, IS_A_DIRECTORY, NOT_EMPTY, DISK_FULL, INVALID_PARAMETER, NOT_SUPPORTED,
	END_OF_FILE, CANCELLED, LOCKED, CLOSED, SESSION, PATH_NOT_COVERED, DELETE_PENDING, RESOURCES,
	NAME_INVALID, CONNECTION, OTHER,
};

const char *const nsc_smb_errors[] = {
	"not_found", "access_denied", "logon_failure", "bad_network_name", "sharing_violation", "collision",
	"not_a_directory", "is_a_directory", "not_empty", "disk_full", "invalid_parameter", "not_supported",
	"end_of_file", "cancelled", "locked", "closed", "session", "path_not_covered", "delete_pending",
	"resources", "name_invalid", "connection", "other", NULL,
};

unsigned
nsc_smb_kind(uint16_t command)
{
	return command < NSC_SMB_COMMANDS ? command + 1u : 0;
}

unsigned
nsc_smb_error(uint32_t status)
{
	static const struct {
		uint32_t status;
		uint8_t error;
	} errors[] = {
		{0xc0000016, FINE},		/* MORE_PROCESSING_REQUIRED: a login's next step */
		{0xc0000034, NOT_FOUND}, {0xc000003a, NOT_FOUND}, {0xc000000f, NOT_FOUND},
		{0xc0000225, NOT_FOUND}, {0xc00000c0, NOT_FOUND},
		{0xc0000022, ACCESS_DENIED}, {0xc0000061, ACCESS_DENIED},
		{0xc000006d, LOGON_FAILURE}, {0xc000006a, LOGON_FAILURE}, {0xc0000064, LOGON_FAILURE},
		{0xc000006e, LOGON_FAILURE}, {0xc000006f, LOGON_FAILURE}, {0xc0000070, LOGON_FAILURE},
		{0xc0000071, LOGON_FAILURE}, {0xc0000072, LOGON_FAILURE}, {0xc0000193, LOGON_FAILURE},
		{0xc0000224, LOGON_FAILURE}, {0xc0000234, LOGON_FAILURE}, {0xc000015b, LOGON_FAILURE},
		{0xc00000cc, BAD_NETWORK_NAME}, {0xc0000043, SHARING_VIOLATION},
		{0xc0000035, COLLISION}, {0xc0000103, NOT_A_DIRECTORY}, {0xc00000ba, IS_A_DIRECTORY},
		{0xc0000101, NOT_EMPTY}, {0xc000007f, DISK_FULL}, {0xc0000044, DISK_FULL},
		{0xc000000d, INVALID_PARAMETER}, {0xc0000002, NOT_SUPPORTED},
		{0xc0000010, NOT_SUPPORTED}, {0xc00000bb, NOT_SUPPORTED},
		{0xc0000011, END_OF_FILE}, {0xc0000120, CANCELLED},
		{0xc0000054, LOCKED}, {0xc0000055, LOCKED}, {0xc000007e, LOCKED},
		{0xc0000008, CLOSED}, {0xc0000128, CLOSED}, {0xc0000203, SESSION},
		{0xc000035c, SESSION}, {0xc00000c9, SESSION}, {0xc0000257, PATH_NOT_COVERED},
		{0xc0000056, DELETE_PENDING}, {0xc000009a, RESOURCES}, {0xc00000d0, RESOURCES},
		{0xc0000033, NAME_INVALID}, {0xc0000039, NAME_INVALID}, {0xc000003b, NAME_INVALID},
		{0xc000020c, CONNECTION}, {0xc000020d, CONNECTION}, {0xc0000241, CONNECTION},
	};

	if (status >> 30 != 3)		/* severity: success, information, warning */
		return FINE;
	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
		if (errors[i].status == status)
			return errors[i].error;
	}
	return OTHER;
}
