/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "dissect/ldap_words.h"

enum { BIND = 1, SEARCH, MODIFY, ADD, DELETE, MODIFY_DN, COMPARE, EXTENDED, ABANDON };

const char *const nsc_ldap_operations[] = {
	"other", "bind", "search", "modify", "add", "delete", "modifydn", "compare", "extended",
	"abandon", NULL,
};

#define ERRORS(X)                                                                                  \
	X(OTHER, "other") X(OPERATIONS, "operations") X(PROTOCOL, "protocol") \
	X(TIME, "time_limit") X(SIZE, "size_limit") X(ADMIN, "admin_limit") X(AUTH, "auth_method") \
	X(CRITICAL, "unavailable_critical_extension") X(ATTRIBUTE, "attribute") \
	X(NO_OBJECT, "no_such_object") X(ALIAS, "alias") X(DN, "invalid_dn") \
	X(LOGIN, "invalid_credentials") X(ACCESS, "insufficient_access") X(BUSY, "busy") \
	X(UNAVAILABLE, "unavailable") X(UNWILLING, "unwilling_to_perform") X(LOOP, "loop") \
	X(SCHEMA, "schema") X(NOT_LEAF, "not_leaf") X(EXISTS, "already_exists")

#define ID(id, text) ERROR_##id,
enum { NONE, ERRORS(ID) };
#undef ID

#define TEXT(id, text) text,
const char *const nsc_ldap_errors[] = {ERRORS(TEXT) NULL};
#undef TEXT

unsigned
nsc_ldap_asks(uint8_t tag)
{
	switch (tag) {
	case 0x60: return BIND;
	case 0x63: return SEARCH;
	case 0x66: return MODIFY;
	case 0x68: return ADD;
	case 0x4a: return DELETE;
	case 0x6c: return MODIFY_DN;
	case 0x6e: return COMPARE;
	case 0x77: return EXTENDED;
	case 0x50: return ABANDON;
	default: return 0;
	}
}

bool
nsc_ldap_answers(uint8_t tag)
{
	return tag == 0x61 || tag == 0x65 || tag == 0x67 || tag == 0x69 || tag == 0x6b ||
	       tag == 0x6d || tag == 0x6f || tag == 0x78;
}

bool
nsc_ldap_passes(uint8_t tag)
{
	return tag == 0x42 || tag == 0x64 || tag == 0x73 || tag == 0x79;
}

unsigned
nsc_ldap_error(uint32_t code)
{
	static const uint8_t classes[81] = {
		[1] = ERROR_OPERATIONS, [2] = ERROR_PROTOCOL, [3] = ERROR_TIME, [4] = ERROR_SIZE,
		/* 5 and 6 are what compare says, 10 a referral, 14 a bind under way. */
		[7] = ERROR_AUTH, [8] = ERROR_AUTH, [11] = ERROR_ADMIN, [12] = ERROR_CRITICAL,
		[13] = ERROR_AUTH, [16] = ERROR_ATTRIBUTE, [17] = ERROR_ATTRIBUTE,
		[18] = ERROR_ATTRIBUTE, [19] = ERROR_ATTRIBUTE, [20] = ERROR_ATTRIBUTE,
		[21] = ERROR_ATTRIBUTE, [32] = ERROR_NO_OBJECT, [33] = ERROR_ALIAS, [34] = ERROR_DN,
		[36] = ERROR_ALIAS, [48] = ERROR_AUTH, [49] = ERROR_LOGIN, [50] = ERROR_ACCESS,
		[51] = ERROR_BUSY, [52] = ERROR_UNAVAILABLE, [53] = ERROR_UNWILLING,
		[54] = ERROR_LOOP, [64] = ERROR_SCHEMA, [65] = ERROR_SCHEMA,
		[66] = ERROR_NOT_LEAF, [67] = ERROR_SCHEMA, [68] = ERROR_EXISTS,
		[69] = ERROR_SCHEMA, [71] = ERROR_OTHER, [80] = ERROR_OTHER,
	};

	if (code == 0 || code == 5 || code == 6 || code == 10 || code == 14)
		return NONE;
	return code < sizeof classes && classes[code] != 0 ? classes[code] : ERROR_OTHER;
}
