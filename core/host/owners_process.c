/* SPDX-License-Identifier: MIT */
/* What owners remember of processes: told by a walk, by the iterator, or by a tracepoint. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/owners_inner.h"

#define NO_UNIT_NS 60000000000ull	/* a cgroup that was not found is sought again */

/* Numbers of cgroups are not used again while the kernel runs (kernfs, 64 bit). */
static const char *
unit_of(struct nsc_owners *o, uint64_t cgroup)
{
	struct nsc_cgroup_unit *u = &o->unit[cgroup % NSC_CGROUP_UNITS];
	char path[4096];

	if (u->cgroup == cgroup && (u->unit[0] != '\0' || o->now - u->told < NO_UNIT_NS))
		return u->unit;
	*u = (struct nsc_cgroup_unit){.cgroup = cgroup, .told = o->now};
	if (nsc_cgroup_path(cgroup, path, sizeof path))
		nsc_unit_name(u->unit, path);
	return u->unit;
}

/* Where /proc does not tell: the process has ended, or another has its PID. */
static void
tell_by_kernel(struct nsc_owners *o, struct nsc_known_process *k, const char *comm, uint64_t cgroup)
{
	snprintf(k->process.name, sizeof k->process.name, "%s", comm);
	if (k->process.unit[0] == '\0' && cgroup != 0)
		snprintf(k->process.unit, sizeof k->process.unit, "%s", unit_of(o, cgroup));
}

static bool
same_comm(const char known[NSC_KNOWN_COMM], const char *comm)
{
	return strncmp(known, comm, NSC_KNOWN_COMM - 1) == 0;
}

struct nsc_known_process *
nsc_owners_learn(struct nsc_owners *o, uint32_t pid, const struct nsc_process_stat *s, int dir,
		 uint64_t cgroup)
{
	struct nsc_known_process *k = nsc_known_add(&o->known, pid, s->start, o->now);
	struct nsc_process_stat now = *s;
	int own = -1;

	k->checked = o->now;
	if (k->told != 0 && (s->comm[0] == '\0' || same_comm(k->comm, s->comm) ||
			     same_comm(k->told_as, s->comm)))
		return k;
	if (dir < 0)
		dir = own = nsc_proc_process(&o->proc, pid);
	if (own >= 0 && (nsc_proc_stat(&o->proc, own, &now) < 0 || now.start != s->start)) {
		now = *s;
		dir = -1;
	}
	if (dir >= 0)
		nsc_proc_describe(&o->proc, dir, now.comm, o->options.script, &k->process);
	if (dir < 0 || k->process.name[0] == '\0')
		tell_by_kernel(o, k, s->comm, cgroup);
	if (own >= 0)
		close(own);
	snprintf(k->comm, sizeof k->comm, "%.*s", NSC_KNOWN_COMM - 1, now.comm);
	snprintf(k->told_as, sizeof k->told_as, "%.*s", NSC_KNOWN_COMM - 1, s->comm);
	k->told = o->now > 0 ? o->now : 1;
	return k;
}

struct nsc_owner
nsc_owners_as_owner(const struct nsc_known_process *k)
{
	if (k == NULL || k->process.name[0] == '\0')
		return (struct nsc_owner){.state = NSC_OWNER_DENIED};
	return (struct nsc_owner){.state = NSC_OWNER_KNOWN, .process = &k->process};
}

struct nsc_owner
nsc_owners_pid(struct nsc_owners *o, uint32_t pid, uint64_t start, const char *comm,
	       uint64_t cgroup, uint64_t now)
{
	struct nsc_process_stat s = {.start = start};
	int dir;

	if (pid == 0)
		return (struct nsc_owner){.state = NSC_OWNER_ANONYMOUS};
	snprintf(s.comm, sizeof s.comm, "%s", comm);
	o->now = now;
	if (start == 0) {		/* not told: whoever has the PID now */
		dir = nsc_proc_process(&o->proc, pid);
		if (dir >= 0) {
			(void)nsc_proc_stat(&o->proc, dir, &s);
			close(dir);
		}
	}
	return nsc_owners_as_owner(nsc_owners_learn(o, pid, &s, -1, cgroup));
}
