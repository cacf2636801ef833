/* SPDX-License-Identifier: MIT */
/* Datagrams under way: found, made, and the oldest sent away when room is wanted. */
#include "decode/datagram.h"

enum { EXPIRE_AT_ONCE = 8 };	/* entries that one packet clears away at the most */

static struct nsc_links *
links(struct nsc_fragments *fs, struct nsc_list *l, uint32_t i)
{
	return l == &fs->age ? &fs->datagram[i].age : &fs->datagram[i].keep;
}

static void
list_append(struct nsc_fragments *fs, struct nsc_list *l, uint32_t i)
{
	*links(fs, l, i) = (struct nsc_links){.older = l->newest};
	if (l->newest != NONE)
		links(fs, l, l->newest)->newer = i;
	else
		l->oldest = i;
	l->newest = i;
}

static void
list_remove(struct nsc_fragments *fs, struct nsc_list *l, uint32_t i)
{
	struct nsc_links at = *links(fs, l, i);

	if (at.older != NONE)
		links(fs, l, at.older)->newer = at.newer;
	else
		l->oldest = at.newer;
	if (at.newer != NONE)
		links(fs, l, at.newer)->older = at.older;
	else
		l->newest = at.older;
}

static uint32_t *
bucket(struct nsc_fragments *fs, const struct nsc_datagram_key *k)
{
	return &fs->buckets[nsc_hash(&fs->hash, k, sizeof *k) & fs->mask];
}

static struct nsc_datagram_key
key_of(const struct nsc_ip *ip)
{
	struct nsc_datagram_key k = {.id = ip->id, .version = ip->version};
	size_t n = ip->version == 4 ? 4 : 16;

	memcpy(k.src, ip->src, n);
	memcpy(k.dst, ip->dst, n);
	if (ip->version == 4)
		k.proto = ip->proto;
	return k;
}

void
nsc_datagram_give_up(struct nsc_fragments *fs, uint32_t i)
{
	struct nsc_datagram *d = &fs->datagram[i];

	fs->stats->fragments_evicted += !(d->state & GIVEN_UP);
	d->state |= GIVEN_UP;
}

void
nsc_datagram_drop(struct nsc_fragments *fs, uint32_t i)
{
	struct nsc_datagram *d = &fs->datagram[i];

	if (!(d->state & KEEPS))
		return;
	nsc_chunks_give_back(&fs->chunks, d->held);
	list_remove(fs, &fs->keep, i);
	d->state &= (uint8_t)~KEEPS;
}

void
nsc_datagram_keep(struct nsc_fragments *fs, uint32_t i)
{
	struct nsc_datagram *d = &fs->datagram[i];

	if (d->state & KEEPS)
		return;
	d->state |= KEEPS;
	list_append(fs, &fs->keep, i);
}

void
nsc_datagram_retire(struct nsc_fragments *fs, uint32_t i)
{
	struct nsc_datagram *d = &fs->datagram[i];
	uint32_t *at = bucket(fs, &d->key);

	if (!(d->state & (WHOLE | UNREADABLE)) || d->credit_packets > 0)
		nsc_datagram_give_up(fs, i);
	nsc_datagram_drop(fs, i);
	list_remove(fs, &fs->age, i);
	while (*at != i)
		at = &fs->datagram[*at].next;
	*at = d->next;
	fs->under_way--;
	if (d->credit_packets > 0) {
		d->next = fs->orphans;
		fs->orphans = i;
	} else {
		d->next = fs->free;
		fs->free = i;
	}
}

bool
nsc_datagram_too_old(const struct nsc_fragments *fs, uint32_t i, uint64_t now)
{
	uint64_t since = fs->datagram[i].since;

	return now > since && now - since >= fs->timeout;
}

static uint32_t
entry(struct nsc_fragments *fs)
{
	uint32_t i = fs->free;

	if (i != NONE)
		fs->free = fs->datagram[i].next;
	else if (fs->used < fs->entries)
		i = ++fs->used;
	return i;
}

/* NONE if even the oldest cannot go, because nobody fetches the orphans. */
static uint32_t
insert(struct nsc_fragments *fs, const struct nsc_datagram_key *k, uint8_t proto, uint16_t iface)
{
	struct nsc_datagram *d;
	uint32_t i, *at;

	if (fs->under_way >= fs->limit)
		nsc_datagram_retire(fs, fs->age.oldest);
	i = entry(fs);
	if (i == NONE)
		return NONE;
	d = &fs->datagram[i];
	memset(d, 0, sizeof *d);
	d->key = *k;
	d->since = fs->now;
	d->iface = iface;
	d->proto = proto;
	at = bucket(fs, k);
	d->next = *at;
	*at = i;
	list_append(fs, &fs->age, i);
	fs->under_way++;
	return i;
}

static uint32_t
find(struct nsc_fragments *fs, const struct nsc_datagram_key *k)
{
	uint32_t i = *bucket(fs, k);

	while (i != NONE && memcmp(&fs->datagram[i].key, k, sizeof *k) != 0)
		i = fs->datagram[i].next;
	return i;
}

/* Its entry, made if it is new; a whole datagram's id that starts again is a new one. */
uint32_t
nsc_datagram_look_up(struct nsc_fragments *fs, const struct nsc_ip *ip, const struct nsc_packet *p)
{
	struct nsc_datagram_key k = key_of(ip);
	uint32_t i;

	if (p->time > fs->now)
		fs->now = p->time;
	for (unsigned n = 0; n < EXPIRE_AT_ONCE; n++) {
		if (fs->age.oldest == NONE || !nsc_datagram_too_old(fs, fs->age.oldest, fs->now))
			break;
		nsc_datagram_retire(fs, fs->age.oldest);
	}
	i = find(fs, &k);
	if (i != NONE && (nsc_datagram_too_old(fs, i, fs->now) ||
			  (ip->offset == 0 && (fs->datagram[i].state & WHOLE)))) {
		nsc_datagram_retire(fs, i);
		i = NONE;
	}
	return i != NONE ? i : insert(fs, &k, ip->proto, p->frame->iface);
}
