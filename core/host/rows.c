/* SPDX-License-Identifier: MIT */
/* A handful of names in an array; searched only when interfaces come and go. */
#include <errno.h>
#include <string.h>

#include "host/rows.h"

static struct nsc_interface_row *
find(struct nsc_interface_rows *r, const char *name)
{
	for (unsigned i = NSC_ROWS_FIRST; i < NSC_FACT_INTERFACES; i++)
		if (strncmp(r->row[i].name, name, NSC_NAME) == 0)
			return &r->row[i];
	return NULL;
}

/* One never used, else the one that rested for longest, if that was long enough. */
static struct nsc_interface_row *
spare(struct nsc_interface_rows *r, uint64_t now)
{
	struct nsc_interface_row *best = NULL;

	for (unsigned i = NSC_ROWS_FIRST; i < NSC_FACT_INTERFACES; i++) {
		struct nsc_interface_row *row = &r->row[i];

		if (row->name[0] == '\0')
			return row;
		if (row->ifindex == 0 && (best == NULL || row->left < best->left))
			best = row;
	}
	if (best != NULL && now - best->left < NSC_ROWS_REST * 1000000000ull)
		return NULL;
	return best;
}

int
nsc_rows_take(struct nsc_interface_rows *r, const char *name, uint32_t ifindex,
	      uint64_t now)
{
	struct nsc_interface_row *row = name[0] != '\0' ? find(r, name) : NULL;

	/* Two devices can bear one name for a moment while one is being replaced. */
	if (row != NULL && row->ifindex != 0 && row->ifindex != ifindex)
		return -EBUSY;
	if (row == NULL) {
		row = spare(r, now);
		if (row == NULL || name[0] == '\0')
			return -ENOSPC;
		memset(row->name, 0, sizeof row->name);
		memcpy(row->name, name, strnlen(name, NSC_NAME - 1));
		row->generation++;
	}
	row->ifindex = ifindex;
	return (int)(row - r->row);
}

void
nsc_rows_leave(struct nsc_interface_rows *r, unsigned row, uint64_t now)
{
	r->row[row].ifindex = 0;
	r->row[row].left = now;
}
