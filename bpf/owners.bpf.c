/* SPDX-License-Identifier: MIT */
/*
 * Every socket that a process has open: an iterator over tasks' files (5.8).  It shows the
 * tasks of the reader's PID namespace, as /proc does, and of each what /proc/PID/fd shows.
 */
#include "bpf/nsc_bpf_types.h"
#include "bpf/nsc_bpf_abi.h"
#include "bpf/nsc_bpf_task.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define SOCKFS_MAGIC 0x534F434B		/* else the number is a file's, opened with O_PATH */

SEC("iter/task_file")
int nsc_files(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct nsc_bpf_task who = {0};
	struct nsc_bpf_file told = {0};
	struct inode *inode;

	if (!task || !file || task->pid != task->tgid)
		return 0;
	inode = file->f_inode;
	if ((inode->i_mode & S_IFMT) != S_IFSOCK || inode->i_sb->s_magic != SOCKFS_MAGIC)
		return 0;
	nsc_bpf_task(&who, task);
	if (who.pid == 0)
		return 0;
	told.inode = inode->i_ino;
	told.start = who.start;
	told.cgroup = task->cgroups->dfl_cgrp->kn->id;
	told.pid = who.pid;
	told.fd = ctx->fd;
	__builtin_memcpy(told.comm, who.comm, sizeof told.comm);
	bpf_seq_write(ctx->meta->seq, &told, sizeof told);
	return 0;
}
