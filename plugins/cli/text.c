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
text_things(uint64_t n, const char *one, const char *many, char text[TEXT_FIELD])
{
	size_t len;

	text_count(n, text);
	len = strlen(text);
	snprintf(text + len, TEXT_FIELD - len, " %s", n == 1 ? one : many);
	return text;
}

const char *
text_seconds(double s, char text[TEXT_FIELD])
{
	unsigned long long whole;

	if (s <= 0) {
		snprintf(text, TEXT_FIELD, "0 s");
	} else if (s < 0.0009995) {
		snprintf(text, TEXT_FIELD, "%.0f us", s * 1e6);
	} else if (s < 0.9995) {
		snprintf(text, TEXT_FIELD, s < 0.00995 ? "%.1f ms" : "%.0f ms", s * 1e3);
	} else if (s < 119.5) {
		snprintf(text, TEXT_FIELD, s < 9.95 ? "%.1f s" : "%.0f s", s);
	} else if (s < 7170) {
		whole = (unsigned long long)(s + 0.5);
		snprintf(text, TEXT_FIELD, "%llu min %llu s", whole / 60, whole % 60);
	} else if (s < 171000) {
		whole = (unsigned long long)(s / 60 + 0.5);
		snprintf(text, TEXT_FIELD, "%llu h %llu min", whole / 60, whole % 60);
	} else {
		whole = (unsigned long long)(s / 3600 + 0.5);
		snprintf(text, TEXT_FIELD, "%llu d %llu h", whole / 24, whole % 24);
	}
	return text;
}

const char *
text_share(uint64_t part, uint64_t whole, char text[TEXT_FIELD])
{
	double percent = whole > 0 ? 100 * (double)part / (double)whole : 0;

	if (whole == 0)
		text[0] = '\0';
	else if (part == whole || part == 0)
		snprintf(text, TEXT_FIELD, "%d %%", part > 0 ? 100 : 0);
	else if (percent < 0.1)
		snprintf(text, TEXT_FIELD, "< 0.1 %%");
	else	/* what is not all is not called all */
		snprintf(text, TEXT_FIELD, "%.1f %%", percent > 99.9 ? 99.9 : percent);
	return text;
}

/* One octet as it is shown: its columns.  By hand, since names are most of a table. */
static unsigned
show(char c, char one[5])
{
	static const char hex[] = "0123456789abcdef";
	unsigned char n = (unsigned char)c;

	one[0] = c;
	if (c > 0x20 && c < 0x7f && c != '\\')
		return 1;
	one[0] = '\\';
	one[1] = 'x';
	one[2] = hex[n >> 4];
	one[3] = hex[n & 15];
	return 4;
}

const char *
text_name(const char *p, size_t len, unsigned columns, char text[TEXT_FIELD])
{
	unsigned at = 0, all = 0, tail = 0;
	char one[5];
	size_t i, from;

	if (columns >= TEXT_FIELD)
		columns = TEXT_FIELD - 1;
	for (i = 0; i < len && all <= columns; i++)
		all += show(p[i], one);
	/* The end of a name says most: half of the room, and what the head leaves. */
	from = len;
	if (all > columns) {
		while (from > 0 && tail + show(p[from - 1], one) <= (columns - 2) / 2)
			tail += show(p[--from], one);
	}
	for (i = 0; i < from; i++) {
		unsigned n = show(p[i], one);

		if (all > columns && at + n + 2 + tail > columns)
			break;
		memcpy(text + at, one, n);
		at += n;
	}
	if (all > columns) {
		memcpy(text + at, "..", 2);
		at += 2;
	}
	for (i = from; i < len; i++) {
		unsigned n = show(p[i], one);

		memcpy(text + at, one, n);
		at += n;
	}
	text[at] = '\0';
	return text;
}

const char *
text_end(const struct nsc_addr *a, unsigned port, unsigned columns, char text[TEXT_FIELD])
{
	char addr[NSC_ADDR_TEXT], full[NSC_ADDR_TEXT + 12];
	bool v4 = nsc_addr_is_v4(a);

	nsc_addr_text(a, addr);
	if (port == 0)
		snprintf(full, sizeof full, "%s", addr);
	else
		snprintf(full, sizeof full, v4 ? "%s:%u" : "[%s]:%u", addr, port);
	return text_name(full, strlen(full), columns, text);
}

void
text_print_path(const char *path)
{
	const unsigned char *p = (const unsigned char *)path;

	for (; *p != '\0'; p++) {
		if (*p < 0x20 || *p == 0x7f) {
			printf("\\x%02x", *p);
		} else if (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0) {
			printf("\\xc2\\x%02x", p[1]);
			p++;
		} else {
			putchar(*p);
		}
	}
}

void
text_list_begin(struct text_list *l, unsigned indent)
{
	*l = (struct text_list){.indent = indent};
}

void
text_list_add(struct text_list *l, const char *head, const char *item)
{
	unsigned len = (unsigned)strlen(item);

	if (l->column == 0) {
		printf("%-*s", (int)l->indent, head);
		l->column = l->indent;
	} else if (l->column + 2 + len + 1 > TEXT_WIDTH) {	/* a comma may follow */
		printf(",\n%*s", (int)l->indent, "");
		l->column = l->indent;
	} else {
		printf(", ");
		l->column += 2;
	}
	printf("%s", item);
	l->column += len;
}

void
text_list_end(struct text_list *l)
{
	if (l->column > 0)
		putchar('\n');
	l->column = 0;
}
