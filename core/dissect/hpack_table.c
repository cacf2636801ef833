/* SPDX-License-Identifier: MIT */
/*
 * An index counts from the newest entry, so that forgetting the oldest ones never shifts
 * a name: an encoder that refers to one of these makes a field unknown.
 */
#include <errno.h>

#include "dissect/hpack_table.h"

/* RFC 7541, appendix A. */
static const struct {
	const char *name, *value;
} fixed[] = {
	{":authority", ""},
	{":method", "GET"},
	{":method", "POST"},
	{":path", "/"},
	{":path", "/index.html"},
	{":scheme", "http"},
	{":scheme", "https"},
	{":status", "200"},
	{":status", "204"},
	{":status", "206"},
	{":status", "304"},
	{":status", "400"},
	{":status", "404"},
	{":status", "500"},
	{"accept-charset", ""},
	{"accept-encoding", "gzip, deflate"},
	{"accept-language", ""},
	{"accept-ranges", ""},
	{"accept", ""},
	{"access-control-allow-origin", ""},
	{"age", ""},
	{"allow", ""},
	{"authorization", ""},
	{"cache-control", ""},
	{"content-disposition", ""},
	{"content-encoding", ""},
	{"content-language", ""},
	{"content-length", ""},
	{"content-location", ""},
	{"content-range", ""},
	{"content-type", ""},
	{"cookie", ""},
	{"date", ""},
	{"etag", ""},
	{"expect", ""},
	{"expires", ""},
	{"from", ""},
	{"host", ""},
	{"if-match", ""},
	{"if-modified-since", ""},
	{"if-none-match", ""},
	{"if-range", ""},
	{"if-unmodified-since", ""},
	{"last-modified", ""},
	{"link", ""},
	{"location", ""},
	{"max-forwards", ""},
	{"proxy-authenticate", ""},
	{"proxy-authorization", ""},
	{"range", ""},
	{"referer", ""},
	{"refresh", ""},
	{"retry-after", ""},
	{"server", ""},
	{"set-cookie", ""},
	{"strict-transport-security", ""},
	{"transfer-encoding", ""},
	{"user-agent", ""},
	{"vary", ""},
	{"via", ""},
	{"www-authenticate", ""},
};

enum { FIXED = sizeof fixed / sizeof fixed[0], OVERHEAD = 32 };

static void
from_store(const struct nsc_hpack *h, uint32_t at, char *to, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		to[i] = (char)h->store[(at + i) % NSC_HPACK_STORE];
}

static void
to_store(struct nsc_hpack *h, const char *p, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		h->store[h->stored++ % NSC_HPACK_STORE] = (uint8_t)p[i];
}

static void
look_up_fixed(struct nsc_hpack *h, uint64_t index)
{
	const char *name = fixed[index - 1].name, *value = fixed[index - 1].value;

	h->name_size = (uint32_t)strlen(name);
	h->name_len = (uint8_t)h->name_size;
	h->value_len = (uint8_t)strlen(value);
	memcpy(h->name, name, h->name_len);
	memcpy(h->value, value, h->value_len);
}

int
nsc_hpack_look_up(struct nsc_hpack *h, uint64_t index)
{
	const struct nsc_hpack_entry *e;

	h->unknown = false;
	h->name_len = h->value_len = 0;
	h->name_size = 0;
	if (index == 0)
		return -EPROTO;
	if (index <= FIXED) {
		look_up_fixed(h, index);
		return 0;
	}
	index -= FIXED + 1;
	if (index >= h->count) {
		h->unknown = true;
		return h->inexact ? 0 : -EPROTO;
	}
	e = &h->entry[(h->newest - index) % NSC_HPACK_ENTRIES];
	h->name_size = e->name_size;
	if (e->name_len == 0)
		return 0;
	/* Written over since then. */
	if (h->stored - e->at > NSC_HPACK_STORE) {
		h->unknown = true;
		return 0;
	}
	h->name_len = e->name_len;
	h->value_len = e->value_len;
	from_store(h, e->at, h->name, h->name_len);
	from_store(h, e->at + h->name_len, h->value, h->value_len);
	return 0;
}

static void
evict(struct nsc_hpack *h, uint64_t room)
{
	while (h->count > 0 && h->size + room > h->max) {
		const struct nsc_hpack_entry *oldest =
			&h->entry[(h->newest - (h->count - 1)) % NSC_HPACK_ENTRIES];

		h->size -= oldest->size;
		h->count--;
	}
}

void
nsc_hpack_insert(struct nsc_hpack *h)
{
	uint64_t size = h->name_size + h->string.size + OVERHEAD;
	struct nsc_hpack_entry *e;

	evict(h, size);
	/* An entry larger than the table empties it, and is not in it (RFC 7541, 4.4). */
	if (size > h->max)
		return;
	if (h->count == NSC_HPACK_ENTRIES) {
		h->size -= h->entry[(h->newest + 1) % NSC_HPACK_ENTRIES].size;
		h->count--;
		h->inexact = true;
	}
	e = &h->entry[++h->newest % NSC_HPACK_ENTRIES];
	h->count++;
	h->size += (uint32_t)size;
	*e = (struct nsc_hpack_entry){.size = (uint32_t)size, .name_size = h->name_size};
	/* Unknown is kept as such: as an entry whose text is no longer there. */
	if (h->unknown) {
		e->name_len = 1;
		e->at = h->stored - NSC_HPACK_STORE - 1;
	} else if (h->wanted) {
		e->name_len = h->name_len;
		e->value_len = h->value_len;
		e->at = h->stored;
		to_store(h, h->name, h->name_len);
		to_store(h, h->value, h->value_len);
	}
}

void
nsc_hpack_resize(struct nsc_hpack *h, uint32_t max)
{
	h->max = max;
	evict(h, 0);
}
