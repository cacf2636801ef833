/* SPDX-License-Identifier: MIT */
/* A finding and a remedy for each errno, in the words of setcap(8) and systemd.exec(5). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/remedy.h"

/* Root without a capability has had it taken away by its unit; others never got it. */
static void
missing(struct nsc_remedy *r, const char *upper, const char *lower)
{
	char program[128] = "PROGRAM";
	ssize_t n;

	snprintf(r->finding, sizeof r->finding, "%s is missing", upper);
	if (geteuid() == 0) {
		snprintf(r->remedy, sizeof r->remedy,
			 "add it to the unit: [Service] CapabilityBoundingSet=%s", upper);
		return;
	}
	n = readlink("/proc/self/exe", program, sizeof program - 1);
	if (n > 0)
		program[n] = '\0';
	snprintf(r->remedy, sizeof r->remedy,
		 "setcap %s+ep %s, or in the unit: [Service] AmbientCapabilities=%s", lower,
		 program, upper);
}

static void
family(struct nsc_remedy *r, const char *name)
{
	snprintf(r->finding, sizeof r->finding, "sockets of %s are forbidden", name);
	snprintf(r->remedy, sizeof r->remedy,
		 "add it to the unit: [Service] RestrictAddressFamilies=%s", name);
}

static void
other(struct nsc_remedy *r, int code)
{
	snprintf(r->finding, sizeof r->finding, "%s", strerror(-code));
	r->remedy[0] = '\0';
}

void
nsc_remedy_capture(struct nsc_remedy *r, int code)
{
	if (code == -EPERM)
		missing(r, "CAP_NET_RAW", "cap_net_raw");
	else if (code == -EAFNOSUPPORT)
		family(r, "AF_PACKET");
	else
		other(r, code);
	if (code == -ENOMEM)
		snprintf(r->remedy, sizeof r->remedy,
			 "a smaller RingSize, or more memory for the unit");
}

void
nsc_remedy_interfaces(struct nsc_remedy *r, int code)
{
	if (code == -EAFNOSUPPORT)
		family(r, "AF_NETLINK");
	else
		other(r, code);
}

/* --- the inventory ------------------------------------------------------------ */

/* linux/capability.h */
enum { DAC_READ_SEARCH = 2, NET_ADMIN = 12, SYS_PTRACE = 19, SYS_ADMIN = 21, PERFMON = 38, BPF = 39 };

static unsigned long long
number_of(const char *path, const char *before, int base)
{
	char text[4096], *at;
	FILE *f = fopen(path, "re");
	size_t n = 0;

	if (f != NULL) {
		n = fread(text, 1, sizeof text - 1, f);
		fclose(f);
	}
	text[n] = '\0';
	at = strstr(text, before);
	return at != NULL ? strtoull(at + strlen(before), NULL, base) : 0;
}

static bool
has(int capability)
{
	return number_of("/proc/self/status", "\nCapEff:", 16) >> capability & 1;
}

/* Linux 5.8 divided CAP_SYS_ADMIN, which still stands for its parts. */
static unsigned
remedy_bpf(struct nsc_remedy *r)
{
	unsigned n = 0;

	if (has(SYS_ADMIN))
		return 0;
	if (number_of("/proc/sys/kernel/cap_last_cap", "", 10) < BPF) {
		missing(&r[n++], "CAP_SYS_ADMIN", "cap_sys_admin");
		return n;
	}
	if (!has(BPF))
		missing(&r[n++], "CAP_BPF", "cap_bpf");
	if (!has(PERFMON))
		missing(&r[n++], "CAP_PERFMON", "cap_perfmon");
	return n;
}

/* /proc/PID/fd is its owner's alone, and its links are for who may trace the process. */
static unsigned
remedy_processes(struct nsc_remedy *r)
{
	unsigned n = 0;

	if (!has(SYS_PTRACE))
		missing(&r[n++], "CAP_SYS_PTRACE", "cap_sys_ptrace");
	if (!has(DAC_READ_SEARCH))
		missing(&r[n++], "CAP_DAC_READ_SEARCH", "cap_dac_read_search");
	return n;
}

unsigned
nsc_remedy_inventory(struct nsc_remedy r[NSC_REMEDIES], enum nsc_inventory_source s,
		     int code, const char *line)
{
	bool refused = code == -EPERM || code == -EACCES;
	unsigned n = 0;

	if (s == NSC_INVENTORY_BPF && refused)
		n = remedy_bpf(r);
	if (s == NSC_INVENTORY_PROCESSES && refused)
		n = remedy_processes(r);
	if (s == NSC_INVENTORY_NAMESPACES && code == -EPERM && !has(SYS_ADMIN))
		missing(&r[n++], "CAP_SYS_ADMIN", "cap_sys_admin");
	if (s == NSC_INVENTORY_FIREWALL && code == -EPERM && !has(NET_ADMIN))
		missing(&r[n++], "CAP_NET_ADMIN", "cap_net_admin");
	if (s == NSC_INVENTORY_CONNTRACK && code == -EPERM && !has(NET_ADMIN))
		missing(&r[n++], "CAP_NET_ADMIN", "cap_net_admin");
	if (s == NSC_INVENTORY_SOCKETS && code == -EAFNOSUPPORT)
		family(&r[n++], "AF_NETLINK");
	if (n > 0)
		return n;
	snprintf(r[0].finding, sizeof r[0].finding, "%s", line);
	r[0].remedy[0] = '\0';
	if (s == NSC_INVENTORY_BPF && code == -ENOTSUP)
		snprintf(r[0].remedy, sizeof r[0].remedy,
			 "install libbpf-dev, clang and bpftool, configure and build again");
	if (s == NSC_INVENTORY_CONNTRACK && code == -EPROTONOSUPPORT)
		snprintf(r[0].remedy, sizeof r[0].remedy, "modprobe nf_conntrack_netlink");
	return 1;
}
