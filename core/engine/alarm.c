/* SPDX-License-Identifier: MIT */
/* Sums that grew, sources that stood at 1 and stand at 0. */
#include <stdio.h>
#include <string.h>

#include "engine/alarm.h"

static const struct kind {
	const char *type, *value;	/* of family self; value NULL: all of the type but `but` */
	const char *but;
	bool level;			/* bad at 0; else bad while it grows */
	bool grave;
	const char *begins, *over;
} kinds[NSC_ALARMS] = {
	{"packets", "dropped", NULL, false, false, "packets were lost by the kernel for want of room",
	 "no packets are lost any more"},
	{"bool", "source_capture", NULL, true, true, "capture was lost", "capture works again"},
	{"bool", "source_interfaces", NULL, true, true, "the interfaces' events were lost",
	 "the interfaces' events are heard again"},
	{"bool", "source_sockets", NULL, true, true, "the kernel's sockets cannot be read any more",
	 "the kernel's sockets are read again"},
	{"bool", "source_processes", NULL, true, true, "processes cannot be looked at any more",
	 "processes are looked at again"},
	{"bool", "source_bpf", NULL, true, true, "the BPF programs are gone", "the BPF programs run again"},
	{"bool", "source_firewall", NULL, true, true, "the firewall's rules cannot be read any more",
	 "the firewall's rules are read again"},
	{"bool", "source_conntrack", NULL, true, true, "conntrack cannot be read any more",
	 "conntrack is read again"},
	{"bool", "source_namespaces", NULL, true, true, "other namespaces cannot be entered any more",
	 "other namespaces are entered again"},
	{"cache_eviction", NULL, "cert_ports", false, false, "entries were given up because a table is full",
	 "tables have room again"},
	{"operations", "reassembly_overflow", NULL, false, false,
	 "conversations were given up because memory for reassembly is full",
	 "reassembly has room again"},
	{"operations", "inconsistent_retransmit", NULL, false, false,
	 "octets were sent again with another content (an evasion, or a broken middlebox)",
	 "what is sent again has the same content again"},
};

static bool
is_of(const struct kind *k, const struct nsc_sample *s)
{
	if (strcmp(s->family, "self") != 0 || strcmp(s->type, k->type) != 0)
		return false;
	return k->value != NULL ? strcmp(s->value, k->value) == 0 : strcmp(s->value, k->but) != 0;
}

void
nsc_alarm_sample(struct nsc_alarm_state state[NSC_ALARMS], const struct nsc_sample *s)
{
	unsigned i;

	for (i = 0; i < NSC_ALARMS; i++)
		if (is_of(&kinds[i], s))
			state[i].now += s->counter ? s->sum[0] : (uint64_t)s->level[0];
}

/* It happened since the last read.  Of the first read's levels nothing can be said. */
static bool
happened(const struct kind *k, const struct nsc_alarm_state *a)
{
	if (k->level)
		return a->known && a->now == 0 && (a->sum != 0 || a->raised);
	return a->now > a->sum;
}

static void
fill(struct nsc_alarm *told, const struct kind *k, const struct nsc_alarm_state *a, bool over)
{
	*told = (struct nsc_alarm){.family = "self",
				   .type = k->type,
				   .value = k->value != NULL ? k->value : "",
				   .severity = over	? NSC_ALARM_OKAY
					       : k->grave ? NSC_ALARM_FAILURE
							  : NSC_ALARM_WARNING};
	if (over || k->level)
		snprintf(told->text, sizeof told->text, "%s", over ? k->over : k->begins);
	else
		snprintf(told->text, sizeof told->text, "%s: %llu", k->begins,
			 (unsigned long long)(a->now - a->sum));
}

void
nsc_alarm_tell(struct nsc_alarm_state state[NSC_ALARMS],
	       void (*tell)(void *arg, const struct nsc_alarm *a), void *arg)
{
	struct nsc_alarm told;
	unsigned i;

	for (i = 0; i < NSC_ALARMS; i++) {
		struct nsc_alarm_state *a = &state[i];
		const struct kind *k = &kinds[i];
		bool bad = happened(k, a), was = a->raised;

		if (bad)
			a->quiet = 0;
		else if (a->raised)
			a->quiet++;
		a->raised = bad || (was && !k->level && a->quiet < NSC_ALARM_QUIET);
		if (a->raised != was) {
			fill(&told, k, a, was);
			tell(arg, &told);
		}
		a->sum = a->now;
		a->now = 0;
		a->known = true;
	}
}
