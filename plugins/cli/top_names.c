/* SPDX-License-Identifier: MIT */
/*
 * The metrics spell names of processes and units as tokens ("nginx_service"); the rows of
 * connections and listeners know how they are written.
 */
#include <ctype.h>
#include <string.h>

#include "top_model.h"

enum { TOKEN_MOST = 32 };		/* DESIGN 4.2 */

bool
top_token_of(const char *token, const char *name)
{
	size_t n = 0;

	for (; token[n] != '\0'; n++)
		if (tolower((unsigned char)token[n]) != tolower((unsigned char)name[n]) &&
		    (token[n] != '_' || name[n] == '\0' || isalnum((unsigned char)name[n])))
			return false;
	return name[n] == '\0' || n == TOKEN_MOST;
}

static const char *
find(const struct top_table *t, const char *token, bool unit)
{
	for (size_t i = 0; i < t->count; i++) {
		const char *name = unit ? t->row[i].process.unit : t->row[i].process.name;

		if (name[0] != '\0' && top_token_of(token, name))
			return name;
	}
	return NULL;
}

void
top_names(struct top_model *m)
{
	for (unsigned k = TOP_PROCESSES; k <= TOP_UNITS; k++)
		for (size_t i = 0; i < m->table[k].count; i++) {
			struct top_row *r = &m->table[k].row[i];
			const char *name = NULL;

			/* Found once it stays: the row is that name's. */
			if (r->rest || r->process.name[0] != '\0' ||
			    (strchr(r->name, '_') == NULL && strlen(r->name) < TOKEN_MOST))
				continue;
			name = find(&m->table[TOP_CONNECTIONS], r->name, k == TOP_UNITS);
			if (name == NULL)
				name = find(&m->table[TOP_LISTENERS], r->name, k == TOP_UNITS);
			if (name != NULL)
				memcpy(r->process.name, name, sizeof r->process.name);
		}
}
