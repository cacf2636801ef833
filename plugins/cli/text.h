/* SPDX-License-Identifier: MIT */
/* Text for people: humanised units, fields that keep their columns whatever they hold. */
#ifndef NSC_CLI_TEXT_H
#define NSC_CLI_TEXT_H

#include "nsc.h"

enum { TEXT_FIELD = 128 };

/* "0 B", "999 B", "1.2 kB", "12 MB": powers of 1000, at most 7 columns. */
const char *text_octets(uint64_t n, char text[TEXT_FIELD]);

/* "1 234 567" */
const char *text_count(uint64_t n, char text[TEXT_FIELD]);

/* "850 us", "1.2 ms", "34 s" */
const char *text_seconds(double s, char text[TEXT_FIELD]);

/*
 * Octets from the wire as printable ASCII in at most `columns` columns: others
 * as \xNN, what is too long is cut at the end ("long.exam..").
 */
const char *text_name(const char *p, size_t len, unsigned columns, char text[TEXT_FIELD]);

/* "192.0.2.1:443", "[2001:db8::1]:443" (no port when 0), cut in its middle to `columns`. */
const char *text_end(const struct nsc_addr *a, unsigned port, unsigned columns, char text[TEXT_FIELD]);

#endif
