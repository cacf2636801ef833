/* SPDX-License-Identifier: MIT */
/*
 * What the real module dispatches into a fake collectd when it is given a capture
 * (option Replay), in the form of `netflowscope read --metrics`.
 *
 *   replay_collectd MODULE CAPTURE INTERVAL [OPTION LINE]... <METRICS >DISPATCHED
 *
 * METRICS is the other's text, of which only the times are taken: the reads happen at
 * these, after a start one interval before the first.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_collectd.h"

/* Told in each read, and never preceded by a 0: one line a read. */
static const char mark[] = " netflowscope-self/count-series ";

/* ms since the epoch of the next read; 0: there is none. */
static uint64_t
next_read(void)
{
	unsigned long long seconds;
	unsigned ms;
	char line[512];

	while (fgets(line, sizeof line, stdin) != NULL)
		if (strstr(line, mark) != NULL && sscanf(line, "%llu.%3u", &seconds, &ms) == 2)
			return seconds * 1000 + ms;
	return 0;
}

/* DERIVE of these types; the others are GAUGE (types.db of collectd 5.12). */
static int
is_derive(const char *type)
{
	static const char *const derive[] = {
		"if_octets", "if_packets", "connections", "protocol_counter", "dns_qtype",
		"dns_rcode", "errors", "http_response_codes", "http_request_methods",
		"packets", "cache_eviction", "operations", "ps_cputime", "io_octets", "io_packets",
		"dns_response", "dns_query",
	};
	unsigned i;

	for (i = 0; i < sizeof derive / sizeof *derive; i++)
		if (strcmp(type, derive[i]) == 0)
			return 1;
	return 0;
}

static void
print(const struct fake_value *v)
{
	uint64_t ms = CDTIME_T_TO_MS(v->time);
	size_t i;

	printf("%llu.%03u %s ", (unsigned long long)(ms / 1000), (unsigned)(ms % 1000), v->name);
	for (i = 0; i < v->count; i++) {
		if (is_derive(v->type))
			printf("%s%lld", i > 0 ? ":" : "", (long long)v->value[i].derive);
		else
			printf("%s%.9g", i > 0 ? ":" : "", v->value[i].gauge);
	}
	putchar('\n');
}

static int
replay(const char *capture, double interval, char **lines)
{
	char block[8192], *p = block, *end = block + sizeof block;
	uint64_t ms = next_read();
	unsigned i;

	p += snprintf(p, (size_t)(end - p), "Replay \"%s\"\n", capture);
	for (; *lines != NULL && p < end; lines++)
		p += snprintf(p, (size_t)(end - p), "%s\n", *lines);
	fake.interval = DOUBLE_TO_CDTIME_T(interval);
	fake.now = MS_TO_CDTIME_T(ms - (uint64_t)lround(interval * 1000));
	if (p >= end || fake_config(block) != 0 || fake.init() != 0)
		return 1;
	for (; ms != 0; ms = next_read()) {
		/* Not by fake_read: a double of today's date is a hundred ns off. */
		fake.values = 0;
		fake.now = MS_TO_CDTIME_T(ms);
		if (fake.read(&fake.data) != 0)
			return 1;
		for (i = 0; i < fake.values; i++)
			print(&fake.value[i]);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	const char *failure;
	unsigned i;
	int rc;

	if (argc < 4) {
		fprintf(stderr, "usage: replay_collectd MODULE CAPTURE INTERVAL [LINE]...\n");
		return 2;
	}
	failure = fake_load(argv[1]);
	if (failure != NULL) {
		fprintf(stderr, "%s\n", failure);
		return 1;
	}
	rc = replay(argv[2], strtod(argv[3], NULL), argv + 4);
	for (i = 0; i < fake.lines; i++)
		fprintf(stderr, "%s\n", fake.line[i]);
	fake_unload();
	return rc;
}
