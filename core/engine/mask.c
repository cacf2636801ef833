/* SPDX-License-Identifier: MIT */
/* Keyed hashes in the form of what they stand for. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "engine/mask.h"
#include "scope/scope.h"

enum { BITS = 48, NAME = 256 };

int
nsc_mask_begin(struct nsc_mask *m, bool on)
{
	m->on = on;
	return getrandom(&m->key, sizeof m->key, 0) == sizeof m->key ? 0 : -errno;
}

static uint64_t
digest(const struct nsc_mask *m, const void *data, size_t len)
{
	return nsc_hash(&m->key, data, len) >> (64 - BITS);
}

struct nsc_addr
nsc_mask_addr(const struct nsc_mask *m, const struct nsc_addr *a)
{
	static const uint8_t public[] = {0x20, 0x01, 0x0d, 0xb8}, private[] = {0xfd},
			     local[] = {0xfe, 0x80};
	struct nsc_addr to = {.b = {0}};
	enum nsc_class c = nsc_class(a);
	uint64_t x;

	if (m == NULL || !m->on)
		return *a;
	switch (c) {
	case NSC_CLASS_UNSPECIFIED:
	case NSC_CLASS_LOOPBACK:
	case NSC_CLASS_MULTICAST:
	case NSC_CLASS_BROADCAST:
		return *a;
	case NSC_CLASS_LINKLOCAL:
		memcpy(to.b, local, sizeof local);
		break;
	default:
		if (nsc_scope_of(c) == NSC_SCOPE_PUBLIC)
			memcpy(to.b, public, sizeof public);
		else
			memcpy(to.b, private, sizeof private);
		break;
	}
	x = digest(m, a->b, sizeof a->b);
	for (unsigned i = 0; i < BITS / 8; i++)
		to.b[15 - i] = (uint8_t)(x >> 8 * i);
	return to;
}

void
nsc_mask_mac(const struct nsc_mask *m, uint8_t mac[6])
{
	uint64_t x;

	if (m == NULL || !m->on || mac[0] & 1)	/* a group's */
		return;
	x = digest(m, mac, 6);
	for (unsigned i = 0; i < 6; i++)
		mac[i] = (uint8_t)(x >> 8 * i);
	mac[0] = (uint8_t)((mac[0] & ~3u) | 2);
}

static struct nsc_text
text_of(const char *token)
{
	return (struct nsc_text){token, (uint32_t)strlen(token)};
}

struct nsc_text
nsc_mask_name(const struct nsc_mask *m, const struct nsc_text *name, char token[NSC_MASK_TEXT])
{
	char text[NAME], addr[NSC_ADDR_TEXT];
	uint32_t n = name->len;
	struct nsc_addr a;

	if (m == NULL || !m->on || n == 0)
		return *name;
	if (n > 1 && name->p[n - 1] == '.')
		n--;
	if (n < NSC_ADDR_TEXT) {
		memcpy(addr, name->p, n);
		addr[n] = '\0';
		if (nsc_addr_parse(&a, addr) == 0) {
			a = nsc_mask_addr(m, &a);
			nsc_addr_text(&a, token);
			return text_of(token);
		}
	}
	n = n < NAME ? n : NAME;
	for (uint32_t i = 0; i < n; i++)
		text[i] = name->p[i] >= 'A' && name->p[i] <= 'Z' ? (char)(name->p[i] | 0x20)
								 : name->p[i];
	snprintf(token, NSC_MASK_TEXT, "name-%012llx", (unsigned long long)digest(m, text, n));
	return text_of(token);
}

/* Where the port begins, colon and all; the length if there is none. */
static uint32_t
port_of(const struct nsc_text *host)
{
	uint32_t n = host->len;

	while (n > 0 && host->p[n - 1] >= '0' && host->p[n - 1] <= '9')
		n--;
	if (n == 0 || host->p[n - 1] != ':' || n == host->len)
		return host->len;
	/* An IPv6 address alone ends in a colon and digits, too (RFC 3986, 3.2.2 wants brackets). */
	if (memchr(host->p, ':', n - 1) != NULL && host->p[0] != '[')
		return host->len;
	return n - 1;
}

struct nsc_text
nsc_mask_host(const struct nsc_mask *m, const struct nsc_text *host, char token[NSC_MASK_TEXT])
{
	uint32_t end = port_of(host);
	struct nsc_text name = {host->p, end}, found;
	char inner[NSC_MASK_TEXT];
	bool brackets;

	if (m == NULL || !m->on || host->len - end >= 8)
		return nsc_mask_name(m, host, token);
	if (end > 2 && host->p[0] == '[' && host->p[end - 1] == ']')
		name = (struct nsc_text){host->p + 1, end - 2};
	if (name.p == host->p && end == host->len)
		return nsc_mask_name(m, host, token);
	found = nsc_mask_name(m, &name, inner);
	brackets = memchr(found.p, ':', found.len) != NULL;
	snprintf(token, NSC_MASK_TEXT, "%s%.*s%s%.*s", brackets ? "[" : "", (int)found.len, found.p,
		 brackets ? "]" : "", (int)(host->len - end), host->p + end);
	return text_of(token);
}
