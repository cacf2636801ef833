/* SPDX-License-Identifier: MIT */
/* A budget an hour; what does not fit is in the counters. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/notice.h"

#define HOUR_NS 3600000000000ull

void
nsc_notice(struct nsc_notice *n, uint64_t now, enum nsc_level level, const char *fmt, ...)
{
	char text[NSC_ERR * 2], line[NSC_ERR * 2 + 64];
	va_list args;

	if (n->hour == 0 || now - n->hour >= HOUR_NS) {
		n->hour = now;
		n->lines = 0;
	}
	if (n->host.log == NULL || n->lines >= NSC_NOTICES)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	snprintf(line, sizeof line, "%s%s", text,
		 ++n->lines == NSC_NOTICES ? " (no more about interfaces for an hour)"
					   : "");
	n->host.log(n->host.arg, level, line);
}
