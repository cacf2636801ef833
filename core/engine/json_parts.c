/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "engine/json_parts.h"

static const char *const tunnel_text[NSC_TUNNELS] = {
	[NSC_TUNNEL_IPIP] = "ipip",   [NSC_TUNNEL_6IN4] = "6in4",	[NSC_TUNNEL_4IN6] = "4in6",
	[NSC_TUNNEL_6IN6] = "6in6",   [NSC_TUNNEL_GRE] = "gre",		[NSC_TUNNEL_VXLAN] = "vxlan",
	[NSC_TUNNEL_GENEVE] = "geneve", [NSC_TUNNEL_GTPU] = "gtpu",
};

void
nsc_json_part(struct nsc_json *j, const char *key, const struct nsc_text *t)
{
	if (t->len > 0)
		nsc_json_octets(j, key, t->p, t->len);
}

void
nsc_json_addr(struct nsc_json *j, const char *key, const struct nsc_addr *a)
{
	struct nsc_addr shown = nsc_mask_addr(j->mask, a);
	char text[NSC_ADDR_TEXT];

	nsc_json_text(j, key, nsc_addr_text(&shown, text));
}

void
nsc_json_name(struct nsc_json *j, const char *key, const struct nsc_text *t)
{
	char token[NSC_MASK_TEXT];
	struct nsc_text shown = nsc_mask_host(j->mask, t, token);

	nsc_json_part(j, key, &shown);
}

static void
put_proto(struct nsc_json *j, uint8_t proto)
{
	char number[4];

	switch (proto) {
	case NSC_PROTO_TCP:
		nsc_json_text(j, "proto", "tcp");
		return;
	case NSC_PROTO_UDP:
		nsc_json_text(j, "proto", "udp");
		return;
	case NSC_PROTO_ICMP:
		nsc_json_text(j, "proto", "icmp");
		return;
	case NSC_PROTO_ICMP6:
		nsc_json_text(j, "proto", "icmp6");
		return;
	case NSC_PROTO_SCTP:
		nsc_json_text(j, "proto", "sctp");
		return;
	default:
		snprintf(number, sizeof number, "%u", proto);
		nsc_json_text(j, "proto", number);
	}
}

/* One end of a flow; of a MAC pair (version 0) its MAC, which the key keeps in the last octets. */
static void
put_end(struct nsc_json *j, const struct nsc_flow *f, int side)
{
	const struct nsc_addr *a = nsc_flow_addr(f, side);
	uint8_t b[6];
	char mac[18];

	if (f->version != 0) {
		nsc_json_addr(j, side == 0 ? "initiator" : "responder", a);
		return;
	}
	memcpy(b, a->b + 10, sizeof b);
	nsc_mask_mac(j->mask, b);
	snprintf(mac, sizeof mac, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4],
		 b[5]);
	nsc_json_text(j, side == 0 ? "initiator" : "responder", mac);
}

void
nsc_json_ends(struct nsc_json *j, const struct nsc_worker *w, const struct nsc_flow *f)
{
	bool pair = w->settings.flow.key != NSC_KEY_5TUPLE;
	uint16_t vlan;
	uint32_t vni;

	if (!pair)
		put_proto(j, f->proto);
	if (nsc_flow_vlan(f, &vlan))
		nsc_json_number(j, "vlan", vlan);
	if (nsc_flow_tunnel(f) != NSC_TUNNEL_NONE)
		nsc_json_text(j, "tunnel", tunnel_text[nsc_flow_tunnel(f)]);
	if (nsc_flow_vni(f, &vni))
		nsc_json_number(j, "vni", vni);
	put_end(j, f, 0);
	if (!pair)
		nsc_json_number(j, "initiator_port", nsc_flow_port(f, 0));
	put_end(j, f, 1);
	if (!pair)
		nsc_json_number(j, "responder_port", nsc_flow_port(f, 1));
}
