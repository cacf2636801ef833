/* SPDX-License-Identifier: MIT */
/* Three digits at the start of a reply (RFC 959, 4.2; RFC 5321, 4.2): 4xx and 5xx are errors. */
#ifndef NSC_DISSECT_REPLY_CODE_H
#define NSC_DISSECT_REPLY_CODE_H

#include <stddef.h>
#include <stdint.h>

/*
 * 0: no error; else 1 and the place in a list of errors that has these n codes, and "4xx" and "5xx"
 * for all others behind them.
 */
static inline unsigned
nsc_reply_error(const uint16_t *codes, size_t n, unsigned code)
{
	if (code < 400)
		return 0;
	for (unsigned i = 0; i < n; i++)
		if (codes[i] == code)
			return i + 1;
	return (unsigned)n + (code < 500 ? 1 : 2);
}

#endif
