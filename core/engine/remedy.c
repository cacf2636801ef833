/* SPDX-License-Identifier: MIT */
/* A finding and a remedy for each errno, in the words of setcap(8) and systemd.exec(5). */
#include <errno.h>
#include <stdio.h>
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
