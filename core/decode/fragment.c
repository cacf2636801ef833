/* SPDX-License-Identifier: MIT */
/*
 * Fragments of IP datagrams (RFC 791, 3.2; RFC 8200, 4.5).
 *
 * Each datagram under way has an entry that knows the ports of its first
 * fragment.  What comes before the first one is held back and credited to it;
 * what never gets a first one leaves as an orphan.  Of UDP and TCP the octets are
 * kept too, so that they can be read whole; fragments that overlap forbid
 * that (RFC 5722), as do fragments cut by the capture.
 *
 * Entries are bounded in number, their octets in memory, both in time.  When
 * room is wanted the oldest goes.
 */
#include "decode/datagram.h"

#include <errno.h>
#include <stdlib.h>

static void
unreadable(struct nsc_fragments *fs, uint32_t i)
{
	nsc_datagram_drop(fs, i);
	fs->datagram[i].state |= UNREADABLE;
}

/* Keeps the octets; for want of chunks the oldest datagrams lose theirs. */
static void
keep(struct nsc_fragments *fs, uint32_t i, const struct nsc_ip *ip)
{
	struct nsc_datagram *d = &fs->datagram[i];

	if (nsc_bytes_left(&ip->part) < ip->part_wire) {
		unreadable(fs, i);
		return;
	}
	nsc_datagram_keep(fs, i);
	while (!nsc_chunks_write(&fs->chunks, d->held, ip->offset, ip->part.p, ip->part_wire)) {
		uint32_t oldest = fs->keep.oldest;

		nsc_datagram_give_up(fs, oldest);
		unreadable(fs, oldest);
		if (oldest == i)
			return;
	}
}

/* UDP, TCP, or not yet known because an extension header comes first. */
static bool
is_read(const struct nsc_datagram *d)
{
	return d->proto == NSC_PROTO_UDP || d->proto == NSC_PROTO_TCP ||
	       (d->key.version == 6 && !(d->state & HAS_FIRST));
}

static void
add(struct nsc_fragments *fs, uint32_t i, const struct nsc_ip *ip)
{
	struct nsc_datagram *d = &fs->datagram[i];
	uint32_t to = ip->offset + ip->part_wire;
	enum nsc_piece piece;

	if (d->state & (WHOLE | UNREADABLE))
		return;
	if (!is_read(d))
		nsc_datagram_drop(fs, i);
	if (to > NSC_DATAGRAM_MAX || ip->part_wire == 0 || (ip->more && ip->part_wire % 8 != 0)) {
		unreadable(fs, i);	/* RFC 8200, 4.5: an error; else "ping of death" */
		return;
	}
	piece = nsc_stretches_add(&d->stretches, ip->offset, to, !ip->more);
	if (piece == NSC_PIECE_AGAIN && (d->state & KEEPS) &&
	    nsc_bytes_left(&ip->part) >= ip->part_wire &&
	    nsc_chunks_equal(&fs->chunks, d->held, ip->offset, ip->part.p, ip->part_wire))
		return;			/* the same one captured twice */
	if (piece == NSC_PIECE_TOO_MANY) {
		nsc_datagram_give_up(fs, i);
		unreadable(fs, i);
	} else if (piece != NSC_PIECE_NEW) {
		fs->stats->fragments_overlap++;
		unreadable(fs, i);
	} else if (is_read(d)) {
		keep(fs, i, ip);
	}
}

static void
read_whole(const struct nsc_datagram *d, struct nsc_bytes b, struct nsc_packet *p)
{
	if (d->proto == NSC_PROTO_TCP)
		nsc_transport_segment(b, p);
	else
		nsc_transport_datagram(b, p);
}

/* The last missing fragment came: the payload is copied together. */
static void
complete(struct nsc_fragments *fs, uint32_t i, struct nsc_packet *p)
{
	struct nsc_datagram *d = &fs->datagram[i];
	uint32_t end = d->stretches.end;
	uint8_t *out = fs->arena + fs->arena_used;

	if ((d->state & (WHOLE | UNREADABLE)) || !nsc_stretches_whole(&d->stretches))
		return;
	d->state |= WHOLE;
	if (d->state & KEEPS) {
		if (end > fs->arena_size - fs->arena_used) {
			nsc_datagram_give_up(fs, i);
		} else if (!(d->state & NO_PORTS) && d->transport < end) {
			nsc_chunks_read(&fs->chunks, d->held, out, end);
			fs->arena_used += end;
			read_whole(d, nsc_bytes(out + d->transport, end - d->transport), p);
		}
	}
	nsc_datagram_drop(fs, i);
}

/* Protocols with ports, and headers that may hide one. */
static bool
needs_first(uint8_t proto)
{
	switch (proto) {
	case NSC_PROTO_TCP:
	case NSC_PROTO_UDP:
	case NSC_PROTO_SCTP:
	case 0:
	case 43:
	case 51:
	case 60:
	case 135:
	case 139:
	case 140:
		return true;
	default:
		return false;
	}
}

static void
first(struct nsc_datagram *d, const struct nsc_ip *ip, const struct nsc_packet *p)
{
	d->state |= HAS_FIRST;
	d->proto = p->proto;
	d->sport = p->sport;
	d->dport = p->dport;
	if (p->flags & NSC_PACKET_NO_PORTS)
		d->state |= NO_PORTS;
	d->transport = ip->part_wire - ip->wire;
}

bool
nsc_fragment(struct nsc_fragments *fs, const struct nsc_ip *ip, struct nsc_packet *p)
{
	uint32_t i = nsc_datagram_look_up(fs, ip, p);
	struct nsc_datagram *d = &fs->datagram[i];

	p->flags |= NSC_PACKET_FRAGMENT | (ip->offset > 0 ? NSC_PACKET_LATER : 0u);
	if (i == NONE) {
		if (ip->offset > 0 && needs_first(ip->proto))
			p->flags |= NSC_PACKET_NO_PORTS;
		fs->stats->fragments_evicted++;
		return true;
	}
	if (ip->offset == 0) {
		first(d, ip, p);
		p->credit_packets = d->credit_packets;
		p->credit_octets = d->credit_octets;
		d->credit_packets = d->credit_octets = 0;
	}
	add(fs, i, ip);
	if (d->state & HAS_FIRST) {
		p->proto = d->proto;
		p->sport = d->sport;
		p->dport = d->dport;
		if (d->state & NO_PORTS)
			p->flags |= NSC_PACKET_NO_PORTS;
		complete(fs, i, p);
		return true;
	}
	if (!needs_first(ip->proto))
		return true;
	d->credit_packets++;
	d->credit_octets += ip->octets;
	return false;
}

void
nsc_fragment_taken_off(struct nsc_fragments *fs, const struct nsc_ip *ip,
		       const struct nsc_packet *p)
{
	uint32_t i = nsc_datagram_look_up(fs, ip, p);
	struct nsc_datagram *d = &fs->datagram[i];

	if (i == NONE)
		return;
	d->state |= HAS_FIRST | NO_PORTS;
	d->proto = ip->proto;
	unreadable(fs, i);
}

static void
orphan(struct nsc_fragments *fs, uint32_t i, struct nsc_packet *p)
{
	struct nsc_datagram *d = &fs->datagram[i];

	fs->orphan = (struct nsc_frame){.time = d->since, .iface = d->iface, .link = 101};
	*p = (struct nsc_packet){
		.frame = &fs->orphan,
		.time = d->since,
		.proto = d->proto,
		.version = d->key.version,
		.flags = NSC_PACKET_FRAGMENT | NSC_PACKET_LATER | NSC_PACKET_NO_PORTS,
		.ip_id = d->key.version == 4 ? (uint16_t)d->key.id : 0,
		.credit_packets = d->credit_packets,
		.credit_octets = d->credit_octets,
	};
	p->src = d->key.version == 4 ? nsc_addr_v4(d->key.src) : nsc_addr_v6(d->key.src);
	p->dst = d->key.version == 4 ? nsc_addr_v4(d->key.dst) : nsc_addr_v6(d->key.dst);
	d->next = fs->free;
	fs->free = i;
}

bool
nsc_fragments_orphan(struct nsc_fragments *fs, uint64_t now, bool all, struct nsc_packet *p)
{
	uint32_t i;

	if (now > fs->now)
		fs->now = now;
	while (fs->orphans == NONE && fs->age.oldest != NONE &&
	       (all || nsc_datagram_too_old(fs, fs->age.oldest, fs->now)))
		nsc_datagram_retire(fs, fs->age.oldest);
	i = fs->orphans;
	if (i == NONE)
		return false;
	fs->orphans = fs->datagram[i].next;
	orphan(fs, i, p);
	return true;
}

void
nsc_fragments_batch(struct nsc_fragments *fs)
{
	fs->arena_used = 0;
}

int
nsc_fragments_new(struct nsc_fragments **out, const struct nsc_decode_config *cfg,
		  struct nsc_decode_stats *stats)
{
	enum { ENTRIES = 4096, ENTRIES_MAX = 1 << 20, MEMORY = 4 << 20, TIMEOUT = 30 };
	struct nsc_fragments *fs = calloc(1, sizeof *fs);
	uint32_t memory = cfg->fragment_memory > 0 ? cfg->fragment_memory : MEMORY;
	uint32_t chunks, buckets = 16;

	*out = NULL;
	if (fs == NULL)
		return -ENOMEM;
	fs->stats = stats;
	fs->hash = cfg->key;
	fs->timeout = (cfg->fragment_timeout > 0 ? cfg->fragment_timeout : TIMEOUT) * 1000000000ull;
	fs->limit = cfg->fragments > 0 ? cfg->fragments : ENTRIES;
	if (fs->limit > ENTRIES_MAX)
		fs->limit = ENTRIES_MAX;
	fs->entries = fs->limit + fs->limit / 4 + 1;
	while (buckets < fs->limit)
		buckets *= 2;
	fs->mask = buckets - 1;
	fs->arena_size = memory / 4;
	chunks = (memory - fs->arena_size) / NSC_CHUNK;
	fs->buckets = calloc(buckets, sizeof *fs->buckets);
	fs->datagram = calloc(fs->entries + 1u, sizeof *fs->datagram);
	fs->arena = malloc(fs->arena_size + 1u);
	if (fs->buckets == NULL || fs->datagram == NULL || fs->arena == NULL ||
	    nsc_chunks_init(&fs->chunks, chunks < 65534 ? chunks : 65534) < 0) {
		nsc_fragments_free(fs);
		return -ENOMEM;
	}
	*out = fs;
	return 0;
}

void
nsc_fragments_free(struct nsc_fragments *fs)
{
	if (fs == NULL)
		return;
	nsc_chunks_fini(&fs->chunks);
	free(fs->arena);
	free(fs->datagram);
	free(fs->buckets);
	free(fs);
}
