/* SPDX-License-Identifier: MIT */
/* OpenVPN: real pairs of it as tshark reads them, their packets lost, twice and in another order. */
#include "datagrams.h"
#include "dissect/openvpn_order.h"
#include "dissect/openvpn_packet.h"
#include "dissect/protocols.h"
#include "handshakes.h"
#include "talks.h"
#include "suite.h"

/* The flows of openvpn.pcap; those from AUTH on are not in the clear. */
enum { UDP, UDP_1_2, TCP, AUTH, CRYPT, AUTH_TCP, CRYPT_V2, FLOWS };

static struct tape tape;
static struct talk talks[GOLDEN_FLOWS];
static void *shared;

static void
load(void)
{
	ck_assert_uint_eq(talks_load(talks, "openvpn.pcap"), FLOWS);
	ck_assert_int_eq(nsc_openvpn.shared_new(&shared), 0);
}

static void
unload(void)
{
	talks_free(talks, FLOWS);
	nsc_openvpn.shared_free(shared);
}

static void
play_datagrams(const struct talk *t, const unsigned *order, unsigned times)
{
	datagrams_play(&tape, &nsc_openvpn, shared, t, order, times);
}

/* What tshark says of the flow. */
static void
compare(unsigned flow)
{
	size_t len;
	char *text = golden_read("openvpn.txt", &len), *line = text, want[600], got[600], end[64];
	unsigned packets;

	for (unsigned i = 0; i < flow; i++)
		line = strchr(line, '\n') + 1;
	handshake_wanted(line, want, sizeof want);
	handshake_got(&tape, false, got, sizeof got);
	ck_assert_str_eq(got, want);
	ck_assert_int_eq(sscanf(line, "%*s %*s %*s %*s %*s %*s %*s %*s %u", &packets), 1);
	snprintf(end, sizeof end, "complete %u000000\n", packets);
	ck_assert_msg(strstr(tape.text, end) != NULL, "%snot %s", tape.text, end);
	free(text);
}

static unsigned
hellos(void)
{
	unsigned n = 0;

	for (const char *p = tape.text; (p = strstr(p, "hello ")) != NULL; p++)
		n++;
	return n;
}

START_TEST(datagrams) /* whole, each twice, neighbours of a side exchanged */
{
	unsigned order[TALK_MAX];

	load();
	for (unsigned i = UDP; i <= UDP_1_2; i++) {
		const struct talk *t = &talks[i];

		for (unsigned times = 1; times <= 2; times++) {
			play_datagrams(t, NULL, times);
			compare(i);
			ck_assert_uint_eq(hellos(), 1);
		}
		for (unsigned k = 2; k + 1 < t->turns; k++) {
			for (unsigned n = 0; n < t->turns; n++)
				order[n] = n == k ? k + 1 : n == k + 1 ? k : n;
			if (t->turn[k].side != t->turn[k + 1].side)
				continue; /* an answer does not come before its question */
			play_datagrams(t, order, 1);
			ck_assert_uint_eq(hellos(), 1);
			ck_assert_str_eq(tape.label[NSC_LABEL_TLS_VERSION],
					 i == UDP ? "1.3" : "1.2");
		}
	}
	unload();
}
END_TEST

START_TEST(stream) /* over TCP: cut anywhere */
{
	load();
	play_every_way(&tape, &nsc_openvpn, &talks[TCP]);
	compare(TCP);
	ck_assert_uint_eq(hellos(), 1);
	unload();
}
END_TEST

/* --tls-auth, --tls-crypt, --tls-crypt-v2: the name, by the client's first packet, and no more. */
START_TEST(hidden)
{
	struct nsc_guess g = {.transport = NSC_OVER_UDP};

	load();
	for (unsigned i = AUTH; i < FLOWS; i++) {
		const struct turn *first = &talks[i].turn[0];

		g.transport = i == AUTH_TCP ? NSC_OVER_TCP : NSC_OVER_UDP;
		g.bytes = nsc_bytes(first->p, first->len);
		ck_assert_int_eq(nsc_openvpn.guess(&g), NSC_DONE);
		if (i == AUTH_TCP)
			play_every_way(&tape, &nsc_openvpn, &talks[i]);
		else
			play_datagrams(&talks[i], NULL, 1);
		ck_assert_str_eq(tape.text, "");
		for (int l = 0; l < NSC_LABEL_COUNT; l++)
			ck_assert_str_eq(tape.label[l], "");
	}
	unload();
}
END_TEST

/* A datagram with a message of its own: op, key, session, no acknowledgements, number. */
static void
say(struct talk *t, int side, unsigned op, unsigned key, unsigned session, unsigned number,
    const void *body, size_t len)
{
	uint8_t p[2048] = {(uint8_t)(op << 3 | key), [8] = (uint8_t)session,
			   [10] = (uint8_t)(number >> 24), [11] = (uint8_t)(number >> 16),
			   [12] = (uint8_t)(number >> 8), [13] = (uint8_t)number};

	ck_assert_uint_le(len, sizeof p - 14);
	if (len > 0)
		memcpy(p + 14, body, len);
	talk_say(t, side, p, 14 + len);
}

/* The TLS of the handshake of flow 1, a side's octets in order. */
static size_t
octets_of(int side, uint8_t *to, size_t room)
{
	struct nsc_openvpn_packet p;
	size_t n = 0;

	for (unsigned i = 0; i < talks[UDP_1_2].turns; i++) {
		const struct turn *t = &talks[UDP_1_2].turn[i];

		if (t->side != side || !nsc_openvpn_packet(&p, nsc_bytes(t->p, t->len), 0) ||
		    p.op != NSC_OPENVPN_CONTROL)
			continue;
		ck_assert_uint_le(n + nsc_bytes_left(&p.body), room);
		memcpy(to + n, p.body.p, nsc_bytes_left(&p.body));
		n += nsc_bytes_left(&p.body);
	}
	return n;
}

/* The same handshake in messages of `size` octets; `swap`: each pair of them exchanged. */
static void
say_handshake(struct talk *t, unsigned key, unsigned session, size_t size, bool swap)
{
	static uint8_t octets[2][8192];
	/* The client's hello; the server's flight; the client's; the server's Finished. */
	size_t len[2], at[2] = {0, 0}, ends[4];

	for (int side = 0; side < 2; side++)
		len[side] = octets_of(side, octets[side], sizeof octets[side]);
	ends[0] = 5 + (size_t)(octets[0][3] << 8 | octets[0][4]);
	ends[1] = len[1] * 2 / 3;
	ends[2] = len[0];
	ends[3] = len[1];
	for (unsigned flight = 0; flight < 4; flight++) {
		int side = flight % 2;
		size_t first = at[side], n = (ends[flight] - first + size - 1) / size;

		for (size_t i = 0; i < n; i++) {
			size_t k = swap && (i ^ 1) < n ? i ^ 1 : i;
			size_t from = first + k * size;
			size_t piece = ends[flight] - from < size ? ends[flight] - from : size;
			static unsigned base[2];

			if (flight < 2 && i == 0)
				base[side] = 1;
			say(t, side, NSC_OPENVPN_CONTROL, key, session + (unsigned)side,
			    base[side] + (unsigned)k, octets[side] + from, piece);
			if (i + 1 == n)
				base[side] += (unsigned)n;
		}
		at[side] = ends[flight];
	}
}

START_TEST(messages_of_any_size) /* old versions cut at 100 octets; in disorder */
{
	static const size_t sizes[] = {50, 100, 333, 1200};
	struct talk t = {.turns = 0};

	load();
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		for (int swap = 0; swap < 2; swap++) {
			say(&t, 0, NSC_OPENVPN_CLIENT_V2, 0, 1, 0, NULL, 0);
			say(&t, 1, NSC_OPENVPN_SERVER_V2, 0, 2, 0, NULL, 0);
			say_handshake(&t, 0, 1, sizes[i], swap > 0);
			play_datagrams(&t, NULL, 1);
			ck_assert_uint_eq(hellos(), 1);
			ck_assert_str_eq(tape.label[NSC_LABEL_TLS_VERSION], "1.2");
			ck_assert_str_eq(tape.label[NSC_LABEL_CERT_NAMES], "server.example.test");
			ck_assert_ptr_nonnull(strstr(tape.text, "complete "));
			talk_free(&t);
		}
	}
	unload();
}
END_TEST

START_TEST(new_keys_and_new_sessions) /* a handshake each: a soft reset, the client anew */
{
	struct talk t = {.turns = 0};

	load();
	say(&t, 0, NSC_OPENVPN_CLIENT_V2, 0, 1, 0, NULL, 0);
	say(&t, 1, NSC_OPENVPN_SERVER_V2, 0, 2, 0, NULL, 0);
	say_handshake(&t, 0, 1, 400, false);
	say(&t, 0, NSC_OPENVPN_SOFT_RESET, 1, 1, 0, NULL, 0);
	say(&t, 1, NSC_OPENVPN_SOFT_RESET, 1, 2, 0, NULL, 0);
	say_handshake(&t, 1, 1, 400, false);
	say(&t, 0, NSC_OPENVPN_CLIENT_V2, 0, 9, 0, NULL, 0);
	say(&t, 0, NSC_OPENVPN_CLIENT_V2, 0, 9, 0, NULL, 0);
	say_handshake(&t, 0, 9, 400, false);
	play_datagrams(&t, NULL, 1);
	ck_assert_uint_eq(hellos(), 3);
	talk_free(&t);
	unload();
}
END_TEST

START_TEST(what_was_not_captured) /* any message: nothing wrong is told, and the next handshake is read */
{
	struct talk t = {.turns = 0};
	unsigned order[TALK_MAX], turns;

	load();
	say_handshake(&t, 0, 1, 60, false);
	turns = t.turns;
	say(&t, 0, NSC_OPENVPN_SOFT_RESET, 1, 1, 0, NULL, 0);
	say(&t, 1, NSC_OPENVPN_SOFT_RESET, 1, 2, 0, NULL, 0);
	say_handshake(&t, 1, 1, 500, false);
	for (unsigned lost = 0; lost < turns; lost++) {
		for (unsigned i = 0, n = 0; n < t.turns; n++)
			if (n != lost)
				order[i++] = n;
		t.turns--;
		play_datagrams(&t, order, 1);
		t.turns++;
		ck_assert_uint_le(hellos(), 2);
		ck_assert_uint_ge(hellos(), 1);
		ck_assert_str_eq(tape.label[NSC_LABEL_TLS_VERSION], "1.2");
	}
	talk_free(&t);
	unload();
}
END_TEST

/* More conversations than places: the one that waited longest is given up, and knows it. */
START_TEST(places)
{
	struct nsc_openvpn_order *o = calloc(1, sizeof *o);
	uint64_t ticket[NSC_OPENVPN_PLACES + 1] = {0};

	for (unsigned i = 0; i <= NSC_OPENVPN_PLACES; i++)
		nsc_openvpn_take(o, &ticket[i], 100 + i);
	ck_assert_ptr_null(nsc_openvpn_place(o, ticket[0]));
	for (unsigned i = 1; i <= NSC_OPENVPN_PLACES; i++)
		ck_assert_ptr_nonnull(nsc_openvpn_place(o, ticket[i]));
	nsc_openvpn_drop(o, &ticket[5]);
	ck_assert_uint_eq(ticket[5], 0);
	nsc_openvpn_drop(o, &ticket[0]);
	ck_assert_ptr_nonnull(nsc_openvpn_take(o, &ticket[0], 1));
	free(o);
}
END_TEST

START_TEST(not_mine)
{
	static const struct {
		const char *p;
		size_t len;
	} no[] = {
		{"\x38\1\2\3\4\5\6\7\x08\0\0\0\0", 13},			/* too short */
		{"\x38\1\2\3\4\5\6\7\x08\0\0\0\0\1", 14},		/* a reset with a number */
		{"\x39\1\2\3\4\5\6\7\x08\0\0\0\0\0", 14},		/* with a key */
		{"\x38\0\0\0\0\0\0\0\0\0\0\0\0\0", 14},			/* no session */
		{"\x38\1\2\3\4\5\6\7\x08\0\0\0\0\0\0", 15},		/* octets behind it */
		{"\x20\1\2\3\4\5\6\7\x08\0\0\0\0\1GET / HTTP/1.1\r\n", 30},	/* no TLS in it */
		{"\x28\1\2\3\4\5\6\7\x08\1\0\0\0\0\1\2\3\4\5\6\7\x08", 22},	/* could be anything */
		{"\x30\1\2\3\4\5\6\7\x08\1\0\0\0\0\1\2\3\4\5\6\7\x08", 22},	/* data */
		{"\x20\1\2\3\4\5\6\7\x08\x09\0\0\0\1\x16\3\1\0\5\1\0\0\1\0", 24}, /* nine acknowledgements */
	};
	struct nsc_guess g = {.transport = NSC_OVER_UDP};
	uint8_t frame[64] = {0};

	for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
		g.transport = NSC_OVER_UDP;
		g.bytes = nsc_bytes(no[i].p, no[i].len);
		ck_assert_msg(nsc_openvpn.guess(&g) == NSC_NOT_MINE, "datagram %zu", i);
		g.transport = NSC_OVER_TCP;
		frame[1] = (uint8_t)no[i].len;
		memcpy(frame + 2, no[i].p, no[i].len);
		g.bytes = nsc_bytes(frame, 2 + no[i].len);
		ck_assert_msg(nsc_openvpn.guess(&g) == NSC_NOT_MINE, "stream %zu", i);
	}
}
END_TEST

RUN_SUITE("openvpn", datagrams, stream, hidden, messages_of_any_size,
	  new_keys_and_new_sessions, what_was_not_captured, places, not_mine)
