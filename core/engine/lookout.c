/* SPDX-License-Identifier: MIT */
/* Events, looks, cells: one turn after the other. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "engine/census.h"
#include "engine/config.h"
#include "engine/lookout.h"
#include "engine/notice.h"
#include "engine/pace.h"
#include "engine/remedy.h"
#include "engine/sight.h"
#include "engine/wake.h"
#include "host/namespaces.h"
#include "host/watch.h"

#define MS 1000000ull

struct nsc_lookout {
	struct nsc_lookout_options options;
	struct nsc_inventory *inventory;
	struct nsc_watch watch;
	struct nsc_pace pace;
	struct nsc_notice notice;
	bool failed[NSC_INVENTORY_SOURCES];	/* and that was told */
	bool told_suppressed;
	int wake_fd;
	_Atomic uint64_t asked;		/* ns: when a reader last asked */
	_Atomic bool stop;
	bool running;
	pthread_t thread;
	struct nsc_fact_listener told[NSC_FACT_LISTENERS];	/* as they were last committed */
	struct nsc_fact_uplinks uplinks[2];
	uint32_t listeners;
	bool committed;

	pthread_mutex_t lock;		/* over all below: readers come at any time */
	struct nsc_services services;
	struct nsc_listen_rows rows;
	struct nsc_cells cells;
	struct nsc_sight *sight;	/* NULL: nobody looks at single rows */
};

bool
nsc_lookout_configure(struct nsc_lookout_options *o, const struct nsc_config *cfg)
{
	bool processes = nsc_config_number(cfg, NSC_O_PROCESSES) != 0;
	bool units = nsc_config_number(cfg, NSC_O_UNITS) != 0;
	bool connections = nsc_config_number(cfg, NSC_O_CONNECTIONS) != 0;
	bool conntrack = nsc_config_number(cfg, NSC_O_CONNTRACK) != 0;

	*o = (struct nsc_lookout_options){
		.inventory = {
			.listeners = nsc_config_number(cfg, NSC_O_LISTENERS) != 0,
			/* Without BPF the dump alone tells whose a connection is. */
			.connections = connections || processes || units,
			.totals = false,
			.waiting = connections,
			.counter = connections ? nsc_census_counter : NULL,
			.firewall = nsc_config_number(cfg, NSC_O_LISTENERS) != 0 &&
				    nsc_config_number(cfg, NSC_O_FIREWALL) != 0,
			.conntrack = conntrack,
			.processes = processes || units,
			.bpf = nsc_config_number(cfg, NSC_O_BPF) == 0,
			.gates = nsc_config_number(cfg, NSC_O_BPF) == 0,
			.namespaces = nsc_config_number(cfg, NSC_O_NAMESPACES) != 0,
			.script = nsc_config_number(cfg, NSC_O_PROCESS_NAMES) != 0,
			.ignore_ephemeral_udp =
				nsc_config_number(cfg, NSC_O_IGNORE_EPHEMERAL_UDP) != 0,
			.excludes = nsc_config_excludes(cfg),
		},
		.flows = processes || units,
		.connections = connections,
		.max_listeners = (unsigned)nsc_config_number(cfg, NSC_O_MAX_LISTENERS),
	};
	if (!o->inventory.connections)
		o->inventory.bpf = false;
	return o->inventory.listeners || o->inventory.connections || conntrack;
}

uint32_t
nsc_lookout_sources(const struct nsc_lookout_options *o)
{
	return 1u << NSC_INVENTORY_SOCKETS |
	       (uint32_t)o->inventory.processes << NSC_INVENTORY_PROCESSES |
	       (uint32_t)o->inventory.bpf << NSC_INVENTORY_BPF |
	       (uint32_t)o->inventory.namespaces << NSC_INVENTORY_NAMESPACES |
	       (uint32_t)o->inventory.firewall << NSC_INVENTORY_FIREWALL |
	       (uint32_t)o->inventory.conntrack << NSC_INVENTORY_CONNTRACK;
}

/* --- what a look found --------------------------------------------------------------- */

/* A line for each capability that a source lacks, else one that says what went wrong. */
static void
say_source(struct nsc_lookout *l, unsigned n, int code, const char *err, uint64_t now)
{
	/* BPF is a better way, not the only one. */
	enum nsc_level level = n == NSC_INVENTORY_BPF ? NSC_LOG_NOTICE : NSC_LOG_WARNING;
	struct nsc_remedy r[NSC_REMEDIES];
	unsigned count = nsc_remedy_inventory(r, n, code, err);

	for (unsigned i = 0; i < count; i++) {
		if (r[i].remedy[0] == '\0')
			nsc_notice(&l->notice, now, level, "%s", err);
		else
			nsc_notice(&l->notice, now, level, "%s: %s (%s)",
				   nsc_set_token(NSC_SET_HOST_SOURCE, n), r[i].finding, r[i].remedy);
	}
}

/* Once each time that a source goes off. */
static void
say_sources(struct nsc_lookout *l, uint64_t now)
{
	uint32_t wanted = nsc_lookout_sources(&l->options);

	for (unsigned n = 0; n < NSC_INVENTORY_SOURCES; n++) {
		const char *err;
		int code = wanted & 1u << n ? nsc_inventory_source(l->inventory, n, &err) : 0;

		/* A capability's name stands in one line: the firewall's says it, too. */
		if (n == NSC_INVENTORY_CONNTRACK && code == -EPERM &&
		    l->failed[NSC_INVENTORY_FIREWALL])
			l->failed[n] = true;
		if (code < 0 && !l->failed[n])
			say_source(l, n, code, err, now);
		l->failed[n] = code < 0;
	}
}

/* Each listener's row among the services: workers count by it. */
static void
tell_services(const struct nsc_services *s, struct nsc_facts_view *v)
{
	for (uint32_t i = 0; i < v->listeners; i++) {
		struct nsc_fact_listener *f = &v->listener[i];
		int row = nsc_services_find(s, f->proto, f->port);

		f->service = (uint16_t)(row + 1);
		f->turn = row >= 0 ? s->row[row].turn : 0;
	}
}

/*
 * Listeners are committed only when they are others: each commit is copied by every worker.
 * began: ns since the epoch.
 */
static void
tell_facts(struct nsc_lookout *l, uint64_t began)
{
	struct nsc_facts *f = l->options.facts;
	struct nsc_facts_view *v;

	pthread_mutex_lock(l->options.facts_lock);
	nsc_inventory_tell(l->inventory, f);
	v = nsc_facts_edit(f);
	tell_services(&l->services, v);
	if (!l->committed || memcmp(v->uplinks, l->uplinks, sizeof l->uplinks) != 0 ||
	     v->listeners != l->listeners ||
	    memcmp(v->listener, l->told, v->listeners * sizeof v->listener[0]) != 0) {
		l->listeners = v->listeners < NSC_FACT_LISTENERS ? v->listeners : NSC_FACT_LISTENERS;
		memcpy(l->told, v->listener, l->listeners * sizeof l->told[0]);
		memcpy(l->uplinks, v->uplinks, sizeof l->uplinks);
		l->committed = true;
		nsc_facts_commit(f);
	}
	if (nsc_inventory_missing(l->inventory) == 0)
		nsc_facts_set_looked(f, began);
	pthread_mutex_unlock(l->options.facts_lock);
}

/* Rows and services of what listens; without memory they stay as they were. */
static void
count_listeners(struct nsc_lookout *l, uint64_t now)
{
	const struct nsc_listeners *found = nsc_inventory_listeners(l->inventory);

	if (nsc_listen_rows_look(&l->rows, found, nsc_inventory_missing(l->inventory),
				 l->options.max_listeners) == 0)
		nsc_census_listeners(found, &l->rows, &l->services, now, &l->cells);
}

static void
count(struct nsc_lookout *l, enum nsc_look what, uint64_t now)
{
	uint64_t suppressed;

	pthread_mutex_lock(&l->lock);
	if (what != NSC_LOOK_NONE && l->options.inventory.listeners)
		count_listeners(l, now);
	if (what == NSC_LOOK_WHOLE)
		nsc_census_connections(l->inventory, &l->cells);
	nsc_census_sources(l->inventory, &l->cells);
	suppressed = l->rows.suppressed;
	if (l->sight != NULL)
		nsc_sight_look(l->sight, l->inventory, what == NSC_LOOK_WHOLE, now);
	pthread_mutex_unlock(&l->lock);
	if (suppressed > 0 && !l->told_suppressed)
		nsc_notice(&l->notice, now, NSC_LOG_WARNING,
			   "listeners: %llu rows are beyond MaxListeners (%u)",
			   (unsigned long long)suppressed, l->options.max_listeners);
	l->told_suppressed |= suppressed > 0;
}

static void
look(struct nsc_lookout *l, enum nsc_look what)
{
	uint64_t began = nsc_clock(CLOCK_BOOTTIME), when = nsc_clock(CLOCK_REALTIME);
	char err[NSC_ERR];

	if (nsc_watch_due(&l->watch, began))
		nsc_watch_look(&l->watch, began, err);	/* the capture says it, if it fails */
	nsc_inventory_look(l->inventory, &l->watch.table, what == NSC_LOOK_WHOLE, began);
	count(l, what, began);
	tell_facts(l, when);
	say_sources(l, began);
	nsc_pace_looked(&l->pace, what, began, nsc_clock(CLOCK_BOOTTIME));
}

/* --- the thread ---------------------------------------------------------------------- */

static void
turn(struct nsc_lookout *l)
{
	struct pollfd fds[] = {{.fd = l->wake_fd, .events = POLLIN},
			       {.fd = nsc_inventory_fd(l->inventory), .events = POLLIN},
			       {.fd = l->watch.fd, .events = POLLIN},
			       {.fd = nsc_inventory_conntrack_fd(l->inventory), .events = POLLIN}};
	uint64_t now = nsc_clock(CLOCK_BOOTTIME), until, times, asked;
	enum nsc_look what;

	l->pace.blind = fds[1].fd < 0 && l->options.flows;
	what = nsc_pace_next(&l->pace, now, &until);
	poll(fds, sizeof fds / sizeof *fds, what != NSC_LOOK_NONE || until <= now ? 0 : (int)((until - now) / MS + 1));
	now = nsc_clock(CLOCK_BOOTTIME);
	nsc_facts_clock(l->options.facts, nsc_clock(CLOCK_REALTIME));
	if (fds[0].revents != 0 && read(l->wake_fd, &times, sizeof times) > 0 &&
	    (asked = atomic_load(&l->asked)) != 0)
		nsc_pace_ask(&l->pace, asked);
	/* Who reads wants to know of the last 20 ms, too. */
	if (fds[0].revents != 0 || fds[1].revents != 0)
		l->pace.hint |= nsc_inventory_hear(l->inventory, l->options.facts, now);
	if (fds[2].revents != 0)
		nsc_watch_hear(&l->watch, now);
	if (fds[3].revents != 0)
		nsc_inventory_translate(l->inventory);
	what = nsc_pace_next(&l->pace, now, &until);
	if (what != NSC_LOOK_NONE && !atomic_load(&l->stop))
		look(l, what);
}

static void *
run(void *arg)
{
	struct nsc_lookout *l = arg;

	while (!atomic_load(&l->stop))
		turn(l);
	return NULL;
}

int
nsc_lookout_new(struct nsc_lookout **out, const struct nsc_lookout_options *o)
{
	struct nsc_lookout *l = calloc(1, sizeof *l);
	int rc;

	*out = NULL;
	if (l == NULL)
		return -ENOMEM;
	l->options = *o;
	l->notice.host = o->host;
	pthread_mutex_init(&l->lock, NULL);
	nsc_watch_init(&l->watch);
	l->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	l->options.inventory.facts = o->facts;
	rc = l->wake_fd < 0 ? -errno : nsc_inventory_new(&l->inventory, &l->options.inventory);
	if (rc == 0 && o->rows)
		rc = nsc_sight_new(&l->sight, l->inventory, o->connections,
				   nsc_clock(CLOCK_BOOTTIME));
	if (rc < 0) {
		nsc_lookout_free(l);
		return rc;
	}
	nsc_facts_clock(o->facts, nsc_clock(CLOCK_REALTIME));
	look(l, NSC_LOOK_WHOLE);
	nsc_ledger_publish(o->ledger, &l->cells, true);
	*out = l;
	return 0;
}

/* Our threads take no signals: those are the host's. */
int
nsc_lookout_start(struct nsc_lookout *l)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = -pthread_create(&l->thread, NULL, run, l);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc == 0)
		pthread_setname_np(l->thread, "nsc-inventory");
	l->running = rc == 0;
	return rc;
}

void
nsc_lookout_stop(struct nsc_lookout *l)
{
	if (!l->running)
		return;
	l->running = false;
	atomic_store(&l->stop, true);
	nsc_poke(l->wake_fd);
	pthread_join(l->thread, NULL);
	nsc_ledger_publish(l->options.ledger, &l->cells, true);
}

void
nsc_lookout_free(struct nsc_lookout *l)
{
	if (l == NULL)
		return;
	nsc_lookout_stop(l);
	nsc_sight_free(l->sight, l->inventory);
	nsc_inventory_free(l->inventory);
	nsc_watch_close(&l->watch);
	if (l->wake_fd >= 0)
		close(l->wake_fd);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

void
nsc_lookout_wake(struct nsc_lookout *l)
{
	pthread_mutex_lock(&l->lock);
	nsc_ledger_publish(l->options.ledger, &l->cells, false);
	pthread_mutex_unlock(&l->lock);
	atomic_store(&l->asked, nsc_clock(CLOCK_BOOTTIME));
	nsc_poke(l->wake_fd);
}

void
nsc_lookout_tell_rows(struct nsc_lookout *l, const struct nsc_rows_tell *to)
{
	pthread_mutex_lock(&l->lock);
	if (l->sight != NULL)
		nsc_sight_tell(l->sight, to);
	pthread_mutex_unlock(&l->lock);
}

bool
nsc_lookout_row(struct nsc_lookout *l, unsigned set, unsigned n, struct nsc_row *row)
{
	struct nsc_names *names = nsc_inventory_names(l->inventory);
	bool named;

	*row = (struct nsc_row){.present = true};
	if (set == NSC_SET_PROCESS)
		return nsc_names_process(names, n, row->name, &row->generation);
	if (set == NSC_SET_UNIT)
		return nsc_names_unit(names, n, row->name, &row->generation);
	if (set != NSC_SET_SERVICE)
		return false;
	pthread_mutex_lock(&l->lock);
	named = nsc_services_name(&l->services, n, nsc_clock(CLOCK_BOOTTIME), row->name,
					  &row->generation, &row->present);
	pthread_mutex_unlock(&l->lock);
	return named;
}

void
nsc_lookout_listen(struct nsc_lookout *l, struct nsc_listen_rows *rows)
{
	pthread_mutex_lock(&l->lock);
	*rows = l->rows;
	pthread_mutex_unlock(&l->lock);
}

void
nsc_lookout_services(struct nsc_lookout *l, struct nsc_service_state state[NSC_COUNT_SERVICE])
{
	pthread_mutex_lock(&l->lock);
	nsc_services_states(&l->services, state);
	pthread_mutex_unlock(&l->lock);
}

void
nsc_lookout_each(const struct nsc_lookout *l,
		 void (*tell)(void *arg, const struct nsc_listener *listener, int row), void *arg)
{
	const struct nsc_listeners *found = nsc_inventory_listeners(l->inventory);
	uint64_t own = nsc_namespace_own();

	for (size_t i = 0; i < found->count; i++) {
		const struct nsc_socket *s = &found->listener[i].socket;

		tell(arg, &found->listener[i],
		     s->netns == own ? nsc_services_find(&l->services, s->proto, s->local_port) : -1);
	}
}
