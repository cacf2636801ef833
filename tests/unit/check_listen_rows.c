/* SPDX-License-Identifier: MIT */
/* Rows of what listens (features.md 2.1, 2.3, 2.4), and what came, changed or went. */
#include <check.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/listen_rows.h"
#include "suite.h"

enum { BOTH = NSC_FAMILY_IPV4 | NSC_FAMILY_IPV6 };

static struct nsc_listener listener[600];
static size_t count;
static struct nsc_listen_rows rows, before;

static void
setup(void)
{
	count = 0;
	memset(&rows, 0, sizeof rows);
	memset(&before, 0, sizeof before);
}

static struct nsc_listener *
add(uint8_t proto, uint16_t port, uint8_t families, enum nsc_scope scope, const char *process,
    enum nsc_exposure exposure)
{
	struct nsc_listener *l = &listener[count++];

	*l = (struct nsc_listener){
		.socket = {.proto = proto, .local_port = port, .families = families},
		.sockets = 1, .scope = scope, .exposure = exposure,
		.owner_state = process[0] != '\0' ? NSC_OWNER_KNOWN : NSC_OWNER_DENIED,
	};
	snprintf(l->process.name, sizeof l->process.name, "%s", process);
	return l;
}

static struct nsc_listener *
open_to_all(uint16_t port, const char *process, enum nsc_exposure exposure)
{
	return add(IPPROTO_TCP, port, BOTH, NSC_SCOPE_PUBLIC, process, exposure);
}

static void
look_without(unsigned missing, unsigned most)
{
	const struct nsc_listeners l = {.listener = listener, .count = count};

	before = rows;
	ck_assert_int_eq(nsc_listen_rows_look(&rows, &l, missing, most), 0);
}

static void
look(void)
{
	look_without(0, 256);
}

static const char *
text_of(unsigned n)
{
	static char text[NSC_LISTEN_TEXT];

	ck_assert_uint_lt(n, rows.count);
	nsc_listen_row_text(&rows.row[n], text);
	return text;
}

/* --- rows ------------------------------------------------------------------------- */

/* Eight SO_REUSEPORT sockets of eight processes, and PIDs that differ: one row. */
START_TEST(row_2_1_a_set_and_no_list)
{
	for (unsigned i = 0; i < 8; i++)
		open_to_all(80, "nginx", NSC_EXPOSURE_EXPOSED)->process.pid = 100 + i;
	look();
	ck_assert_uint_eq(rows.count, 1);
	ck_assert_str_eq(text_of(0), "tcp-80-dual-public-nginx-exposed");
	ck_assert_uint_eq(rows.suppressed, 0);
}
END_TEST

START_TEST(row_2_1_families)
{
	add(IPPROTO_UDP, 53, NSC_FAMILY_IPV4, NSC_SCOPE_LOOPBACK, "dnsmasq", NSC_EXPOSURE_LOCAL_ONLY);
	add(IPPROTO_UDP, 53, NSC_FAMILY_IPV6, NSC_SCOPE_LOOPBACK, "dnsmasq", NSC_EXPOSURE_LOCAL_ONLY);
	add(IPPROTO_TCP, 53, BOTH, NSC_SCOPE_PUBLIC, "dnsmasq", NSC_EXPOSURE_LAN_ONLY);
	add(IPPROTO_TCP, 5432, NSC_FAMILY_IPV4, NSC_SCOPE_PRIVATE, "postgres", NSC_EXPOSURE_UNKNOWN);
	look();
	ck_assert_uint_eq(rows.count, 4);
	ck_assert_str_eq(text_of(0), "tcp-53-dual-public-dnsmasq-lan_only");
	ck_assert_str_eq(text_of(1), "tcp-5432-ipv4-private-postgres-unknown");
	ck_assert_str_eq(text_of(2), "udp-53-ipv4-loopback-dnsmasq-local_only");
	ck_assert_str_eq(text_of(3), "udp-53-ipv6-loopback-dnsmasq-local_only");
}
END_TEST

/* DESIGN 4.2: tokens; and a name that could be taken for ours. */
START_TEST(row_2_3_process_names)
{
	open_to_all(1, "", NSC_EXPOSURE_UNKNOWN);
	open_to_all(2, "unknown", NSC_EXPOSURE_UNKNOWN);
	open_to_all(3, "other", NSC_EXPOSURE_UNKNOWN);
	open_to_all(4, "a-b.c d/\xc3\xa9", NSC_EXPOSURE_UNKNOWN);
	open_to_all(5, "a-name-that-is-longer-than-32-octets-is-cut", NSC_EXPOSURE_LOCAL_ONLY);
	look();
	ck_assert_str_eq(text_of(0), "tcp-1-dual-public-unknown-unknown");
	ck_assert_str_eq(text_of(1), "tcp-2-dual-public-unknown_-unknown");
	ck_assert_str_eq(text_of(2), "tcp-3-dual-public-other_-unknown");
	ck_assert_str_eq(text_of(3), "tcp-4-dual-public-a_b_c_d___-unknown");
	ck_assert_str_eq(text_of(4), "tcp-5-dual-public-a_name_that_is_longer_than_32_oc-local_only");
	ck_assert(!rows.row[0].named && rows.row[1].named);
}
END_TEST

/* The longest row there can be fits, and collectd's 127 octets are far. */
START_TEST(the_longest_text)
{
	add(IPPROTO_TCP, 65535, BOTH, NSC_SCOPE_LOOPBACK, "0123456789012345678901234567890123456789",
	    NSC_EXPOSURE_LOCAL_ONLY);
	look();
	ck_assert_str_eq(text_of(0),
			 "tcp-65535-dual-loopback-01234567890123456789012345678901-local_only");
}
END_TEST

/* 300 listeners, each four times: 256 rows, 44 left out, the public ones in front of lower ports. */
START_TEST(row_2_4_cap)
{
	for (unsigned turn = 0; turn < 3; turn++) {
		count = 0;
		for (unsigned i = 0; i < 600; i++) {
			unsigned n = (turn == 1 ? 599 - i : i) % 300;	/* the kernel's order is another */

			add(IPPROTO_TCP, (uint16_t)(1000 + n), BOTH,
			    n >= 250 ? NSC_SCOPE_PUBLIC : NSC_SCOPE_LOOPBACK, "p", NSC_EXPOSURE_UNKNOWN);
		}
		look();
		ck_assert_uint_eq(rows.count, 256);
		ck_assert_uint_eq(rows.suppressed, 44);
		ck_assert_uint_eq(rows.row[0].port, 1250);
		ck_assert_uint_eq(rows.row[49].port, 1299);
		ck_assert_uint_eq(rows.row[50].port, 1000);
		ck_assert_uint_eq(rows.row[255].port, 1205);
		if (turn > 0)
			ck_assert_int_eq(memcmp(&rows, &before, sizeof rows), 0);
	}
	look_without(0, 5);
	ck_assert_uint_eq(rows.count, 5);
	ck_assert_uint_eq(rows.suppressed, 295);
}
END_TEST

START_TEST(row_2_4_what_stands_there_is_not_left_out)
{
	for (unsigned i = 0; i < 256; i++)
		open_to_all((uint16_t)(1 + i), "p", NSC_EXPOSURE_UNKNOWN);
	for (unsigned i = 0; i < 256; i++)
		open_to_all((uint16_t)(1 + i), "p", NSC_EXPOSURE_UNKNOWN);
	look();
	ck_assert_uint_eq(rows.count, 256);
	ck_assert_uint_eq(rows.suppressed, 0);
}
END_TEST

/* A protocol that could not be asked: its rows stay, the other's go on (row 2.8). */
START_TEST(row_2_8_a_dump_that_failed)
{
	open_to_all(80, "nginx", NSC_EXPOSURE_EXPOSED);
	add(IPPROTO_UDP, 53, BOTH, NSC_SCOPE_PUBLIC, "named", NSC_EXPOSURE_EXPOSED);
	look();
	ck_assert_uint_eq(rows.count, 2);
	count = 0;
	open_to_all(81, "nginx", NSC_EXPOSURE_EXPOSED);
	look_without(NSC_LISTEN_NO_UDP, 256);
	ck_assert_uint_eq(rows.count, 2);
	ck_assert_str_eq(text_of(0), "udp-53-dual-public-named-exposed");
	ck_assert_str_eq(text_of(1), "tcp-81-dual-public-nginx-exposed");
	count = 0;
	look_without(NSC_LISTEN_NO_TCP, 256);
	ck_assert_uint_eq(rows.count, 1);
	ck_assert_str_eq(text_of(0), "tcp-81-dual-public-nginx-exposed");
	look();
	ck_assert_uint_eq(rows.count, 0);
	ck_assert(rows.known);
}
END_TEST

/* --- differences ------------------------------------------------------------------ */

struct difference {
	unsigned told;
	char text[16][2 * NSC_LISTEN_TEXT + 8];
};

static void
keep(void *arg, const struct nsc_listen_row *was, const struct nsc_listen_row *is)
{
	struct difference *d = arg;
	char left[NSC_LISTEN_TEXT] = "", right[NSC_LISTEN_TEXT] = "";

	ck_assert_uint_lt(d->told, 16);
	if (was != NULL)
		nsc_listen_row_text(was, left);
	if (is != NULL)
		nsc_listen_row_text(is, right);
	snprintf(d->text[d->told++], sizeof d->text[0], "%s>%s", left, right);
}

static struct difference
compare(void)
{
	struct difference d = {.told = 0};

	nsc_listen_rows_compare(&before, &rows, keep, &d);
	return d;
}

START_TEST(nothing_changed)
{
	open_to_all(22, "sshd", NSC_EXPOSURE_EXPOSED);
	open_to_all(80, "nginx", NSC_EXPOSURE_EXPOSED);
	look();
	listener[0].process.pid = 4711;		/* restarted */
	listener[1].socket.queue = 7;
	look();
	ck_assert_uint_eq(compare().told, 0);
}
END_TEST

START_TEST(came_and_went)
{
	struct difference d;

	open_to_all(22, "sshd", NSC_EXPOSURE_EXPOSED);
	open_to_all(80, "nginx", NSC_EXPOSURE_EXPOSED);
	look();
	d = compare();
	ck_assert_uint_eq(d.told, 2);
	ck_assert_str_eq(d.text[0], ">tcp-22-dual-public-sshd-exposed");
	count = 1;
	open_to_all(443, "nginx", NSC_EXPOSURE_LAN_ONLY);
	look();
	d = compare();
	ck_assert_uint_eq(d.told, 2);
	ck_assert_str_eq(d.text[0], "tcp-80-dual-public-nginx-exposed>");
	ck_assert_str_eq(d.text[1], ">tcp-443-dual-public-nginx-lan_only");
	count = 0;
	look();
	ck_assert_uint_eq(compare().told, 2);
}
END_TEST

START_TEST(changed)
{
	struct difference d;

	open_to_all(22, "sshd", NSC_EXPOSURE_EXPOSED);
	open_to_all(80, "nginx", NSC_EXPOSURE_EXPOSED);
	look();
	listener[0].exposure = NSC_EXPOSURE_LAN_ONLY;
	snprintf(listener[1].process.name, sizeof listener[1].process.name, "apache2");
	look();
	d = compare();
	ck_assert_uint_eq(d.told, 2);
	ck_assert_str_eq(d.text[0], "tcp-22-dual-public-sshd-exposed>tcp-22-dual-public-sshd-lan_only");
	ck_assert_str_eq(d.text[1], "tcp-80-dual-public-nginx-exposed>tcp-80-dual-public-apache2-exposed");
}
END_TEST

/* Two hold one port: what has changed is told of the one that it happened to. */
START_TEST(the_nearest_are_a_pair)
{
	struct difference d;

	add(IPPROTO_TCP, 80, NSC_FAMILY_IPV4, NSC_SCOPE_PUBLIC, "a", NSC_EXPOSURE_EXPOSED);
	add(IPPROTO_TCP, 80, NSC_FAMILY_IPV6, NSC_SCOPE_PUBLIC, "b", NSC_EXPOSURE_EXPOSED);
	look();
	count = 0;
	add(IPPROTO_TCP, 80, NSC_FAMILY_IPV4, NSC_SCOPE_PUBLIC, "a", NSC_EXPOSURE_LAN_ONLY);
	add(IPPROTO_TCP, 80, NSC_FAMILY_IPV4, NSC_SCOPE_PUBLIC, "c", NSC_EXPOSURE_EXPOSED);
	add(IPPROTO_TCP, 80, BOTH, NSC_SCOPE_PUBLIC, "b", NSC_EXPOSURE_EXPOSED);
	look();
	d = compare();
	ck_assert_uint_eq(d.told, 3);
	ck_assert_str_eq(d.text[0], "tcp-80-ipv4-public-a-exposed>tcp-80-ipv4-public-a-lan_only");
	ck_assert_str_eq(d.text[1], "tcp-80-ipv6-public-b-exposed>tcp-80-dual-public-b-exposed");
	ck_assert_str_eq(d.text[2], ">tcp-80-ipv4-public-c-exposed");
}
END_TEST

/* Any two sets: before, without what went and with what came, is after. */
static void
replay_difference(void *arg, const struct nsc_listen_row *was, const struct nsc_listen_row *is)
{
	struct nsc_listen_rows *r = arg;
	unsigned n = 0;

	for (unsigned i = 0; i < r->count && was != NULL; i++)
		if (nsc_listen_row_order(&r->row[i], was) != 0)
			r->row[n++] = r->row[i];
	if (was != NULL) {
		ck_assert_uint_eq(n, r->count - 1);
		r->count = n;
	}
	if (is != NULL)
		r->row[r->count++] = *is;
}

static int
by_order(const void *a, const void *b)
{
	return nsc_listen_row_order(a, b);
}

START_TEST(differences_lead_from_one_to_the_other)
{
	static const char *const name[] = {"a", "b", ""};
	struct nsc_listen_rows r;

	srand(7 + (unsigned)_i);
	for (unsigned turn = 0; turn < 50; turn++) {
		count = 0;
		for (int i = rand() % 60; i > 0; i--)
			add(rand() % 2 ? IPPROTO_TCP : IPPROTO_UDP, (uint16_t)(1 + rand() % 4),
			    (uint8_t)(1 + rand() % 3), (enum nsc_scope)(rand() % 3), name[rand() % 3],
			    (enum nsc_exposure)(rand() % 4));
		look();
		r = before;
		nsc_listen_rows_compare(&before, &rows, replay_difference, &r);
		qsort(r.row, r.count, sizeof r.row[0], by_order);
		ck_assert_uint_eq(r.count, rows.count);
		for (unsigned i = 0; i < r.count; i++)
			ck_assert_int_eq(nsc_listen_row_order(&r.row[i], &rows.row[i]), 0);
	}
}
END_TEST

RUN_TESTS("listen_rows", setup, NULL, ONCE(row_2_1_a_set_and_no_list),
	  ONCE(row_2_1_families), ONCE(row_2_3_process_names), ONCE(the_longest_text),
	  ONCE(row_2_4_cap), ONCE(row_2_4_what_stands_there_is_not_left_out),
	  ONCE(row_2_8_a_dump_that_failed), ONCE(nothing_changed), ONCE(came_and_went),
	  ONCE(changed), ONCE(the_nearest_are_a_pair),
	  ROWS(differences_lead_from_one_to_the_other, 20))
