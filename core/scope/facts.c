/* SPDX-License-Identifier: MIT */
/* Facts: the writer's and the readers' side of the two views, and what is asked of a view. */
#include "scope/facts.h"

#include <stdlib.h>

static int
compare_addresses(const void *a, const void *b)
{
	const struct nsc_fact_address *x = a, *y = b;

	return nsc_addr_cmp(&x->addr, &y->addr);
}

/* proto and port as one number, the order of the listeners' list */
static uint32_t
service(uint8_t proto, uint16_t port)
{
	return (uint32_t)proto << 16 | port;
}

static int
compare_listeners(const void *a, const void *b)
{
	const struct nsc_fact_listener *x = a, *y = b;
	uint32_t s = service(x->proto, x->port), t = service(y->proto, y->port);

	return s != t ? (s < t ? -1 : 1) : nsc_addr_cmp(&x->addr, &y->addr);
}

/* No count may lead past its array, whoever wrote it. */
static void
clamp(struct nsc_facts_view *v)
{
	if (v->addresses > NSC_FACT_ADDRESSES)
		v->addresses = NSC_FACT_ADDRESSES;
	if (v->prefixes > NSC_FACT_PREFIXES)
		v->prefixes = NSC_FACT_PREFIXES;
	if (v->interfaces > NSC_FACT_INTERFACES)
		v->interfaces = NSC_FACT_INTERFACES;
	if (v->listeners > NSC_FACT_LISTENERS)
		v->listeners = NSC_FACT_LISTENERS;
	if (v->macs > sizeof v->mac / sizeof v->mac[0])
		v->macs = sizeof v->mac / sizeof v->mac[0];
}

/*
 * A commit overwrites the view before the current one, which a slow reader may be
 * copying: both sides go word by word with relaxed atomics, and the fences see to
 * it that who reads a new word also finds the generation gone on.
 */
typedef uint32_t word __attribute__((may_alias));

_Static_assert(sizeof(struct nsc_facts_view) % sizeof(word) == 0, "whole words");
_Static_assert(_Alignof(struct nsc_facts_view) >= _Alignof(word), "aligned words");

static void
store_view(struct nsc_facts_view *to, const struct nsc_facts_view *from)
{
	const word *p = (const word *)from;
	word *q = (word *)to;

	for (size_t i = 0; i < sizeof *to / sizeof *q; i++)
		__atomic_store_n(&q[i], p[i], __ATOMIC_RELAXED);
}

static void
load_view(struct nsc_facts_view *to, const struct nsc_facts_view *from)
{
	const word *p = (const word *)from;
	word *q = (word *)to;

	for (size_t i = 0; i < sizeof *to / sizeof *q; i++)
		q[i] = __atomic_load_n(&p[i], __ATOMIC_RELAXED);
}

struct nsc_facts_view *
nsc_facts_edit(struct nsc_facts *f)
{
	return &f->draft;
}

void
nsc_facts_commit(struct nsc_facts *f)
{
	uint64_t now = atomic_load_explicit(&f->generation, memory_order_relaxed);
	struct nsc_facts_view *v = &f->draft;

	clamp(v);
	qsort(v->address, v->addresses, sizeof v->address[0], compare_addresses);
	qsort(v->listener, v->listeners, sizeof v->listener[0], compare_listeners);
	atomic_thread_fence(memory_order_release);	/* behind the last generation */
	store_view(&f->view[(now + 1) & 1], v);
	atomic_store_explicit(&f->generation, now + 1, memory_order_release);
}

/* Commits come some times a second at most and the copy takes microseconds: it ends. */
bool
nsc_facts_read(const struct nsc_facts *f, uint64_t *seen, struct nsc_facts_view *copy)
{
	uint64_t now = atomic_load_explicit(&f->generation, memory_order_acquire), before;

	if (now == *seen)
		return false;
	do {
		before = now;
		load_view(copy, &f->view[now & 1]);
		atomic_thread_fence(memory_order_acquire);
		now = atomic_load_explicit(&f->generation, memory_order_acquire);
	} while (now != before);
	*seen = now;
	clamp(copy);
	return true;
}

static bool
is_loopback(const struct nsc_addr *a)
{
	static const struct nsc_addr one = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

	return (nsc_addr_is_v4(a) && a->b[12] == 127) || nsc_addr_equal(a, &one);
}

bool
nsc_facts_local(const struct nsc_facts_view *v, const struct nsc_addr *a)
{
	uint32_t low = 0, high = v->addresses;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int order = nsc_addr_cmp(a, &v->address[mid].addr);

		if (order == 0)
			return true;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	for (uint32_t i = 0; i < v->prefixes; i++)
		if (nsc_addr_in_prefix(a, &v->prefix[i].addr, v->prefix[i].bits))
			return true;
	return v->addresses_known && is_loopback(a);
}

bool
nsc_facts_takes(const struct nsc_fact_listener *l, const struct nsc_addr *a)
{
	static const struct nsc_addr any, any4 = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}};
	bool v4 = nsc_addr_is_v4(a);

	if (nsc_addr_equal(&l->addr, &any))
		return (l->families & (v4 ? 1 : 2)) != 0;
	return nsc_addr_equal(&l->addr, a) || (v4 && nsc_addr_equal(&l->addr, &any4));
}

const struct nsc_fact_listener *
nsc_facts_service(const struct nsc_facts_view *v, uint8_t proto, uint16_t port, uint32_t *count)
{
	uint32_t low = 0, high = v->listeners, want = service(proto, port), end;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (service(v->listener[mid].proto, v->listener[mid].port) < want)
			low = mid + 1;
		else
			high = mid;
	}
	for (end = low; end < v->listeners; end++)
		if (service(v->listener[end].proto, v->listener[end].port) != want)
			break;
	*count = end - low;
	return end > low ? &v->listener[low] : NULL;
}

const struct nsc_fact_listener *
nsc_facts_listener(const struct nsc_facts_view *v, uint8_t proto, const struct nsc_addr *a,
		   uint16_t port)
{
	const struct nsc_fact_listener *any = NULL, *l;
	uint32_t count;

	for (l = nsc_facts_service(v, proto, port, &count); count > 0; count--, l++) {
		if (nsc_addr_equal(&l->addr, a))
			return l;
		if (any == NULL && nsc_facts_takes(l, a))
			any = l;
	}
	return any;
}

enum nsc_listening
nsc_facts_listening(const struct nsc_facts_view *v, uint8_t proto, const struct nsc_addr *a,
		    uint16_t port)
{
	if (!v->listeners_known)
		return NSC_LISTENING_UNKNOWN;
	return nsc_facts_listener(v, proto, a, port) != NULL ? NSC_LISTENING_YES
							     : NSC_LISTENING_NO;
}
