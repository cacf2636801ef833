/* SPDX-License-Identifier: MIT */
/* What BPF programs and the core hand to each other: flat, of fixed size, in host order. */
#ifndef NSC_BPF_ABI_H
#define NSC_BPF_ABI_H

/* A process as the kernel has it. */
struct nsc_bpf_task {
	uint64_t start;		/* ns since boot (CLOCK_BOOTTIME) of the thread group's leader */
	uint32_t pid;		/* thread group in the reader's PID namespace; 0: not there */
	uint32_t kernel;	/* 1: a thread of the kernel, pid 0 */
	char comm[16];		/* of the leader */
};

enum {				/* nsc_bpf_event.kind; the order of nsc_trace_kind */
	NSC_BPF_OPENED, NSC_BPF_CLOSED, NSC_BPF_FAILED, NSC_BPF_LISTEN, NSC_BPF_USED,
};

enum {				/* nsc_bpf_event.flags */
	NSC_BPF_ACCEPTED = 1,
	NSC_BPF_ABORTED = 2,
	NSC_BPF_DUAL = 4,	/* an IPv6 wildcard that takes IPv4 too */
};

struct nsc_bpf_event {
	uint64_t time;		/* CLOCK_BOOTTIME, ns */
	uint64_t cookie;
	uint64_t cgroup;
	uint64_t sent, received;	/* octets of payload */
	struct nsc_bpf_task owner;
	uint32_t netns;
	uint32_t device;
	uint32_t uid;
	uint32_t retransmits;	/* segments */
	uint32_t rtt, rtt_var;	/* us */
	uint8_t local[16], remote[16];	/* IPv4 as ::ffff:a.b.c.d */
	uint16_t local_port, remote_port;
	uint16_t error;		/* errno */
	uint8_t family;		/* of the addresses: AF_INET, AF_INET6 */
	uint8_t kind;
	uint8_t flags;
	uint8_t state;
	uint8_t proto;
	uint8_t reserved[5];
};

/* A socket that a process has open. */
struct nsc_bpf_file {
	uint64_t inode;
	uint64_t start;		/* as nsc_bpf_task has it */
	uint64_t cgroup;	/* inode of its cgroup2 folder */
	uint32_t pid;
	int32_t fd;
	char comm[16];
};

#endif
