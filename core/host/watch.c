/* SPDX-License-Identifier: MIT */
/* When to ask the kernel for its interfaces. */
#include <errno.h>
#include <unistd.h>

#include "host/link.h"
#include "host/watch.h"

#define MS 1000000ull
#define SETTLE_NS (50 * MS)
#define PACE_NS (200 * MS)
#define REFRESH_NS (60000 * MS)

void
nsc_watch_init(struct nsc_watch *w)
{
	*w = (struct nsc_watch){.fd = -1};
}

void
nsc_watch_close(struct nsc_watch *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
	nsc_interfaces_clear(&w->table);
}

/* A socket that broke is opened anew with the next look. */
void
nsc_watch_hear(struct nsc_watch *w, uint64_t now)
{
	int r = nsc_link_changed(w->fd);

	if (r == 0)
		return;
	w->errors += r < 0;
	if (r < 0 && r != -ENOBUFS) {
		close(w->fd);
		w->fd = -1;
	}
	if (w->due == 0)
		w->due = now + SETTLE_NS > w->looked + PACE_NS ? now + SETTLE_NS
							       : w->looked + PACE_NS;
}

bool
nsc_watch_due(const struct nsc_watch *w, uint64_t now)
{
	return (w->due != 0 && now >= w->due) || now - w->looked >= REFRESH_NS;
}

/* Events are heard from before the dump on, so that none is missed. */
int
nsc_watch_look(struct nsc_watch *w, uint64_t now, char err[NSC_ERR])
{
	int r = 0;

	w->due = 0;
	w->looked = now;
	if (w->fd < 0) {
		w->fd = nsc_link_watch(err);
		r = w->fd < 0 ? w->fd : 0;
	}
	if (r == 0)
		r = nsc_link_dump(&w->table, err);
	w->known = r == 0;
	w->errors += r < 0;
	return r;
}
