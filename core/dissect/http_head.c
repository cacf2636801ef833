/* SPDX-License-Identifier: MIT */
/* Lines may end in a bare LF (RFC 9112, 2.2), fields may be folded (5.2). */
#include <errno.h>
#include <strings.h>

#include "base/line.h"
#include "dissect/http_head.h"
#include "dissect/over_http.h"

size_t
nsc_http_head_end(const struct nsc_bytes *b, uint32_t *from)
{
	const uint8_t *p = b->p + *from, *lf;

	while (p < b->end && (lf = memchr(p, '\n', (size_t)(b->end - p))) != NULL) {
		const uint8_t *q = lf + 1;

		if (q < b->end && *q == '\r')
			q++;
		if (q < b->end && *q == '\n')
			return (size_t)(q + 1 - b->p);
		if (q >= b->end) {
			*from = (uint32_t)(lf - b->p);
			return 0;
		}
		p = lf + 1;
	}
	*from = (uint32_t)(b->end - b->p);
	return 0;
}

static struct nsc_text
trimmed(const uint8_t *p, size_t len)
{
	while (len > 0 && (p[0] == ' ' || p[0] == '\t')) {
		p++;
		len--;
	}
	while (len > 0 && (p[len - 1] == ' ' || p[len - 1] == '\t'))
		len--;
	return (struct nsc_text){(const char *)p, (uint32_t)len};
}

/* The authority of "http://host:80/", or of "host:443" in a CONNECT (RFC 9112, 3.2). */
static struct nsc_text
authority(struct nsc_text target, bool connect)
{
	struct nsc_text a = target;
	const char *p;
	uint32_t n;

	if (!connect) {
		p = target.p != NULL ? memmem(target.p, target.len, "://", 3) : NULL;
		if (p == NULL || memchr(target.p, '/', (size_t)(p - target.p)) != NULL)
			return (struct nsc_text){NULL, 0};
		a.p = p + 3;
		a.len = target.len - (uint32_t)(a.p - target.p);
	}
	for (n = 0; n < a.len && strchr("/?#", a.p[n]) == NULL; n++)
		if (a.p[n] == '@') {
			a.p += n + 1;
			a.len -= n + 1;
			n = (uint32_t)-1;
		}
	a.len = n;
	return a;
}

bool
nsc_http_is(struct nsc_text t, const char *name)
{
	return t.len == strlen(name) && strncasecmp(t.p, name, t.len) == 0;
}

static int
start_of(struct nsc_http_head *h, struct nsc_bytes line)
{
	struct nsc_http_start_line l;
	int rc = nsc_http_start_line(&l, line);

	if (rc != 0)
		return rc;
	h->method = l.method;
	h->status = l.status;
	h->version = l.version;
	if (l.target.p != NULL)
		h->host = authority(trimmed((const uint8_t *)l.target.p, l.target.len),
				    nsc_http_is(l.method, "CONNECT"));
	return 0;
}

/* The last coding decides (RFC 9112, 6.1); "identity" was none (RFC 2616, 3.6). */
static void
transfer_encoding(struct nsc_http_head *h, struct nsc_text v)
{
	h->chunked = v.len >= 7 && strncasecmp(v.p + v.len - 7, "chunked", 7) == 0;
	h->coded = !h->chunked && v.len > 0 && !nsc_http_is(v, "identity");
}

static void
content_length(struct nsc_http_head *h, struct nsc_text v)
{
	/* "5, 5" is what some proxies make of it (RFC 9110, 8.6). */
	const char *comma = v.len > 0 ? memchr(v.p, ',', v.len) : NULL;
	const size_t digits = comma != NULL ? (size_t)(comma - v.p) : v.len;
	int64_t n;

	/* 18 digits are enough for everybody and cannot overflow. */
	if (h->sized || v.len > 18)
		return;
	n = nsc_bytes_decimal(nsc_bytes((const uint8_t *)v.p, digits), INT64_MAX);
	if (n < 0)
		return;
	h->sized = true;
	h->length = (uint64_t)n;
}

/* A field's line, and the lines that continue it. */
static void
field(struct nsc_http_head *h, struct nsc_bytes c, bool *host_seen)
{
	const uint8_t *colon =
		nsc_bytes_left(&c) > 0 ? memchr(c.p, ':', nsc_bytes_left(&c)) : NULL;
	struct nsc_text name, value;

	if (colon == NULL)
		return;
	name = trimmed(c.p, (size_t)(colon - c.p));
	value = trimmed(colon + 1, (size_t)(c.end - colon - 1));
	if (nsc_http_is(name, "Host") && h->status == 0) {
		/* A NUL is no part of any host name; what stands behind it is noise. */
		value.len = (uint32_t)strnlen(value.p, value.len);
		if (!*host_seen && value.len > 0)
			h->host = value;
		*host_seen = true;
	} else if (nsc_http_is(name, "Content-Length")) {
		content_length(h, value);
	} else if (nsc_http_is(name, "Transfer-Encoding")) {
		transfer_encoding(h, value);
	} else if (nsc_http_is(name, "Upgrade")) {
		h->upgrade = nsc_http_is(value, "websocket") ? NSC_HTTP_TO_WEBSOCKET
			     : nsc_http_is(value, "h2c")	 ? NSC_HTTP_TO_H2C
							 : NSC_HTTP_TO_NOTHING;
	} else if (h->status != 0 && h->product == NULL) {
		h->product = nsc_over_http(name, value);
	}
}

int
nsc_http_head(struct nsc_http_head *h, struct nsc_bytes b)
{
	const uint8_t *start = b.p;
	bool first = true, host_seen = false;
	struct nsc_bytes c;

	*h = (struct nsc_http_head){.status = 0};
	while (nsc_bytes_line(&b, &c)) {
		if (first) {
			if (start_of(h, c) != 0)
				return -EPROTO;
			first = false;
			continue;
		}
		/* A line without a version is a request if fields follow; alone it was HTTP/0.9. */
		if (h->version == 0 && (nsc_bytes_left(&c) == 0 ||
					memchr(c.p, ':', nsc_bytes_left(&c)) == NULL))
			return -EPROTO;
		if (h->version == 0)
			h->version = 10;
		if (nsc_bytes_left(&c) == 0)
			return (int)(b.p - start);
		if (c.p[0] != ' ' && c.p[0] != '\t')
			field(h, c, &host_seen);
	}
	return !first && h->version == 0 ? -EPROTO : 0;
}
