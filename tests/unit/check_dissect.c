/* SPDX-License-Identifier: MIT */
/*
 * Option Dissect: what is not wanted has no name and costs nothing, what is wanted is told as
 * before, and packets and octets are the same.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/table.h"
#include "flow/flow.h"
#include "nsc.h"
#include "suite.h"

enum { FLOWS = 19 };	/* of handon.pcap: an application each, then TLS inside */

static struct {
	struct nsc_engine *engine;
	unsigned flows, named, messages;
	unsigned app[NSC_APPS];
	unsigned inside;		/* flows whose TLS was read */
	uint64_t octets, packets;
} t;

static char err[NSC_ERR];

static void
on_event(void *arg, const struct nsc_event *ev)
{
	char line[8192];

	(void)arg;
	if (ev->kind != NSC_EVENT_FLOW) {
		/* (Who hands over may tell what it was asked until then.) */
		t.messages += ev->kind != NSC_EVENT_STARTED && ev->kind != NSC_EVENT_OPERATION;
		return;
	}
	t.flows++;
	t.named += ev->flow->app != 0;
	t.app[ev->flow->app]++;
	for (int side = 0; side < 2; side++) {
		t.octets += ev->flow->octets[side];
		t.packets += nsc_flow_packets(ev->flow, side);
	}
	line[nsc_event_json(t.engine, ev, line, sizeof line - 1)] = '\0';
	t.inside += strstr(line, "\"tls_sni\":") != NULL;
}

/* Replays the capture with the words for Dissect. */
static void
replay(const char *const *words, size_t count)
{
	const struct nsc_host host = {.event = on_event};
	const char *top = getenv("srcdir");
	struct nsc_config *cfg;
	char path[512];

	memset(&t, 0, sizeof t);
	ck_assert_int_eq(nsc_config_new(&cfg), 0);
	if (count > 0)
		ck_assert_msg(nsc_config_set(cfg, "Dissect", words, count, err) == 0, "%s", err);
	ck_assert_msg(nsc_engine_new(&t.engine, cfg, &host, err) == 0, "%s", err);
	nsc_config_free(cfg);
	snprintf(path, sizeof path, "%s/tests/golden/handon/handon.pcap", top != NULL ? top : ".");
	ck_assert_msg(nsc_engine_replay(t.engine, path, NULL, err) == 0, "%s", err);
	nsc_engine_free(t.engine);
}

#define REPLAY(...) replay((const char *const[]){__VA_ARGS__}, \
			   sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static unsigned
flows_of(const char *name)
{
	return t.app[nsc_app_find(name)];
}

/* By handon.txt: 2 of SMTP, 1 of IMAP; all 19 turn to TLS. */
START_TEST(a_list_of_names)
{
	uint64_t octets, packets;

	replay(NULL, 0);
	ck_assert_uint_eq(t.flows, FLOWS);
	ck_assert_uint_eq(t.inside, FLOWS);
	ck_assert_uint_eq(flows_of("tls"), FLOWS);
	octets = t.octets;
	packets = t.packets;
	REPLAY("all");
	ck_assert_uint_eq(t.inside, FLOWS);

	/* Who hands over to one that is not wanted keeps the name. */
	REPLAY("smtp", "imap");
	ck_assert_uint_eq(t.flows, FLOWS);
	ck_assert_uint_eq(flows_of("smtp"), 2);
	ck_assert_uint_eq(flows_of("imap"), 1);
	ck_assert_uint_eq(t.named, 3);
	ck_assert_uint_eq(t.inside, 0);
	ck_assert_uint_eq(t.messages, 0);
	ck_assert(t.octets == octets && t.packets == packets);

	REPLAY("tls", "smtp");
	ck_assert_uint_eq(flows_of("tls"), 2);
	ck_assert_uint_eq(t.named, 2);
	ck_assert_uint_eq(t.inside, 2);
	ck_assert(t.octets == octets && t.packets == packets);

	/* Nobody is there who hands over. */
	REPLAY("tls");
	ck_assert_uint_eq(t.named, 0);
	ck_assert_uint_eq(t.inside, 0);

	REPLAY("none");
	ck_assert_uint_eq(t.flows, FLOWS);
	ck_assert_uint_eq(t.named, 0);
	ck_assert_uint_eq(t.messages, 0);
	ck_assert(t.octets == octets && t.packets == packets);
}
END_TEST

static void
refuse(const char *const *words, size_t count, const char *text)
{
	struct nsc_config *cfg;

	ck_assert_int_eq(nsc_config_new(&cfg), 0);
	ck_assert_int_eq(nsc_config_set(cfg, "Dissect", words, count, err), -EINVAL);
	ck_assert_str_eq(err, text);
	nsc_config_free(cfg);
}

START_TEST(words_that_mean_nothing)
{
	const char *const both[] = {"none", "tls"}, *const nothing[] = {"zzz"}, *near[] = {"smpt"};
	struct nsc_config *cfg;
	char want[NSC_ERR];
	size_t len;

	refuse(near, 1, "Dissect: \"smpt\" is no application that is known (did you mean smtp?)");
	refuse(both, 2, "Dissect: \"none\" and \"tls\" exclude each other; allowed is all, none or "
			"names of applications");
	/* What is allowed, as far as the line has room. */
	ck_assert_int_eq(nsc_config_new(&cfg), 0);
	ck_assert_int_eq(nsc_config_set(cfg, "Dissect", nothing, 1, err), -EINVAL);
	nsc_config_free(cfg);
	len = (size_t)snprintf(want, sizeof want, "Dissect: \"zzz\" is no application that is known; "
						  "allowed is all, none");
	for (unsigned app = 1; app < nsc_dissector_count; app++) {
		unsigned more;

		if (sscanf(err + len, ", %u more", &more) == 1) {
			ck_assert_uint_eq(more, nsc_dissector_count - app);
			return;
		}
		len += (size_t)snprintf(want + len, sizeof want - len, ", %s", nsc_app_name(app));
		ck_assert_int_eq(strncmp(err, want, len), 0);
	}
	ck_assert_str_eq(err, want);
}
END_TEST

RUN_SUITE("dissect", a_list_of_names, words_that_mean_nothing)
