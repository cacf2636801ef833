/* SPDX-License-Identifier: MIT */
#include "dissect/snmp_words.h"

enum { STATUS_MAX = 18, REPORT, UNKNOWN };	/* as in the list below */

const unsigned nsc_snmp_report = REPORT;

const char *const nsc_snmp_operations[] = {
	"other", "get", "getnext", "getbulk", "set", "inform", "trap", "discovery", 0,
};

/* In the order of error-status, from 1. */
const char *const nsc_snmp_errors[] = {
	"too_big", "no_such_name", "bad_value", "read_only", "gen_err", "no_access", "wrong_type",
	"wrong_length", "wrong_encoding", "wrong_value", "no_creation", "inconsistent_value",
	"resource_unavailable", "commit_failed", "undo_failed", "authorization_error",
	"not_writable", "inconsistent_name", "report", "other", 0,
};

unsigned
nsc_snmp_error(uint32_t status)
{
	return status <= STATUS_MAX ? status : UNKNOWN;
}
