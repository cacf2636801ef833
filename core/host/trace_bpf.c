/* SPDX-License-Identifier: MIT */
/* The trace over BPF: bpf/trace.bpf.c, its ring, and when its reader is woken. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "host/bpf.h"
#include "host/trace.h"

#include "bpf/nsc_bpf_abi.h"
#include "bpf/trace.skel.h"

#define RING_SIZE (4u << 20)
#define PACE_NS 20000000	/* while events come, they are fetched at this pace */

/*
 * A wake-up costs more than an event.  So only the first event after a rest wakes the reader;
 * from then on the timer does, until it finds nothing: then the programs are told that
 * the reader sleeps.  An event that was being written meanwhile did not hear of that: the
 * timer runs out once more.  Both are behind `wait`; the ring is edge-triggered there.
 */
struct nsc_trace {
	struct nsc_trace_bpf *bpf;
	struct ring_buffer *ring;
	int wait, timer;
	bool resting;		/* the programs know that the reader sleeps */
	uint32_t hooks;
	uint64_t events;

	/* Of the drain that runs. */
	unsigned max, told;
	void (*each)(void *arg, const struct nsc_trace_event *e);
	void *arg;
};

static struct bpf_program *
program(const struct nsc_trace_bpf *b, enum nsc_trace_hook h)
{
	switch (h) {
	case NSC_HOOK_SET_STATE:
		return b->progs.nsc_set_state;
	case NSC_HOOK_SEND:
		return b->progs.nsc_send;
	case NSC_HOOK_RECV:
		return b->progs.nsc_recv;
	case NSC_HOOKS:
		break;
	}
	return NULL;
}

static void
take_event(struct nsc_trace_event *e, const struct nsc_bpf_event *b)
{
	struct nsc_socket *s = &e->socket;

	*e = (struct nsc_trace_event){
		.kind = b->kind,
		.accepted = b->flags & NSC_BPF_ACCEPTED,
		.aborted = b->flags & NSC_BPF_ABORTED,
		.error = b->error,
		.time = b->time,
		.pid = b->owner.pid,
		.start = nsc_bpf_ticks(b->owner.start),
	};
	memcpy(e->comm, b->owner.comm, sizeof e->comm);
	e->comm[sizeof e->comm - 1] = '\0';
	*s = (struct nsc_socket){
		.cookie = b->cookie,
		.cgroup = b->cgroup,
		.netns = b->netns,
		.local = nsc_addr_v6(b->local),
		.remote = nsc_addr_v6(b->remote),
		.local_port = b->local_port,
		.remote_port = b->remote_port,
		.proto = b->proto,
		.state = b->state,
		.device = b->device,
		.uid = b->uid,
		.measured = b->kind != NSC_BPF_LISTEN && b->kind != NSC_BPF_USED,
		.totals = {b->sent, b->received, b->retransmits, b->rtt, b->rtt_var},
	};
	s->families = b->family == AF_INET || nsc_addr_is_v4(&s->local) ? NSC_FAMILY_IPV4
									: NSC_FAMILY_IPV6;
	if (b->flags & NSC_BPF_DUAL && nsc_addr_word(&s->local, 0) == 0 &&
	    nsc_addr_word(&s->local, 1) == 0)
		s->families |= NSC_FAMILY_IPV4;
}

static int
hear(void *arg, void *data, size_t size)
{
	struct nsc_trace *t = arg;
	struct nsc_trace_event e;

	if (size < sizeof(struct nsc_bpf_event))
		return 0;
	take_event(&e, data);
	t->events++;
	t->each(t->arg, &e);
	return ++t->told >= t->max ? -ECANCELED : 0;
}

/* Which of the wanted hooks this kernel has: a missing one would fail the whole object. */
static int
detect(uint32_t *hooks, const struct nsc_trace_options *o, char err[NSC_ERR])
{
	int r = 0;
	struct btf *types = nsc_bpf_types(&r, err);

	*hooks = 0;
	if (types == NULL)
		return r;
	for (unsigned h = 0; h < NSC_HOOKS; h++)
		if (!(o->without & 1u << h) &&
		    nsc_bpf_has(types, NSC_BPF_TRACEPOINT, nsc_trace_hook_text(h)))
			*hooks |= 1u << h;
	btf__free(types);
	if (*hooks == 0)
		return nsc_error(err, -ENOENT, "BPF: this kernel has none of the tracepoints, "
				 "not even %s", nsc_trace_hook_text(NSC_HOOK_SET_STATE));
	return 0;
}

static int
load(struct nsc_trace *t, uint32_t hooks, const struct nsc_trace_options *o, char err[NSC_ERR])
{
	uint32_t ring = o->ring_size != 0 ? o->ring_size : RING_SIZE;
	int r;

	t->bpf = nsc_trace_bpf__open();
	if (t->bpf == NULL)
		return nsc_bpf_error(-errno, "opening", err);
	for (unsigned h = 0; h < NSC_HOOKS; h++)
		bpf_program__set_autoload(program(t->bpf, h), hooks & 1u << h);
	t->bpf->rodata->nsc_netns = (uint32_t)o->netns;
	t->bpf->rodata->nsc_pid_namespace = nsc_bpf_pid_namespace();
	t->bpf->rodata->nsc_ring_half = ring / 2;
	t->bpf->rodata->nsc_states = hooks & 1u << NSC_HOOK_SET_STATE;
	bpf_map__set_max_entries(t->bpf->maps.nsc_ring, ring);
	r = nsc_trace_bpf__load(t->bpf);
	if (r < 0)
		return nsc_bpf_error(r, "loading", err);
	t->hooks = hooks;
	return 0;
}

/* A kernel that has the hooks of I/O, but refuses our programs there, may take the first one. */
static int
load_what_goes(struct nsc_trace *t, const struct nsc_trace_options *o, char err[NSC_ERR])
{
	const uint32_t states = 1u << NSC_HOOK_SET_STATE;
	uint32_t hooks;
	int r = detect(&hooks, o, err);

	if (r == 0)
		r = load(t, hooks, o, err);
	if (r < 0 && r != -EPERM && hooks & states && hooks != states) {
		nsc_trace_bpf__destroy(t->bpf);
		r = load(t, states, o, err);
	}
	return r;
}

static int
attach(struct nsc_trace *t, char err[NSC_ERR])
{
	int r = nsc_trace_bpf__attach(t->bpf);

	return r < 0 ? nsc_bpf_error(r, "attaching", err) : 0;
}

static int
open_ring(struct nsc_trace *t, char err[NSC_ERR])
{
	int ring = bpf_map__fd(t->bpf->maps.nsc_ring);
	struct epoll_event edge = {.events = EPOLLIN | EPOLLET}, level = {.events = EPOLLIN};

	t->ring = ring_buffer__new(ring, hear, t, NULL);
	if (t->ring == NULL)
		return nsc_bpf_error(-errno, "mapping the ring", err);
	t->wait = epoll_create1(EPOLL_CLOEXEC);
	t->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (t->wait < 0 || t->timer < 0 || epoll_ctl(t->wait, EPOLL_CTL_ADD, ring, &edge) != 0 ||
	    epoll_ctl(t->wait, EPOLL_CTL_ADD, t->timer, &level) != 0)
		return nsc_bpf_error(-errno, "waiting for the ring", err);
	t->bpf->bss->nsc_asleep = t->bpf->bss->nsc_slow = 1;
	t->resting = true;
	return 0;
}

int
nsc_trace_open(struct nsc_trace **out, const struct nsc_trace_options *options, char err[NSC_ERR])
{
	nsc_bpf_printer before = nsc_bpf_quiet();
	struct nsc_trace *t = calloc(1, sizeof *t);
	int r = t == NULL ? nsc_error(err, -ENOMEM, "BPF: no memory") : 0;

	*out = NULL;
	if (r == 0) {
		t->wait = t->timer = -1;
		r = load_what_goes(t, options, err);
	}
	if (r == 0)
		r = open_ring(t, err);
	if (r == 0)
		r = attach(t, err);
	if (r == 0)
		*out = t;
	else
		nsc_trace_close(t);
	nsc_bpf_loud(before);
	return r;
}

void
nsc_trace_close(struct nsc_trace *t)
{
	if (t == NULL)
		return;
	ring_buffer__free(t->ring);
	nsc_trace_bpf__destroy(t->bpf);
	if (t->wait >= 0)
		close(t->wait);
	if (t->timer >= 0)
		close(t->timer);
	free(t);
}

int
nsc_trace_fd(const struct nsc_trace *t)
{
	return t->wait;
}

/* ns from now; 0: never. */
static void
set_timer(struct nsc_trace *t, long ns)
{
	struct itimerspec at = {.it_value = {.tv_nsec = ns}};

	timerfd_settime(t->timer, 0, &at, NULL);
}

static unsigned
consume(struct nsc_trace *t, unsigned max)
{
	unsigned before = t->told;

	t->max = before + max;
	ring_buffer__consume(t->ring);
	return t->told - before;
}

int
nsc_trace_drain(struct nsc_trace *t, unsigned max,
		void (*each)(void *arg, const struct nsc_trace_event *e), void *arg)
{
	struct epoll_event ready[2];

	epoll_wait(t->wait, ready, 2, 0);
	__atomic_store_n(&t->bpf->bss->nsc_slow, 1, __ATOMIC_RELAXED);
	t->each = each;
	t->arg = arg;
	t->told = 0;
	if (max > 0 && consume(t, max) == 0) {
		set_timer(t, t->resting ? 0 : PACE_NS);
		t->resting = true;
		__atomic_store_n(&t->bpf->bss->nsc_asleep, 1, __ATOMIC_SEQ_CST);
		consume(t, max);
	}
	if (t->told > 0) {
		set_timer(t, t->told >= max ? 1 : PACE_NS);
		t->resting = false;
	}
	return (int)t->told;
}

void
nsc_trace_stats(const struct nsc_trace *t, struct nsc_trace_stats *s)
{
	struct nsc_bpf_runs state = {0}, all;

	nsc_bpf_add_runs(&state, t->bpf->progs.nsc_set_state);
	all = state;
	nsc_bpf_add_runs(&all, t->bpf->progs.nsc_send);
	nsc_bpf_add_runs(&all, t->bpf->progs.nsc_recv);
	*s = (struct nsc_trace_stats){
		.events = t->events,
		.lost = __atomic_load_n(&t->bpf->bss->nsc_lost, __ATOMIC_RELAXED) + state.missed,
		.hooks = t->hooks,
		.run_ns = all.ns,
		.runs = all.runs,
	};
}
