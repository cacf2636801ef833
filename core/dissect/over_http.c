/* SPDX-License-Identifier: MIT */
/*
 * Applications over HTTP: names alone; the family http counts their exchanges.  The flow is called
 * so from the first such field on.
 */
#include "dissect/http_head.h"
#include "dissect/over_http.h"
#include "dissect/protocols.h"

static const struct mark {
	const char *name, *value;	/* NULL: any */
	const struct nsc_dissector *is;
} marks[] = {
	{"X-elastic-product", "Elasticsearch", &nsc_elasticsearch},	/* since 7.14 */
	{"X-Influxdb-Version", NULL, &nsc_influxdb},			/* 1.x, 2.x */
	{"X-ClickHouse-Server-Display-Name", NULL, &nsc_clickhouse},
	{"X-ClickHouse-Query-Id", NULL, &nsc_clickhouse},
};

const struct nsc_dissector *
nsc_over_http(struct nsc_text name, struct nsc_text value)
{
	if (name.len < 2 || (name.p[0] | 0x20) != 'x' || name.p[1] != '-')
		return NULL;
	for (unsigned i = 0; i < sizeof marks / sizeof *marks; i++)
		if (nsc_http_is(name, marks[i].name) &&
		    (marks[i].value == NULL || nsc_http_is(value, marks[i].value)))
			return marks[i].is;
	return NULL;
}

const struct nsc_dissector nsc_elasticsearch = {
	.name = "elasticsearch",
	.title = "Elasticsearch's interface over HTTP",
	.spec = "Elasticsearch reference",
	.transports = NSC_OVER_TCP,
	.known_by = "the field `X-elastic-product: Elasticsearch` of a response",
	.measures = "what `http` measures",
	.limits = "before version 7.14, and OpenSearch, it is `http`",
};

const struct nsc_dissector nsc_influxdb = {
	.name = "influxdb",
	.title = "InfluxDB's interface over HTTP",
	.spec = "InfluxDB API reference",
	.transports = NSC_OVER_TCP,
	.known_by = "the field `X-Influxdb-Version` of a response",
	.measures = "what `http` measures",
};

const struct nsc_dissector nsc_clickhouse = {
	.name = "clickhouse",
	.title = "ClickHouse's interface over HTTP",
	.spec = "ClickHouse manual, HTTP Interface",
	.transports = NSC_OVER_TCP,
	.known_by = "a field `X-ClickHouse-...` of a response",
	.measures = "what `http` measures",
	.limits = "its own protocol (port 9000) is `unknown`",
};

const struct nsc_dissector nsc_grpc = {
	.name = "grpc",
	.title = "gRPC over HTTP/2",
	.spec = "gRPC, PROTOCOL-HTTP2",
	.transports = NSC_OVER_TCP,
	.known_by = "HTTP/2 whose content type begins with `application/grpc`",
	.measures = "what `http` measures, and errors by the call's status",
};
