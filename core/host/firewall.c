/* SPDX-License-Identifier: MIT */
/* The rules in force, kept for as long as the kernel says that they are the same. */
#include "host/firewall.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/nft_load.h"

#define SECOND 1000000000ull
#define LONGEST (60 * SECOND)		/* features.md, algorithm 3b */
#define SHARE 50

enum {
	ONE_WALK = 1000000,		/* rules for one question: 0.1 s */
	WALK = 10000000,		/* for all questions of a look */
};

struct nsc_firewall {
	struct nsc_nft nft;
	bool known;			/* nft is what is in force */
	uint64_t due;			/* not read again before: steady clock, ns */
	bool too_big;			/* the rules of generation `refused` are */
	uint32_t refused, told;		/* told: the last generation that the kernel named */
	char why[NSC_ERR];
	unsigned walk;			/* rules that answers may walk until the next look */
	bool legacy4, legacy6;		/* iptables-legacy has tables beside it */
};

int
nsc_firewall_new(struct nsc_firewall **f)
{
	*f = calloc(1, sizeof **f);
	return *f != NULL ? 0 : -ENOMEM;
}

void
nsc_firewall_free(struct nsc_firewall *f)
{
	if (f == NULL)
		return;
	nsc_nft_clear(&f->nft);
	free(f);
}

/*
 * The kernel lists x_tables' tables where that has any (one line each); nft knows nothing of
 * them.  A list that we may not read is taken for a full one.
 */
static bool
has_legacy(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char c;
	bool any;

	if (fd < 0)
		return errno != ENOENT;
	any = read(fd, &c, 1) != 0;
	close(fd);
	return any;
}

static uint64_t
cpu_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

static int
read_rules(struct nsc_firewall *f, uint64_t now, char err[NSC_ERR])
{
	uint64_t begun = cpu_time(), rest;
	int r = nsc_nft_load(&f->nft, err);

	rest = (cpu_time() - begun) * SHARE;
	f->due = now + (rest < LONGEST ? rest : LONGEST);
	if (r == -EPROTONOSUPPORT)	/* no nf_tables in this kernel: no rule of its */
		r = 0;
	f->known = r == 0;
	f->too_big = r == -E2BIG;
	if (f->too_big) {
		char other[NSC_ERR];

		memcpy(f->why, err, sizeof f->why);
		f->too_big = nsc_nft_generation(&f->refused, other) == 0;
	}
	return r == 0 ? 1 : r;
}

int
nsc_firewall_look(struct nsc_firewall *f, uint64_t now, char err[NSC_ERR])
{
	bool legacy4 = has_legacy("/proc/net/ip_tables_names");
	bool legacy6 = has_legacy("/proc/net/ip6_tables_names");
	bool same = legacy4 == f->legacy4 && legacy6 == f->legacy6;
	bool told = (f->known || f->too_big) && nsc_nft_generation(&f->told, err) == 0;

	f->walk = WALK;
	f->legacy4 = legacy4;
	f->legacy6 = legacy6;
	if (told && f->too_big && f->told == f->refused)
		return nsc_error(err, -E2BIG, "%s", f->why);
	if (told && f->known && (f->told == f->nft.generation || now < f->due))
		return same ? 0 : 1;
	return read_rules(f, now, err);
}

bool
nsc_firewall_has_ingress(const struct nsc_firewall *f, const char *device)
{
	for (uint32_t i = 0; i < f->nft.chain.count; i++) {
		const struct nsc_nft_chain *c = nsc_nft_chain(&f->nft, (int32_t)i);

		if (c->netdev && (strcmp(c->device, "*") == 0 ||
				  strncmp(c->device, device, sizeof c->device) == 0))
			return true;
	}
	return false;
}

void
nsc_firewall_size(const struct nsc_firewall *f, unsigned *chains, unsigned *rules)
{
	*chains = f->nft.chain.count;
	*rules = f->nft.rule.count;
}

static const char *
family_text(uint8_t family)
{
	return family == NFPROTO_INET ? "inet" : family == NFPROTO_IPV4 ? "ip"
	       : family == NFPROTO_IPV6 ? "ip6" : family == NFPROTO_NETDEV ? "netdev" : "";
}

/* The kernel takes any octets for a name; people get what a terminal can show. */
static void
name(char *to, size_t size, const char *from)
{
	size_t n = 0;

	for (; from[n] != '\0' && n + 1 < size; n++)
		to[n] = from[n] > ' ' && from[n] <= '~' ? from[n] : '?';
	to[n] = '\0';
}

static void
explain(const struct nsc_firewall *f, const struct nsc_nft_answer *a,
	struct nsc_firewall_reason *reason)
{
	const struct nsc_nft_chain *c;
	const struct nsc_nft_table *t;

	memset(reason, 0, sizeof *reason);
	if (a->chain == NSC_NFT_NONE)
		return;
	c = nsc_nft_chain(&f->nft, a->chain);
	t = nsc_nft_table(&f->nft, c->table);
	reason->handle = a->handle;
	snprintf(reason->family, sizeof reason->family, "%s", family_text(t->family));
	name(reason->table, sizeof reason->table, t->name);
	name(reason->chain, sizeof reason->chain, c->name);
}

enum nsc_fw_verdict
nsc_firewall_verdict(struct nsc_firewall *f, const struct nsc_nft_question *q,
		     struct nsc_firewall_reason *reason, bool *spent)
{
	bool legacy = nsc_addr_is_v4(&q->addr) ? f->legacy4 : f->legacy6;
	struct nsc_nft_answer a = {.outcomes = NSC_NFT_UNKNOWN, .chain = NSC_NFT_NONE};

	if (f->known)
		nsc_nft_eval(&f->nft, q, f->walk < ONE_WALK ? f->walk : ONE_WALK, &a);
	f->walk -= a.walked;
	*spent = f->walk == 0;
	if (reason != NULL)
		explain(f, &a, reason);
	switch (a.outcomes) {
	case NSC_NFT_ALLOWED:
		return legacy ? NSC_FW_UNKNOWN : NSC_FW_ALLOW;
	case NSC_NFT_DROPPED:
		return NSC_FW_DROP;
	case NSC_NFT_REJECTED:
		return legacy ? NSC_FW_UNKNOWN : NSC_FW_REJECT;
	default:
		return NSC_FW_UNKNOWN;
	}
}
