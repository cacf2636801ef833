/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "base/line.h"
#include "dissect/http_start.h"

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
	struct nsc_bytes rest = b, c;
	size_t line;

	if (method <= 0)
		return method < 0 ? NSC_HTTP_MAYBE : NSC_HTTP_NO;
	if (nsc_bytes_line(&rest, &c)) {
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
	const size_t have = nsc_bytes_left(&b), method = token_length(b.p, have);
	struct nsc_bytes rest = b, c;
	size_t at;

	if (!nsc_bytes_line(&rest, &c)) /* perhaps */
		return have > 0 && have < SHORT_LINE && nsc_http_method_perhaps(b) &&
		       printable(b.p, have - (b.p[have - 1] == '\r'));
	if (method == 0 || method > NSC_HTTP_METHOD_MAX)
		return false;
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

int
nsc_http_start_line(struct nsc_http_start_line *l, struct nsc_bytes c)
{
	size_t len = nsc_bytes_left(&c), at = version_at(c), sp;
	const uint8_t *p = c.p;
	const size_t name = len > 3 && is_icy(p, 3) ? 3 : 8;
	bool known;

	*l = (struct nsc_http_start_line){.status = 0};
	if (len >= name + 4 && (name == 3 || is_name(p, 8)) && is_status(p + name, 4) &&
	    (len == name + 4 || p[name + 4] == ' ')) {
		l->version = name == 3 ? 10 : version_of(p);
		p += name;
		l->status =
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
	l->version = at > 0 ? version_of(p + at) : 0;
	l->method = (struct nsc_text){(const char *)p, (uint32_t)sp};
	if (at == 0)
		at = len + 1;
	if (at > sp + 1)
		l->target = (struct nsc_text){(const char *)p + sp + 1, (uint32_t)(at - sp - 2)};
	return 0;
}
