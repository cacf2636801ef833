/* SPDX-License-Identifier: MIT */
/* What listens, and where: features.md rows 0.1 to 0.5, 2.1 and 2.4, and algorithm 2. */
#include <check.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/listeners.h"
#include "suite.h"

enum { LO = 1, VETH = 7 };

static struct nsc_interfaces table;
static struct nsc_listeners list;
static const struct nsc_process process = {.pid = 42, .name = "sshd", .unit = "ssh.service"};

/* Owners as the test has them: the inode is the answer. */
struct nsc_owner
nsc_owners_of(const struct nsc_owners *o, uint64_t inode)
{
	(void)o;
	return (struct nsc_owner){.state = inode == 0  ? NSC_OWNER_ANONYMOUS
					 : inode == 42 ? NSC_OWNER_KNOWN
						       : NSC_OWNER_DENIED,
				  .process = inode == 42 ? &process : NULL};
}

static void
add_interface(uint32_t ifindex, const char *name, uint32_t flags)
{
	struct nsc_interface *i = nsc_interfaces_add(&table);

	i->ifindex = ifindex;
	i->flags = flags;
	snprintf(i->name, sizeof i->name, "%s", name);
}

static void
add_address(uint32_t ifindex, const char *text, unsigned bits)
{
	struct nsc_interface_address *a = nsc_interfaces_add_address(&table);

	ck_assert_int_eq(nsc_addr_parse(&a->addr, text), 0);
	a->ifindex = ifindex;
	a->bits = (uint8_t)(bits + (nsc_addr_is_v4(&a->addr) ? 96 : 0));
}

static void
set_up(void)
{
	add_interface(LO, "lo", IFF_UP | IFF_LOOPBACK);
	add_interface(VETH, "veth0", IFF_UP);
	add_address(LO, "127.0.0.1", 8);
	add_address(LO, "::1", 128);
	add_address(LO, "192.0.2.1", 24);	/* a prefix on lo is local as a whole */
	add_address(VETH, "10.77.0.1", 24);
	add_address(VETH, "203.0.113.4", 31);	/* RFC 3021: no broadcast */
	add_address(VETH, "fe80::1", 64);
	add_address(VETH, "2001:db8::1", 64);
	nsc_interfaces_sort(&table);
}

static void
tear_down(void)
{
	nsc_interfaces_clear(&table);
	nsc_listeners_clear(&list);
}

static const struct nsc_listeners_rules rules = {
	.ignore_ephemeral_udp = true, .ephemeral_low = 32768, .ephemeral_high = 60999,
};

static struct nsc_socket
tcp(const char *address, uint16_t port)
{
	struct nsc_socket s = {.proto = IPPROTO_TCP, .state = NSC_SOCKET_LISTEN,
			       .local_port = port, .inode = 1};

	ck_assert_int_eq(nsc_addr_parse(&s.local, address), 0);
	nsc_socket_set_families(&s, 0, false);
	return s;
}

static struct nsc_socket
udp(const char *address, uint16_t port)
{
	struct nsc_socket s = tcp(address, port);

	s.proto = IPPROTO_UDP;
	s.state = NSC_SOCKET_CLOSE;
	return s;
}

static int
add(struct nsc_socket s)
{
	return nsc_listeners_add(&list, &s, &rules);
}

/* Row 0.1: a server, and neither a client with a peer nor one whose port was handed out. */
START_TEST(row_0_1_what_listens)
{
	struct nsc_socket s = tcp("0.0.0.0", 80);
	struct nsc_listeners_rules all = rules;

	ck_assert_int_eq(add(s), 1);
	for (uint8_t state = 0; state < NSC_SOCKET_STATES; state++) {
		s.state = state;	/* CLOSE: bound, but it does not listen */
		ck_assert_int_eq(add(s), state == NSC_SOCKET_LISTEN);
	}
	ck_assert_int_eq(add(udp("0.0.0.0", 53)), 1);
	s = udp("10.77.0.1", 5300);
	s.state = NSC_SOCKET_ESTABLISHED;
	s.remote_port = 53;
	ck_assert_int_eq(add(s), 0);
	ck_assert_int_eq(add(udp("0.0.0.0", 32767)), 1);
	ck_assert_int_eq(add(udp("0.0.0.0", 32768)), 0);
	ck_assert_int_eq(add(udp("0.0.0.0", 60999)), 0);
	ck_assert_int_eq(add(udp("0.0.0.0", 61000)), 1);
	ck_assert_int_eq(add(tcp("0.0.0.0", 40000)), 1);	/* TCP says that it listens */
	all.ignore_ephemeral_udp = false;
	s = udp("0.0.0.0", 40000);
	ck_assert_int_eq(nsc_listeners_add(&list, &s, &all), 1);
	s.local_port = 0;
	ck_assert_int_eq(nsc_listeners_add(&list, &s, &all), 0);
	s = tcp("0.0.0.0", 1);
	s.proto = IPPROTO_UDPLITE;
	ck_assert_int_eq(add(s), 0);
}
END_TEST

struct vector {
	const char *address;
	uint32_t device;
	uint8_t bind, scope;
	const char *interface;
	bool present;
};

#define V(address, device, bind, scope, interface, present) \
	{address, device, NSC_BIND_##bind, NSC_SCOPE_##scope, interface, present}

/* Rows 0.2 to 0.5. */
static const struct vector vectors[] = {
	V("0.0.0.0", 0, ANY, PUBLIC, "", true), V("::", 0, ANY, PUBLIC, "", true),
	V("::ffff:0.0.0.0", 0, ANY, PUBLIC, "", true),
	V("127.0.0.1", 0, LOOPBACK, LOOPBACK, "", true),
	V("127.0.0.53", 0, LOOPBACK, LOOPBACK, "", true),
	V("::1", 0, LOOPBACK, LOOPBACK, "", true),
	V("::ffff:127.0.0.1", 0, LOOPBACK, LOOPBACK, "", true),
	V("0.0.0.0", LO, INTERFACE, LOOPBACK, "lo", true),
	V("::", LO, INTERFACE, LOOPBACK, "lo", true),
	V("127.0.0.1", LO, INTERFACE, LOOPBACK, "lo", true),
	V("0.0.0.0", VETH, INTERFACE, PUBLIC, "veth0", true),
	V("127.0.0.1", VETH, INTERFACE, LOOPBACK, "veth0", true),
	V("10.77.0.1", VETH, INTERFACE, PRIVATE, "veth0", true),
	V("0.0.0.0", 9, INTERFACE, PUBLIC, "if9", true),
	V("0.0.0.0", 4294967295u, INTERFACE, PUBLIC, "if4294967295", true),
	V("10.77.0.1", 0, ADDRESS, PRIVATE, "", true),
	V("10.77.0.2", 0, ADDRESS, PRIVATE, "", false),
	V("10.77.0.255", 0, ADDRESS, PRIVATE, "", true),	/* the subnet's broadcast */
	V("203.0.113.5", 0, ADDRESS, PUBLIC, "", false),
	V("255.255.255.255", 0, ADDRESS, PUBLIC, "", true),
	V("224.0.0.251", 0, ADDRESS, PUBLIC, "", true),
	V("192.0.2.77", 0, ADDRESS, PUBLIC, "", true),
	V("10.9.9.1", 0, ADDRESS, PRIVATE, "", false),		/* IP_FREEBIND */
	V("2001:db8::1", 0, ADDRESS, PUBLIC, "", true),
	V("2001:db8::2", 0, ADDRESS, PUBLIC, "", false),
	V("fe80::1", VETH, INTERFACE, PRIVATE, "veth0", true),
	V("fe80::1", 0, INTERFACE, PRIVATE, "veth0", true),	/* /proc/net: no zone */
	V("fe80::1", 9, INTERFACE, PRIVATE, "if9", false),
	V("fe80::2", 0, ADDRESS, PRIVATE, "", false),
	V("fe80::2", VETH, INTERFACE, PRIVATE, "veth0", false),
	V("fd00::1", 0, ADDRESS, PRIVATE, "", false),
};

START_TEST(algorithm_2_bind_scope)
{
	const struct vector *v = &vectors[_i];
	const struct nsc_listener *l;
	struct nsc_socket s = tcp(v->address, 80);

	s.device = v->device;
	add(s);
	nsc_listeners_finish(&list, &table, NULL);
	l = &list.listener[0];
	ck_assert_uint_eq(list.count, 1);
	ck_assert_msg(l->bind == v->bind, "%s: %s", v->address, nsc_bind_text(l->bind));
	ck_assert_msg(l->scope == v->scope, "%s: %u", v->address, l->scope);
	ck_assert_str_eq(l->interface, v->interface);
	ck_assert_msg(l->address_present == v->present, "%s", v->address);
	ck_assert_int_eq(l->owner_state, NSC_OWNER_DENIED);
}
END_TEST

/* A zone that two interfaces could be is none. */
START_TEST(row_0_5_one_address_on_two_interfaces)
{
	add_interface(8, "veth1", IFF_UP);
	add_address(8, "fe80::1", 64);
	nsc_interfaces_sort(&table);
	add(tcp("fe80::1", 80));
	nsc_listeners_finish(&list, &table, NULL);
	ck_assert_int_eq(list.listener[0].bind, NSC_BIND_ADDRESS);
	ck_assert(list.listener[0].address_present);
}
END_TEST

/* Row 2.1: sums of the queues, the largest limit, the oldest as their face. */
START_TEST(row_2_1_eight_with_reuseport)
{
	for (uint32_t i = 0; i < 8; i++) {
		struct nsc_socket s = tcp("::", 8080);

		s.inode = i == 0 ? 0 : 50 - i;
		s.queue = i;
		s.queue_max = i == 3 ? 500 : 128;
		s.drops = 10 * i;
		ck_assert_int_eq(add(s), 1);
	}
	nsc_listeners_finish(&list, &table, NULL);
	ck_assert_uint_eq(list.count, 1);
	ck_assert_uint_eq(list.listener[0].sockets, 8);
	ck_assert_uint_eq(list.listener[0].socket.queue, 28);
	ck_assert_uint_eq(list.listener[0].socket.queue_max, 500);
	ck_assert_uint_eq(list.listener[0].socket.drops, 280);
	ck_assert_uint_eq(list.listener[0].socket.inode, 43);
}
END_TEST

START_TEST(what_differs_is_not_merged)
{
	struct nsc_socket s = tcp("::", 80);

	add(s);
	s.families = NSC_FAMILY_IPV6;
	add(s);
	s.device = VETH;
	add(s);
	s.netns = 4;
	add(s);
	add(tcp("0.0.0.0", 80));
	add(udp("0.0.0.0", 80));
	add(tcp("0.0.0.0", 81));
	nsc_listeners_finish(&list, &table, NULL);
	ck_assert_uint_eq(list.count, 7);
}
END_TEST

START_TEST(row_0_10_owners)
{
	struct nsc_owners *any = (struct nsc_owners *)&process;
	struct nsc_socket s = tcp("0.0.0.0", 1);

	for (uint64_t inode = 0; inode < 2; inode++) {
		s.inode = inode;
		s.local_port = (uint16_t)(inode + 1);
		add(s);
	}
	s.inode = 42;
	s.local_port = 3;
	add(s);
	nsc_listeners_finish(&list, &table, NULL);
	ck_assert_int_eq(list.listener[0].owner_state, NSC_OWNER_ANONYMOUS);
	ck_assert_int_eq(list.listener[1].owner_state, NSC_OWNER_DENIED);
	nsc_listeners_finish(&list, &table, any);
	ck_assert_int_eq(list.listener[0].owner_state, NSC_OWNER_ANONYMOUS);
	ck_assert_int_eq(list.listener[1].owner_state, NSC_OWNER_DENIED);
	ck_assert_int_eq(list.listener[2].owner_state, NSC_OWNER_KNOWN);
	ck_assert_str_eq(list.listener[2].process.unit, "ssh.service");
}
END_TEST

/* Row 2.4: public first, then the lowest port, whatever the kernel's order was. */
START_TEST(row_2_4_order)
{
	static const char *const address[] = {"127.0.0.1", "10.77.0.1", "0.0.0.0"};

	for (unsigned i = 0; i < 300; i++) {
		unsigned n = i * 7 % 300;

		add(i % 2 ? udp(address[n % 3], (uint16_t)(300 - n))
			  : tcp(address[n % 3], (uint16_t)(300 - n)));
	}
	nsc_listeners_finish(&list, &table, NULL);
	ck_assert_uint_eq(list.count, 300);
	for (size_t i = 1; i < list.count; i++) {
		const struct nsc_listener *a = &list.listener[i - 1], *b = &list.listener[i];

		ck_assert(a->scope > b->scope || (a->scope == b->scope &&
						  a->socket.local_port < b->socket.local_port));
	}
}
END_TEST

/* Bounded: 100,000 sockets of somebody hide no public one, and each is counted. */
START_TEST(row_2_4_cut)
{
	uint64_t sockets = 0;
	struct nsc_socket s;

	for (unsigned i = 0; i < 100000; i++) {
		s = tcp("127.0.0.1", (uint16_t)(i % 60000 + 1));
		s.local.b[14] = (uint8_t)(i / 60000);
		ck_assert_int_eq(add(s), 1);
		if (i % 1000 == 0)
			ck_assert_int_eq(add(tcp("::", (uint16_t)(65535 - i / 1000))), 1);
		ck_assert_uint_le(list.room, 2 * NSC_LISTENERS_MAX);
	}
	nsc_listeners_finish(&list, &table, NULL);
	ck_assert_uint_eq(list.count, NSC_LISTENERS_MAX);
	for (unsigned i = 0; i < 100; i++)
		ck_assert_uint_eq(list.listener[i].socket.local_port, 65436 + i);
	for (size_t i = 0; i < list.count; i++)
		sockets += list.listener[i].sockets;
	ck_assert_uint_eq(sockets + list.suppressed, 100100);
	nsc_listeners_finish(&list, &table, NULL);
	ck_assert_uint_eq(list.count, NSC_LISTENERS_MAX);
}
END_TEST

/* Namespaces all: the order and the cap hold for all of them together. */
START_TEST(lists_of_two_namespaces)
{
	struct nsc_listeners all = {0};

	for (uint64_t netns = 1; netns < 4; netns++) {
		for (unsigned port = 1; port <= 3000; port++) {
			struct nsc_socket s = tcp(port % 2 ? "10.77.0.1" : "::", (uint16_t)port);

			s.netns = netns;
			add(s);
		}
		nsc_listeners_finish(&list, &table, NULL);
		ck_assert_int_eq(nsc_listeners_join(&all, &list), 0);
		nsc_listeners_clear(&list);
		ck_assert_int_eq(nsc_listeners_join(&all, &list), 0);
	}
	ck_assert_uint_eq(all.count, NSC_LISTENERS_MAX);
	ck_assert_uint_eq(all.suppressed, 9000 - NSC_LISTENERS_MAX);
	for (size_t i = 0; i < all.count; i++) {
		ck_assert_uint_eq(all.listener[i].socket.local_port, i / 3 * 2 + 2);
		ck_assert_uint_eq(all.listener[i].socket.netns, i % 3 + 1);
	}
	nsc_listeners_clear(&all);
}
END_TEST

RUN_TESTS("listeners", set_up, tear_down, ONCE(row_0_1_what_listens),
	  ROWS(algorithm_2_bind_scope, sizeof vectors / sizeof *vectors),
	  ONCE(row_0_5_one_address_on_two_interfaces), ONCE(row_2_1_eight_with_reuseport),
	  ONCE(what_differs_is_not_merged), ONCE(row_0_10_owners), ONCE(row_2_4_order),
	  ONCE(row_2_4_cut), ONCE(lists_of_two_namespaces))
