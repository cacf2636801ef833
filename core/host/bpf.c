/* SPDX-License-Identifier: MIT */
/* What all users of BPF programs share. */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "host/bpf.h"

#define FIRST_PID_NAMESPACE 0xeffffffcu		/* PROC_PID_INIT_INO, include/linux/proc_ns.h */

static int
say_nothing(enum libbpf_print_level level, const char *fmt, va_list args)
{
	(void)level;
	(void)fmt;
	(void)args;
	return 0;
}

nsc_bpf_printer
nsc_bpf_quiet(void)
{
	return (nsc_bpf_printer)libbpf_set_print(say_nothing);
}

void
nsc_bpf_loud(nsc_bpf_printer before)
{
	libbpf_set_print((libbpf_print_fn_t)before);
}

/* The effective capabilities, 64 bits; 0 if the kernel does not tell. */
static uint64_t
capabilities(void)
{
	struct __user_cap_header_struct h = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct d[2] = {0};

	if (syscall(SYS_capget, &h, d) != 0)
		return 0;
	return (uint64_t)d[1].effective << 32 | d[0].effective;
}

int
nsc_bpf_error(int r, const char *what, char err[NSC_ERR])
{
	uint64_t have = capabilities();
	bool bpf, perfmon;

	if (r != -EPERM && r != -EACCES)
		return nsc_error(err, r, "BPF: %s: %s", what, strerror(-r));
	if (have & 1ull << CAP_SYS_ADMIN)
		have |= 1ull << CAP_BPF | 1ull << CAP_PERFMON;
	bpf = have & 1ull << CAP_BPF;
	perfmon = have & 1ull << CAP_PERFMON;
	if (bpf && perfmon)
		return nsc_error(err, r, "BPF: %s: %s, though CAP_BPF and CAP_PERFMON are there "
				 "(lockdown, a filter of system calls or a security module?)",
				 what, strerror(-r));
	return nsc_error(err, r, "BPF: %s%s%s missing", bpf ? "" : "CAP_BPF",
			 bpf || perfmon ? "" : " and ", perfmon ? " is" :
			 bpf ? "CAP_PERFMON is" : "CAP_PERFMON are");
}

struct btf *
nsc_bpf_types(int *r, char err[NSC_ERR])
{
	struct btf *types = btf__load_vmlinux_btf();

	if (types == NULL) {
		*r = -ENOENT;
		nsc_error(err, *r, "BPF: this kernel does not tell its types "
			  "(/sys/kernel/btf/vmlinux, CONFIG_DEBUG_INFO_BTF)");
	}
	return types;
}

bool
nsc_bpf_has(const struct btf *types, enum nsc_bpf_hook kind, const char *name)
{
	char full[128];

	snprintf(full, sizeof full, "%s%s", kind == NSC_BPF_ITERATOR ? "bpf_iter_" : "btf_trace_",
		 name);
	return btf__find_by_name_kind(types, full, kind == NSC_BPF_ITERATOR ? BTF_KIND_FUNC
									    : BTF_KIND_TYPEDEF) > 0;
}

uint32_t
nsc_bpf_pid_namespace(void)
{
	struct stat s;

	if (stat("/proc/self/ns/pid", &s) != 0 || s.st_ino == FIRST_PID_NAMESPACE)
		return 0;
	return (uint32_t)s.st_ino;
}

uint64_t
nsc_bpf_ticks(uint64_t ns)
{
	long hz = sysconf(_SC_CLK_TCK);

	return ns / (1000000000u / (uint64_t)(hz > 0 ? hz : 100));
}

void
nsc_bpf_add_runs(struct nsc_bpf_runs *sum, const struct bpf_program *p)
{
	struct bpf_prog_info info = {0};
	uint32_t size = sizeof info;

	if (bpf_program__fd(p) < 0 || bpf_obj_get_info_by_fd(bpf_program__fd(p), &info, &size) != 0)
		return;
	sum->ns += info.run_time_ns;
	sum->runs += info.run_cnt;
	sum->missed += info.recursion_misses;
}
