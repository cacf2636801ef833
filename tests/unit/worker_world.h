/* SPDX-License-Identifier: MIT */
/* One worker with a reader behind it, and frames by hand (LINKTYPE_RAW unless said otherwise). */
#ifndef NSC_TESTS_WORKER_WORLD_H
#define NSC_TESTS_WORKER_WORLD_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ledgers.h"
#include "engine/worker.h"
#include "nsc.h"

enum { RAW = 101, ETHERNET = 1, FRAME = 65600 };
enum { F = NSC_TCP_FIN, S = NSC_TCP_SYN, R = NSC_TCP_RST, P = NSC_TCP_PSH, A = NSC_TCP_ACK };

#define SECOND 1000000000ull

/* All that readers see of an engine. */
struct nsc_engine {
	struct nsc_ledgers ledgers;
};

static struct {
	struct nsc_settings settings;
	struct nsc_engine engine;
	struct nsc_ledger ledger;
	struct nsc_facts facts;
	struct nsc_worker *worker;
	struct nsc_reader *reader;
	uint64_t now;
	uint8_t octets[FRAME];
	uint8_t flags;			/* NSC_FRAME_ of the next frames */
	uint16_t service;		/* the second host's port of UDP; 0: 53 */
	const char *wanted;
	uint64_t found;
} world;

struct nsc_ledgers *
nsc_engine_ledgers(struct nsc_engine *e)
{
	return &e->ledgers;
}

static inline void
world_publish(void *arg)
{
	(void)arg;
	nsc_worker_publish(world.worker, false);
}

/* The worker of a plain configuration, but for what `change` makes of it. */
static inline void
world_begin(void (*change)(struct nsc_settings *s))
{
	const struct nsc_host host = {0};
	struct nsc_config *cfg;
	char err[NSC_ERR];

	ck_assert_int_eq(nsc_config_new(&cfg), 0);
	ck_assert_int_eq(nsc_config_settings(cfg, &world.settings, err), 0);
	nsc_config_free(cfg);
	if (change != NULL)
		change(&world.settings);
	memset(&world.ledger, 0, sizeof world.ledger);
	nsc_ledger_init(&world.ledger);
	world.engine.ledgers = (struct nsc_ledgers){.wake = world_publish, .top_n = 32,
						    .max_series = 256};
	world.engine.ledgers.ledger[0] = &world.ledger;
	atomic_store(&world.engine.ledgers.count, 1);
	ck_assert_int_eq(nsc_worker_new(&world.worker, &world.settings, &world.ledger,
					&world.facts, &host), 0);
	ck_assert_int_eq(nsc_reader_new(&world.reader, &world.engine), 0);
	world.now = 1700000000 * SECOND;
}

static inline void
world_end(void)
{
	nsc_reader_free(world.reader);
	nsc_worker_free(world.worker);
}

static inline void
world_take(void *arg, const struct nsc_sample *s)
{
	char name[200];

	(void)arg;
	snprintf(name, sizeof name, "%s%s%s/%s%s%s", s->family, s->group[0] ? "-" : "", s->group,
		 s->type, s->value[0] ? "-" : "", s->value);
	if (strcmp(name, world.wanted) == 0)
		world.found = s->counter ? s->sum[0] : (uint64_t)s->level[0];
}

/* What a reader tells under that identifier; 0 if it does not. */
static inline uint64_t
told(const char *name)
{
	world.wanted = name;
	world.found = 0;
	ck_assert_int_eq(nsc_reader_read(world.reader, world_take, NULL), 0);
	return world.found;
}

/* n octets of world.octets as a frame, a millisecond after the last one. */
static inline void
frame_of(uint16_t link, uint32_t caplen, uint32_t len)
{
	struct nsc_frame f = {.data = world.octets, .time = world.now += 1000000, .caplen = caplen,
			      .len = len, .link = link, .flags = world.flags};

	nsc_worker_frames(world.worker, &f, 1);
}

static inline void
put_be16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void
put_be32(uint8_t *p, uint32_t v)
{
	put_be16(p, v >> 16);
	put_be16(p + 2, v & 0xffff);
}

/* An IPv4 header at p for so many octets behind it: host 1 to host 2, or the other way. */
static inline void
ipv4(uint8_t *p, unsigned proto, unsigned payload, int side, unsigned id, unsigned fragment)
{
	memset(p, 0, 20);
	p[0] = 0x45;
	put_be16(p + 2, 20 + payload);
	put_be16(p + 4, id);
	put_be16(p + 6, fragment);
	p[8] = 64;
	p[9] = (uint8_t)proto;
	put_be32(p + 12, 0x0a000001u + (uint32_t)side);
	put_be32(p + 16, 0x0a000002u - (uint32_t)side);
}

static inline void
udp(int side, unsigned port, const void *data, unsigned len)
{
	const unsigned service = world.service != 0 ? world.service : 53;
	uint8_t *p = world.octets;

	ipv4(p, NSC_PROTO_UDP, 8 + len, side, 0, 0);
	put_be16(p + 20, side ? service : port);
	put_be16(p + 22, side ? port : service);
	put_be16(p + 24, 8 + len);
	put_be16(p + 26, 0);
	if (len > 0)
		memcpy(p + 28, data, len);
	frame_of(RAW, 28 + len, 28 + len);
}

/* Sequence and acknowledgement numbers count from each side's first octet after its SYN. */
static inline void
tcp(int side, unsigned port, unsigned flags, uint32_t seq, uint32_t ack, const void *data,
    unsigned len)
{
	uint8_t *p = world.octets;

	ipv4(p, NSC_PROTO_TCP, 20 + len, side, 0, 0);
	memset(p + 20, 0, 20);
	put_be16(p + 20, side ? 80 : port);
	put_be16(p + 22, side ? port : 80);
	put_be32(p + 24, (side ? 5000u : 1000u) + seq);
	put_be32(p + 28, flags & A ? (side ? 1000u : 5000u) + ack : 0);
	p[32] = 0x50;
	p[33] = (uint8_t)flags;
	put_be16(p + 34, 65535);
	if (len > 0)
		memcpy(p + 40, data, len);
	frame_of(RAW, 40 + len, 40 + len);
}

static inline void
handshake(unsigned port)
{
	tcp(0, port, S, (uint32_t)-1, 0, NULL, 0);
	tcp(1, port, S | A, (uint32_t)-1, 0, NULL, 0);
	tcp(0, port, A, 0, 0, NULL, 0);
}

#endif
