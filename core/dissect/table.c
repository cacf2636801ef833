/* SPDX-License-Identifier: MIT */
/*
 * All dissectors, one line a protocol; docs/adding-a-protocol.md says the rest.
 * They are asked in this order; a line's place is a flow's app for one run only.
 */
#include <string.h>

#include "dissect/protocols.h"
#include "dissect/table.h"

#define DISSECTOR(id) &nsc_##id

const struct nsc_dissector *const nsc_dissectors[] = {
	NULL,
	DISSECTOR(tls),
	DISSECTOR(http),
	DISSECTOR(http2),
	DISSECTOR(dns),
	DISSECTOR(dtls),
	DISSECTOR(mdns),
	DISSECTOR(llmnr),
	DISSECTOR(ssh),
	DISSECTOR(smtp),
	DISSECTOR(imap),
	DISSECTOR(pop3),
	DISSECTOR(ftp),
	DISSECTOR(irc),
	DISSECTOR(xmpp),
	DISSECTOR(ldap),
	DISSECTOR(proxy),
	DISSECTOR(socks),
	DISSECTOR(postgresql),
	DISSECTOR(mysql),
	DISSECTOR(rdp),
	DISSECTOR(websocket),
	DISSECTOR(quic),
	DISSECTOR(openvpn),
	DISSECTOR(ntp),
	DISSECTOR(dhcp),
	DISSECTOR(dhcpv6),
	DISSECTOR(radius),
	DISSECTOR(tftp),
	DISSECTOR(ssdp),
	DISSECTOR(netbios),
	DISSECTOR(wireguard),
	DISSECTOR(ike),
	DISSECTOR(snmp),
	DISSECTOR(kerberos),
	DISSECTOR(syslog),
	DISSECTOR(bittorrent),
	DISSECTOR(vnc),
	DISSECTOR(bgp),
	DISSECTOR(mqtt),
	DISSECTOR(amqp),
	DISSECTOR(nats),
	DISSECTOR(redis),
	DISSECTOR(mongodb),
	DISSECTOR(smb),
	DISSECTOR(rsync),
	DISSECTOR(telnet),
	DISSECTOR(modbus),
	DISSECTOR(cassandra),
	DISSECTOR(kafka),
	DISSECTOR(nfs),
	DISSECTOR(sunrpc),
	DISSECTOR(sip),
	DISSECTOR(rtsp),
	DISSECTOR(memcached),
	DISSECTOR(stun),
	DISSECTOR(rtp),
	DISSECTOR(rtcp),
	DISSECTOR(esp),
	DISSECTOR(mssql),
	DISSECTOR(oracle),
	DISSECTOR(git),
	DISSECTOR(netflow),
	DISSECTOR(sflow),
	DISSECTOR(dcerpc),
	DISSECTOR(rtmp),
	DISSECTOR(ajp),
	DISSECTOR(ceph),
	DISSECTOR(zabbix),
	DISSECTOR(collectd),
	DISSECTOR(whois),
	DISSECTOR(grpc),
	DISSECTOR(elasticsearch),
	DISSECTOR(influxdb),
	DISSECTOR(clickhouse),
	DISSECTOR(slp),
	DISSECTOR(nntp),
	DISSECTOR(managesieve),
};

const unsigned nsc_dissector_count = sizeof nsc_dissectors / sizeof nsc_dissectors[0];

_Static_assert(sizeof nsc_dissectors / sizeof nsc_dissectors[0] <= NSC_APPS,
	       "the ledger has room for NSC_APPS");

const char *
nsc_app_name(unsigned app)
{
	return app > 0 && app < nsc_dissector_count ? nsc_dissectors[app]->name : "unknown";
}

int
nsc_app_find(const char *name)
{
	for (unsigned app = 1; app < nsc_dissector_count; app++) {
		if (strcmp(nsc_dissectors[app]->name, name) == 0)
			return (int)app;
	}
	return -1;
}

int
nsc_db_row(unsigned app)
{
	int row = -1;

	if (app == 0 || app >= nsc_dissector_count || nsc_dissectors[app]->operations == NULL)
		return -1;
	for (unsigned i = 1; i <= app; i++)
		row += nsc_dissectors[i]->operations != NULL;
	return row;
}

static const struct nsc_dissector *
of_row(unsigned row)
{
	for (unsigned app = 1; app < nsc_dissector_count; app++) {
		if (nsc_dissectors[app]->operations != NULL && row-- == 0)
			return nsc_dissectors[app];
	}
	return NULL;
}

/* A list ends with NULL; there may be none. */
static const char *
word(const char *const *list, unsigned n)
{
	for (unsigned i = 0; list != NULL && list[i] != NULL; i++) {
		if (i == n)
			return list[i];
	}
	return NULL;
}

const char *
nsc_db_name(unsigned row)
{
	const struct nsc_dissector *d = of_row(row);

	return d != NULL ? d->name : NULL;
}

const char *
nsc_db_operation(unsigned row, unsigned n)
{
	const struct nsc_dissector *d = of_row(row);

	return d != NULL ? word(d->operations, n) : NULL;
}

const char *
nsc_db_error(unsigned row, unsigned n)
{
	const struct nsc_dissector *d = of_row(row);

	return d != NULL ? word(d->errors, n) : NULL;
}
