/* SPDX-License-Identifier: MIT */
/*
 * A dump walks the hash of all namespaces (11 to 30 ms for 262144 buckets, and 3 us an entry;
 * measured on Linux 6.18): so it is the exception, and has a pace.
 */
#include "host/conntrack.h"

#include <errno.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "host/conntrack_active.h"
#include "host/conntrack_ask.h"

static const uint64_t SECOND = 1000000000;

enum {
	ROOM = 4 << 20,			/* octets; at most, with what the kernel adds, 8 MiB */
	DATAGRAMS = 8192,		/* of one hearing; then others have their turn */
	DUMP_SHARE = 20,		/* a dump takes at most a twentieth of the time */
	DUMP_EVERY = 10,		/* seconds, where the kernel tells no events */
	OLD = 10,			/* seconds: asked about */
	QUESTIONS = 64,			/* of one look */
};

struct nsc_conntrack {
	struct nsc_conntrack_options options;
	struct nsc_conntrack_asker asker;
	int fd;				/* of events; -1: not listening */
	bool dump;			/* there is reason to */
	bool whole;			/* a dump has ended well: later ones find what is new */
	uint64_t dump_again;		/* steady clock, ns: not before */
	uint32_t hand;			/* the next old entry to ask about */
	struct nsc_conntrack_stats stats;
	char buffer[NSC_CONNTRACK_BUFFER] __attribute__((aligned(8)));
};

int
nsc_conntrack_new(struct nsc_conntrack **out, const struct nsc_conntrack_options *o)
{
	struct nsc_conntrack *c = calloc(1, sizeof *c);

	*out = c;
	if (c == NULL)
		return -ENOMEM;
	c->options = *o;
	if (c->options.room == 0)
		c->options.room = ROOM;
	c->asker.buffer = c->buffer;
	c->fd = -1;
	return 0;
}

static void
stop_listening(struct nsc_conntrack *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

void
nsc_conntrack_free(struct nsc_conntrack *c)
{
	if (c == NULL)
		return;
	stop_listening(c);
	nsc_conntrack_asker_close(&c->asker);
	free(c);
}

int
nsc_conntrack_fd(const struct nsc_conntrack *c)
{
	return c->fd;
}

void
nsc_conntrack_stats(const struct nsc_conntrack *c, struct nsc_conntrack_stats *s)
{
	*s = c->stats;
}

static uint64_t
steady(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

/* --- entries ---------------------------------------------------------------------- */

struct taking {
	struct nsc_conntrack *c;
	struct nsc_translations *t;
	nsc_conntrack_fresh *fresh;
	void *arg;
	uint32_t second;		/* since the epoch */
	bool unfiltered;
};

static struct taking
taking(struct nsc_conntrack *c, struct nsc_translations *t, nsc_conntrack_fresh *fresh, void *arg)
{
	return (struct taking){.c = c, .t = t, .fresh = fresh, .arg = arg,
			       .second = (uint32_t)time(NULL)};
}

static void
take_entry(void *arg, const struct nsc_conntrack_told *one)
{
	struct taking *k = arg;
	struct nsc_translation x = one->translation;

	k->unfiltered |= one->unfiltered;
	if (one->kind == NSC_CONNTRACK_GONE)
		nsc_translations_end(k->t, x.proto, &x.before);
	if (one->kind != NSC_CONNTRACK_THERE)
		return;
	x.seen = k->second;
	if (!nsc_translations_put(k->t, &x))
		return;
	if (k->c->whole) {		/* before our time: not counted */
		k->c->stats.snat += one->snat;
		k->c->stats.dnat += one->dnat;
	}
	if (k->fresh != NULL)
		k->fresh(k->arg, &x);
}

/* Old kernels don't filter by status, or refuse to: then one dump tells it all. */
static int
dump_all(struct nsc_conntrack *c, struct taking *k)
{
	int r = nsc_conntrack_ask_all(&c->asker, IPS_SRC_NAT, take_entry, k);

	if (r == -EINVAL || r == -EOPNOTSUPP)
		return nsc_conntrack_ask_all(&c->asker, 0, take_entry, k);
	if (r == 0 && !k->unfiltered)
		r = nsc_conntrack_ask_all(&c->asker, IPS_DST_NAT, take_entry, k);
	return r;
}

static int
dump(struct nsc_conntrack *c, struct taking *k, uint64_t now)
{
	uint64_t took;
	int r;

	nsc_translations_sweep(k->t);
	took = steady();
	r = dump_all(c, k);
	took = steady() - took;
	c->dump_again = now + took * DUMP_SHARE;
	if (r < 0)			/* what was not told may still be there */
		return r;
	nsc_translations_swept(k->t);
	c->stats.dumps++;
	c->whole = true;
	c->dump = false;
	return 0;
}

/* --- events ----------------------------------------------------------------------- */

void
nsc_conntrack_hear(struct nsc_conntrack *c, struct nsc_translations *t,
		   nsc_conntrack_fresh *fresh, void *arg)
{
	struct taking k = taking(c, t, fresh, arg);

	for (unsigned n = 0; n < DATAGRAMS && c->fd >= 0; n++) {
		ssize_t got = recv(c->fd, c->buffer, sizeof c->buffer, 0);

		if (got >= 0) {
			if (nsc_conntrack_take(c->buffer, (size_t)got, 0, take_entry, &k) < 0)
				c->stats.malformed++;
		} else if (errno == EAGAIN) {
			return;
		} else if (errno == ENOBUFS) {	/* what was lost a dump will tell */
			c->stats.overruns++;
			c->dump = true;
		} else if (errno != EINTR) {
			stop_listening(c);	/* and anew with the next look */
		}
	}
}

/* --- looks ------------------------------------------------------------------------ */

/* Events from before the dump on, so that nothing is missed. */
static int
begin_listening(struct nsc_conntrack *c)
{
	int fd = nsc_conntrack_listen(c->options.room);

	if (fd < 0)
		return fd;
	c->fd = fd;
	c->dump = true;
	c->dump_again = 0;
	return 0;
}

static void
take_nothing(void *arg, const struct nsc_conntrack_told *one)
{
	(void)arg;
	(void)one;
}

/* Entries from before we listened have no events, and events are lost. */
static int
ask_about_old(struct nsc_conntrack *c, struct nsc_translations *t)
{
	uint32_t second = (uint32_t)time(NULL);
	struct nsc_translation x;

	for (unsigned n = 0; n < QUESTIONS; n++, c->hand++) {
		int r;

		if (!nsc_translations_next(t, &c->hand, &x)) {
			c->hand = 0;
			return 0;
		}
		if (second - x.seen < OLD)
			continue;
		r = nsc_conntrack_ask_one(&c->asker, &x, take_nothing, NULL);
		if (r == -ENOENT)
			nsc_translations_end(t, x.proto, &x.before);
		else if (r < 0)
			return r;
	}
	return 0;
}

static void
add_counts(void *arg, const struct nsc_conntrack_told *one)
{
	struct nsc_conntrack_stats *s = arg;

	if (one->kind != NSC_CONNTRACK_COUNTS)
		return;
	s->insert_failed += one->insert_failed;
	s->drop += one->drop;
	s->early_drop += one->early_drop;
}

static int
ask_counts(struct nsc_conntrack *c)
{
	struct nsc_conntrack_stats sum = {.active = true};
	int r = nsc_conntrack_ask_counts(&c->asker, add_counts, &sum);

	if (r < 0)
		return r;
	c->stats.insert_failed = sum.insert_failed;
	c->stats.drop = sum.drop;
	c->stats.early_drop = sum.early_drop;
	return 0;
}

static int
look(struct nsc_conntrack *c, struct taking *k, bool events, uint64_t now)
{
	int r = 0;

	if (c->options.once)
		c->dump = true;
	if ((c->dump || (!events && now >= c->dump_again + DUMP_EVERY * SECOND)) &&
	    now >= c->dump_again)
		r = dump(c, k, now);
	if (r == 0)
		r = ask_counts(c);
	if (r == 0 && !c->options.once)
		r = ask_about_old(c, k->t);
	return r;
}

int
nsc_conntrack_look(struct nsc_conntrack *c, struct nsc_translations *t, uint64_t now,
		   nsc_conntrack_fresh *fresh, void *arg, char err[NSC_ERR])
{
	struct taking k = taking(c, t, fresh, arg);
	struct nsc_conntrack_levels l;
	int r = nsc_conntrack_active(&l, err);

	c->stats.active = l.entries > 0;
	c->stats.entries = l.entries;
	c->stats.max = l.max;
	if (r <= 0)
		return r;
	if (c->fd >= 0)			/* before the dump: what it tells is newer */
		nsc_conntrack_hear(c, t, fresh, arg);
	else if (!c->options.once)
		r = begin_listening(c);
	if (l.entries == 0 && t->live == 0) {	/* who may not hear misses nothing */
		c->whole = true;
		return 0;
	}
	if (r >= 0)
		r = look(c, &k, l.events, now);
	if (r < 0)
		return nsc_error(err, r, "translations: %s",
				 r == -EPERM ? "they are not for us to see" : strerror(-r));
	return 0;
}
