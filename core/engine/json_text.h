/* SPDX-License-Identifier: MIT */
/* One JSON object in a buffer of fixed size; what does not fit is left out whole. */
#ifndef NSC_ENGINE_JSON_TEXT_H
#define NSC_ENGINE_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nsc_mask;

struct nsc_json {
	char *start, *p, *end;		/* end leaves room for open brackets and "}\n" */
	const struct nsc_mask *mask;	/* engine/mask.h; NULL: names and addresses are shown */
	unsigned lost;			/* lists and objects left out, whose members go with them */
	bool comma;			/* something stands before the next member */
};

/* Room for at least 64 octets must be there. */
void nsc_json_begin(struct nsc_json *j, char *line, size_t size);

/* Closes the object with "}\n"; octets written. */
size_t nsc_json_end(struct nsc_json *j);

void nsc_json_text(struct nsc_json *j, const char *key, const char *value);
void nsc_json_octets(struct nsc_json *j, const char *key, const char *value, size_t len);
void nsc_json_number(struct nsc_json *j, const char *key, uint64_t value);
void nsc_json_bool(struct nsc_json *j, const char *key, bool value);
void nsc_json_time(struct nsc_json *j, const char *key, uint64_t ns);	/* epoch.us */

/* A member that is an array or an object: open, members, close with ']' or '}'. */
void nsc_json_open(struct nsc_json *j, const char *key, char bracket);
void nsc_json_close(struct nsc_json *j, char bracket);

#endif
