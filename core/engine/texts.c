/* SPDX-License-Identifier: MIT */
/* A list of texts that grows: for configurations, never on the way of packets. */
#include "engine/texts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void
nsc_texts_cut(struct nsc_texts *t, size_t count)
{
	while (t->count > count)
		free(t->item[--t->count]);
	if (count == 0) {
		free(t->item);
		t->item = NULL;
	}
}

int
nsc_texts_add(struct nsc_texts *t, const char *text)
{
	char *own = text != NULL ? strdup(text) : NULL;
	char **item;

	if (text != NULL && own == NULL)
		return -ENOMEM;
	item = realloc(t->item, (t->count + 1) * sizeof *item);
	if (item == NULL) {
		free(own);
		return -ENOMEM;
	}
	t->item = item;
	item[t->count++] = own;
	return 0;
}

bool
nsc_texts_have(const struct nsc_texts *t, const char *text)
{
	size_t i;

	for (i = 0; i < t->count; i++)
		if (t->item[i] != NULL && strcmp(t->item[i], text) == 0)
			return true;
	return false;
}

/* All of them, or none. */
int
nsc_texts_add_all(struct nsc_texts *t, const char *const *values, size_t count, char err[NSC_ERR])
{
	size_t before = t->count, i;

	for (i = 0; i < count; i++) {
		if (nsc_texts_add(t, values[i]) < 0) {
			nsc_texts_cut(t, before);
			return nsc_error(err, -ENOMEM, "configuration: no memory");
		}
	}
	return 0;
}

int
nsc_texts_copy(struct nsc_texts *to, const struct nsc_texts *from)
{
	*to = (struct nsc_texts){NULL, 0};
	return nsc_texts_add_all(to, (const char *const *)from->item, from->count, NULL);
}
