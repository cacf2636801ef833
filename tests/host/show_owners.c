/* SPDX-License-Identifier: MIT */
/*
 * show_owners WAY [script]   who holds each socket of this namespace, one JSON line each;
 *                            WAY: bpf or proc.  The last line says which way was gone.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/owners.h"
#include "host/sockets.h"

enum { MOST = 4096 };

static struct nsc_socket sockets[MOST];
static uint64_t inode[MOST];
static size_t count;

static bool
add(void *arg, const struct nsc_socket *s)
{
	(void)arg;
	if (count < MOST) {
		inode[count] = s->inode;
		sockets[count++] = *s;
	}
	return true;
}

static void
print(const struct nsc_socket *s, struct nsc_owner o)
{
	static const char *const states[] = {"anonymous", "known", "denied"};

	printf("{\"proto\":\"%s\",\"port\":%u,\"state\":\"%s\",\"inode\":%llu,\"process_state\":\"%s\"",
	       s->proto == IPPROTO_UDP ? "udp" : "tcp", s->local_port, nsc_socket_state_text(s),
	       (unsigned long long)s->inode, states[o.state]);
	if (o.state == NSC_OWNER_KNOWN)
		printf(",\"process\":\"%s\",\"pid\":%u,\"unit\":\"%s\"", o.process->name,
		       o.process->pid, o.process->unit);
	printf("}\n");
}

int
main(int argc, char **argv)
{
	static const struct nsc_sockets_wish all = {
		.tcp = true, .udp = true, .states = NSC_SOCKETS_OPEN | 1 << NSC_SOCKET_TIME_WAIT,
	};
	struct nsc_owners_options options = {
		.bpf = argc > 1 && strcmp(argv[1], "bpf") == 0,
		.script = argc > 2 && strcmp(argv[2], "script") == 0,
	};
	struct nsc_owners_stats stats;
	char err[NSC_ERR] = "", why[NSC_ERR] = "";
	struct nsc_sockets *s;
	struct nsc_owners *o;

	if (nsc_sockets_new(&s) < 0 || nsc_owners_new(&o, &options, why) < 0 ||
	    nsc_sockets_each(s, &all, add, NULL, err) < 0 ||
	    nsc_owners_find(o, inode, count, 1000000000, err) < 0) {
		fprintf(stderr, "show_owners: %s%s\n", why, err);
		return 1;
	}
	for (size_t i = 0; i < count; i++)
		print(&sockets[i], nsc_owners_of(o, inode[i]));
	nsc_owners_stats(o, &stats);
	printf("{\"way\":\"%s\",\"why\":\"%s\",\"denied\":%llu}\n", nsc_owners_way(o), why,
	       (unsigned long long)stats.denied);
	nsc_owners_free(o);
	nsc_sockets_free(s);
	return 0;
}
