/* SPDX-License-Identifier: MIT */
/*
 * show_sockets listeners [proc]     who listens here, one JSON line each
 * show_sockets connections          TCP with a peer, one JSON line each
 * show_sockets namespaces [ROUNDS]  cookie of each network namespace (inodes are used again at
 *                                   once) and how many listen there; ten rounds a second, behind
 *                                   each a line `round N`
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/link.h"
#include "host/listeners.h"
#include "host/namespaces.h"
#include "host/proc_net.h"
#include "host/sockets.h"

static const struct nsc_listeners_rules rules = {
	.ignore_ephemeral_udp = true, .ephemeral_low = 32768, .ephemeral_high = 60999,
};

/* Owners are no matter of this program. */
struct nsc_owner
nsc_owners_of(const struct nsc_owners *o, uint64_t inode)
{
	(void)o;
	(void)inode;
	return (struct nsc_owner){0};
}

static bool
add(void *arg, const struct nsc_socket *s)
{
	return nsc_listeners_add(arg, s, &rules) >= 0;
}

static void
gather(struct nsc_listeners *l)
{
	static const struct nsc_sockets_wish wish = {.tcp = true, .udp = true,
						     .states = 1 << NSC_SOCKET_LISTEN};
	struct nsc_interfaces table = {0};
	struct nsc_sockets *s;
	char err[NSC_ERR] = "";

	if (nsc_sockets_new(&s) < 0)
		exit(1);
	if (nsc_sockets_each(s, &wish, add, l, err) < 0 || nsc_link_dump(&table, err) < 0) {
		fprintf(stderr, "show_sockets: %s\n", err);
		exit(1);
	}
	nsc_sockets_free(s);
	nsc_listeners_finish(l, &table, NULL);
	nsc_interfaces_clear(&table);
}

static void
gather_from_proc(struct nsc_listeners *l)
{
	static char buffer[32 << 10];
	struct nsc_interfaces table = {0};
	char err[NSC_ERR] = "";

	for (int i = 0; i < 4; i++) {
		struct nsc_proc_net p = {
			.proto = i & 1 ? IPPROTO_UDP : IPPROTO_TCP, .ipv6 = i & 2,
			.bindv6only = nsc_proc_net_bindv6only(), .states = ~0u,
			.netns = nsc_namespace_own(), .each = add, .arg = l,
		};

		if (nsc_proc_net_each(&p, buffer, sizeof buffer, err) < 0)
			exit(1);
	}
	if (nsc_link_dump(&table, err) < 0)
		exit(1);
	nsc_listeners_finish(l, &table, NULL);
	nsc_interfaces_clear(&table);
}

static void
print(const struct nsc_listener *l)
{
	static const char *const family[] = {"", "ipv4", "ipv6", "dual"};
	static const char *const scope[] = {"loopback", "private", "public"};
	bool zone = nsc_class(&l->socket.local) == NSC_CLASS_LINKLOCAL && l->interface[0] != '\0';
	char text[NSC_ADDR_TEXT];

	printf("{\"event\":\"listener\",\"proto\":\"%s\",\"family\":\"%s\",\"address\":\"%s%s%s\""
	       ",\"port\":%u,\"bind\":\"%s\"",
	       l->socket.proto == IPPROTO_UDP ? "udp" : "tcp", family[l->socket.families & 3],
	       nsc_addr_text(&l->socket.local, text), zone ? "%" : "", zone ? l->interface : "",
	       l->socket.local_port, nsc_bind_text(l->bind));
	if (l->interface[0] != '\0')
		printf(",\"interface\":\"%s\"", l->interface);
	if (!l->address_present)
		printf(",\"address_present\":false");
	printf(",\"scope\":\"%s\",\"listeners\":%u", scope[l->scope], l->sockets);
	if (l->socket.proto == IPPROTO_TCP)
		printf(",\"queue\":%u,\"queue_max\":%u,\"overflows\":%u", l->socket.queue,
		       l->socket.queue_max, l->socket.drops);
	printf("}\n");
}

static bool
print_connection(void *arg, const struct nsc_socket *s)
{
	char local[NSC_ADDR_TEXT], remote[NSC_ADDR_TEXT];

	(void)arg;
	if (s->remote_port == 0)
		return true;
	printf("{\"event\":\"connection\",\"proto\":\"tcp\",\"state\":\"%s\",\"local\":\"%s\",\"local_port\":%u"
	       ",\"remote\":\"%s\",\"remote_port\":%u",
	       nsc_socket_state_text(s), nsc_addr_text(&s->local, local), s->local_port,
	       nsc_addr_text(&s->remote, remote), s->remote_port);
	if (s->measured)
		printf(",\"bytes_sent\":%llu,\"bytes_received\":%llu,\"retransmits\":%u"
		       ",\"rtt_us\":%u,\"rtt_var_us\":%u",
		       (unsigned long long)s->totals.sent,
		       (unsigned long long)s->totals.received, s->totals.retransmits,
		       s->totals.rtt, s->totals.rtt_var);
	printf("}\n");
	return true;
}

static int
show_connections(void)
{
	static const struct nsc_sockets_wish wish = {.tcp = true, .totals = true,
						     .states = NSC_SOCKETS_OPEN};
	struct nsc_sockets *s;
	char err[NSC_ERR] = "";
	int r = nsc_sockets_new(&s);

	if (r == 0)
		r = nsc_sockets_each(s, &wish, print_connection, NULL, err);
	nsc_sockets_free(s);
	if (r < 0)
		fprintf(stderr, "show_sockets: %s\n", err);
	return r < 0;
}

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71	/* Linux 5.14 */
#endif

static void
show_namespace(void *arg, uint64_t netns)
{
	struct nsc_listeners l = {0};
	socklen_t len = sizeof netns;
	int s = socket(AF_INET, SOCK_DGRAM, 0);

	(void)arg;
	if (s >= 0)
		getsockopt(s, SOL_SOCKET, SO_NETNS_COOKIE, &netns, &len);
	close(s);
	gather(&l);
	printf("%llu %zu\n", (unsigned long long)netns, l.count);
	nsc_listeners_clear(&l);
}

static int
show_namespaces(int rounds)
{
	for (int i = 1; i <= rounds; i++) {
		unsigned missed;
		char err[NSC_ERR];
		int r = nsc_namespaces_each(show_namespace, NULL, &missed, err);

		if (r < 0)
			printf("%s\n", err);
		printf("round %d: %d, %u missed\n", i, r, missed);
		fflush(stdout);
		usleep(100000);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct nsc_listeners l = {0};

	if (argc >= 2 && strcmp(argv[1], "namespaces") == 0)
		return show_namespaces(argc > 2 ? atoi(argv[2]) : 1);
	if (argc == 2 && strcmp(argv[1], "connections") == 0)
		return show_connections();
	if (argc == 2 && strcmp(argv[1], "listeners") == 0) {
		gather(&l);
	} else if (argc == 3 && strcmp(argv[1], "listeners") == 0) {
		gather_from_proc(&l);
	} else {
		fprintf(stderr, "show_sockets listeners [proc] | connections | namespaces [ROUNDS]\n");
		return 2;
	}
	for (size_t i = 0; i < l.count; i++)
		print(&l.listener[i]);
	nsc_listeners_clear(&l);
	return 0;
}
