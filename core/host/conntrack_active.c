/* SPDX-License-Identifier: MIT */
/*
 * Hooks are registered where a rule needs them; an entry is the proof.  A message to a
 * subsystem of nfnetlink, or its multicast group, makes the kernel load the module for it:
 * so none is sent before the list of modules, or that of the built-in ones, has it.
 */
#include "host/conntrack_active.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static bool
read_number(const char *path, uint64_t *number)
{
	char text[32], *end;
	FILE *f = fopen(path, "re");
	size_t n;

	if (f == NULL)
		return false;
	n = fread(text, 1, sizeof text - 1, f);
	fclose(f);
	text[n] = '\0';
	*number = strtoull(text, &end, 10);
	return end != text;
}

/* A line that begins with the name, or ends in it: /proc/modules, modules.builtin. */
static bool
lists(FILE *f, const char *first, const char *last)
{
	char line[512];
	bool found = false;

	while (!found && fgets(line, sizeof line, f) != NULL) {
		size_t n = strcspn(line, "\n"), m = last != NULL ? strlen(last) : 0;

		line[n] = '\0';
		if (first != NULL)
			found = strncmp(line, first, strlen(first)) == 0;
		else
			found = n >= m && strcmp(line + n - m, last) == 0;
	}
	return found;
}

static bool
is_loaded(const char *module)
{
	FILE *f = fopen("/proc/modules", "re");
	bool found;

	if (f == NULL)
		return false;
	found = lists(f, module, NULL);
	fclose(f);
	return found;
}

/* 1, 0; -1: there is no list. */
static int
is_built_in(const char *file)
{
	char path[sizeof((struct utsname *)0)->release + 40];
	struct utsname u;
	int found;
	FILE *f;

	if (uname(&u) < 0)
		return -1;
	snprintf(path, sizeof path, "/lib/modules/%s/modules.builtin", u.release);
	f = fopen(path, "re");
	if (f == NULL)
		return -1;
	found = lists(f, NULL, file);
	fclose(f);
	return found;
}

/* A part of a module cannot be built in; without kmod nothing can be loaded. */
static bool
has_netlink(void)
{
	int built_in;

	if (is_loaded("nf_conntrack_netlink "))
		return true;
	if (is_loaded("nf_conntrack "))
		return false;
	built_in = is_built_in("/nf_conntrack_netlink.ko");
	return built_in < 0 ? access("/proc/sys/kernel/modprobe", F_OK) < 0 : built_in > 0;
}

int
nsc_conntrack_active(struct nsc_conntrack_levels *l, char err[NSC_ERR])
{
	uint64_t events = 1;

	*l = (struct nsc_conntrack_levels){.events = true};
	if (!read_number("/proc/sys/net/netfilter/nf_conntrack_count", &l->entries))
		return 0;
	if (!read_number("/proc/sys/net/netfilter/nf_conntrack_max", &l->max))
		read_number("/proc/sys/net/nf_conntrack_max", &l->max);
	read_number("/proc/sys/net/netfilter/nf_conntrack_events", &events);
	l->events = events != 0;
	if (has_netlink())
		return 1;
	if (l->entries == 0)
		return 0;
	return nsc_error(err, -EPROTONOSUPPORT,
			 "translations: the module nf_conntrack_netlink is not loaded");
}
