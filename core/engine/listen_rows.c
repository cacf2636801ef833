/* SPDX-License-Identifier: MIT */
/* Listeners become rows: sorted, equals are one, and the first of them stay. */
#include "engine/listen_rows.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/order.h"

/* Rows of one service in one scope stand side by side. */
static int
order_service(const struct nsc_listen_row *a, const struct nsc_listen_row *b)
{
	NSC_COMPARE(b, a, scope);		/* NSC_SCOPE_PUBLIC is the highest */
	NSC_COMPARE(a, b, port);
	NSC_COMPARE(a, b, proto);
	return 0;
}

int
nsc_listen_row_order(const struct nsc_listen_row *a, const struct nsc_listen_row *b)
{
	int r = order_service(a, b);

	if (r != 0)
		return r;
	NSC_COMPARE(a, b, families);
	r = strcmp(a->process, b->process);
	if (r != 0)
		return r;
	NSC_COMPARE(a, b, exposure);
	return 0;
}

static int
by_order(const void *a, const void *b)
{
	return nsc_listen_row_order(a, b);
}

static struct nsc_listen_row
row_of(const struct nsc_listener *l)
{
	struct nsc_listen_row r = {
		.proto = l->socket.proto, .families = l->socket.families, .scope = l->scope,
		.exposure = l->exposure, .port = l->socket.local_port,
		.named = l->owner_state == NSC_OWNER_KNOWN && l->process.name[0] != '\0',
	};
	const char *name = r.named ? l->process.name : "";

	nsc_token(r.process, name, strlen(name));
	return r;
}

static bool
is_missing(uint8_t proto, unsigned missing)
{
	return (missing & (proto == IPPROTO_TCP ? NSC_LISTEN_NO_TCP : NSC_LISTEN_NO_UDP)) != 0;
}

int
nsc_listen_rows_look(struct nsc_listen_rows *r, const struct nsc_listeners *l, unsigned missing,
		     unsigned most)
{
	struct nsc_listen_row *all = malloc((l->count + r->count + 1) * sizeof *all);
	size_t n = 0, kept = 0;

	if (all == NULL)
		return -ENOMEM;
	if (most > NSC_LISTEN_ROWS)
		most = NSC_LISTEN_ROWS;
	for (size_t i = 0; i < l->count; i++)
		if (!is_missing(l->listener[i].socket.proto, missing))
			all[n++] = row_of(&l->listener[i]);
	for (unsigned i = 0; i < r->count; i++)
		if (is_missing(r->row[i].proto, missing))
			all[n++] = r->row[i];
	qsort(all, n, sizeof *all, by_order);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || nsc_listen_row_order(&all[i - 1], &all[i]) != 0)
			all[kept++] = all[i];
	r->count = kept < most ? (unsigned)kept : most;
	r->suppressed = kept - r->count + l->suppressed;
	memcpy(r->row, all, r->count * sizeof *all);
	r->known = true;
	free(all);
	return 0;
}

/* --- differences ------------------------------------------------------------------ */

struct side {
	const struct nsc_listen_row *row;
	unsigned count;
	bool *told;
};

/* The rows at the front that are of one service in one scope. */
static unsigned
run_of(const struct nsc_listen_row *row, unsigned left, const struct nsc_listen_row *of)
{
	unsigned n = 0;

	while (n < left && order_service(&row[n], of) == 0)
		n++;
	return n;
}

static bool
same_process(const struct nsc_listen_row *a, const struct nsc_listen_row *b)
{
	return strcmp(a->process, b->process) == 0;
}

static bool
is_pair(const struct nsc_listen_row *a, const struct nsc_listen_row *b, unsigned round)
{
	switch (round) {
	case 0:
		return nsc_listen_row_order(a, b) == 0;
	case 1:
		return same_process(a, b) && a->families == b->families;
	case 2:
		return same_process(a, b);
	default:
		return a->families == b->families;
	}
}

enum { ROUNDS = 4 };			/* the nearest first; round 0: nothing has changed */

static void
compare_run(struct side *a, struct side *b,
	    void (*tell)(void *arg, const struct nsc_listen_row *before,
			 const struct nsc_listen_row *after),
	    void *arg)
{
	for (unsigned round = 0; round < ROUNDS; round++)
		for (unsigned i = 0; i < a->count; i++)
			for (unsigned j = 0; j < b->count && !a->told[i]; j++) {
				if (b->told[j] || !is_pair(&a->row[i], &b->row[j], round))
					continue;
				a->told[i] = b->told[j] = true;
				if (round > 0)
					tell(arg, &a->row[i], &b->row[j]);
			}
	for (unsigned i = 0; i < a->count; i++)
		if (!a->told[i])
			tell(arg, &a->row[i], NULL);
	for (unsigned j = 0; j < b->count; j++)
		if (!b->told[j])
			tell(arg, NULL, &b->row[j]);
}

void
nsc_listen_rows_compare(const struct nsc_listen_rows *before, const struct nsc_listen_rows *after,
			void (*tell)(void *arg, const struct nsc_listen_row *before,
				     const struct nsc_listen_row *after),
			void *arg)
{
	bool told[2][NSC_LISTEN_ROWS] = {{false}};
	unsigned i = 0, j = 0;

	while (i < before->count || j < after->count) {
		const struct nsc_listen_row *p = &before->row[i], *q = &after->row[j];
		struct side a = {p, 0, &told[0][i]}, b = {q, 0, &told[1][j]};
		bool left = j == after->count ||
			    (i < before->count && order_service(p, q) <= 0);
		const struct nsc_listen_row *of = left ? p : q;

		a.count = run_of(p, before->count - i, of);
		b.count = run_of(q, after->count - j, of);
		compare_run(&a, &b, tell, arg);
		i += a.count;
		j += b.count;
	}
}

/* --- text ------------------------------------------------------------------------- */

void
nsc_listen_row_text(const struct nsc_listen_row *row, char text[NSC_LISTEN_TEXT])
{
	static const char *const family[] = {"none", "ipv4", "ipv6", "dual"};

	snprintf(text, NSC_LISTEN_TEXT, "%s-%u-%s-%s-%s-%s",
		 row->proto == IPPROTO_TCP ? "tcp" : "udp", row->port, family[row->families & 3],
		 nsc_set_token(NSC_SET_SCOPE, row->scope < NSC_SCOPES ? row->scope : NSC_SCOPE_PUBLIC),
		 row->process, nsc_exposure_text(row->exposure));
}
