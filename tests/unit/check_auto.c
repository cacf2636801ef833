/* SPDX-License-Identifier: MIT */
/* `Interface auto` (DESIGN 3, double counting): tables, and what is captured of them. */
#include <check.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "host/auto.h"
#include "suite.h"

enum { ETHER = 1, LOOPBACK = 772, NONE = 0xfffe, UNREADABLE = 803 };

static struct nsc_interfaces table;
static struct nsc_auto_choice choice[64];
static size_t taken;

static bool
readable(uint16_t type)
{
	return type != UNREADABLE;
}

static struct nsc_interface *
add(uint32_t ifindex, const char *name, const char *kind)
{
	struct nsc_interface *i = nsc_interfaces_add(&table);

	i->ifindex = ifindex;
	i->flags = IFF_UP;
	i->type = ETHER;
	snprintf(i->name, sizeof i->name, "%s", name);
	snprintf(i->kind, sizeof i->kind, "%s", kind);
	return i;
}

static void
give(uint32_t ifindex, const char *addr)
{
	struct nsc_interface_address *a = nsc_interfaces_add_address(&table);

	ck_assert_int_eq(nsc_addr_parse(&a->addr, addr), 0);
	a->ifindex = ifindex;
}

static void
lo(void)
{
	struct nsc_interface *i = add(1, "lo", "");

	i->type = LOOPBACK;
	i->flags |= IFF_LOOPBACK;
}

static void
choose(bool decapsulate)
{
	nsc_interfaces_sort(&table);
	taken = nsc_auto_choose(&table, decapsulate, readable, choice);
}

static int
verdict(const char *name)
{
	return choice[nsc_interfaces_named(&table, name) - table.interface].verdict;
}

static void
clear(void)
{
	nsc_interfaces_clear(&table);
}

START_TEST(up_with_an_address_or_loopback)
{
	lo();
	add(2, "eth0", "");
	add(3, "eth1", "")->flags = 0;
	add(4, "eth2", "");
	add(5, "wg0", "wireguard")->type = NONE;
	add(6, "mon0", "")->type = UNREADABLE;
	give(2, "192.0.2.1");
	give(3, "192.0.2.2");
	give(5, "10.0.0.1");
	give(6, "10.0.0.2");
	choose(true);
	ck_assert_uint_eq(taken, 3);
	ck_assert_int_eq(verdict("lo"), NSC_AUTO_CAPTURED);
	ck_assert_int_eq(verdict("eth0"), NSC_AUTO_CAPTURED);
	ck_assert_int_eq(verdict("eth1"), NSC_AUTO_DOWN);
	ck_assert_int_eq(verdict("eth2"), NSC_AUTO_NO_ADDRESS);
	ck_assert_int_eq(verdict("wg0"), NSC_AUTO_CAPTURED);
	ck_assert_int_eq(verdict("mon0"), NSC_AUTO_LINK_TYPE);
}
END_TEST

START_TEST(bridge_with_members)
{
	add(2, "eth0", "")->master = 4;
	add(3, "veth0", "veth")->master = 4;
	add(4, "br0", "bridge");
	give(2, "192.0.2.7");
	give(3, "fe80::1");
	give(4, "192.0.2.1");
	choose(true);
	ck_assert_uint_eq(taken, 1);
	ck_assert_int_eq(verdict("eth0"), NSC_AUTO_MASTER);
	ck_assert_int_eq(verdict("veth0"), NSC_AUTO_MASTER);
	ck_assert_int_eq(verdict("br0"), NSC_AUTO_CAPTURED);
}
END_TEST

START_TEST(stacked_devices_at_their_lower_device)
{
	static const char *const kinds[] = {"vlan", "macvlan", "macvtap", "ipvlan",
					    "ipvtap"};
	char name[8];

	for (unsigned k = 0; k < 5; k++) {
		add(2, "eth0", "");
		snprintf(name, sizeof name, "up%u", k);
		add(3, name, kinds[k])->link = 2;
		give(3, "192.0.2.3");
		choose(true);
		ck_assert_uint_eq(taken, 1);
		ck_assert_int_eq(verdict(name), NSC_AUTO_STACKED);
		/* the uplink owns no address itself */
		ck_assert_int_eq(verdict("eth0"), NSC_AUTO_CAPTURED);
		ck_assert(nsc_auto_stacked(&table, nsc_interfaces_named(&table, name)));
		clear();
	}
}
END_TEST

START_TEST(stacked_on_stacked_goes_to_the_bottom)
{
	add(2, "eth0", "");
	add(3, "eth0.10", "vlan")->link = 2;
	add(4, "mac0", "macvlan")->link = 3;
	give(4, "192.0.2.4");
	choose(true);
	ck_assert_uint_eq(taken, 1);
	ck_assert_int_eq(verdict("eth0"), NSC_AUTO_CAPTURED);
	ck_assert_int_eq(verdict("eth0.10"), NSC_AUTO_STACKED);
	ck_assert_int_eq(verdict("mac0"), NSC_AUTO_STACKED);
}
END_TEST

START_TEST(stacked_devices_in_a_ring_end)
{
	add(2, "a", "macvlan")->link = 3;
	add(3, "b", "macvlan")->link = 2;
	give(2, "192.0.2.4");
	choose(true);
	ck_assert_uint_le(taken, 2);
}
END_TEST

START_TEST(lower_device_elsewhere_or_not_captured)
{
	struct nsc_interface *i = add(3, "eth0", "macvlan");

	/* a container: its lower device has index 2 elsewhere, as another one has here */
	i->link = 2;
	i->link_elsewhere = true;
	add(2, "other", "");
	give(3, "192.0.2.3");
	choose(true);
	ck_assert_int_eq(verdict("eth0"), NSC_AUTO_CAPTURED);
	ck_assert_int_eq(verdict("other"), NSC_AUTO_NO_ADDRESS);
	clear();
	/* a vlan on a bridge's member: the bridge does not see its packets */
	add(2, "eth0", "")->master = 4;
	add(3, "eth0.10", "vlan")->link = 2;
	add(4, "br0", "bridge");
	give(3, "192.0.2.3");
	give(4, "192.0.2.4");
	choose(true);
	ck_assert_int_eq(verdict("eth0.10"), NSC_AUTO_CAPTURED);
	ck_assert_int_eq(verdict("eth0"), NSC_AUTO_MASTER);
}
END_TEST

START_TEST(tunnels_while_they_are_decapsulated)
{
	static const char *const kinds[] = {"vxlan", "geneve", "gre",    "gretap", "ip6gre",
					    "ipip",  "sit",    "ip6tnl", "gtp"};

	for (unsigned k = 0; k < 9; k++) {
		add(2, "eth0", "");
		add(3, "tun", kinds[k])->link = 2;
		give(2, "192.0.2.2");
		give(3, "10.0.0.1");
		choose(true);
		ck_assert_int_eq(verdict("tun"), NSC_AUTO_TUNNEL);
		ck_assert_uint_eq(taken, 1);
		choose(false);
		ck_assert_int_eq(verdict("tun"), NSC_AUTO_CAPTURED);
		ck_assert_uint_eq(taken, 2);
		clear();
	}
}
END_TEST

START_TEST(veth_pairs)
{
	/* both ends here and wanted */
	add(7, "va", "veth")->link = 5;
	add(5, "vb", "veth")->link = 7;
	give(7, "10.0.0.1");
	give(5, "10.0.0.2");
	choose(true);
	ck_assert_int_eq(verdict("vb"), NSC_AUTO_CAPTURED);
	ck_assert_int_eq(verdict("va"), NSC_AUTO_PEER);
	clear();
	/* the lower one is not wanted itself */
	add(7, "va", "veth")->link = 5;
	add(5, "vb", "veth")->link = 7;
	give(7, "10.0.0.1");
	choose(true);
	ck_assert_int_eq(verdict("va"), NSC_AUTO_CAPTURED);
	ck_assert_int_eq(verdict("vb"), NSC_AUTO_NO_ADDRESS);
	clear();
	/* the peer is in a container, where it has an index that is also in use here */
	struct nsc_interface *i = add(7, "va", "veth");

	i->link = 8;
	i->link_elsewhere = true;
	i = add(8, "vb", "veth");
	i->link = 7;
	i->link_elsewhere = true;
	give(7, "10.0.0.1");
	give(8, "10.0.1.1");
	choose(true);
	ck_assert_uint_eq(taken, 2);
}
END_TEST

START_TEST(at_most_sixteen)
{
	char text[NSC_NAME];

	for (unsigned n = 2; n < 32; n++) {
		snprintf(text, sizeof text, "veth%u", n);
		add(n, text, "veth");
		snprintf(text, sizeof text, n % 2 ? "192.0.2.%u" : "fe80::%x", n);
		give(n, text);
	}
	lo();
	choose(true);
	/* loopback, the 15 with an address of their own; link-local alone comes last */
	ck_assert_uint_eq(taken, 16);
	ck_assert_int_eq(verdict("lo"), NSC_AUTO_CAPTURED);
	ck_assert_int_eq(verdict("veth3"), NSC_AUTO_CAPTURED);
	ck_assert_int_eq(verdict("veth31"), NSC_AUTO_CAPTURED);
	ck_assert_int_eq(verdict("veth2"), NSC_AUTO_LIMIT);
}
END_TEST

START_TEST(an_empty_table)
{
	choose(true);
	ck_assert_uint_eq(taken, 0);
}
END_TEST

RUN_TESTS("auto", clear, clear, ONCE(up_with_an_address_or_loopback),
	  ONCE(bridge_with_members), ONCE(stacked_devices_at_their_lower_device),
	  ONCE(stacked_on_stacked_goes_to_the_bottom), ONCE(stacked_devices_in_a_ring_end),
	  ONCE(lower_device_elsewhere_or_not_captured),
	  ONCE(tunnels_while_they_are_decapsulated), ONCE(veth_pairs),
	  ONCE(at_most_sixteen), ONCE(an_empty_table))
