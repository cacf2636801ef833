/* SPDX-License-Identifier: MIT */
/* Tables of rows. */
#include <stdlib.h>
#include <string.h>

#include "top_rows.h"

struct top_row *
top_table_add(struct top_table *t)
{
	struct top_row *r;

	if (t->count == t->room) {
		size_t room = t->room * 2 + 32;

		r = t->count < t->most ? realloc(t->row, room * sizeof *r) : NULL;
		if (r == NULL) {
			t->left_out++;
			return NULL;
		}
		t->row = r;
		t->room = room;
	}
	r = &t->row[t->count++];
	*r = (struct top_row){.direction = "", .scope = "", .state = "", .app = "", .proto = "",
			      .bind = "", .verdict = "", .exposure = ""};
	return r;
}

void
top_table_free(struct top_table *t)
{
	free(t->row);
	*t = (struct top_table){.most = t->most};
}

/* FNV-1a: whoever makes two of them equal gains nothing but a marked row that jumps. */
uint64_t
top_id(const void *data, size_t len, uint64_t from)
{
	const unsigned char *p = data;
	uint64_t h = from != 0 ? from : 0xcbf29ce484222325u;

	while (len-- > 0)
		h = (h ^ *p++) * 0x100000001b3u;
	return h;
}
