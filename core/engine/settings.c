/* SPDX-License-Identifier: MIT */
/* From the configuration to one worker's settings: shares, caps that follow from others, masks. */
#include <errno.h>
#include <string.h>

#include "engine/config.h"
#include "engine/settings.h"
#include "ledger/ledger.h"

enum {
	FLOWS_LEAST = 1024,		/* of a worker: as FlowTableSize's own minimum */
	/*
	 * A session holds a dissector's state (1 KiB at the most) and two streams,
	 * and lives only while its conversation is being read: with more flows than
	 * this most are idle or done.  128 Ki sessions reserve some 150 MiB of
	 * address space.
	 */
	SESSIONS_MOST = 131072,
	/* Octets of labels a flow, on average: a host name, an ALPN, for some a JA4. */
	LABELS_A_FLOW = 128,
	LABELS_LEAST = 1 << 20,
	LABELS_MOST = 256 << 20,
	FRAGMENTED = 4096,		/* datagrams under reassembly */
	FRAGMENT_MEMORY = 4 << 20,
	FRAGMENT_SECONDS = 30,		/* as Linux's net.ipv4.ipfrag_time */
	HOLE_MS = 10000,		/* a few retransmission timeouts in a row (RFC 6298, 5.5) */
};

static uint32_t
number(const struct nsc_config *cfg, enum nsc_option_id id)
{
	return (uint32_t)nsc_config_number(cfg, id);
}

static void
set_flow(const struct nsc_config *cfg, struct nsc_flow_config *f, uint32_t workers)
{
	f->size = number(cfg, NSC_O_FLOW_TABLE_SIZE) / workers;
	f->key = (uint8_t)number(cfg, NSC_O_FLOW_KEY);
	f->timeout_tcp = number(cfg, NSC_O_TIMEOUT_TCP);
	f->timeout_syn = number(cfg, NSC_O_TIMEOUT_SYN);
	f->timeout_closed = number(cfg, NSC_O_TIMEOUT_CLOSED);
	f->timeout_udp = number(cfg, NSC_O_TIMEOUT_UDP);
	f->timeout_short = number(cfg, NSC_O_TIMEOUT_DNS);
	f->timeout_icmp = number(cfg, NSC_O_TIMEOUT_ICMP);
	f->timeout_other = number(cfg, NSC_O_TIMEOUT_OTHER);
}

static void
set_wanted(const struct nsc_config *cfg, uint64_t wanted[2])
{
	const char *name;
	size_t i;
	int app;

	for (i = 0; (name = nsc_config_item(cfg, NSC_O_DISSECT, i)) != NULL; i++) {
		if (strcmp(name, "all") == 0)
			wanted[0] = wanted[1] = UINT64_MAX;
		app = nsc_app_find(name);
		if (app > 0 && app < NSC_APPS)
			wanted[app / 64] |= UINT64_C(1) << app % 64;
	}
}

static void
set_session(const struct nsc_config *cfg, struct nsc_session_config *s, uint32_t flows,
	    uint32_t workers)
{
	uint64_t labels = (uint64_t)flows * LABELS_A_FLOW;

	s->reassembly.limit = number(cfg, NSC_O_REASSEMBLY_LIMIT);
	s->reassembly.memory = nsc_config_number(cfg, NSC_O_REASSEMBLY_MEMORY) / workers;
	s->reassembly.overlap = NSC_OVERLAP_FIRST;
	s->reassembly.overflow = (uint8_t)nsc_config_number(cfg, NSC_O_OVERFLOW_POLICY);
	s->reassembly.hole_ms = HOLE_MS;
	s->sessions = flows < SESSIONS_MOST ? flows : SESSIONS_MOST;
	s->label_memory = (uint32_t)(labels < LABELS_LEAST ? LABELS_LEAST
				     : labels > LABELS_MOST ? LABELS_MOST : labels);
	s->dns_timeout = number(cfg, NSC_O_DNS_TIMEOUT);
	set_wanted(cfg, s->wanted);
}

static int
set_locals(const struct nsc_config *cfg, struct nsc_settings *s, char err[NSC_ERR])
{
	const char *text;
	unsigned bits;

	for (; (text = nsc_config_item(cfg, NSC_O_LOCAL, s->locals)) != NULL; s->locals++) {
		struct nsc_local_prefix *l = &s->local[s->locals];

		if (s->locals >= NSC_SETTINGS_LOCALS ||
		    nsc_addr_parse_prefix(&l->addr, &bits, text) < 0)
			return nsc_error(err, -EINVAL, "Local: \"%s\" is no prefix", text);
		l->bits = (uint8_t)bits;
	}
	return 0;
}

int
nsc_config_settings(const struct nsc_config *cfg, struct nsc_settings *s, char err[NSC_ERR])
{
	uint32_t workers = nsc_config_workers(cfg);

	memset(s, 0, sizeof *s);
	s->layout = nsc_ledger_layout();
	s->workers = workers;
	s->decode.decapsulate = nsc_config_number(cfg, NSC_O_DECAPSULATE) != 0;
	s->decode.fragments = FRAGMENTED;
	s->decode.fragment_memory = FRAGMENT_MEMORY;
	s->decode.fragment_timeout = FRAGMENT_SECONDS;
	set_flow(cfg, &s->flow, workers);
	if (s->flow.size < FLOWS_LEAST)
		return nsc_error(
			err, -EINVAL,
			"FlowTableSize: %u is too small for %u Workers; allowed is "
			"%u or more",
			number(cfg, NSC_O_FLOW_TABLE_SIZE), workers, workers * FLOWS_LEAST);
	set_session(cfg, &s->session, s->flow.size, workers);
	/* A pair mixes conversations: there is nothing to be read in order. */
	if (s->flow.key != NSC_KEY_5TUPLE)
		memset(s->session.wanted, 0, sizeof s->session.wanted);
	if (s->session.reassembly.memory < 2 * (uint64_t)s->session.reassembly.limit)
		return nsc_error(
			err, -EINVAL,
			"ReassemblyLimit: %u is too large for ReassemblyMemory "
			"%llu and %u Workers; allowed is %llu or less",
			s->session.reassembly.limit,
			(unsigned long long)nsc_config_number(cfg, NSC_O_REASSEMBLY_MEMORY),
			workers, (unsigned long long)s->session.reassembly.memory / 2);
	s->networks = *nsc_config_networks(cfg);
	s->excludes = *nsc_config_excludes(cfg);
	s->snaplen = number(cfg, NSC_O_SNAP_LEN);
	s->timeout_http = number(cfg, NSC_O_TIMEOUT_HTTP);
	s->timeout_ssh = number(cfg, NSC_O_TIMEOUT_SSH);
	s->promiscuous = nsc_config_promiscuous(cfg);
	s->processes = nsc_config_number(cfg, NSC_O_PROCESSES) != 0;
	s->units = nsc_config_number(cfg, NSC_O_UNITS) != 0;
	s->names = nsc_config_number(cfg, NSC_O_NAMES) == NSC_NAMES_REGISTERED;
	if (s->names && nsc_config_number(cfg, NSC_O_HIDE_NAMES) != 0)
		return nsc_error(err, -EINVAL, "Names: registered_domain and HideNames true "
				 "contradict each other");
	s->forwarded = nsc_config_number(cfg, NSC_O_FORWARDED) != 0;
	return set_locals(cfg, s, err);
}
