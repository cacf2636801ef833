/* SPDX-License-Identifier: MIT */
/*
 * Errors are 0 or -errno.  What a person must act on also fills a text of one
 * line, subject first: "interface eth9: No such device".
 */
#ifndef NSC_BASE_ERROR_H
#define NSC_BASE_ERROR_H

enum { NSC_ERR = 256 };

/*
 * Writes the text (control characters as \xNN, cut to fit) and returns code, so
 * that `return nsc_error(err, -EINVAL, "%s: ...", name)` is one statement.
 * err may be NULL.
 */
int nsc_error(char err[NSC_ERR], int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
