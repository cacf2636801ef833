/* SPDX-License-Identifier: MIT */
/*
 * What all users of BPF programs share: whether this kernel has a hook, silence while
 * libbpf works, and what to tell a person when the kernel says no.  Built only with libbpf.
 */
#ifndef NSC_HOST_BPF_H
#define NSC_HOST_BPF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct bpf_program;
struct btf;

enum nsc_bpf_hook { NSC_BPF_TRACEPOINT, NSC_BPF_ITERATOR };	/* tp_btf/NAME, iter/NAME */

/* This kernel's types (5.5 MB: once an open; btf__free); NULL with err, and -errno in *r. */
struct btf *nsc_bpf_types(int *r, char err[NSC_ERR]);

bool nsc_bpf_has(const struct btf *types, enum nsc_bpf_hook kind, const char *name);

/*
 * libbpf writes to standard error; between these two it does not.  Its printer is the whole
 * process's, so what was there is put back.
 */
typedef void (*nsc_bpf_printer)(void);
nsc_bpf_printer nsc_bpf_quiet(void);
void nsc_bpf_loud(nsc_bpf_printer before);

/* Returns r with a line: "BPF: WHAT: why"; for -EPERM and -EACCES the capabilities that lack. */
int nsc_bpf_error(int r, const char *what, char err[NSC_ERR]);

/* Inode of this process's PID namespace; 0 if it is the first one, which needs no translation. */
uint32_t nsc_bpf_pid_namespace(void);

/* ns since boot, as tasks have them, in clock ticks, as /proc/PID/stat has them. */
uint64_t nsc_bpf_ticks(uint64_t ns);

struct nsc_bpf_runs {
	uint64_t ns, runs;	/* where the kernel counts them (kernel.bpf_stats_enabled) */
	uint64_t missed;	/* it would have interrupted itself (5.12) */
};
void nsc_bpf_add_runs(struct nsc_bpf_runs *sum, const struct bpf_program *p);

#endif
