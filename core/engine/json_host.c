/* SPDX-License-Identifier: MIT */
/* Listeners, connections, the doctor's findings as JSON Lines (DESIGN 4.1): absent when unknown, never null. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "engine/json_nat.h"
#include "engine/json_text.h"
#include "nsc.h"
#include "scope/direction.h"

static const char *
scope_text(enum nsc_scope s)
{
	static const char *const text[NSC_SCOPES] = {
		[NSC_SCOPE_LOOPBACK] = "loopback",
		[NSC_SCOPE_PRIVATE] = "private",
		[NSC_SCOPE_PUBLIC] = "public",
	};

	return (unsigned)s < NSC_SCOPES ? text[s] : "public";
}

static bool
is_linklocal(const struct nsc_addr *a)
{
	return nsc_class(a) == NSC_CLASS_LINKLOCAL && !nsc_addr_is_v4(a);
}

/* A link-local address means nothing without its zone (RFC 4007, 11). */
static void
put_address(struct nsc_json *j, const char *key, const struct nsc_addr *a, const char *zone)
{
	char addr[NSC_ADDR_TEXT], text[NSC_ADDR_TEXT + NSC_NAME];

	nsc_addr_text(a, addr);
	if (is_linklocal(a) && zone[0] != '\0')
		snprintf(text, sizeof text, "%s%%%s", addr, zone);
	else
		snprintf(text, sizeof text, "%s", addr);
	nsc_json_text(j, key, text);
}

static void
put_proto(struct nsc_json *j, uint8_t proto)
{
	nsc_json_text(j, "proto", proto == IPPROTO_TCP ? "tcp" : "udp");
}

static void
put_owner(struct nsc_json *j, uint8_t state, const struct nsc_process *p)
{
	static const char *const text[] = {
		[NSC_OWNER_ANONYMOUS] = "anonymous",
		[NSC_OWNER_KNOWN] = "known",
		[NSC_OWNER_DENIED] = "denied",
	};

	if (state > NSC_OWNER_DENIED)
		state = NSC_OWNER_DENIED;
	if (state == NSC_OWNER_KNOWN && p->name[0] != '\0')
		nsc_json_text(j, "process", p->name);
	nsc_json_text(j, "process_state", text[state]);
	if (state == NSC_OWNER_KNOWN)
		nsc_json_number(j, "pid", p->pid);
	if (p->unit[0] != '\0')
		nsc_json_text(j, "unit", p->unit);
}

static const char *
family_text(uint8_t families)
{
	return families == NSC_FAMILY_IPV4 ? "ipv4" : families == NSC_FAMILY_IPV6 ? "ipv6" : "dual";
}

/* The family whose answer is the listener's. */
static const struct nsc_listener_reach *
decisive(const struct nsc_listener *l)
{
	bool six = (l->socket.families & NSC_FAMILY_IPV4) == 0 ||
		   ((l->socket.families & NSC_FAMILY_IPV6) != 0 &&
		    l->reach[0].verdict != l->verdict);

	return &l->reach[six];
}

size_t
nsc_listener_rule(const struct nsc_listener *l, char *text, size_t size)
{
	const struct nsc_firewall_reason *r = &decisive(l)->reason;
	int n;

	text[0] = '\0';
	if (r->chain[0] == '\0')
		return 0;
	if (r->handle == 0)
		n = snprintf(text, size, "%s %s %s policy", r->family, r->table, r->chain);
	else
		n = snprintf(text, size, "%s %s %s handle %llu", r->family, r->table, r->chain,
			     (unsigned long long)r->handle);
	return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

static void
put_reach(struct nsc_json *j, const struct nsc_listener *l)
{
	char rule[NSC_RULE_TEXT];

	nsc_json_text(j, "verdict", nsc_fw_verdict_text(l->verdict));
	nsc_json_text(j, "exposure", nsc_exposure_text(l->exposure));
	if (l->socket.families == (NSC_FAMILY_IPV4 | NSC_FAMILY_IPV6)) {
		nsc_json_text(j, "verdict_ipv4", nsc_fw_verdict_text(l->reach[0].verdict));
		nsc_json_text(j, "verdict_ipv6", nsc_fw_verdict_text(l->reach[1].verdict));
		nsc_json_text(j, "exposure_ipv4", nsc_exposure_text(l->reach[0].exposure));
		nsc_json_text(j, "exposure_ipv6", nsc_exposure_text(l->reach[1].exposure));
	}
	if (nsc_listener_rule(l, rule, sizeof rule) > 0)
		nsc_json_text(j, "rule", rule);
}

const char *
nsc_connection_scope(const struct nsc_connection *c)
{
	if (nsc_class(&c->socket.remote) == NSC_CLASS_UNSPECIFIED)
		return "none";
	if (c->direction == NSC_DIRECTION_LOCAL)
		return scope_text(NSC_SCOPE_LOOPBACK);
	return scope_text(nsc_scope_of(nsc_class(&c->socket.remote)));
}

size_t
nsc_listener_json(const struct nsc_listener *l, char *line, size_t size)
{
	const struct nsc_socket *s = &l->socket;
	struct nsc_json j;

	nsc_json_begin(&j, line, size);
	nsc_json_text(&j, "event", "listener");
	put_proto(&j, s->proto);
	nsc_json_text(&j, "family", family_text(s->families));
	put_address(&j, "address", &s->local, l->interface);
	nsc_json_number(&j, "port", s->local_port);
	nsc_json_text(&j, "bind", nsc_bind_text(l->bind));
	if (l->interface[0] != '\0')
		nsc_json_text(&j, "interface", l->interface);
	if (!l->address_present)
		nsc_json_bool(&j, "address_present", false);
	nsc_json_text(&j, "scope", scope_text(l->scope));
	put_reach(&j, l);
	put_owner(&j, l->owner_state, &l->process);
	nsc_json_number(&j, "listeners", l->sockets);
	if (s->proto == IPPROTO_TCP) {
		nsc_json_number(&j, "queue", s->queue);
		nsc_json_number(&j, "queue_max", s->queue_max);
		nsc_json_number(&j, "overflows", s->drops);
	}
	if (s->netns != 0)
		nsc_json_number(&j, "netns", s->netns);
	if (l->watched) {
		nsc_json_number(&j, "observed_public", l->observed);
		nsc_json_number(&j, "observed_unexpected", l->unexpected);
	}
	return nsc_json_end(&j);
}

/* The kernel knows a round trip from the handshake on: said, as long as no data has gone. */
static void
put_totals(struct nsc_json *j, const struct nsc_socket_totals *t)
{
	nsc_json_number(j, "bytes_sent", t->sent);
	nsc_json_number(j, "bytes_received", t->received);
	nsc_json_number(j, "retransmits", t->retransmits);
	if (t->rtt == 0)
		return;
	nsc_json_number(j, "rtt_us", t->rtt);
	nsc_json_number(j, "rtt_var_us", t->rtt_var);
	if (t->sent == 0 && t->received == 0)
		nsc_json_bool(j, "handshake_only", true);
}

size_t
nsc_connection_json(const struct nsc_connection *c, char *line, size_t size)
{
	const struct nsc_socket *s = &c->socket;
	struct nsc_json j;

	nsc_json_begin(&j, line, size);
	nsc_json_text(&j, "event", "connection");
	put_proto(&j, s->proto);
	nsc_json_text(&j, "state", nsc_socket_state_text(s));
	put_address(&j, "local", &s->local, c->zone);
	nsc_json_number(&j, "local_port", s->local_port);
	put_address(&j, "remote", &s->remote, c->zone);
	nsc_json_number(&j, "remote_port", s->remote_port);
	nsc_json_text(&j, "direction", nsc_direction_text(c->direction));
	nsc_json_text(&j, "scope", nsc_connection_scope(c));
	put_owner(&j, c->owner_state, &c->process);
	if (s->netns != 0)
		nsc_json_number(&j, "netns", s->netns);
	if (s->measured)
		put_totals(&j, &s->totals);
	if (c->translated)
		nsc_json_nat(&j, &c->other, 0);
	return nsc_json_end(&j);
}

const char *
nsc_check_text(const struct nsc_check *c)
{
	static const char *const text[] = {
		[NSC_CHECK_OK] = "works",
		[NSC_CHECK_OFF] = "off",
		[NSC_CHECK_FAILED] = "FAILED",
	};

	return text[c->state <= NSC_CHECK_FAILED ? c->state : NSC_CHECK_FAILED];
}

size_t
nsc_check_json(const struct nsc_check *c, char *line, size_t size)
{
	struct nsc_json j;

	nsc_json_begin(&j, line, size);
	nsc_json_text(&j, "event", "check");
	nsc_json_text(&j, "source", c->source);
	nsc_json_text(&j, "state", c->state == NSC_CHECK_FAILED ? "failed" : nsc_check_text(c));
	nsc_json_bool(&j, "wanted", c->wanted);
	nsc_json_text(&j, "finding", c->finding);
	if (c->remedy[0] != '\0')
		nsc_json_text(&j, "remedy", c->remedy);
	return nsc_json_end(&j);
}
