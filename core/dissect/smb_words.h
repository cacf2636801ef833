/* SPDX-License-Identifier: MIT */
/* SMB 2 and 3: commands (MS-SMB2 2.2.1.2) and what of NT's statuses (MS-ERREF 2.3) is an error. */
#ifndef NSC_DISSECT_SMB_WORDS_H
#define NSC_DISSECT_SMB_WORDS_H

#include <stdint.h>

enum {
	NSC_SMB_NEGOTIATE, NSC_SMB_SESSION_SETUP, NSC_SMB_LOGOFF, NSC_SMB_CANCEL = 12,
	NSC_SMB_CHANGE_NOTIFY = 15, NSC_SMB_COMMANDS = 19,
};

#define NSC_SMB_PENDING 0x00000103u	/* STATUS_PENDING: the answer comes later */

extern const char *const nsc_smb_operations[], *const nsc_smb_errors[];

/* Place in the operations. */
unsigned nsc_smb_kind(uint16_t command);

/* Place in the errors and 1; 0: none, as a warning (a buffer too small, no more files) is none. */
unsigned nsc_smb_error(uint32_t status);

#endif
