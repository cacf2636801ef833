/* SPDX-License-Identifier: MIT */
/*
 * Conversations that hand over to TLS, through the session: real ones against tshark,
 * cut anywhere, with one direction only, with the reply behind the hello; and what
 * must not be taken for any of these protocols.
 */
#include "dissect/session.h"
#include "talks.h"
#include "suite.h"

enum { MS = 1000000, ISN0 = 0xfffffe00, ISN1 = 5000 };

static struct nsc_sessions *ss;
static struct nsc_flow flow;
static uint64_t now;
static uint32_t at[2];
static char apps[256];

static void
on_app(void *arg, struct nsc_flow *f, unsigned before)
{
	(void)arg, (void)before;
	strcat(apps, nsc_app_name(f->app));
	strcat(apps, " ");
}

static void
setup(void)
{
	struct nsc_session_config cfg = {
		.reassembly = {.limit = 1 << 16,
			       .memory = 1 << 20,
			       .hole_ms = 1000,
			       .overflow = NSC_OVERFLOW_SLIDING},
		.sessions = 4,
		.label_memory = 1 << 16,
		.wanted = {~UINT64_C(0), ~UINT64_C(0)},
	};
	struct nsc_session_hooks hooks = {.app = on_app};

	ck_assert_int_eq(nsc_sessions_new(&ss, &cfg, &hooks), 0);
}

static void
teardown(void)
{
	nsc_sessions_free(ss);
}

static void
begin(void)
{
	memset(&flow, 0, sizeof flow);
	flow.proto = NSC_PROTO_TCP;
	flow.port[0] = 40000;
	flow.port[1] = 9;
	flow.tcp[0].acked = ISN1 + 1;
	flow.tcp[1].acked = ISN0 + 1u;
	flow.tcp[0].flags = flow.tcp[1].flags = NSC_SIDE_ACKS | NSC_SIDE_SYN;
	at[0] = at[1] = 0;
	apps[0] = '\0';
	now = 1000 * (uint64_t)MS;
}

static void
segment(int side, uint32_t from, const uint8_t *p, size_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	struct nsc_update up = {.flow = &flow, .side = (uint8_t)side};
	struct nsc_packet pk = {
		.time = now += MS,
		.proto = NSC_PROTO_TCP,
		.payload = copy,
		.payload_len = (uint32_t)len,
		.payload_caplen = (uint32_t)len,
		.seq = (side ? ISN1 : ISN0) + 1u + from,
	};

	memcpy(copy, p, len);
	ck_assert_int_eq(nsc_session_packet(ss, &up, &pk), NSC_END_OPEN);
	free(copy);
}

static void
end(void)
{
	nsc_session_closed(ss, &flow, NSC_END_FIN, now);
	flow.flags |= NSC_FLOW_CLOSED;
}

static void
retire(void)
{
	nsc_session_retired(ss, &flow);
	ck_assert_uint_eq(nsc_sessions_stats(ss)->sessions, 0);
}

/* `only`: the side that was captured, or -1. */
static void
play_talk(const struct talk *talk, size_t step, size_t cut, int only)
{
	size_t total = 0;

	begin();
	for (unsigned i = 0; i < talk->turns; i++) {
		const struct turn *t = &talk->turn[i];

		for (size_t done = 0; done < t->len;) {
			size_t n = t->len - done;

			if (step > 0 && n > step)
				n = step;
			if (cut > total && cut < total + n)
				n = cut - total;
			if (only < 0 || only == t->side)
				segment(t->side, at[t->side], t->p + done, n);
			at[t->side] += (uint32_t)n;
			done += n;
			total += n;
		}
	}
	end();
}

static void
expect_label(enum nsc_label id, const char *want)
{
	struct nsc_text t = nsc_session_label(ss, &flow, id);

	ck_assert_uint_eq(t.len, strlen(want));
	ck_assert_int_eq(memcmp(t.p, want, t.len), 0);
}

static struct talk talks[GOLDEN_FLOWS];
static unsigned count;

struct expected {
	int port;
	char name[64], version[8];
};

/* Loads the captures; the lines that tshark wrote, one a flow. */
static void
load(struct expected *e)
{
	size_t len;
	char *text = golden_read("../handon/handon.txt", &len), *line = text;

	count = talks_load(talks, "../handon/handon.pcap");
	for (unsigned i = 0; i < count; i++) {
		ck_assert_int_eq(
			sscanf(line, "%d %63s %7s", &e[i].port, e[i].name, e[i].version),
			3);
		line = strchr(line, '\n') + 1;
	}
	ck_assert_int_eq(*line, '\0');
	free(text);
}

static void
unload(void)
{
	talks_free(talks, count);
}

static void
expect_tls(const struct expected *e, unsigned how)
{
	if (strcmp(nsc_app_name(flow.app), "tls") != 0 ||
	    nsc_session_label(ss, &flow, NSC_LABEL_TLS_VERSION).len == 0)
		ck_abort_msg("%s: '%s' (%u)", e->name, apps, how);
	expect_label(NSC_LABEL_TLS_SNI, e->name);
	expect_label(NSC_LABEL_TLS_VERSION, e->version);
	retire();
}

/* The unread octets up to here matter: cuts lie in the plain part and the hello. */
START_TEST(golden_cut_everywhere)
{
	struct expected e[GOLDEN_FLOWS];

	load(e);
	ck_assert_uint_eq(count, 19);
	for (unsigned i = 0; i < count; i++) {
		size_t total = talk_octets(&talks[i]);

		play_talk(&talks[i], 0, 0, -1);
		expect_tls(&e[i], 0);
		for (size_t step = 1; step <= 3; step++) {
			play_talk(&talks[i], step, 0, -1);
			expect_tls(&e[i], (unsigned)step);
		}
		for (size_t cut = 1; cut < total && cut < 700; cut++) {
			play_talk(&talks[i], 0, cut, -1);
			expect_tls(&e[i], (unsigned)cut);
		}
	}
	unload();
}
END_TEST

/* The names on the way. */
START_TEST(golden_names)
{
	static const struct {
		int port;
		const char *apps;
	} want[] = {{25, "smtp tls "},    {143, "imap tls "},        {110, "pop3 tls "},
		    {21, "ftp tls "},     {6667, "irc tls "},        {5222, "xmpp tls "},
		    {389, "ldap tls "},   {5432, "postgresql tls "}, {3306, "mysql tls "},
		    {1080, "socks tls "}, {3128, "http tls "},       {8443, "proxy tls "},
		    {3389, "rdp tls "},   {119, "nntp tls "},        {4190, "managesieve tls "}};
	struct expected e[GOLDEN_FLOWS];

	load(e);
	for (unsigned i = 0; i < count; i++) {
		unsigned w = 0;

		while (want[w].port != e[i].port)
			w++;
		play_talk(&talks[i], 0, 0, -1);
		ck_assert_str_eq(apps, want[w].apps);
		retire();
	}
	unload();
}
END_TEST

/* InspIRCd with openssl s_client: no greeting, no CAP; the numeric alone says whose it is. */
START_TEST(irc_asks_at_once)
{
	static const char ask[] = "STARTTLS\r\n";
	static const char grant[] = ":irc.example 670 * :STARTTLS successful, go ahead with TLS "
				    "handshake\r\n";
	struct expected e[GOLDEN_FLOWS];
	struct talk talk = {.turns = 0};
	const struct talk *k;
	unsigned i = 0, from = 0;
	size_t plain = sizeof ask + sizeof grant - 2;

	load(e);
	while (e[i].port != 6667)
		i++;
	k = &talks[i];
	while (k->turn[from].p[0] != 0x16)
		from++;
	talk_say(&talk, 0, ask, sizeof ask - 1);
	talk_say(&talk, 1, grant, sizeof grant - 1);
	for (; from < k->turns; from++)
		talk_say(&talk, k->turn[from].side, k->turn[from].p, k->turn[from].len);
	for (size_t cut = 0; cut < plain + 100; cut++) {
		play_talk(&talk, 0, cut, -1);
		ck_assert_str_eq(apps, "irc tls ");
		expect_tls(&e[i], (unsigned)cut);
	}
	talk_free(&talk);
	unload();
}
END_TEST

/* Only the client's octets were captured: the server's name is found all the same. */
START_TEST(golden_client_only)
{
	struct expected e[GOLDEN_FLOWS];

	load(e);
	for (unsigned i = 0; i < count; i++) {
		/* Its client says nothing but STARTTLS, which might be SMTP's or IRC's. */
		bool nameless = e[i].port == 4190;

		for (size_t step = 0; step <= 3 && !nameless; step++) {
			play_talk(&talks[i], step, 0, 0);
			if (strcmp(nsc_app_name(flow.app), "tls") != 0)
				ck_abort_msg("%s: '%s'", e[i].name, apps);
			expect_label(NSC_LABEL_TLS_SNI, e[i].name);
			retire();
		}
	}
	unload();
}
END_TEST

/* The client's hello was captured before the reply that it waited for. */
START_TEST(golden_reply_behind_hello)
{
	struct expected e[GOLDEN_FLOWS];

	load(e);
	for (unsigned i = 0; i < count; i++) {
		struct talk *k = &talks[i];

		for (unsigned t = 1; t < k->turns; t++) {
			struct turn hello = k->turn[t];

			if (hello.side != 0 || hello.p[0] != 0x16 ||
			    k->turn[t - 1].side != 1)
				continue;
			k->turn[t] = k->turn[t - 1];
			k->turn[t - 1] = hello;
			break;
		}
		play_talk(k, 0, 0, -1);
		expect_tls(&e[i], 0);
	}
	unload();
}
END_TEST

/* A segment of the plain part comes late, after all that follow it up to the hello. */
START_TEST(golden_out_of_order)
{
	struct expected e[GOLDEN_FLOWS];

	load(e);
	for (unsigned i = 0; i < count; i++) {
		const struct talk *k = &talks[i];

		for (unsigned late = 0; late + 1 < k->turns && late < 4; late++) {
			uint32_t where = 0;

			/* Replies that mean nothing without their requests are not waited
			 * for. */
			if (late == 0 && (strncmp(e[i].name, "socks4", 6) == 0 ||
					  strncmp(e[i].name, "connect", 7) == 0))
				continue;
			begin();
			for (unsigned t = 0; t < k->turns; t++) {
				const struct turn *u = &k->turn[t];

				if (t == late)
					where = at[u->side];
				else
					segment(u->side, at[u->side], u->p, u->len);
				at[u->side] += (uint32_t)u->len;
				if (t == late + 1)
					segment(k->turn[late].side, where, k->turn[late].p,
						k->turn[late].len);
			}
			end();
			expect_tls(&e[i], late);
		}
	}
	unload();
}
END_TEST

/* Turns: '<' the server's, '>' the client's; "" ends them. */
static void
converse(const char *const *turns, const char *want)
{
	struct talk talk = {.turns = 0};

	for (; *turns != NULL; turns++)
		talk_say(&talk, **turns == '<', *turns + 1, strlen(*turns + 1));
	for (size_t step = 0; step <= 2; step++) {
		play_talk(&talk, step, 0, -1);
		if (strcmp(apps, want) != 0)
			ck_abort_msg("%.*s: '%s', not '%s' (step %zu)",
				     (int)talk.turn[0].len, (const char *)talk.turn[0].p,
				     apps, want, step);
		retire();
	}
	talk_free(&talk);
}

#define TALK(want, ...) converse((const char *const[]){__VA_ARGS__, NULL}, want)

START_TEST(names_of_plain_ones)
{
	TALK("smtp ", "<220 a.test ESMTP\r\n", ">EHLO b\r\n", "<250 a\r\n",
	     ">MAIL FROM:<x@y>\r\n");
	TALK("smtp ", "<220-a.test\r\n220 b\r\n", ">HELO b\r\n");
	TALK("smtp ", "<220 a\r\n", ">EHLO b\r\n", "<250 STARTTLS\r\n", ">STARTTLS\r\n",
	     "<454 not now\r\n", ">MAIL FROM:<x>\r\n", "<250 ok\r\n");
	TALK("ftp ", "<220 FTP server\r\n", ">USER anonymous\r\n", "<331 password\r\n");
	TALK("ftp ", "<220 hello\r\n", ">USER anonymous\r\n", "<331 password\r\n");
	TALK("ftp ", "<220 hello\r\n", ">AUTH TLS\r\n", "<502 no\r\n", ">USER a\r\n",
	     "<331 p\r\n");
	TALK("pop3 ", "<+OK POP3 ready <1.2@x>\r\n", ">USER a\r\n", "<+OK\r\n",
	     ">PASS b\r\n");
	TALK("imap ", "<* OK IMAP4rev1 ready\r\n", ">a1 LOGIN x y\r\n", "<a1 OK done\r\n");
	TALK("nntp ", "<200 news.test ready\r\n", ">MODE READER\r\n", "<200 ok\r\n");
	TALK("nntp ", "<201 news.test InterNetNews NNRP server ready (no posting)\r\n",
	     ">GROUP a.b\r\n", "<411 no\r\n");
	TALK("nntp ", "<200 news.test\r\n", ">STARTTLS\r\n", "<580 not now\r\n", ">XOVER 1\r\n");
	TALK("managesieve ", "<\"SASL\" \"PLAIN\"\r\n\"SIEVE\" \"fileinto\"\r\nOK\r\n",
	     ">STARTTLS\r\n", "<NO \"not now\"\r\n", ">AUTHENTICATE \"PLAIN\"\r\n");
	TALK("irc ", ">NICK joe\r\nUSER joe 0 * :Joe\r\n", "<:s 001 joe :Welcome\r\n");
	TALK("irc ", "<:irc.x NOTICE AUTH :*** Looking up\r\n", ">NICK joe\r\n");
	TALK("xmpp ",
	     "><?xml version='1.0'?>\n<stream:stream to='x' xmlns='jabber:client'>",
	     "<<?xml version='1.0'?><stream:stream from='x'><stream:features/>",
	     "><auth m='PLAIN'>");
}
END_TEST

START_TEST(names_of_nothing)
{
	TALK("", ">AUTH secret\r\n", "<+OK\r\n", ">QUIT\r\n",
	     "<+OK\r\n"); /* Redis, inline */
	TALK("redis ", ">*1\r\n$4\r\nPING\r\n", "<+PONG\r\n");
	TALK("", "<+OK\r\n+OK\r\n+OK\r\n");
	TALK("", "<200 hello\r\n", ">hello\r\n", "<200 hello\r\n");
	TALK("", "<200 hello\r\n", ">LIST\r\n", "<215 list\r\n"); /* any protocol of codes */
	TALK("", ">CAPABILITY\r\n", "<OK\r\n");
	TALK("", "<\"SIEVE\" is a word\r\n", ">hello\r\n");
	TALK("", "<220 hello\r\n", ">hello\r\n");
	TALK("", ">USER a\r\n", "<hello\r\n");
	TALK("", ">USER a\r\nPASS b\r\n"); /* FTP or POP3 */
	TALK("", ">NICK joe\r\n", "<OK\r\n");
	TALK("", ">a b\r\n", "<c d\r\n");
	TALK("", "><?xml version='1.0'?><soap:Envelope>");
	TALK("", ">PROXY TCP4 \n");
	TALK("", ">\5\1\2", "<\5\3");   /* a method that was not offered */
	TALK("", ">\5\2\1\1", "<\5\1"); /* the same method twice */
}
END_TEST

static void
octets(const char *want, const void *a, size_t alen, const void *b, size_t blen)
{
	struct talk talk = {.turns = 0};

	talk_say(&talk, 0, a, alen);
	if (blen > 0)
		talk_say(&talk, 1, b, blen);
	for (size_t step = 0; step <= 3; step++) {
		play_talk(&talk, step, 0, -1);
		ck_assert_str_eq(apps, want);
		retire();
	}
	talk_free(&talk);
}

#define OCTETS(want, a, b) octets(want, a, sizeof a - 1, b, sizeof b - 1)

START_TEST(binary_ones)
{
	OCTETS("socks ", "\5\1\0", "\5\0");
	OCTETS("socks ", "\5\2\0\2", "\5\xff");
	OCTETS("socks ", "\4\1\0\x50\xc0\0\2\1user\0", "\0\x5b\0\0\0\0\0\0");
	OCTETS("socks ", "\4\1\0\x50\0\0\0\1\0host.test\0", "");
	OCTETS("", "\4\1\0\x50\xc0\0\2\1user\0", "");
	OCTETS("", "\4\1\0\x50\xc0\0\2\1user\0", "\0\x60\0\0\0\0\0\0");
	OCTETS("", "\4\3\0\x50\xc0\0\2\1user\0", "\0\x5a\0\0\0\0\0\0");
	OCTETS("postgresql ", "\0\0\0\x08\4\xd2\x16\x2f", "N");
	OCTETS("postgresql ", "\0\0\0\x08\4\xd2\x16\x30", "N");
	OCTETS("postgresql ", "\0\0\0\x10\0\3\0\0user\0ab\0", "R");
	OCTETS("", "\0\0\0\x10\0\3\0\0abcd\0ef\0", "R");
	OCTETS("", "\0\0\0\x09\4\xd2\x16\x2f", "N");
	/* RFC 4511, 4.2: a bind; an SNMP message begins alike. */
	OCTETS("ldap ", "\x30\x0c\2\1\1\x60\7\2\1\3\4\0\x80\0", "");
	OCTETS("", "\x30\x0c\2\1\1\x60\7\2\1\4\4\0\x80\0", "");
	OCTETS("", "\x30\x0c\2\1\1\4\7public\xa0", "");
	/* S7 over ISO transport; RDP without a negotiation says nothing of itself. */
	OCTETS("", "\3\0\0\x16\x11\xe0\0\0\0\1\0\xc1\2\1\0\xc2\2\1\2\xc0\1\x0a", "");
	OCTETS("", "\3\0\0\x0b\6\xe0\0\0\0\0\0", "");
	OCTETS("rdp ", "\3\0\0\x13\x0e\xe0\0\0\0\0\0\1\0\x08\0\3\0\0\0",
	       "\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\3\0\x08\0\5\0\0\0");
	OCTETS("proxy ", "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\1\2\3\4\5\6\7\x08\0\1\0\2",
	       "");
	OCTETS("", "\r\n\r\n\0\r\nQUIT\n\x11\x11\0\x0c\1\2\3\4\5\6\7\x08\0\1\0\2", "");
}
END_TEST

/* HAProxy speaks first, the server behind it greets. */
START_TEST(behind_a_proxy_header)
{
	TALK("proxy smtp ", ">PROXY TCP6 ::1 ::2 1 25\r\n", "<220 x ESMTP\r\n",
	     ">EHLO y\r\n");
	TALK("proxy http ", ">PROXY UNKNOWN\r\nGET / HTTP/1.0\r\n\r\n",
	     "<HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n");
	TALK("http smtp ", ">CONNECT m:25 HTTP/1.1\r\nHost: m:25\r\n\r\n",
	     "<HTTP/1.1 200 ok\r\n\r\n220 x ESMTP\r\n", ">EHLO y\r\n");
	TALK("http websocket ", ">GET /c HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n\r\n",
	     "<HTTP/1.1 101 Switching\r\nUpgrade: WebSocket\r\nConnection: "
	     "Upgrade\r\n\r\n\x81\x01x");
	TALK("http ", ">GET /c HTTP/1.1\r\nHost: h\r\nUpgrade: other\r\n\r\n",
	     "<HTTP/1.1 101 Switching\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\nzz");
}
END_TEST

RUN_TESTS("handon", setup, teardown, ONCE(golden_cut_everywhere), ONCE(golden_names),
	  ONCE(golden_client_only), ONCE(irc_asks_at_once), ONCE(golden_reply_behind_hello),
	  ONCE(golden_out_of_order), ONCE(names_of_plain_ones), ONCE(names_of_nothing),
	  ONCE(binary_ones), ONCE(behind_a_proxy_header))
