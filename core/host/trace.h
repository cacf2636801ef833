/* SPDX-License-Identifier: MIT */
/*
 * Sockets' lives as tracepoints tell them (BPF: tp_btf and a ring buffer): connections that
 * no dump sees, with owner, exact octets and the way they ended; and who uses a UDP socket.
 * Chosen by file: without libbpf every function answers -ENOTSUP.
 */
#ifndef NSC_HOST_TRACE_H
#define NSC_HOST_TRACE_H

#include "base/error.h"
#include "host/socket.h"

enum nsc_trace_kind {
	NSC_TRACE_OPENED,	/* -> ESTABLISHED; both ends */
	NSC_TRACE_CLOSED,	/* was established: totals are final */
	NSC_TRACE_FAILED,	/* SYN_SENT -> CLOSE: see error */
	NSC_TRACE_LISTEN,	/* a listener came or went: dump again */
	NSC_TRACE_USED,		/* a UDP socket is used: at first, by another process, each second */
};

struct nsc_trace_event {
	uint8_t kind;			/* nsc_trace_kind */
	bool accepted;			/* this end took it; false if opened before the trace */
	bool aborted;			/* CLOSED by RST or abort, not by FINs */
	/*
	 * FAILED: ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH ...; 0: the program gave up.
	 * CLOSED and aborted: ECONNRESET, ETIMEDOUT ...; 0: this end aborted it.
	 */
	int error;
	uint64_t time;			/* CLOCK_BOOTTIME, ns */
	struct nsc_socket socket;	/* inode 0; totals measured */
	uint32_t pid;			/* 0: nobody known (accepted, no I/O yet: the listener's owner) */
	uint64_t start;			/* as struct nsc_process has it */
	char comm[16];			/* of the thread group's leader */
};

enum nsc_trace_hook {		/* one by one: a missing one takes only itself away */
	NSC_HOOK_SET_STATE,	/* tp_btf/inet_sock_set_state */
	NSC_HOOK_SEND,		/* tp_btf/sock_send_length (6.3): owners of UDP and of accepted ends */
	NSC_HOOK_RECV,		/* tp_btf/sock_recv_length (6.3) */
	NSC_HOOKS
};
const char *nsc_trace_hook_text(enum nsc_trace_hook h);	/* the tracepoint's name */

struct nsc_trace_options {
	uint64_t netns;			/* events of this namespace only; 0: of all */
	uint32_t without;		/* 1 << nsc_trace_hook: not wanted, as if the kernel had none */
	uint32_t ring_size;		/* octets, a power of two; 0: 4 MiB (about 29,000 events) */
};

struct nsc_trace_stats {
	uint64_t events, lost;		/* lost: the ring was full, or a program met itself */
	uint32_t hooks;			/* 1 << nsc_trace_hook: attached */
	uint64_t run_ns, runs;		/* of the programs, where the kernel counts them */
};

struct nsc_trace;

/* 0, or -errno with err: -ENOTSUP not built, -EPERM, -ENOENT no BTF in this kernel. */
int nsc_trace_open(struct nsc_trace **t, const struct nsc_trace_options *options, char err[NSC_ERR]);
void nsc_trace_close(struct nsc_trace *t);	/* detaches; NULL is fine */

/*
 * Polls readable when the first event after a rest came, then each 20 ms until a drain finds
 * nothing: to be polled, and drained when readable.
 */
int nsc_trace_fd(const struct nsc_trace *t);

/* Tells what waits, at most `max` events; how many. */
int nsc_trace_drain(struct nsc_trace *t, unsigned max,
		    void (*each)(void *arg, const struct nsc_trace_event *e), void *arg);

void nsc_trace_stats(const struct nsc_trace *t, struct nsc_trace_stats *s);

#endif
