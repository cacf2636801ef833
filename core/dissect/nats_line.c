/* SPDX-License-Identifier: MIT */
/* docs.nats.io, client protocol: verbs with their fields; the server's errors (server/errors.go). */
#include "base/fnv.h"
#include "base/line.h"
#include "dissect/nats.h"
#include "dissect/words.h"

enum { FIELDS = 5, PAYLOAD_MAX = 1 << 30, TEXT_MAX = 40 };

const char *const nsc_nats_operations[] = {
	"other", "publish", "request", "subscribe", "unsubscribe", "message", "ping", NULL};

enum {
	NO_RESPONDERS, STATUS, OTHER, PERMISSIONS, AUTHORIZATION, AUTH_TIMEOUT, STALE,
	SLOW_CONSUMER, MAX_PAYLOAD, MAX_CONNECTIONS, MAX_SUBSCRIPTIONS, PARSER, SUBJECT, TLS,
};

const char *const nsc_nats_errors[] = {
	"no_responders", "status", "other", "permissions", "authorization", "auth_timeout", "stale",
	"slow_consumer", "max_payload", "max_connections", "max_subscriptions", "parser", "subject",
	"tls", NULL};

static const struct nsc_word_row verbs[] = {
	{"+ok", NSC_NATS_OK},
	{"-err", NSC_NATS_ERR},
	{"connect", NSC_NATS_CONNECT},
	{"hmsg", NSC_NATS_HMSG},
	{"hpub", NSC_NATS_HPUB},
	{"info", NSC_NATS_INFO},
	{"msg", NSC_NATS_MSG},
	{"ping", NSC_NATS_PING_VERB},
	{"pong", NSC_NATS_PONG},
	{"pub", NSC_NATS_PUB},
	{"sub", NSC_NATS_SUB},
	{"unsub", NSC_NATS_UNSUB},
};

/* What an error's text begins with. */
static const struct {
	const char *text;
	uint8_t error;
	bool answers;
} texts[] = {
	{"Permissions Violation", PERMISSIONS, true},
	{"Authorization Violation", AUTHORIZATION, false},
	{"User Authentication", AUTHORIZATION, false},
	{"Account Authentication", AUTHORIZATION, false},
	{"Authentication Timeout", AUTH_TIMEOUT, false},
	{"Authentication Expired", AUTHORIZATION, false},
	{"Stale Connection", STALE, false},
	{"Slow Consumer", SLOW_CONSUMER, false},
	{"Maximum Payload", MAX_PAYLOAD, true},
	{"Maximum Connections", MAX_CONNECTIONS, false},
	{"maximum connections", MAX_CONNECTIONS, false},
	{"maximum account", MAX_CONNECTIONS, false},
	{"maximum subscriptions", MAX_SUBSCRIPTIONS, true},
	{"Maximum Control", PARSER, false},
	{"Unknown Protocol", PARSER, false},
	{"Parser Error", PARSER, false},
	{"Invalid Subject", SUBJECT, true},
	{"Invalid Publish Subject", SUBJECT, true},
	{"Secure Connection", TLS, false},
};

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* The fields of a line, at most FIELDS; how many there are. */
static unsigned
split(struct nsc_bytes text, struct nsc_bytes *field)
{
	unsigned n = 0;

	while (n <= FIELDS) {
		const uint8_t *begin;

		while (nsc_bytes_left(&text) > 0 && is_blank(*text.p))
			nsc_bytes_skip(&text, 1);
		if (nsc_bytes_left(&text) == 0)
			break;
		begin = text.p;
		while (nsc_bytes_left(&text) > 0 && !is_blank(*text.p))
			nsc_bytes_skip(&text, 1);
		if (n < FIELDS)
			field[n] = nsc_bytes(begin, (size_t)(text.p - begin));
		n++;
	}
	return n;
}

/* PUB subject [reply] octets; HPUB with two numbers; MSG subject sid [reply] octets, HMSG. */
static bool
with_payload(struct nsc_nats_line *l)
{
	bool headers = l->verb == NSC_NATS_HPUB || l->verb == NSC_NATS_HMSG;
	bool message = l->verb == NSC_NATS_MSG || l->verb == NSC_NATS_HMSG;
	unsigned least = 2u + headers + message, n;
	struct nsc_bytes field[FIELDS], *subject;
	int64_t payload, first = 0;

	n = split(l->rest, field);
	if (n < least || n > least + 1 || (payload = nsc_bytes_decimal(field[n - 1], PAYLOAD_MAX)) < 0)
		return false;
	if (headers)
		first = nsc_bytes_decimal(field[n - 2], PAYLOAD_MAX);
	if (first < 0 || first > payload)
		return false;
	l->payload = (uint64_t)payload + 2;
	l->replies = !message && n > least;
	subject = &field[l->replies ? 1 : 0];
	/* 32 bits of it: itself it is not kept. */
	l->subject = nsc_fnv(NSC_FNV_BASIS, subject->p, nsc_bytes_left(subject));
	return true;
}

static bool
fits(struct nsc_nats_line *l)
{
	struct nsc_bytes field[FIELDS];
	unsigned n;

	switch (l->verb) {
	case NSC_NATS_PUB: case NSC_NATS_HPUB: case NSC_NATS_MSG: case NSC_NATS_HMSG:
		return with_payload(l);
	case NSC_NATS_SUB:
		n = split(l->rest, field);
		return n == 2 || n == 3;
	case NSC_NATS_UNSUB:
		n = split(l->rest, field);
		return n == 1 || n == 2;
	case NSC_NATS_INFO: case NSC_NATS_CONNECT:
		n = split(l->rest, field);
		return n > 0 && *field[0].p == '{';
	case NSC_NATS_ERR:
		return true;
	default:
		return split(l->rest, field) == 0;
	}
}

void
nsc_nats_line(struct nsc_bytes text, struct nsc_nats_line *l)
{
	struct nsc_bytes word;
	const uint8_t *p = text.p;

	memset(l, 0, sizeof *l);
	if (nsc_bytes_left(&text) > 0 && text.end[-1] == '\r')
		text.end--;
	while (p < text.end && !is_blank(*p))
		p++;
	word = nsc_bytes_sub(&text, (size_t)(p - text.p));
	l->rest = text;
	l->verb = (uint8_t)nsc_word_value(verbs, sizeof verbs / sizeof verbs[0], &word, NSC_NATS_NONE);
	if (l->verb != NSC_NATS_NONE && !fits(l))
		l->verb = NSC_NATS_NONE;
}

unsigned
nsc_nats_error(struct nsc_bytes text, bool *answers)
{
	while (nsc_bytes_left(&text) > 0 && (is_blank(*text.p) || *text.p == '\''))
		nsc_bytes_skip(&text, 1);
	for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct nsc_bytes b = text;
		const char *t = texts[i].text;

		while (*t != '\0' && nsc_bytes_left(&b) > 0 && (*b.p | 0x20) == (*t | 0x20)) {
			nsc_bytes_skip(&b, 1);
			t++;
		}
		if (*t == '\0') {
			*answers = texts[i].answers;
			return texts[i].error + 1u;
		}
	}
	*answers = false;
	return OTHER + 1;
}

unsigned
nsc_nats_status(const struct nsc_bytes *payload)
{
	struct nsc_bytes b = *payload;

	if (!nsc_bytes_starts(&b, "NATS/1.0 "))
		return 0;
	nsc_bytes_skip(&b, 9);
	if (nsc_bytes_starts(&b, "503"))
		return NSC_NATS_NO_RESPONDERS;
	return nsc_bytes_left(&b) > 0 && *b.p >= '4' && *b.p <= '5' ? NSC_NATS_STATUS : 0;
}
