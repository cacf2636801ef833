/* SPDX-License-Identifier: MIT */
/* Text for people: humanised units, fields that keep their columns whatever they hold. */
#ifndef NSC_CLI_TEXT_H
#define NSC_CLI_TEXT_H

#include "nsc.h"

enum { TEXT_FIELD = 128, TEXT_WIDTH = 80 };

/* "0 B", "999 B", "1.2 kB", "12 MB": powers of 1000, at most 6 columns. */
const char *text_octets(uint64_t n, char text[TEXT_FIELD]);

/* "1 234 567" */
const char *text_count(uint64_t n, char text[TEXT_FIELD]);

/* "1 flow", "1 234 flows": one, many name the things in both numbers. */
const char *text_things(uint64_t n, const char *one, const char *many,
			char text[TEXT_FIELD]);

/* "850 us", "1.2 ms", "34 s", "2 min 5 s", "3 h 12 min", "4 d 3 h" */
const char *text_seconds(double s, char text[TEXT_FIELD]);

/* "12.3 %", "100 %", "< 0.1 %" of `whole`; "" if that is 0. */
const char *text_share(uint64_t part, uint64_t whole, char text[TEXT_FIELD]);

/*
 * Octets from the wire as printable ASCII in at most `columns` columns (4 or
 * more): others as \xNN, a backslash too; what is too long is cut in its
 * middle, never within an \xNN ("a-very-lo..example.com").
 */
const char *text_name(const char *p, size_t len, unsigned columns, char text[TEXT_FIELD]);

/* "192.0.2.1:443", "[2001:db8::1]:443" (no port when 0), cut in its middle to `columns`. */
const char *text_end(const struct nsc_addr *a, unsigned port, unsigned columns,
		     char text[TEXT_FIELD]);

/* Prints a path as it was given, only control characters as \xNN (C1 ones in UTF-8 too). */
void text_print_path(const char *path);

/* Items after a heading, ", " between them, continued below the first one. */
struct text_list {
	unsigned column, indent;
};

/* Nothing is printed before the first item; head is shorter than indent. */
void text_list_begin(struct text_list *l, unsigned indent);
void text_list_add(struct text_list *l, const char *head, const char *item);
void text_list_end(struct text_list *l);

#endif
