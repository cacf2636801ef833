/* SPDX-License-Identifier: MIT */
/*
 * Follows translations until standard input ends: show_translations [ROOM].  For each line
 * it reads it looks once, and prints every translation that it holds, then a line with its
 * counts.  ROOM: octets for events.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/conntrack.h"

static void
show_tuple(const struct nsc_tuple *t)
{
	char text[2][NSC_ADDR_TEXT];

	printf("%s %u %s %u", nsc_addr_text(&t->addr[0], text[0]), t->port[0],
	       nsc_addr_text(&t->addr[1], text[1]), t->port[1]);
}

static void
show(const struct nsc_conntrack *c, const struct nsc_translations *t, int rc, const char *err)
{
	struct nsc_conntrack_stats s;
	struct nsc_translation x;

	for (uint32_t n = 0; nsc_translations_next(t, &n, &x); n++) {
		printf("%u ", x.proto);
		show_tuple(&x.before);
		printf(" > ");
		show_tuple(&x.after);
		printf("\n");
	}
	nsc_conntrack_stats(c, &s);
	printf("active %d entries %llu max %llu live %u snat %llu dnat %llu overruns %llu dumps %llu "
	       "malformed %llu insert_failed %llu listening %d error %d %s\n",
	       s.active, (unsigned long long)s.entries, (unsigned long long)s.max, t->live,
	       (unsigned long long)s.snat, (unsigned long long)s.dnat,
	       (unsigned long long)s.overruns, (unsigned long long)s.dumps,
	       (unsigned long long)s.malformed, (unsigned long long)s.insert_failed,
	       nsc_conntrack_fd(c) >= 0, rc, err);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	struct nsc_conntrack_options o = {.room = argc > 1 ? (unsigned)atoi(argv[1]) : 0};
	struct nsc_translations *t = calloc(1, sizeof *t);
	struct nsc_conntrack *c;
	char line[64], err[NSC_ERR];

	if (t == NULL || nsc_conntrack_new(&c, &o) < 0)
		return 1;
	for (;;) {
		struct pollfd fds[2] = {{.fd = 0, .events = POLLIN},
					{.fd = nsc_conntrack_fd(c), .events = POLLIN}};
		struct timespec now;
		int rc;

		if (poll(fds, 2, -1) < 0)
			break;
		if (fds[1].revents != 0)
			nsc_conntrack_hear(c, t, NULL, NULL);
		if (fds[0].revents == 0)
			continue;
		if (read(0, line, sizeof line) <= 0)
			break;
		clock_gettime(CLOCK_BOOTTIME, &now);
		err[0] = '\0';
		rc = nsc_conntrack_look(c, t, (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec,
					NULL, NULL, err);
		show(c, t, rc, err);
	}
	nsc_conntrack_free(c);
	free(t);
	return 0;
}
