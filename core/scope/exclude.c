/* SPDX-License-Identifier: MIT */
/* Exclude: reads its words, and asks its list (features.md row 3.12). */
#include "scope/exclude.h"

#include <errno.h>
#include <netinet/in.h>

/* Words of a rule: a protocol waits for the port that it belongs to. */
struct words {
	struct nsc_excludes *x;
	struct nsc_exclude next;
	bool waiting;			/* next.proto is set and no port has come */
};

static int
add(struct words *w)
{
	if (w->x->count >= NSC_EXCLUDES)
		return -ENOSPC;
	w->x->exclude[w->x->count++] = w->next;
	w->next.proto = 0;
	w->next.ports = false;
	w->waiting = false;
	return 0;
}

static bool
is_word(const char *p, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(p, word, len) == 0;
}

static int
take_proto(struct words *w, uint8_t proto)
{
	int rc = w->waiting ? add(w) : 0;	/* "tcp udp": the first one alone */

	w->next.proto = proto;
	w->waiting = true;
	return rc;
}

/* 1 to 65535, without sign or leading zero; how many octets it has, 0 if it is none. */
static size_t
take_port(const char *p, size_t len, uint16_t *port)
{
	uint32_t n = 0;
	size_t i;

	for (i = 0; i < len && p[i] >= '0' && p[i] <= '9' && n <= 65535; i++)
		n = n * 10 + (uint32_t)(p[i] - '0');
	if (i == 0 || p[0] == '0' || n > 65535)
		return 0;
	*port = (uint16_t)n;
	return i;
}

static int
take_range(struct words *w, const char *p, size_t len)
{
	size_t n = take_port(p, len, &w->next.low);

	if (n == 0)
		return -EINVAL;
	w->next.high = w->next.low;
	if (n < len) {
		if (p[n] != '-' || n + 1 == len)
			return -EINVAL;
		n++;
		if (n + take_port(p + n, len - n, &w->next.high) != len ||
		    w->next.high < w->next.low)
			return -EINVAL;
	}
	w->next.ports = true;
	return add(w);
}

static int
take_word(struct words *w, const char *p, size_t len)
{
	if (is_word(p, len, "tcp"))
		return take_proto(w, IPPROTO_TCP);
	if (is_word(p, len, "udp"))
		return take_proto(w, IPPROTO_UDP);
	if (is_word(p, len, "*"))
		return add(w);
	return take_range(w, p, len);
}

static int
take_value(struct words *w, const char *value)
{
	const char *p = value + strspn(value, " \t");
	int rc = *p != '\0' ? 0 : -EINVAL;

	while (rc == 0 && *p != '\0') {
		size_t n = strcspn(p, " \t");

		rc = take_word(w, p, n);
		p += n;
		p += strspn(p, " \t");
	}
	return rc;
}

static int
take_prefix(struct nsc_exclude *e, const char *prefix)
{
	unsigned bits = 0;

	if (strcmp(prefix, "*") == 0)
		return 0;
	if (nsc_addr_parse_prefix(&e->addr, &bits, prefix) < 0)
		return -EINVAL;
	e->bits = (uint8_t)bits;
	e->not_ipv4 = strchr(prefix, ':') != NULL && bits < 96;
	return 0;
}

int
nsc_exclude_add(struct nsc_excludes *x, const char *prefix, const char *const *ports, size_t count,
		size_t *wrong)
{
	struct words w = {.x = x};
	uint32_t before = x->count;
	int rc;

	*wrong = 0;
	rc = take_prefix(&w.next, prefix);
	for (size_t i = 0; i < count && rc == 0; i++) {
		*wrong = i + 1;
		rc = take_value(&w, ports[i]);
	}
	if (rc == 0 && (w.waiting || count == 0))
		rc = add(&w);
	if (rc < 0)
		x->count = before;
	return rc;
}

static bool
has_port(const struct nsc_exclude *e, uint16_t port)
{
	return port >= e->low && port <= e->high;
}

bool
nsc_excluded(const struct nsc_excludes *x, uint8_t proto, const struct nsc_addr *remote,
	     uint16_t remote_port, uint16_t local_port)
{
	bool has_ports = proto == IPPROTO_TCP || proto == IPPROTO_UDP || proto == IPPROTO_SCTP;

	for (uint32_t i = 0; i < x->count; i++) {
		const struct nsc_exclude *e = &x->exclude[i];

		if (e->proto != 0 && e->proto != proto)
			continue;
		if (!nsc_addr_in_prefix(remote, &e->addr, e->bits) ||
		    (e->not_ipv4 && nsc_addr_is_v4(remote)))
			continue;
		if (!e->ports)
			return true;
		if (has_ports && (has_port(e, remote_port) || has_port(e, local_port)))
			return true;
	}
	return false;
}
