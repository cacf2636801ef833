/* SPDX-License-Identifier: MIT */
/*
 * BPF programs that may take a packet away before netfilter sees it, or behind it, and of
 * which no rule tells.  All need CAP_NET_ADMIN in the first user namespace (bpf(2),
 * BPF_PROG_QUERY).  1: there is one; 0: none, or this kernel has no such place; -EPERM:
 * nobody tells us; other -errno.
 */
#ifndef NSC_HOST_FILTER_H
#define NSC_HOST_FILTER_H

#include <stdint.h>

/* Behind: for what sockets of a cgroup take in, of it and those above (systemd's IPAddressDeny). */
int nsc_filter_of_cgroup(uint64_t inode);

/* Behind: who gets a packet, in this network namespace (BPF_SK_LOOKUP, Linux 5.9). */
int nsc_filter_of_namespace(void);

/* Before: traffic control's programs without a queueing discipline (tcx, Linux 6.6). */
int nsc_filter_of_device(uint32_t ifindex);

#endif
