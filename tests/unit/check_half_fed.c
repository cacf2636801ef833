/* SPDX-License-Identifier: MIT */
/*
 * Flows whose messages never end (features.md 1.18): beginnings of protocols over TCP, cut in the
 * middle, with holes on both sides.  Memory stays at what the table, the sessions and the
 * reassembly reserved, by the kernel's count; the losses are counted.
 */
#include <unistd.h>

#include "engine/worker_state.h"
#include "worker_world.h"
#include "suite.h"

enum {
	MANY = 100000,
	MILLION = 1000000,
	BATCH = 64,
	LATE = 700,			/* octets behind a hole */
	FRAME_LEN = 40 + LATE,
	SLACK = 1 << 20,		/* the reader's, and malloc's */
	FRAGMENTS = 5 << 20,		/* the decoder's */
};

/* Half a message of each, by which it is known, or may become known. */
static const struct {
	const char *app;
	bool known;
	int side;
	size_t len;
	const char *text;
} beginnings[] = {
#define BEGIN(app, known, side, text) {app, known, side, sizeof(text) - 1, text}
	BEGIN("tls", true, 0, "\26\3\1\2\0\1\0\1\374\3\3Random of thirty-two octets here\0"
			      "\0\42\23\1\23\3\300\53\300\57"),
	BEGIN("http", true, 0, "POST /a HTTP/1.1\r\nHost: half.example\r\n"
			       "Content-Length: 100\r\n\r\nhalf"),
	BEGIN("dns", false, 0, "\0\56\22\64\1\0\0\1\0\0\0\0\0\0\4half\7example\0\0\1"),
	BEGIN("ssh", true, 1, "SSH-2.0-half\r\n"),
	BEGIN("smtp", true, 1, "220 half.example ESMTP\r\n250-"),
	BEGIN("imap", true, 1, "* OK [CAPABILITY IMAP4rev1] half\r\n* 1 FETCH (BODY[] {1000000}\r\nhalf"),
	BEGIN("pop3", false, 1, "+OK POP3 half <1.2@half.example>\r\n+"),
	BEGIN("ftp", true, 0, "AUTH TLS\r\nUSER ha"),
	BEGIN("nntp", true, 0, "CAPABILITIES\r\nAUTHINFO US"),
	BEGIN("managesieve", true, 1, "\"IMPLEMENTATION\" \"half\"\r\n\"SI"),
	BEGIN("irc", true, 0, "CAP LS 302\r\nNICK ha"),
	BEGIN("xmpp", true, 0, "<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
		       "xmlns:stream='http://etherx.jabber.org/streams' to='half'><half"),
	BEGIN("ldap", true, 0, "\60\35\2\1\1\167\30\200\0261.3.6.1.4.1.1466.20037\60\20"),
	BEGIN("proxy", false, 0, "PROXY TCP4 192.0.2.1 192.0.2.2 1"),
	BEGIN("socks", false, 0, "\5\1\0"),
	BEGIN("postgresql", false, 0, "\0\0\0\50\0\3\0\0user\0half\0dat"),
	BEGIN("postgresql", true, 0, "\0\0\0\23\0\3\0\0user\0half\0\0Q\0\1\0\0select half"),
	BEGIN("mysql", false, 1, "\112\0\0\0\12" "8.0.36\0\7\0\0\0abcdefgh\0\377\377"),
	BEGIN("mysql", true, 1, "\64\0\0\0\12" "8.0.36\0\7\0\0\0abcdefgh\0\0\242\55\2\0\0\0\0"
				"\0\0\0\0\0\0\0\0\0\0ijklmnopqrst\0"),
	BEGIN("rdp", false, 0, "\3\0\0\53\46\340\0\0\0\0\0Co"),
	BEGIN("openvpn", true, 0, "\0\16\70half fed\0\0\0\0\0\0\77\40half fed\0\0\0\0\1\26\3\1"),
	BEGIN("memcached", true, 0, "set half 0 0 1000000\r\nhalf"),
	BEGIN("kafka", true, 0, "\0\0\0\16\0\22\0\0\0\0\0\1\0\4half"),
	BEGIN("mongodb", true, 0, "\0\1\0\0\1\0\0\0\0\0\0\0\335\7\0\0\0\0\0\0\0\240\0\0\0\2ha"),
	BEGIN("cassandra", false, 0, "\4\0\0\1\1\0\0\0\40\0\1\0\13CQL_VER"),
	BEGIN("nats", true, 1, "INFO {\"server_id\":\"half\"}\r\n-ER"),
	BEGIN("mqtt", true, 0, "\20\15\0\4MQTT\4\2\0\74\0\1a\62\300\204\1\0\1t\0\1half"),
	BEGIN("amqp", true, 0, "AMQP\0\0\11\1\3\0\1\0\0\20\0half"),
	BEGIN("sip", true, 0, "OPTIONS sip:a@half.example SIP/2.0\r\nCall-ID: ha"),
	BEGIN("kerberos", true, 0, "\0\0\20\0\152\202\17\374\60\202\17\370\241\3\2\1\5\242\3\2\1\12half fed"),
	BEGIN("smb", true, 0, "\0\0\0\144\376SMB\100\0half of a header"),
	BEGIN("nfs", true, 0, "\200\0\0\144half\0\0\0\0\0\0\0\2\0\1\206\243\0\0\0\3\0\0\0\1"
			      "\0\0\0\1\0\0\0\24half a credential"),
	BEGIN("sunrpc", true, 0, "\200\0\0\144half\0\0\0\0\0\0\0\2\0\1\206\240\0\0\0\2\0\0\0\3"
				 "\0\0\0\0\0\0\0\0\0\0"),
#undef BEGIN
};

enum { BEGINNINGS = sizeof beginnings / sizeof beginnings[0] };

static struct {
	uint8_t octets[BATCH][FRAME_LEN];
	struct nsc_frame frame[BATCH];
	unsigned count;
} batch;

/* A sanitizer's shadow is in the process's memory, too. */
extern void __asan_init(void) __attribute__((weak));

static uint64_t
resident(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	unsigned long pages = 0;

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fscanf(f, "%*u %lu", &pages), 1);
	fclose(f);
	return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void
flush(void)
{
	nsc_worker_frames(world.worker, batch.frame, (int)batch.count);
	batch.count = 0;
}

/* A segment of flow n, whose addresses and ports are its number. */
static void
send(unsigned n, int side, unsigned flags, uint32_t seq, const void *data, unsigned len)
{
	uint8_t *p = batch.octets[batch.count];

	ipv4(p, NSC_PROTO_TCP, 20 + len, side, 0, 0);
	put_be32(p + (side ? 16 : 12), 0x0a010000 + n / 1000);
	memset(p + 20, 0, 20);
	put_be16(p + 20, side ? 9 : 1024 + n % 1000);
	put_be16(p + 22, side ? 1024 + n % 1000 : 9);
	put_be32(p + 24, 1000 + seq);
	put_be32(p + 28, flags & A ? 1000 : 0);
	p[32] = 0x50;
	p[33] = (uint8_t)flags;
	put_be16(p + 34, 65535);
	if (len > 0)
		memcpy(p + 40, data, len);
	/* All within a second: no hole is given up. */
	world.now += 100;
	batch.frame[batch.count++] = (struct nsc_frame){
		.data = p, .time = world.now, .caplen = 40 + len, .len = 40 + len, .link = RAW};
	if (batch.count == BATCH)
		flush();
}

static void
half_feed(unsigned n)
{
	static const uint8_t late[LATE];
	const char *text = beginnings[n % BEGINNINGS].text;
	unsigned len = (unsigned)beginnings[n % BEGINNINGS].len;
	int side = beginnings[n % BEGINNINGS].side;

	send(n, 0, S, (uint32_t)-1, NULL, 0);
	send(n, 1, S | A, (uint32_t)-1, NULL, 0);
	send(n, 0, A, 0, NULL, 0);
	send(n, side, P | A, 0, text, len);
	send(n, side, P | A, len + 100, late, LATE);
	send(n, !side, P | A, 50, late, LATE);
}

static uint32_t flows_at_once;

static void
as_many(struct nsc_settings *s)
{
	s->flow.size = flows_at_once;
	if (s->session.sessions > flows_at_once)
		s->session.sessions = flows_at_once;
}

static uint64_t
cap(void)
{
	return nsc_flow_stats(world.worker->flows)->memory +
	       nsc_sessions_stats(world.worker->sessions)->memory + FRAGMENTS + SLACK;
}

/* Leaves n flows half-fed in a table of that size; each of them twice more with a hole. */
static void
leave(unsigned n, uint32_t size, unsigned rounds)
{
	static const uint8_t late[LATE];
	const uint64_t pool = 16 << 20;
	uint64_t before, most = 0;

	flows_at_once = size;
	before = resident();
	world_begin(as_many);
	ck_assert_uint_eq(world.settings.session.reassembly.memory, pool);
	for (unsigned round = 0; round <= rounds; round++) {
		for (unsigned i = 0; i < n; i++) {
			if (round == 0)
				half_feed(i);
			else
				send(i, round % 2, P | A, 2000 * round, late, LATE);
			if (i % 10000 != 0)
				continue;
			ck_assert_uint_le(nsc_sessions_reassembly(world.worker->sessions)->held, pool);
			if (resident() > most)
				most = resident();
		}
	}
	flush();
	ck_assert_uint_eq(nsc_flow_stats(world.worker->flows)->entries, n < size ? n : size);
	ck_assert_uint_le(nsc_sessions_stats(world.worker->sessions)->sessions,
			  world.settings.session.sessions);
	/* What found no room is counted. */
	ck_assert_uint_gt(nsc_sessions_reassembly(world.worker->sessions)->memory_overflows, 0);
	printf("%u flows: %llu MiB at the most, of %llu\n", n,
	       (unsigned long long)(most - before) >> 20, (unsigned long long)cap() >> 20);
	if (__asan_init == NULL)
		ck_assert_uint_le(most - before, cap());
}

START_TEST(row_1_18_a_hundred_thousand_half_fed_flows)
{
	struct nsc_summary s = {0};
	uint64_t apps[NSC_APPS] = {0};

	leave(MANY, 131072, 2);
	nsc_worker_finish(world.worker, world.now);
	nsc_worker_summary(world.worker, &s, apps);
	ck_assert_uint_eq(s.flows, MANY);
	ck_assert_uint_eq(nsc_sessions_stats(world.worker->sessions)->sessions, 0);
	ck_assert_uint_eq(nsc_sessions_reassembly(world.worker->sessions)->held, 0);
	for (unsigned i = 0; i < BEGINNINGS; i++) {
		int app = nsc_app_find(beginnings[i].app);

		ck_assert_int_gt(app, 0);
		ck_assert_msg(!beginnings[i].known || apps[app] > MANY / BEGINNINGS / 2, "%s: %llu",
			      beginnings[i].app, (unsigned long long)apps[app]);
	}
	world_end();
}
END_TEST

/* A table that is too small evicts, and takes no more than its size. */
START_TEST(row_1_18_a_million_through_a_small_table)
{
	unsigned n = __asan_init == NULL ? MILLION : MANY;

	leave(n, 65536, 0);
	ck_assert_uint_eq(nsc_flow_stats(world.worker->flows)->closed[NSC_END_EVICTED], n - 65536);
	world_end();
}
END_TEST

START_TEST(row_1_18_a_million_half_fed_flows)
{
	if (__asan_init != NULL)
		return;
	leave(MILLION, 1 << 20, 0);
	world_end();
}
END_TEST

RUN_SUITE("half_fed", row_1_18_a_hundred_thousand_half_fed_flows,
	  row_1_18_a_million_through_a_small_table, row_1_18_a_million_half_fed_flows)
