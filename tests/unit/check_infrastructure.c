/* SPDX-License-Identifier: MIT */
/*
 * Requests in datagrams and their answers (await.h): what real servers and clients do not do on
 * demand.  Messages are written by their specifications; what is told, "kind error us" each.
 */
#include "dissect/await.h"
#include "dissect/protocols.h"
#include "suite.h"
#include "tape.h"

static struct tape tape;
static void *shared;
static const struct nsc_dissector *who;

static void
begin(const struct nsc_dissector *d)
{
	who = d;
	memset(&tape, 0, sizeof tape);
	ck_assert_int_eq(d->shared_new(&shared), 0);
}

static void
told(const char *want)
{
	ck_assert_str_eq(tape.text, want);
	tape.len = 0;
	tape.text[0] = '\0';
}

static void
end(void)
{
	told("");
	who->shared_free(shared);
}

/* A datagram at that time, from 10.0.0.X port A to 10.0.0.Y port B; `cut`: captured in part. */
static enum nsc_verdict
sent(unsigned us, unsigned x, unsigned a, unsigned y, unsigned b, const void *p, size_t len, bool cut)
{
	uint8_t *copy = malloc(len > 0 ? len : 1), from[4] = {10, 0, 0, (uint8_t)x};
	uint8_t to[4] = {10, 0, 0, (uint8_t)y};
	struct nsc_out out = {.arg = &tape, .event = tape_event, .label = tape_label,
			      .shared = shared, .time = 1000000000 + us * 1000ull,
			      .addr = {nsc_addr_v4(from), nsc_addr_v4(to)},
			      .port = {(uint16_t)a, (uint16_t)b}, .transport = NSC_OVER_UDP};
	struct nsc_chunk in = {.transport = NSC_OVER_UDP, .cut = cut,
			       .port = {(uint16_t)a, (uint16_t)b}};
	struct nsc_guess g = {.transport = NSC_OVER_UDP, .shared = shared,
			      .port = {(uint16_t)a, (uint16_t)b}};
	enum nsc_verdict v = NSC_DONE;

	memcpy(copy, p, len);
	in.bytes = g.bytes = nsc_bytes(copy, len);
	if (!cut)
		v = who->guess(&g);
	if (v == NSC_DONE)
		v = who->feed(NULL, &in, &out);
	free(copy);
	return v;
}

#define ASKS(us, text) sent(us, 1, 5000, 2, 99, text, sizeof(text) - 1, false)
#define SAYS(us, text) sent(us, 2, 99, 1, 5000, text, sizeof(text) - 1, false)

#define ASKS_CUT(us, text) sent(us, 1, 5000, 2, 99, text, sizeof(text) - 1, true)
#define SAYS_CUT(us, text) sent(us, 2, 99, 1, 5000, text, sizeof(text) - 1, true)

/* RFC 2865, 3: code, identifier, length 26, authenticator, User-Name "user". */
#define RADIUS(code, id, auth) code id "\0\32" auth "authenticato" "\1\6user"

START_TEST(radius_counts_a_retransmission_once)
{
	begin(&nsc_radius);
	ASKS(0, RADIUS("\1", "\7", "AAAA") );
	ASKS(4000, RADIUS("\1", "\7", "AAAA"));
	SAYS(9000, RADIUS("\5", "\7", "....") );		/* answers accounting */
	told("");
	SAYS(10000, RADIUS("\2", "\7", "...."));
	told("operation 1 error 0 10000000\n");
	SAYS(11000, RADIUS("\2", "\7", "...."));		/* what it keeps for copies */
	ASKS(12000, RADIUS("\1", "\7", "AAAA"));
	SAYS(13000, RADIUS("\2", "\7", "...."));
	told("");
	ASKS(14000, RADIUS("\1", "\7", "BBBB"));		/* the next one with that identifier */
	SAYS(15000, RADIUS("\3", "\7", "...."));
	told("operation 1 error 1 1000000\n");
	end();
}
END_TEST

START_TEST(radius_answers_fit_their_requests)
{
	begin(&nsc_radius);
	ASKS(0, RADIUS("\1", "\1", "AAAA"));
	ASKS(0, RADIUS("\4", "\2", "AAAB"));
	ASKS(0, RADIUS("\14", "\3", "AAAC"));
	ASKS(0, RADIUS("\50", "\4", "AAAD"));
	ASKS(0, RADIUS("\53", "\5", "AAAE"));
	ASKS(0, RADIUS("\53", "\6", "AAAF"));
	ASKS(0, RADIUS("\50", "\7", "AAAG"));
	SAYS(1, RADIUS("\13", "\1", "...."));
	SAYS(1, RADIUS("\5", "\2", "...."));
	SAYS(1, RADIUS("\2", "\3", "...."));
	SAYS(1, RADIUS("\51", "\4", "...."));
	SAYS(1, RADIUS("\55", "\5", "...."));
	SAYS(1, RADIUS("\64", "\6", "...."));
	SAYS(1, RADIUS("\52", "\7", "...."));
	told("operation 1 error 0 1000\noperation 2 error 0 1000\noperation 3 error 0 1000\n"
	     "operation 4 error 0 1000\noperation 5 error 3 1000\noperation 5 error 4 1000\n"
	     "operation 4 error 2 1000\n");
	ck_assert_int_eq(ASKS(2, "\1\1\0\33AAAAauthenticato\1\6user"), NSC_NOT_MINE);
	ck_assert_int_eq(sent(2, 1, 5000, 2, 99, "\1\1\0\33AAAA", 8, true), NSC_MORE);
	ck_assert_int_eq(sent(2, 1, 5000, 2, 99, "\1\1\0\33AA", 6, true), NSC_MALFORMED);
	end();
}
END_TEST

/* RFC 3416, 3: version 2c, community "c", the PDU of that tag: identifier -2, status, index, none. */
#define SNMP(tag, status) "\60\23\2\1\1\4\1c" tag "\13\2\1\376\2\1" status "\2\1\0\60\0"

START_TEST(snmp_errors_are_those_of_the_status)
{
	begin(&nsc_snmp);
	ASKS(0, SNMP("\240", "\0"));
	ASKS(1, SNMP("\240", "\0"));
	SAYS(5, SNMP("\242", "\5"));
	SAYS(6, SNMP("\242", "\5"));
	told("operation 1 error 5 5000\n");
	ASKS(7, SNMP("\245", "\0"));
	SAYS(8, SNMP("\242", "\22"));
	ASKS(9, SNMP("\246", "\0"));
	SAYS(10, SNMP("\242", "\23"));			/* no such status */
	told("operation 3 error 18 1000\noperation 5 error 20 1000\n");
	SAYS(11, SNMP("\247", "\0"));
	told("operation 6 error 0 0\n");
	ck_assert_int_eq(SAYS(12, "\60\7\2\1\1\4\1c\240"), NSC_NOT_MINE);
	end();
}
END_TEST

/*
 * RFC 3412, 6; RFC 3414, 2.4: message 9, of these flags, an engine's name, and plain or not.  The security
 * parameters of RFC 3414 without anything but the name: five more empty ones.
 */
#define V3(flags, engine, data) "\60\177\2\1\3\60\15\2\1\11\2\2\5\334\4\1" flags "\2\1\3" \
	"\4\24\60\22\4\4" engine "\2\1\0\2\1\0\4\0\4\0\4\0" data
#define NAMELESS(flags, data) "\60\177\2\1\3\60\15\2\1\11\2\2\5\334\4\1" flags "\2\1\3" \
	"\4\20\60\16\4\0" "\2\1\0\2\1\0\4\0\4\0\4\0" data
#define PLAIN(tag) "\60\17\4\0\4\0" tag "\11\2\1\1\2\1\0\2\1\0"

START_TEST(snmp_discovers_reports_and_hides)
{
	begin(&nsc_snmp);
	ASKS_CUT(0, NAMELESS("\4", PLAIN("\240")));
	SAYS_CUT(1, NAMELESS("\0", PLAIN("\250")));
	told("operation 7 error 0 1000\n");
	ASKS_CUT(2, V3("\5", "name", PLAIN("\240")));
	SAYS_CUT(3, V3("\1", "name", PLAIN("\250")));
	told("operation 1 error 19 1000\n");
	ASKS_CUT(4, V3("\7", "name", "\4\6hidden"));
	SAYS_CUT(5, V3("\3", "name", "\4\6hidden"));
	told("operation 0 error 0 1000\n");
	end();
}
END_TEST

/* RFC 5905, 7.3: leap, version 4 and mode; stratum; reference id; origin, receive, transmit. */
static void
ntp(unsigned us, unsigned first, unsigned stratum, const char *refid, const char *origin, const char *receive,
    const char *transmit, size_t len)
{
	uint8_t m[60] = {(uint8_t)first, (uint8_t)stratum, 6, 0xec};
	bool server = (first & 7) == 4;

	memcpy(m + 12, refid, 4);
	if ((first & 7) != 3 || receive[0] != '\0')	/* who hides its clock sends no more than one timestamp */
		memcpy(m + 16, "\351\0\0\0\0\0\0\0", 8);
	memcpy(m + 24, origin, 8);
	memcpy(m + 32, receive, 8);
	memcpy(m + 40, transmit, 8);
	sent(us, server ? 2 : 1, server ? 123 : 5000, server ? 1 : 2, server ? 5000 : 123, m, len, false);
}

#define T1 "\351\0\0\1aaaa"
#define T2 "\351\0\0\2bbbb"
#define T3 "\351\0\0\2cccc"
#define T4 "\351\0\0\3dddd"
#define NONE "\0\0\0\0\0\0\0"

START_TEST(ntp_kisses_and_other_refusals)
{
	static const struct {
		const char *code;
		unsigned first, stratum, error;
		size_t len;
	} kisses[] = {
		{"GPS\0", 0x24, 1, 0, 48}, {"DENY", 0xe4, 0, 1, 48}, {"RSTR", 0xe4, 0, 2, 48},
		{"RATE", 0xe4, 0, 3, 48}, {"NTSN", 0xe4, 0, 4, 48}, {"INIT", 0xe4, 0, 5, 48},
		{"STEP", 0xe4, 0, 6, 48}, {"CRYP", 0xe4, 0, 7, 48}, {"ACST", 0xe4, 0, 8, 48},
		{"\0\0\0", 0xe4, 0, 9, 48}, {"GPS\0", 0x24, 1, 7, 52},	/* a key of zero and no digest */
	};
	char want[60];

	begin(&nsc_ntp);
	for (unsigned i = 0; i < sizeof kisses / sizeof kisses[0]; i++) {
		ntp(1000, 0x23, 0, NONE, NONE, NONE, T1, 48);
		ntp(3000, kisses[i].first, kisses[i].stratum, kisses[i].code, T4, T2, T3, 48); /* not to it */
		ntp(4000, kisses[i].first, kisses[i].stratum, kisses[i].code, T1, T2, T3, kisses[i].len);
		snprintf(want, sizeof want, "operation 1 error %u 3000000\n", kisses[i].error);
		told(want);
	}
	end();
}
END_TEST

START_TEST(ntp_modes)
{
	begin(&nsc_ntp);
	/* RFC 9769: the answer repeats the receive timestamp of the request. */
	ntp(0, 0x23, 0, NONE, T2, T3, T4, 48);
	ntp(2000, 0x24, 1, "GPS\0", T3, T2, T2, 48);
	told("operation 1 error 0 2000000\n");
	ntp(3000, 0x21, 2, "GPS\0", NONE, NONE, T1, 48);
	ntp(4000, 0x25, 2, "GPS\0", NONE, NONE, T1, 48);
	told("operation 2 error 0 0\noperation 3 error 0 0\n");
	/* RFC 9327, 2: readvar, sequence 9, in two parts; then an error. */
	ASKS(0, "\26\2\0\11\0\0\0\0\0\0\0\4name");
	SAYS(1, "\26\242\0\11\0\0\0\0\0\0\0\4name");
	SAYS(2, "\26\202\0\11\0\0\0\0\0\4\0\4more");
	ASKS(3, "\26\2\0\12\0\0\0\0\0\0\0\4name");
	SAYS(4, "\26\302\0\12\7\0\0\0\0\0\0\4name");
	told("operation 4 error 0 2000\noperation 4 error 10 1000\n");
	/* ntpdc's: monlist, one item of 4 octets. */
	ASKS(5, "\27\1\3\52\0\1\0\4item");
	SAYS(6, "\327\1\3\52\0\1\0\4item");
	SAYS(7, "\227\2\3\52\0\1\0\4item");
	ASKS(8, "\27\3\3\52\0\1\0\4item");
	SAYS(9, "\227\3\3\52\100\1\0\4item");
	told("operation 5 error 0 2000\noperation 5 error 11 1000\n");
	ck_assert_int_eq(sent(9, 1, 1, 2, 2, "\26\2\0\11", 4, true), NSC_MALFORMED);
	ck_assert_int_eq(sent(9, 1, 1, 2, 2, "\43\2\0\11", 4, true), NSC_MALFORMED);
	end();
}
END_TEST

/* RFC 2131, 2: identifier and hardware address by one octet; options. */
static void
dhcp(unsigned us, unsigned from, unsigned to, unsigned op, char id, const char *options, size_t n)
{
	uint8_t m[400] = {(uint8_t)op, 1, 6, 0, 'x', 'i', 'd', (uint8_t)id};

	m[28] = (uint8_t)id;
	memcpy(m + 236, "\143\202\123\143", 4);
	memcpy(m + 240, options, n);
	sent(us, from, 67, to, 68, m, 240 + n, false);
}

#define DHCP(us, from, to, op, id, options) dhcp(us, from, to, op, id, options, sizeof(options) - 1)

START_TEST(dhcp_exchanges)
{
	begin(&nsc_dhcp);
	DHCP(0, 0, 255, 1, 'a', "\65\1\1\377");
	DHCP(9, 3, 2, 1, 'a', "\65\1\1\377");			/* passed on by a relay */
	DHCP(1000, 2, 3, 2, 'a', "\65\1\2\377");
	DHCP(1009, 3, 255, 2, 'a', "\65\1\2\377");		/* and back */
	DHCP(2000, 4, 255, 2, 'a', "\0\65\1\2\377");		/* another server's offer */
	told("operation 1 error 0 1000000\n");
	DHCP(3000, 0, 255, 1, 'a', "\65\1\3\377");
	DHCP(4000, 2, 255, 2, 'b', "\65\1\5\377");		/* somebody else's */
	DHCP(5000, 2, 255, 2, 'a', "\65\1\6\377");
	told("operation 2 error 1 2000000\n");
	/* RFC 4039: the ACK at once, of who asked for that. */
	DHCP(6000, 0, 255, 1, 'c', "\65\1\1\120\0\377");
	DHCP(6500, 2, 255, 2, 'c', "\65\1\5\377");
	told("");
	DHCP(7000, 2, 255, 2, 'c', "\65\1\5\120\0\377");
	told("operation 1 error 0 1000000\n");
	DHCP(8000, 1, 255, 1, 'd', "\65\1\10\377");
	DHCP(9000, 2, 1, 2, 'd', "\65\1\5\377");
	told("operation 3 error 0 1000000\n");
	DHCP(9100, 1, 2, 1, 'e', "\65\1\4\377");
	DHCP(9200, 1, 2, 1, 'f', "\65\1\7\377");
	DHCP(9210, 3, 2, 1, 'f', "\65\1\7\377");
	told("operation 4 error 0 0\noperation 5 error 0 0\n");
	DHCP(9300, 3, 2, 1, 'g', "\65\1\12\377");		/* RFC 4388 */
	DHCP(9301, 2, 3, 2, 'g', "\65\1\14\377");
	DHCP(9400, 0, 255, 1, 'h', "\377");			/* BOOTP */
	DHCP(9401, 2, 255, 2, 'h', "\377");
	DHCP(9402, 2, 255, 2, 'h', "\65\1\143\377");		/* a type that is none */
	told("operation 6 error 0 1000\noperation 7 error 0 1000\n");
	ck_assert_int_eq(sent(0, 1, 68, 2, 67, "\1\1\6", 3, true), NSC_MALFORMED);
	end();
}
END_TEST

/* RFC 8415, 8: identifier; the client's DUID of type 3. */
#define DUID "\0\1\0\10\0\3\0\1dhcp"
#define V6(type, options) type "xid" DUID options

START_TEST(dhcpv6_exchanges)
{
	begin(&nsc_dhcpv6);
	ASKS(0, V6("\1", ""));
	SAYS(1, V6("\2", ""));
	SAYS(2, V6("\2", ""));
	told("operation 1 error 0 1000\n");
	ASKS(3, V6("\3", ""));
	SAYS(4, V6("\2", ""));					/* late: no answer to a request */
	/* In an identity association, in its address: NotOnLink (RFC 8415, 21.4, 21.6, 21.13). */
	SAYS(5, V6("\7", "\0\3\0\56associa-tion" "\0\5\0\36" "address.address." "preferva" "\0\15\0\2\0\4"));
	told("operation 2 error 4 2000\n");
	ASKS(6, V6("\5", ""));
	SAYS(7, V6("\7", "\0\15\0\2\0\0" "\0\31\0\22associa-tion" "\0\15\0\2\0\3"));
	told("operation 4 error 3 1000\n");
	ASKS(8, V6("\4", ""));
	SAYS(9, V6("\7", "\0\4\0\12tmp." "\0\15\0\2\0\12"));
	told("operation 3 error 7 1000\n");
	/* RFC 8415, 9: through a relay, and through two. */
#define RELAY(type, len, inside) type "\0link-addresslinkpeer-addresspeer" "\0\11" len inside
	ASKS(10, RELAY("\14", "\0\20", V6("\13", "")));
	SAYS(11, RELAY("\15", "\0\66", RELAY("\15", "\0\20", V6("\7", ""))));
	told("operation 9 error 0 1000\n");
	SAYS(12, V6("\12", ""));
	SAYS(13, V6("\12", ""));
	told("operation 8 error 0 0\n");
	ck_assert_int_eq(ASKS(14, "\1xid\0\1\0\11\0\3\0\1dhcp"), NSC_NOT_MINE);
	ck_assert_int_eq(sent(14, 1, 1, 2, 2, "\14", 1, true), NSC_MALFORMED);
	end();
}
END_TEST

START_TEST(tftp_answers_come_from_another_port)
{
	begin(&nsc_tftp);
	ck_assert_int_eq(sent(0, 2, 2000, 1, 5000, "\0\3\0\1data", 8, false), NSC_NOT_MINE);
	ASKS(0, "\0\1file\0octet\0");
	ASKS(1, "\0\1file\0octet\0");
	ck_assert_int_eq(sent(2, 2, 2000, 3, 5000, "\0\3\0\1data", 8, false), NSC_NOT_MINE);
	sent(3, 2, 2000, 1, 5000, "\0\3\0\1data", 8, false);
	sent(4, 1, 5000, 2, 2000, "\0\4\0\1", 4, true);
	sent(5, 2, 2000, 1, 5000, "\0\3\0\2more", 8, true);
	told("operation 1 error 0 3000\n");
	ASKS(6, "\0\2file\0NetASCII\0blksize\0001432\0");
	sent(7, 2, 2001, 1, 5000, "\0\6blksize\0001432\0", 15, false);
	sent(8, 1, 5000, 2, 2001, "\0\5\0\0enough\0", 11, true);	/* the client's */
	sent(9, 2, 2001, 1, 5000, "\0\5\0\3full\0", 9, false);
	told("operation 2 error 0 1000\noperation 255 error 4 0\n");
	ASKS(10, "\0\2file\0octet\0");
	sent(11, 2, 2002, 1, 5000, "\0\4\0\0", 4, false);
	ASKS(12, "\0\1none\0octet\0");
	sent(13, 2, 2003, 1, 5000, "\0\5\0\1none\0", 9, false);
	told("operation 2 error 0 1000\noperation 1 error 2 1000\n");
	ck_assert_int_eq(sent(14, 1, 5000, 2, 2003, "\0\11\0\1", 4, true), NSC_MALFORMED);
	end();
}
END_TEST

/* Of a set's few places the one that waits longest gives way, and that is told. */
START_TEST(those_who_wait_are_bounded)
{
	struct nsc_await_table *t;
	struct nsc_out out = {.arg = &tape, .event = tape_event, .time = 1000000000};
	uint64_t step = NSC_AWAIT_PLACES / NSC_AWAIT_WAYS;

	begin(&nsc_radius);
	out.shared = t = shared;
	for (unsigned i = 1; i <= NSC_AWAIT_WAYS; i++) {
		ck_assert(nsc_await_ask(&out, i * step, 0, 1, 0, 0));
		out.time += 1000;
	}
	told("");
	ck_assert(nsc_await_ask(&out, 100 * step, 0, 2, 0, 0));
	told("loss 2\n");
	ck_assert_ptr_null(nsc_await_waiting(&out, step));
	ck_assert_ptr_nonnull(nsc_await_waiting(&out, 2 * step));
	nsc_await_answered(&out, nsc_await_waiting(&out, 2 * step), 0);
	told("operation 1 error 0 3000\n");
	ck_assert(nsc_await_known(&out, 2 * step));
	ck_assert(nsc_await_ask(&out, 101 * step, 0, 2, 0, 0));	/* in the place of the answered one */
	out.time += 61000000000;
	ck_assert_ptr_null(nsc_await_waiting(&out, 3 * step));
	ck_assert(nsc_await_ask(&out, 102 * step, 0, 2, 0, 0));
	(void)t;
	end();
}
END_TEST

RUN_SUITE("infrastructure", radius_counts_a_retransmission_once, radius_answers_fit_their_requests,
	  snmp_errors_are_those_of_the_status, snmp_discovers_reports_and_hides,
	  ntp_kisses_and_other_refusals, ntp_modes, dhcp_exchanges, dhcpv6_exchanges,
	  tftp_answers_come_from_another_port, those_who_wait_are_bounded)
