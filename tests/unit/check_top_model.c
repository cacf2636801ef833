/* SPDX-License-Identifier: MIT */
/* What top makes of the samples and single rows of an engine. */
#include "top_world.h"
#include "suite.h"

START_TEST(samples_become_rows_and_rates)
{
	begin();
	for (uint64_t n = 1; n <= 2; n++) {
		top_model_begin(&model);
		sample("app", "http", "if_octets", "", 1000 * n * n, 500 * n);
		sample("app", "http", "connections", "opened", 10 * n, 0);
		sample("app", "http", "current_connections", "", 3, 0);
		sample("app", "dns", "if_octets", "", 7, 7);
		sample("scope", "public", "if_octets", "", 1000 * n * n, 500 * n);
		sample("scope", "loopback", "if_octets", "", 7, 7);
		sample("self", "", "packets", "dropped", 4, 0);
		sample("self", "", "cache_eviction", "idle", 2, 0);
		sample("self", "", "cache_eviction", "closed", 1, 0);
		top_model_end(&model, now += 2 * SECOND);
	}
	ck_assert_uint_eq(model.table[TOP_APPS].count, 2);
	ck_assert_str_eq(row(TOP_APPS, 0)->name, "http");
	ck_assert_uint_eq(row(TOP_APPS, 0)->octets[TOP_RECEIVED], 4000);
	ck_assert_double_eq(row(TOP_APPS, 0)->rate[TOP_RECEIVED], 1500);
	ck_assert_double_eq(row(TOP_APPS, 0)->rate[TOP_SENT], 250);
	ck_assert_double_eq(row(TOP_APPS, 0)->opening, 5);
	ck_assert_uint_eq(row(TOP_APPS, 0)->flows, 3);
	ck_assert_uint_eq(model.totals.octets[TOP_RECEIVED], 4007);
	ck_assert_double_eq(model.totals.rate[TOP_RECEIVED], 1500);
	ck_assert_uint_eq(model.totals.dropped, 4);
	ck_assert_uint_eq(model.totals.evicted, 3);
	/* A row that is not told any more goes on in another one. */
	top_model_begin(&model);
	sample("app", "dns", "if_octets", "", 7, 7);
	top_model_end(&model, now += 2 * SECOND);
	ck_assert_uint_eq(model.table[TOP_APPS].count, 1);
	ck_assert_str_eq(row(TOP_APPS, 0)->name, "dns");
	end();
}
END_TEST

START_TEST(names_as_they_are_written)
{
	struct nsc_connection c = connection("198.51.100.7", 443);
	struct nsc_rows_tell r = top_model_rows(&model);
	struct nsc_connection_delta d = {&c, {0}};

	begin();
	snprintf(c.process.name, sizeof c.process.name, "python3.11");
	snprintf(c.process.unit, sizeof c.process.unit, "a-very-long-unit-of-many-words-indeed.service");
	top_model_begin(&model);
	sample("process", "python3_11", "io_octets", "", 5, 5);
	sample("process", "curl", "io_octets", "", 5, 5);
	sample("unit", "a_very_long_unit_of_many_words_i", "io_octets", "", 5, 5);
	r.begin(&model, NSC_ROWS_CONNECTIONS);
	r.connection(&model, &d);
	r.end(&model, NSC_ROWS_CONNECTIONS, 0, 0);
	top_model_end(&model, now);
	keys("2");
	draw(80, 24);
	ck_assert_int_ge(find("python3.11"), 0);
	ck_assert_int_ge(find("curl"), 0);
	keys("3");
	draw(120, 24);
	ck_assert_int_ge(find("-indeed.service"), 0);
	ck_assert(top_token_of("a_b", "a b") && top_token_of("A_b", "a.B") && top_token_of("a b", "a b"));
	ck_assert(!top_token_of("a_b", "acb") && !top_token_of("a_", "a") && !top_token_of("a", "ab"));
	end();
}
END_TEST

START_TEST(a_flow_and_its_socket_are_one_connection)
{
	struct nsc_flow_row f[2] = {flow(1, "198.51.100.7", 443, 1000, 300),
				    flow(2, "198.51.100.8", 443, 10, 10)};
	struct nsc_connection c[2] = {connection("198.51.100.7", 443),
				      connection("198.51.100.9", 22)};

	begin();
	refresh(f, 2, c, 2, 0);
	f[0].received = 5000;
	refresh(f, 2, c, 2, 70);
	ck_assert_uint_eq(model.table[TOP_CONNECTIONS].count, 3);
	/* The packets' octets, the kernel's owner, state and round trip. */
	ck_assert_uint_eq(row(TOP_CONNECTIONS, 0)->octets[TOP_RECEIVED], 5000);
	ck_assert_double_eq(row(TOP_CONNECTIONS, 0)->rate[TOP_RECEIVED], 4000);
	ck_assert_uint_eq(row(TOP_CONNECTIONS, 0)->process.pid, 812);
	ck_assert_str_eq(row(TOP_CONNECTIONS, 0)->state, "ESTABLISHED");
	ck_assert_uint_eq(row(TOP_CONNECTIONS, 0)->rtt, 1500000);
	ck_assert_uint_eq(row(TOP_CONNECTIONS, 1)->process.pid, 0);
	/* A socket without packets: the kernel's octets. */
	ck_assert_uint_eq(row(TOP_CONNECTIONS, 2)->octets[TOP_RECEIVED], 70);
	ck_assert_uint_eq(row(TOP_CONNECTIONS, 2)->remote_port, 22);
	refresh(f, 2, c, 2, 30);
	ck_assert_uint_eq(row(TOP_CONNECTIONS, 2)->octets[TOP_RECEIVED], 100);
	end();
}
END_TEST

START_TEST(peers_add_up_and_outlive_their_connections)
{
	struct nsc_flow_row f[3] = {flow(1, "198.51.100.7", 443, 1000, 300),
				    flow(2, "198.51.100.7", 80, 500, 50),
				    flow(3, "198.51.100.8", 443, 1, 1)};

	begin();
	f[1].remote_name = "www.example";
	refresh(f, 3, NULL, 0, 0);
	ck_assert_uint_eq(model.table[TOP_PEERS].count, 2);
	ck_assert_uint_eq(row(TOP_PEERS, 0)->octets[TOP_RECEIVED], 1500);
	ck_assert_uint_eq(row(TOP_PEERS, 0)->flows, 2);
	ck_assert_str_eq(row(TOP_PEERS, 0)->name, "www.example");
	ck_assert_str_eq(row(TOP_PEERS, 0)->process.name, "curl");
	refresh(f + 2, 1, NULL, 0, 0);
	ck_assert_uint_eq(row(TOP_PEERS, 0)->octets[TOP_RECEIVED], 1500);
	ck_assert_uint_eq(row(TOP_PEERS, 0)->flows, 0);
	ck_assert_uint_eq(row(TOP_PEERS, 1)->octets[TOP_RECEIVED], 1);
	end();
}
END_TEST

START_TEST(what_was_left_out_is_counted_once)
{
	struct nsc_flow_row f[2] = {flow(1, "198.51.100.7", 443, 1000, 300),
				    flow(2, "198.51.100.8", 443, 1, 1)};

	begin();
	refresh(f, 2, NULL, 0, 0);
	refresh(f + 1, 1, NULL, 0, 0);
	f[0].age = 2 * SECOND;
	f[0].received = 1500;
	refresh(f, 2, NULL, 0, 0);
	ck_assert_double_eq(row(TOP_CONNECTIONS, 0)->rate[TOP_RECEIVED], 0);
	ck_assert_uint_eq(row(TOP_PEERS, 0)->octets[TOP_RECEIVED], 1000);
	f[0].received = 1600;
	refresh(f, 2, NULL, 0, 0);
	ck_assert_double_eq(row(TOP_CONNECTIONS, 0)->rate[TOP_RECEIVED], 100);
	ck_assert_uint_eq(row(TOP_PEERS, 0)->octets[TOP_RECEIVED], 1100);
	end();
}
END_TEST

START_TEST(peers_have_a_cap_and_lose_nothing)
{
	enum { MANY = 1000 };
	struct nsc_flow_row *f = calloc(MANY, sizeof *f);
	uint64_t sum = 0;
	char text[32];

	begin();
	for (unsigned round = 0; round < 12; round++) {
		for (unsigned i = 0; i < MANY; i++) {
			snprintf(text, sizeof text, "10.%u.%u.%u", round, i / 250, 1 + i % 250);
			f[i] = flow(round * MANY + i + 1, text, 443, 3, 0);
		}
		refresh(f, MANY, NULL, 0, 0);
		ck_assert_uint_le(model.table[TOP_PEERS].count, TOP_PEERS_MOST);
	}
	for (size_t i = 0; i < model.table[TOP_PEERS].count; i++)
		sum += row(TOP_PEERS, i)->octets[TOP_RECEIVED];
	ck_assert_uint_eq(sum, 12 * MANY * 3);
	free(f);
	end();
}
END_TEST

START_TEST(without_packets_sockets_tell)
{
	struct nsc_connection c = connection("198.51.100.7", 443);

	begin();
	refresh(NULL, 0, &c, 1, 0);
	refresh(NULL, 0, &c, 1, 400);
	ck_assert(model.blind);
	ck_assert_str_eq(row(TOP_PROCESSES, 0)->name, "curl");
	ck_assert_double_eq(row(TOP_PROCESSES, 0)->rate[TOP_RECEIVED], 400);
	ck_assert_uint_eq(row(TOP_PROCESSES, 0)->flows, 1);
	ck_assert_str_eq(row(TOP_UNITS, 0)->name, "user@1.service");
	draw(80, 24);
	ck_assert_int_ge(find("off: capture"), 0);
	end();
}
END_TEST

RUN_SUITE("top_model", samples_become_rows_and_rates, names_as_they_are_written,
	  a_flow_and_its_socket_are_one_connection,
	  peers_add_up_and_outlive_their_connections, what_was_left_out_is_counted_once,
	  peers_have_a_cap_and_lose_nothing, without_packets_sockets_tell)
