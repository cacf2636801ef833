/* SPDX-License-Identifier: MIT */
/* Flows that the option Exclude leaves out (features.md, row 3.12): by packets, cell by cell. */
#include "worker_world.h"

#include "engine/worker_state.h"
#include "suite.h"

static const char *rule[2];		/* a prefix and its ports (NULL: all) */

static void
exclude(struct nsc_settings *s)
{
	size_t wrong;

	ck_assert_int_eq(nsc_exclude_add(&s->excludes, rule[0], &rule[1], rule[1] != NULL, &wrong), 0);
}

static void
begin(const char *prefix, const char *ports)
{
	rule[0] = prefix;
	rule[1] = ports;
	memset(&world.facts, 0, sizeof world.facts);
	world_begin(exclude);
}

/* This host is 10.0.0.1. */
static void
know_us(const char *address)
{
	struct nsc_facts_view *v = nsc_facts_edit(&world.facts);

	ck_assert_int_eq(nsc_addr_parse(&v->prefix[0].addr, address), 0);
	v->prefix[0].bits = 128;
	v->prefixes = 1;
	v->addresses_known = 1;
	nsc_facts_commit(&world.facts);
}

/* What is in cells that are neither of interfaces nor of ourselves. */
static uint64_t
counted(void)
{
	static struct nsc_cells cells;
	uint64_t sum = 0;

	nsc_worker_publish(world.worker, true);
	ck_assert_int_eq(nsc_ledger_copy(&world.ledger, nsc_ledger_layout(), &cells), 0);
	for (unsigned i = 0; i < NSC_METRICS; i++) {
		const struct nsc_metric *m = &nsc_metrics[i];
		unsigned end = m->base + (unsigned)m->groups * m->members * m->width;

		if (strcmp(m->family, "interface") == 0 || strcmp(m->family, "self") == 0)
			continue;
		for (unsigned n = m->base; n < end; n++)
			sum += cells.cell[n];
	}
	return sum;
}

static uint64_t
octets_of_interfaces(void)
{
	static struct nsc_cells cells;

	nsc_worker_publish(world.worker, true);
	ck_assert_int_eq(nsc_ledger_copy(&world.ledger, nsc_ledger_layout(), &cells), 0);
	return cells.cell[NSC_CELL(INTERFACE_OCTETS, 0, 0)] +
	       cells.cell[NSC_CELL(INTERFACE_OCTETS, 0, 0) + 1];
}

static void
talk(unsigned port)
{
	static const char get[] = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";

	handshake(port);
	tcp(0, port, P | A, 0, 0, get, sizeof get - 1);
	tcp(0, port, F | A, sizeof get - 1, 0, NULL, 0);
	tcp(1, port, F | A, 0, sizeof get, NULL, 0);
	tcp(0, port, A, sizeof get, 1, NULL, 0);
}

static uint64_t
flows(void)
{
	struct nsc_summary s = {0};
	uint64_t apps[NSC_APPS] = {0};

	nsc_worker_finish(world.worker, world.now + SECOND);
	nsc_worker_summary(world.worker, &s, apps);
	return s.flows;
}

START_TEST(row_3_12_it_counts_for_its_interface_alone)
{
	begin("10.0.0.2", "80");
	know_us("10.0.0.1");
	talk(1000);
	ck_assert_uint_eq(counted(), 0);
	ck_assert_uint_eq(octets_of_interfaces(), 7 * 40 + 35);
	udp(0, 2000, "x", 1);			/* another port of that address */
	ck_assert_uint_eq(told("flow/connections-opened"), 1);
	ck_assert_uint_eq(told("scope-private/if_packets"), 0);	/* sent, not received */
	ck_assert_uint_eq(flows(), 1);
	world_end();
}
END_TEST

START_TEST(row_3_12_our_own_address_is_no_remote_one)
{
	begin("10.0.0.1", NULL);
	know_us("10.0.0.1");
	talk(1000);
	ck_assert_uint_eq(told("flow/connections-opened"), 1);
	ck_assert_uint_eq(flows(), 1);
	world_end();
}
END_TEST

/* Both ends here, or neither, or nobody knows: each is the other's remote end. */
START_TEST(row_3_12_either_end_where_none_is_the_remote_one)
{
	static const char *const us[] = {NULL, "10.0.0.0", "192.0.2.1"};

	begin("10.0.0.1", "udp 53");
	if (us[_i] != NULL)
		know_us(us[_i]);
	udp(0, 2000, "x", 1);
	udp(1, 2001, "x", 1);
	ck_assert_uint_eq(counted(), 0);
	ck_assert_uint_eq(flows(), 0);
	world_end();
}
END_TEST

/* Told once, when it opens: what is learned of addresses later changes nothing. */
START_TEST(row_3_12_it_is_decided_once_a_flow)
{
	begin("10.0.0.2", NULL);
	know_us("10.0.0.2");
	handshake(1000);
	ck_assert_uint_eq(told("flow/connections-opened"), 1);
	know_us("10.0.0.1");
	tcp(0, 1000, F | A, 0, 0, NULL, 0);
	tcp(1, 1000, F | A, 0, 1, NULL, 0);
	tcp(0, 1000, A, 1, 1, NULL, 0);
	ck_assert_uint_eq(told("flow/connections-closed_fin"), 1);
	ck_assert_uint_eq(told("flow/current_connections-tcp"), 0);
	handshake(1001);
	ck_assert_uint_eq(told("flow/connections-opened"), 1);
	world_end();
}
END_TEST

RUN_TESTS("excluded", NULL, NULL, ONCE(row_3_12_it_counts_for_its_interface_alone),
	  ONCE(row_3_12_our_own_address_is_no_remote_one),
	  ROWS(row_3_12_either_end_where_none_is_the_remote_one, 3),
	  ONCE(row_3_12_it_is_decided_once_a_flow))
