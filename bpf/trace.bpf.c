/* SPDX-License-Identifier: MIT */
/*
 * Sockets' lives, told through a ring: connections that begin, end or fail, listeners, and
 * UDP sockets that are used.  Stable tracepoints only (tp_btf): inet_sock_set_state;
 * sock_send_length and sock_recv_length (6.3), which know who uses a socket.
 */
#include "bpf/nsc_bpf_types.h"
#include "bpf/nsc_bpf_abi.h"
#include "bpf/nsc_bpf_task.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/*
 * A UDP socket in use is told again: each second, since what the reader made of it ages,
 * and when it is another process's, for which its own pace is another (in 2^20 ns).
 */
#define AGAIN 954
#define SHARED 60

const volatile __u32 nsc_netns = 0;		/* events of this namespace only; 0: of all */
const volatile __u64 nsc_ring_half = 0;		/* octets; beyond it the reader is woken */
const volatile bool nsc_states = true;		/* inet_sock_set_state is there */

/*
 * The reader sets both, an event makes them 0 with a wake-up: `asleep` the first one, after
 * which the reader comes by itself, `slow` one that finds the ring more than half full.
 */
__u32 nsc_asleep = 0;
__u32 nsc_slow = 0;
__u64 nsc_lost = 0;				/* events that found the ring full */

enum {				/* socket_note.flags */
	CONNECTING = 1,		/* this end began it */
	ACCEPTED = 2,
	OWNED = 4,		/* owner is known */
};

/* Kept with a socket, freed with it. */
struct socket_note {
	struct nsc_bpf_task owner;
	__u32 flags;
	/* Of UDP: what was told, and when. */
	__u32 ends;			/* a digest */
	__u32 told;			/* CLOCK_BOOTTIME in 2^20 ns */
	__u32 reserved;
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct socket_note);
} nsc_notes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 << 20);		/* the reader may say otherwise */
} nsc_ring SEC(".maps");

static __always_inline bool
is_ours(struct sock *sk)
{
	return nsc_netns == 0 || sk->__sk_common.skc_net.net->ns.inum == nsc_netns;
}

static __always_inline void
put_address(__u8 *to, const struct in6_addr *a)
{
	__u32 *word = (__u32 *)to;

	for (int i = 0; i < 4; i++)
		word[i] = a->in6_u.u6_addr32[i];
}

static __always_inline void
put_mapped(__u8 *to, __be32 a)
{
	__u32 *word = (__u32 *)to;

	word[2] = bpf_htonl(0xffff);
	word[3] = a;
}

/* An IPv6 socket that speaks IPv4 has those addresses twice; IPv4's are surely set. */
static __always_inline void
tell_addresses(struct nsc_bpf_event *e, struct sock *sk)
{
	const struct in6_addr *remote = &sk->__sk_common.skc_v6_daddr;

	e->family = sk->__sk_common.skc_family;
	if (e->family == AF_INET6 &&
	    (remote->in6_u.u6_addr32[0] != 0 || remote->in6_u.u6_addr32[1] != 0 ||
	     remote->in6_u.u6_addr32[2] != bpf_htonl(0xffff))) {
		put_address(e->local, &sk->__sk_common.skc_v6_rcv_saddr);
		put_address(e->remote, remote);
	} else {
		e->family = AF_INET;
		put_mapped(e->local, sk->__sk_common.skc_rcv_saddr);
		put_mapped(e->remote, sk->__sk_common.skc_daddr);
	}
}

/*
 * Payload as tcp_info counts it, but for the octet that bytes_received has for a FIN.
 * SOCK_DONE is set where a FIN is taken in (tcp_fin) and nowhere else.
 */
static __always_inline void
tell_totals(struct nsc_bpf_event *e, struct sock *sk, struct tcp_sock *tp)
{
	__u64 sent = tp->bytes_sent, again = tp->bytes_retrans, received = tp->bytes_received;
	__u64 done = 1ul << bpf_core_enum_value(enum sock_flags, SOCK_DONE);

	e->sent = sent > again ? sent - again : 0;
	if (received > 0 && sk->__sk_common.skc_flags & done)
		received--;
	e->received = received;
	e->retransmits = tp->total_retrans;
	e->rtt = tp->srtt_us >> 3;
	e->rtt_var = e->rtt != 0 ? tp->mdev_us >> 2 : 0;
}

static __always_inline void
tell_socket(struct nsc_bpf_event *e, struct sock *sk)
{
	e->time = bpf_ktime_get_boot_ns();
	e->cookie = bpf_get_socket_cookie(sk);
	if (bpf_core_field_exists(sk->sk_cgrp_data.cgroup))
		e->cgroup = BPF_CORE_READ(sk, sk_cgrp_data.cgroup, kn, id);
	e->netns = sk->__sk_common.skc_net.net->ns.inum;
	e->device = sk->__sk_common.skc_bound_dev_if;
	e->uid = sk->sk_uid.val;
	tell_addresses(e, sk);
	e->local_port = sk->__sk_common.skc_num;
	e->remote_port = bpf_ntohs(sk->__sk_common.skc_dport);
}

static __always_inline __u64
wake(void)
{
	if (nsc_asleep != 0) {
		nsc_asleep = 0;
		return BPF_RB_FORCE_WAKEUP;
	}
	if (nsc_slow != 0 && bpf_ringbuf_query(&nsc_ring, BPF_RB_AVAIL_DATA) > nsc_ring_half) {
		nsc_slow = 0;
		return BPF_RB_FORCE_WAKEUP;
	}
	return BPF_RB_NO_WAKEUP;
}

/* Ends that no FIN explains: FINs lead through FIN_WAIT2, CLOSING or LAST_ACK. */
static __always_inline bool
is_aborted(int old, int error)
{
	return error != 0 || old == TCP_ESTABLISHED || old == TCP_CLOSE_WAIT ||
	       old == TCP_FIN_WAIT1;
}

/* What a change of state means: an event's kind, or -1. */
static __always_inline int
kind_of(int old, int new, bool connecting)
{
	if (new == TCP_LISTEN || (old == TCP_LISTEN && new == TCP_CLOSE))
		return NSC_BPF_LISTEN;
	if (new == TCP_ESTABLISHED)
		return NSC_BPF_OPENED;
	if (new != TCP_CLOSE || old == TCP_CLOSE)
		return -1;
	if (old == TCP_SYN_SENT || old == TCP_SYN_RECV)
		return connecting ? NSC_BPF_FAILED : -1;
	return NSC_BPF_CLOSED;
}

static __always_inline void
tell(struct sock *sk, struct tcp_sock *tp, int kind, int old, int new,
     const struct socket_note *note)
{
	struct nsc_bpf_event *e = bpf_ringbuf_reserve(&nsc_ring, sizeof *e, 0);
	int error = sk->sk_err;

	if (!e) {
		__sync_fetch_and_add(&nsc_lost, 1);
		return;
	}
	__builtin_memset(e, 0, sizeof *e);
	tell_socket(e, sk);
	e->proto = IPPROTO_TCP;
	/* skc_num is 0 again when an automatic port is given back. */
	if (tp->inet_conn.icsk_inet.inet_sport != 0)
		e->local_port = bpf_ntohs(tp->inet_conn.icsk_inet.inet_sport);
	e->kind = kind;
	e->state = new;
	if (note)
		e->owner = note->owner;
	if (kind == NSC_BPF_LISTEN) {
		if (e->family == AF_INET6 &&
		    !BPF_CORE_READ_BITFIELD(&sk->__sk_common, skc_ipv6only))
			e->flags = NSC_BPF_DUAL;
	} else {
		tell_totals(e, sk, tp);
		e->error = error;
		if (note ? (note->flags & ACCEPTED) != 0 : old == TCP_SYN_RECV)
			e->flags |= NSC_BPF_ACCEPTED;
		if (kind == NSC_BPF_CLOSED && is_aborted(old, error))
			e->flags |= NSC_BPF_ABORTED;
	}
	bpf_ringbuf_submit(e, wake());
}

/* The owner is who calls connect(2): the only state that is surely his. */
static __always_inline void
note_connect(struct sock *sk)
{
	struct socket_note *note = bpf_sk_storage_get(&nsc_notes, sk, 0,
						      BPF_SK_STORAGE_GET_F_CREATE);

	if (!note)
		return;
	nsc_bpf_task(&note->owner, bpf_get_current_task_btf());
	note->flags = CONNECTING | OWNED;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(nsc_set_state, struct sock *sk, int old, int new)
{
	struct socket_note *note;
	struct tcp_sock *tp;
	int kind;

	if (sk->sk_protocol != IPPROTO_TCP || !is_ours(sk))
		return 0;
	if (new == TCP_SYN_SENT) {
		note_connect(sk);
		return 0;
	}
	/* Most changes say nothing: they are done with before a map is asked. */
	if (kind_of(old, new, true) < 0)
		return 0;
	tp = bpf_skc_to_tcp_sock(sk);
	if (!tp)
		return 0;
	note = bpf_sk_storage_get(&nsc_notes, sk, 0,
				  new == TCP_ESTABLISHED ? BPF_SK_STORAGE_GET_F_CREATE : 0);
	if (note && new == TCP_ESTABLISHED && old == TCP_SYN_RECV &&
	    !(note->flags & CONNECTING))
		note->flags |= ACCEPTED;
	kind = kind_of(old, new, note && (note->flags & CONNECTING));
	if (kind >= 0)
		tell(sk, tp, kind, old, new, note);
	return 0;
}

/* An accepted socket is his who first reads or writes: accept(2) itself has no tracepoint. */
static __always_inline void
note_user(struct sock *sk)
{
	struct socket_note *note = bpf_sk_storage_get(&nsc_notes, sk, 0,
						      BPF_SK_STORAGE_GET_F_CREATE);

	if (!note || note->flags & OWNED)
		return;
	nsc_bpf_task(&note->owner, bpf_get_current_task_btf());
	note->flags |= OWNED;
}

/* Changes with an end of the socket, but for one time in 2^32, which lasts a second. */
static __always_inline __u32
ends_of(struct sock *sk)
{
	const struct sock_common *c = &sk->__sk_common;
	__u64 h = (__u64)c->skc_num << 16 | c->skc_dport;
	const __u64 prime = 0x9e3779b97f4a7c15ull;

	if (c->skc_family == AF_INET6) {
		const __be32 *local = c->skc_v6_rcv_saddr.in6_u.u6_addr32;
		const __be32 *remote = c->skc_v6_daddr.in6_u.u6_addr32;

		h = (h ^ ((__u64)remote[0] << 32 | remote[1])) * prime;
		h = (h ^ ((__u64)remote[2] << 32 | remote[3])) * prime;
		h = (h ^ ((__u64)local[0] << 32 | local[1])) * prime;
		h ^= (__u64)local[2] << 32 | local[3];
	} else {
		h = (h ^ ((__u64)c->skc_daddr << 32 | c->skc_rcv_saddr)) * prime;
	}
	return (h * prime) >> 32;
}

static __always_inline void
tell_use(struct sock *sk, const struct socket_note *note)
{
	struct nsc_bpf_event *e = bpf_ringbuf_reserve(&nsc_ring, sizeof *e, 0);

	if (!e) {
		__sync_fetch_and_add(&nsc_lost, 1);
		return;
	}
	__builtin_memset(e, 0, sizeof *e);
	tell_socket(e, sk);
	e->kind = NSC_BPF_USED;
	e->proto = IPPROTO_UDP;
	e->owner = note->owner;
	bpf_ringbuf_submit(e, wake());
}

/*
 * A UDP socket is his who sends or receives, and nothing else tells of it: it has no
 * states.  Its ends are set by now, also by the first sendto(2).
 */
static __always_inline void
use(struct sock *sk)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct socket_note *note = bpf_sk_storage_get(&nsc_notes, sk, 0,
						      BPF_SK_STORAGE_GET_F_CREATE);
	__u32 ends = ends_of(sk), now = bpf_ktime_get_boot_ns() >> 20, since;

	if (!note || task->flags & PF_KTHREAD || sk->__sk_common.skc_num == 0)
		return;
	since = now - note->told;
	if (note->ends == ends && since < AGAIN &&
	    (since < SHARED || note->owner.start == task->group_leader->start_boottime))
		return;
	nsc_bpf_task(&note->owner, task);
	note->ends = ends;
	note->told = now;
	tell_use(sk, note);
}

static __always_inline void
used(struct sock *sk, int size)
{
	__u16 family = sk->__sk_common.skc_family;

	if ((family != AF_INET && family != AF_INET6) || !is_ours(sk))
		return;
	if (sk->sk_protocol == IPPROTO_TCP && nsc_states)
		note_user(sk);		/* also who asks in vain */
	else if (sk->sk_protocol == IPPROTO_UDP && size >= 0)
		use(sk);
}

SEC("tp_btf/sock_send_length")
int BPF_PROG(nsc_send, struct sock *sk, int size, int flags)
{
	used(sk, size);
	return 0;
}

/* What is only looked at, or comes back with an error, is not received. */
SEC("tp_btf/sock_recv_length")
int BPF_PROG(nsc_recv, struct sock *sk, int size, int flags)
{
	if (!(flags & (MSG_PEEK | MSG_ERRQUEUE)))
		used(sk, size);
	return 0;
}
