/* SPDX-License-Identifier: MIT */
/* Heads of HTTP/1: lines may end in a bare LF (RFC 9112, 2.2), fields may be folded (5.2).
 */
#include <errno.h>
#include <strings.h>

#include "dissect/http_head.h"
#include "dissect/over_http.h"

enum {
	LAST_INITIAL = 'V',	/* of all methods */
	SHORT_LINE = 512,	/* octets of one that may still become a request of an unknown method */
	LONG_TARGET = 1024,	/* octets of a line without an end that begins as a request does */
};

struct method {
	const char *name;
	uint8_t len;
};

#define METHOD(name) {name, sizeof name - 1}

/* IANA, HTTP Method Registry; then what else is met on the wire. */
static const struct method methods[] = {
	METHOD("ACL"), METHOD("BASELINE-CONTROL"), METHOD("BIND"), METHOD("CHECKIN"),
	METHOD("CHECKOUT"), METHOD("CONNECT"), METHOD("COPY"), METHOD("DELETE"),
	METHOD("GET"), METHOD("HEAD"), METHOD("LABEL"), METHOD("LINK"), METHOD("LOCK"),
	METHOD("MERGE"), METHOD("MKACTIVITY"), METHOD("MKCALENDAR"), METHOD("MKCOL"),
	METHOD("MKREDIRECTREF"), METHOD("MKWORKSPACE"), METHOD("MOVE"),
	METHOD("OPTIONS"), METHOD("ORDERPATCH"), METHOD("PATCH"), METHOD("POST"),
	METHOD("PROPFIND"), METHOD("PROPPATCH"), METHOD("PUT"), METHOD("QUERY"),
	METHOD("REBIND"), METHOD("REPORT"), METHOD("SEARCH"), METHOD("TRACE"),
	METHOD("UNBIND"), METHOD("UNCHECKOUT"), METHOD("UNLINK"), METHOD("UNLOCK"),
	METHOD("UPDATE"), METHOD("UPDATEREDIRECTREF"), METHOD("VERSION-CONTROL"),
	METHOD("BCOPY"), METHOD("BDELETE"), METHOD("BMOVE"), METHOD("BPROPFIND"),
	METHOD("BPROPPATCH"), METHOD("CCM_POST"), METHOD("NOTIFY"), METHOD("POLL"),
	METHOD("PURGE"), METHOD("RPC_CONNECT"), METHOD("RPC_IN_DATA"),
	METHOD("RPC_OUT_DATA"), METHOD("SSTP_DUPLEX_POST"), METHOD("SUBSCRIBE"),
	METHOD("UNSUBSCRIBE"), METHOD("M-SEARCH"),
};

size_t
nsc_http_line(const struct nsc_bytes *b)
{
	size_t have = nsc_bytes_left(b);
	const uint8_t *lf = have > 0 ? memchr(b->p, '\n', have) : NULL;

	return lf != NULL ? (size_t)(lf - b->p) + 1 : 0;
}

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

/* The line without its end. */
static struct nsc_bytes
content(const uint8_t *p, size_t len)
{
	len--;
	if (len > 0 && p[len - 1] == '\r')
		len--;
	return nsc_bytes(p, len);
}

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* "HTTP/1."; fewer octets match as far as they go. Some say 2.0 and mean 1.1. */
static bool
is_name(const uint8_t *p, size_t len)
{
	return memcmp(p, "HTTP/", len < 5 ? len : 5) == 0 && (len < 6 || is_digit(p[5])) &&
	       (len < 7 || p[6] == '.');
}

/* "ICY 200 OK" (SHOUTcast): the name has no version. */
static bool
is_icy(const uint8_t *p, size_t len)
{
	return memcmp(p, "ICY", len < 3 ? len : 3) == 0;
}

/* "HTTP/1.1", of 8 octets. */
static bool
is_version(const uint8_t *p)
{
	return is_name(p, 8) && is_digit(p[7]);
}

/* 10 to 19 of 1.0 to 1.9, of later ones 11; what is no digit was one once. */
static uint8_t
version_of(const uint8_t *p)
{
	return p[5] == '1' && is_digit(p[7]) ? (uint8_t)(10 + p[7] - '0') : 11;
}

static bool
is_status(const uint8_t *p, size_t len)
{
	if (len > 0 && p[0] != ' ')
		return false;
	for (size_t i = 1; i < len && i < 4; i++)
		if (!is_digit(p[i]))
			return false;
	return len < 2 || (p[1] >= '1' && p[1] <= '9');
}

static enum nsc_http_start
response_start(struct nsc_bytes b)
{
	const bool icy = is_icy(b.p, nsc_bytes_left(&b));
	const size_t have = nsc_bytes_left(&b), name = icy ? 3 : 8;
	const size_t rest = have > name ? have - name : 0;
	uint8_t c;

	/* Name, status and blanks prove it: a damaged version does not matter. */
	if (!icy && !is_name(b.p, have < 8 ? have : 8))
		return NSC_HTTP_NO;
	if (rest > 0 && !is_status(b.p + name, rest))
		return NSC_HTTP_NO;
	if (rest <= 4)
		return NSC_HTTP_MAYBE;
	c = b.p[name + 4];
	return c == ' ' || c == '\r' || c == '\n' ? NSC_HTTP_RESPONSE : NSC_HTTP_NO;
}

/* Octets until a blank or what is no text; no more are counted than a method can have, and one. */
static size_t
token_length(const uint8_t *p, size_t len)
{
	size_t n = 0;

	while (n < len && n <= NSC_HTTP_METHOD_MAX && p[n] > ' ' && p[n] < 0x7f)
		n++;
	return n;
}

/* Length of the method at b if it is known, -1 if it may become one, 0 if not. */
static int
method_length(struct nsc_bytes b)
{
	size_t have = nsc_bytes_left(&b);
	int best = 0;

	if (b.p[0] < 'A' || b.p[0] > LAST_INITIAL)
		return 0;
	for (unsigned i = 0; i < sizeof methods / sizeof methods[0]; i++) {
		const char *name = methods[i].name;
		size_t n = methods[i].len;

		if (b.p[0] != (uint8_t)*name)
			continue;
		if (have > n) {
			if (b.p[n] == ' ' && memcmp(b.p, name, n) == 0)
				return (int)n;
		} else if (memcmp(b.p, name, have) == 0) {
			best = -1;
		}
	}
	return best;
}

/* Offset of the version at the end of a request line, or 0. */
static size_t
version_at(struct nsc_bytes line)
{
	size_t len = nsc_bytes_left(&line);

	while (len > 0 && line.p[len - 1] == ' ')
		len--;
	if (len < 10 || line.p[len - 9] != ' ' || !is_version(line.p + len - 8))
		return 0;
	return len - 8;
}

/* HTTP/2's, which no server of HTTP/1 shall understand (RFC 9113, 3.4). */
static bool
is_preface(const uint8_t *p, size_t len)
{
	return len >= 5 && memcmp(p, "PRI *", 5) == 0;
}

static bool
printable(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((p[i] < ' ' && p[i] != '\t') || p[i] == 0x7f)
			return false;
	return true;
}

static enum nsc_http_start
request_start(struct nsc_bytes b)
{
	int method = method_length(b);
	size_t line;

	if (method <= 0)
		return method < 0 ? NSC_HTTP_MAYBE : NSC_HTTP_NO;
	line = nsc_http_line(&b);
	if (line > 0) {
		struct nsc_bytes c = content(b.p, line);
		size_t at = version_at(c);

		return at > (size_t)method + 1 && printable(c.p, at) ? NSC_HTTP_REQUEST
								     : NSC_HTTP_NO;
	}
	line = nsc_bytes_left(&b);
	if (b.p[line - 1] == '\r')
		line--;
	if (line > LONG_TARGET && line < NSC_HTTP_HEAD_MAX && printable(b.p, line) &&
	    (b.p[method + 1] == '/' || memcmp(b.p + method + 1, "http", 4) == 0))
		return NSC_HTTP_REQUEST;
	return line < NSC_HTTP_HEAD_MAX && printable(b.p, line) ? NSC_HTTP_MAYBE
								: NSC_HTTP_NO;
}

bool
nsc_http_method_perhaps(struct nsc_bytes b)
{
	size_t have = nsc_bytes_left(&b), n = token_length(b.p, have);

	return n <= NSC_HTTP_METHOD_MAX && (n == have || b.p[n] <= ' ');
}

bool
nsc_http_method_first(struct nsc_bytes b)
{
	return nsc_bytes_left(&b) > 0 && method_length(b) > 0;
}

bool
nsc_http_version_last(struct nsc_bytes b)
{
	const size_t have = nsc_bytes_left(&b), line = nsc_http_line(&b);
	const size_t method = token_length(b.p, have);
	struct nsc_bytes c;
	size_t at;

	if (line == 0) /* perhaps */
		return have > 0 && have < SHORT_LINE && nsc_http_method_perhaps(b) &&
		       printable(b.p, have - (b.p[have - 1] == '\r'));
	if (method == 0 || method > NSC_HTTP_METHOD_MAX)
		return false;
	c = content(b.p, line);
	at = version_at(c);
	return at > method + 1 && printable(c.p, at) && !is_preface(c.p, nsc_bytes_left(&c));
}

enum nsc_http_start
nsc_http_start(struct nsc_bytes b)
{
	enum nsc_http_start r;

	if (nsc_bytes_left(&b) == 0)
		return NSC_HTTP_MAYBE;
	r = response_start(b);
	return r != NSC_HTTP_NO ? r : request_start(b);
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
start_line(struct nsc_http_head *h, struct nsc_bytes c)
{
	size_t len = nsc_bytes_left(&c), at = version_at(c), sp;
	const uint8_t *p = c.p;
	const size_t name = len > 3 && is_icy(p, 3) ? 3 : 8;
	bool known;

	if (len >= name + 4 && (name == 3 || is_name(p, 8)) && is_status(p + name, 4) &&
	    (len == name + 4 || p[name + 4] == ' ')) {
		h->version = name == 3 ? 10 : version_of(p);
		p += name;
		h->status =
			(uint16_t)((p[1] - '0') * 100 + (p[2] - '0') * 10 + p[3] - '0');
		return 0;
	}
	sp = token_length(p, len);
	if (sp == 0 || sp > NSC_HTTP_METHOD_MAX || sp == len || p[sp] != ' ')
		return -EPROTO;
	/* Without a target or a version: of a known method, and then its server's word made the guess. */
	known = method_length(c) > 0;
	if (!printable(p, at > 0 ? at : len) || is_preface(p, len) ||
	    (at == 0 && (!known || memchr(p + sp + 1, ' ', len - sp - 1) != NULL)) ||
	    (!known && sp + 1 >= at))
		return -EPROTO;
	h->version = at > 0 ? version_of(p + at) : 0;
	h->method = (struct nsc_text){(const char *)p, (uint32_t)sp};
	if (at == 0)
		at = len + 1;
	if (at > sp + 1)
		h->host = authority(trimmed(p + sp + 1, at - sp - 2),
				    nsc_http_is(h->method, "CONNECT"));
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
	uint64_t n = 0;

	/* 18 digits are enough for everybody and cannot overflow. */
	if (h->sized || v.len == 0 || v.len > 18)
		return;
	for (uint32_t i = 0; i < v.len; i++) {
		/* "5, 5" is what some proxies make of it (RFC 9110, 8.6). */
		if (v.p[i] == ',' && i > 0)
			break;
		if (!is_digit((uint8_t)v.p[i]))
			return;
		n = n * 10 + (uint64_t)(v.p[i] - '0');
	}
	h->sized = true;
	h->length = n;
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
	size_t n;

	*h = (struct nsc_http_head){.status = 0};
	while ((n = nsc_http_line(&b)) > 0) {
		struct nsc_bytes c = content(b.p, n);

		nsc_bytes_skip(&b, n);
		if (first) {
			if (start_line(h, c) != 0)
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
