/* SPDX-License-Identifier: MIT */
/*
 * Random packets through the flow table.  The input is records of twelve
 * octets: what to do, and the fields that decide something, drawn from few
 * values so that flows meet again.  Checked: the hooks' order, live == opened
 * - closed, and that every octet given is told once.
 */
#include <stdlib.h>

#include "flow/flow.h"

enum { RECORD = 12, TABLE = 24, BATCH = 16 };

struct ledger {
	uint64_t opened, closed, retired, octets;
};

static void
check(int ok)
{
	if (!ok)
		abort();
}

static void
opened(void *arg, struct nsc_flow *f, const struct nsc_packet *p)
{
	struct ledger *l = arg;

	(void)p;
	check(f->owner == 0 && !(f->flags & NSC_FLOW_CLOSED));
	f->owner = 1;
	l->opened++;
}

static void
closed(void *arg, struct nsc_flow *f, enum nsc_end reason, enum nsc_failure failure, uint64_t now)
{
	struct ledger *l = arg;

	(void)failure;
	(void)now;
	check(f->owner == 1 && reason > NSC_END_OPEN && reason < NSC_ENDS);
	f->owner = 2;
	l->closed++;
}

static void
retired(void *arg, struct nsc_flow *f)
{
	struct ledger *l = arg;
	char text[NSC_HISTORY + 1];

	check(f->owner == 2);
	check(f->start <= nsc_flow_end(f));
	nsc_flow_history(f, text);
	f->owner = 3;
	l->octets += f->octets[0] + f->octets[1];
	l->retired++;
}

static struct nsc_packet
packet(const uint8_t *r, const struct nsc_frame *frame, uint64_t time)
{
	static const uint8_t protos[] = {6, 6, 6, 6, 6, 17, 1, 132};
	const uint8_t src[4] = {10, 0, 0, r[1] >> 4 & 7}, dst[4] = {10, 0, 0, r[1] & 7};
	struct nsc_packet p = {
		.frame = frame, .time = time, .src = nsc_addr_v4(src), .dst = nsc_addr_v4(dst),
		.proto = protos[r[2] & 7], .sport = r[2] >> 3 & 3, .dport = r[2] >> 5 & 3,
		.version = r[2] & 128 ? 6 : 4, .tcp_flags = r[3],
		.seq = (uint32_t)(int32_t)(int8_t)r[4] * 16, .ack = (uint32_t)(int32_t)(int8_t)r[5] * 16,
		.payload_len = r[6] & 1 ? 0 : r[6] * 8u, .window = (uint16_t)(r[7] * 4),
		.ip_id = r[8], .tsval = r[9], .flags = r[10], .wscale = r[11], .mss = r[11],
		.octets = r[6] * 8u + 40, .credit_octets = r[8] & 1, .credit_packets = r[8] & 1,
	};

	p.tsecr = r[5];
	p.sacks = r[9] >> 5 & 3;
	for (unsigned i = 0; i < p.sacks; i++) {
		p.sack[i][0] = p.ack + (uint32_t)(int32_t)(int8_t)r[8 + i] * 16;
		p.sack[i][1] = p.sack[i][0] + r[7] * 4u;
	}
	return p;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct nsc_hash_key key = {{3, 4}};
	struct ledger l = {0};
	struct nsc_flow_hooks hooks = {&l, opened, closed, retired};
	struct nsc_flow_config cfg = {
		.size = TABLE, .key = size > 0 ? data[0] % NSC_KEYS : 0, .timeout_tcp = 300,
		.timeout_syn = 60, .timeout_closed = 30, .timeout_udp = 60, .timeout_short = 30,
		.timeout_icmp = 10, .timeout_other = 30,
	};
	const struct nsc_frame frame = {.data = data, .caplen = (uint32_t)size, .link = 1,
					.gso_size = size & 1 ? 100 : 0};
	uint64_t now = 1ull << 40, sum = 0;
	struct nsc_packet p[BATCH];
	struct nsc_flow_ref ref[BATCH];
	struct nsc_flow_table *t;
	struct nsc_update up;

	if (nsc_flow_table_new(&t, &cfg, &key, &hooks) != 0)
		return 0;
	while (size >= RECORD) {
		int n = 0;

		for (; n < BATCH && size >= RECORD; data += RECORD, size -= RECORD) {
			now += (uint64_t)(data[0] & 15) * data[0] << 24;
			p[n++] = packet(data, &frame, data[0] & 64 ? now - 1000000 : now);
			if (data[0] & 128)
				break;
		}
		for (int i = 0; i < n; i++)
			nsc_flow_prepare(t, &p[i], &ref[i]);
		for (int i = 0; i < n; i++)
			nsc_flow_approach(t, &ref[i]);
		for (int i = 0; i < n; i++) {
			nsc_flow_update(t, &p[i], &ref[i], &up);
			check(up.flow != NULL && up.side < 2);
			check(up.retransmit + up.out_of_order <= up.segments);
			sum += (uint64_t)p[i].octets + p[i].credit_octets;
		}
		if (size >= RECORD && data[0] & 128) {
			const uint8_t *r = data;

			data += RECORD, size -= RECORD;
			switch (r[1] & 7) {
			case 0: nsc_flow_close(t, up.flow, NSC_END_PARSE_ERROR, now); break;
			case 1: nsc_flow_timeout(t, up.flow, r[2]); break;
			case 2:
				nsc_flow_rebase(t, now, now + ((uint64_t)r[2] << 30));
				now += (uint64_t)r[2] << 30;
				break;
			case 3:
				cfg.size = 1 + r[2] % TABLE;
				check(nsc_flow_reconfigure(t, &cfg) == 0);
				break;
			case 4: up.flow->flags |= NSC_FLOW_SHORT; break;
			default: nsc_flow_advance(t, now += (uint64_t)r[2] << 31); break;
			}
		}
		check(nsc_flow_stats(t)->live == l.opened - l.closed);
		check(nsc_flow_stats(t)->entries == l.opened - l.retired);
		check(nsc_flow_stats(t)->entries <= cfg.size);
	}
	nsc_flow_finish(t, now);
	check(l.opened == l.closed && l.closed == l.retired);
	check(l.octets == sum);
	nsc_flow_table_free(t);
	return 0;
}
