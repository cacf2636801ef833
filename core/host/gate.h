/* SPDX-License-Identifier: MIT */
/*
 * What may take packets away besides netfilter's rules: on the device where they arrive and
 * on those below it (XDP, traffic control, ingress chains of members), and at the socket (BPF
 * programs of its cgroup, of who gets a packet).
 */
#ifndef NSC_HOST_GATE_H
#define NSC_HOST_GATE_H

#include "host/firewall.h"
#include "host/interfaces.h"
#include "host/route.h"
#include "host/socket.h"

enum { NSC_GATES = 256 };		/* answers kept; a power of two */

struct nsc_gates {			/* all zero: nothing was asked, nor shall be */
	bool bpf;			/* bpf(2) may be asked: a unit's filter may kill who does */
	struct {
		uint64_t key;		/* 0: free */
		bool closed;
	} kept[NSC_GATES];
};

/* What is asked from now on is asked anew. */
void nsc_gates_forget(struct nsc_gates *g);

/* Before netfilter: such a gate may drop what the rules allow or reject. */
bool nsc_gate_of_device(struct nsc_gates *g, const struct nsc_firewall *f,
			const struct nsc_routes *r, const struct nsc_interfaces *t,
			const struct nsc_interface *i);

/* Behind netfilter: such a gate may drop what the rules allow. */
bool nsc_gate_of_socket(struct nsc_gates *g, const struct nsc_socket *s);

#endif
