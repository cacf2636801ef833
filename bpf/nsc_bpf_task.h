/* SPDX-License-Identifier: MIT */
/* A task's thread group as the reader knows it: shared by our BPF programs. */
#ifndef NSC_BPF_TASK_H
#define NSC_BPF_TASK_H

#include "bpf/nsc_bpf_types.h"
#include "bpf/nsc_bpf_abi.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* PID namespaces nest 32 deep (MAX_PID_NS_LEVEL); readers sit near the root. */
#define NSC_BPF_PID_LEVELS 8

/* The reader's PID namespace; 0: the first one, where numbers are the kernel's own. */
const volatile __u32 nsc_pid_namespace = 0;

/* Number of a thread group's leader in the reader's PID namespace; 0: it is not there. */
static __always_inline __u32
nsc_bpf_pid(struct task_struct *leader)
{
	struct pid *pid;
	__u32 level;

	if (nsc_pid_namespace == 0)
		return leader->tgid;
	pid = leader->thread_pid;
	level = BPF_CORE_READ(pid, level);
	for (__u32 i = 0; i < NSC_BPF_PID_LEVELS && i <= level; i++) {
		struct upid *u = (void *)((char *)pid + bpf_core_field_offset(pid->numbers) +
					  i * bpf_core_type_size(struct upid));

		if (BPF_CORE_READ(u, ns, ns.inum) == nsc_pid_namespace)
			return BPF_CORE_READ(u, nr);
	}
	return 0;
}

static __always_inline void
nsc_bpf_task(struct nsc_bpf_task *t, struct task_struct *task)
{
	struct task_struct *leader = task->group_leader;

	t->kernel = (task->flags & PF_KTHREAD) != 0;
	t->pid = t->kernel ? 0 : nsc_bpf_pid(leader);
	t->start = leader->start_boottime;
	BPF_CORE_READ_INTO(&t->comm, leader, comm);
}

#endif
