/* SPDX-License-Identifier: MIT */
/* Names to tokens: what every store of values takes unchanged (DESIGN 4.2). */
#include <string.h>

#include "ledger/ledger.h"

/* By number, not by <ctype.h>: a locale must not change an identifier. */
static bool
plain(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

void
nsc_token(char token[NSC_TOKEN], const char *name, size_t len)
{
	size_t i;

	if (len > NSC_TOKEN - 1)
		len = NSC_TOKEN - 1;
	for (i = 0; i < len; i++)
		token[i] = plain((unsigned char)name[i]) ? name[i] : '_';
	token[len] = '\0';
	if (len == 0)
		memcpy(token, "unknown", sizeof "unknown");
	else if (strcmp(token, "other") == 0 || strcmp(token, "unknown") == 0)
		memcpy(token + len, "_", 2);
}
