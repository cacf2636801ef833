/* SPDX-License-Identifier: MIT */
/*
 * verdicts IFACE public|private PROTO ADDR PORT...: what the firewall of this namespace would
 * do with the first packet to each port, one line each, as firewall.py asks it.  LOOKS in the
 * environment: how many times it looks at the rules first, as if 100 s apart (1), and the last
 * line is how often they were read; BETWEEN: a command after each look.
 */
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/firewall.h"

int
main(int argc, char **argv)
{
	struct nsc_nft_question q = {.on_interface = true, .sole = true, .routed_back = true};
	struct nsc_firewall_reason why;
	struct nsc_firewall *f;
	const char *looks = getenv("LOOKS"), *between = getenv("BETWEEN");
	char err[NSC_ERR];
	uint64_t now = 0;
	bool spent;
	int r = 0, read = 0;

	if (argc < 6 || nsc_firewall_new(&f) < 0)
		return 2;
	for (int i = looks != NULL ? atoi(looks) : 1; i > 0; i--) {
		r = nsc_firewall_look(f, now += 100000000000, err);
		read += r == 1;
		if (between != NULL && system(between) != 0)
			return 2;
	}
	if (r < 0)
		fprintf(stderr, "%s\n", err);
	snprintf(q.interface, sizeof q.interface, "%s", argv[1]);
	q.ifindex = if_nametoindex(argv[1]);
	q.source = strcmp(argv[2], "private") == 0 ? NSC_SOURCE_PRIVATE : NSC_SOURCE_PUBLIC;
	q.proto = strcmp(argv[3], "udp") == 0 ? IPPROTO_UDP : IPPROTO_TCP;
	if (nsc_addr_parse(&q.addr, argv[4]) < 0)
		return 2;
	for (int i = 5; i < argc; i++) {
		q.port = (uint16_t)atoi(argv[i]);
		printf("%s %s", argv[i], nsc_fw_verdict_text(nsc_firewall_verdict(f, &q, &why, &spent)));
		printf(" %s %s %s %llu\n", why.family, why.table, why.chain,
		       (unsigned long long)why.handle);
	}
	if (looks != NULL)
		printf("read %d\n", read);
	nsc_firewall_free(f);
	return 0;
}
