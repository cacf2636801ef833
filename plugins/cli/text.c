/* SPDX-License-Identifier: MIT */
/* Text for people. */
#include <stdio.h>
#include <string.h>

#include "text.h"

const char *
text_octets(uint64_t n, char text[TEXT_FIELD])
{
	static const char *const unit[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
	double v = (double)n;
	unsigned u = 0;

	/* 999.5 would be rounded to four digits. */
	while (v >= 999.5 && u + 1 < sizeof unit / sizeof *unit) {
		v /= 1000;
		u++;
	}
	snprintf(text, TEXT_FIELD, u > 0 && v < 9.95 ? "%.1f %s" : "%.0f %s", v, unit[u]);
	return text;
}

const char *
text_count(uint64_t n, char text[TEXT_FIELD])
{
	char digits[24], *p = text;
	int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n), i;

	for (i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			*p++ = ' ';
		*p++ = digits[i];
	}
	*p = '\0';
	return text;
}

const char *
text_seconds(double s, char text[TEXT_FIELD])
{
	if (s < 0.000995)
		snprintf(text, TEXT_FIELD, "%.0f us", s * 1e6);
	else if (s < 0.9995)
		snprintf(text, TEXT_FIELD, s < 0.00995 ? "%.1f ms" : "%.0f ms", s * 1e3);
	else
		snprintf(text, TEXT_FIELD, s < 9.95 ? "%.1f s" : "%.0f s", s);
	return text;
}

const char *
text_name(const char *p, size_t len, unsigned columns, char text[TEXT_FIELD])
{
	char one[5];
	unsigned at = 0, whole = 0;
	size_t i;

	if (columns >= TEXT_FIELD)
		columns = TEXT_FIELD - 1;
	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)p[i];
		unsigned n = (unsigned)snprintf(one, sizeof one, c > 0x20 && c < 0x7f ? "%c" : "\\x%02x", c);

		if (at + n > columns) {
			/* `whole` is the last place where two dots still fit. */
			memcpy(text + whole, "..", 2);
			at = whole + 2;
			break;
		}
		memcpy(text + at, one, n);
		at += n;
		if (at + 2 <= columns)
			whole = at;
	}
	text[at] = '\0';
	return text;
}

const char *
text_end(const struct nsc_addr *a, unsigned port, unsigned columns, char text[TEXT_FIELD])
{
	char addr[NSC_ADDR_TEXT], full[NSC_ADDR_TEXT + 12];
	bool v4 = nsc_addr_is_v4(a);
	size_t len, head;

	nsc_addr_text(a, addr);
	if (port == 0)
		snprintf(full, sizeof full, "%s", addr);
	else
		snprintf(full, sizeof full, v4 ? "%s:%u" : "[%s]:%u", addr, port);
	len = strlen(full);
	if (len <= columns) {
		memcpy(text, full, len + 1);
		return text;
	}
	head = (columns - 2) / 2;
	memcpy(text, full, head);
	memcpy(text + head, "..", 2);
	memcpy(text + head + 2, full + len - (columns - head - 2), columns - head - 2);
	text[columns] = '\0';
	return text;
}
