/* SPDX-License-Identifier: MIT */
/*
 * SSH through the session (RFC 4253, 4.2): the banners that tshark reads, cut anywhere, with
 * losses, with one side only, from the middle; and what is no SSH.
 */
#include "dissect/session.h"
#include "golden.h"
#include "tape.h"
#include "suite.h"

enum { MS = 1000000, ISN0 = 0xfffffff0, ISN1 = 5000 };

static struct nsc_sessions *ss;
static struct nsc_flow flow;
static uint64_t now;
static uint32_t at[2];
static char events[1024];

static void
on_event(void *arg, const struct nsc_event *ev)
{
	size_t len = strlen(events);

	(void)arg;
	if (ev->kind != NSC_EVENT_SSH)
		return;
	ck_assert_ptr_eq(ev->flow, &flow);
	snprintf(events + len, sizeof events - len, "%.*s|%.*s", (int)ev->ssh.client.len,
		 ev->ssh.client.p, (int)ev->ssh.server.len, ev->ssh.server.p);
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
	struct nsc_session_hooks hooks = {.event = on_event};

	ck_assert_int_eq(nsc_sessions_new(&ss, &cfg, &hooks), 0);
}

static void
teardown(void)
{
	nsc_sessions_free(ss);
}

static void
begin(bool midstream)
{
	memset(&flow, 0, sizeof flow);
	flow.proto = NSC_PROTO_TCP;
	flow.port[0] = 40000;
	flow.port[1] = 9;
	at[0] = at[1] = 0;
	events[0] = '\0';
	now = 1000 * (uint64_t)MS;
	if (midstream) {
		flow.flags |= NSC_FLOW_MIDSTREAM;
		return;
	}
	flow.tcp[0].acked = ISN1 + 1;
	flow.tcp[1].acked = ISN0 + 1u;
	flow.tcp[0].flags = flow.tcp[1].flags = NSC_SIDE_ACKS | NSC_SIDE_SYN;
}

static void
segment(int side, uint32_t from, const void *p, size_t len)
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

static const char *
app(void)
{
	return nsc_app_name(flow.app);
}

static bool
label_is(enum nsc_label id, const char *text, size_t len)
{
	struct nsc_text t = nsc_session_label(ss, &flow, id);

	return t.len == len && (len == 0 || memcmp(t.p, text, len) == 0);
}

/* `want` is "CLIENT|SERVER", or "": not SSH.  The flow's labels and its one event say so. */
static void
finish(const char *want, enum nsc_end reason)
{
	const char *bar = strchr(want, '|');

	nsc_session_closed(ss, &flow, reason, now);
	flow.flags |= NSC_FLOW_CLOSED;
	ck_assert_str_eq(events, want);
	ck_assert_int_eq(strcmp(app(), "ssh") == 0, bar != NULL);
	if (bar != NULL) {
		ck_assert(label_is(NSC_LABEL_SSH_CLIENT, want, (size_t)(bar - want)));
		ck_assert(label_is(NSC_LABEL_SSH_SERVER, bar + 1, strlen(bar + 1)));
	}
	nsc_session_retired(ss, &flow);
	ck_assert_uint_eq(nsc_sessions_stats(ss)->sessions, 0);
	ck_assert_uint_eq(nsc_sessions_reassembly(ss)->held, 0);
}

static void
play_talk(const struct talk *talk, size_t step, size_t cut, bool midstream)
{
	size_t total = 0;

	begin(midstream);
	for (unsigned i = 0; i < talk->turns; i++) {
		const struct turn *t = &talk->turn[i];

		for (size_t done = 0; done < t->len;) {
			size_t n = t->len - done;

			if (step > 0 && n > step)
				n = step;
			if (cut > total && cut < total + n)
				n = cut - total;
			segment(t->side, at[t->side], t->p + done, n);
			at[t->side] += (uint32_t)n;
			done += n;
			total += n;
		}
	}
}

static void
every_way(const char *want, const struct talk *talk)
{
	/* Octet by octet the session looks at 250 of them (stream.c). */
	for (size_t step = talk_octets(talk) < 250 ? 0 : 2; step < 7; step++) {
		play_talk(talk, step, 0, false);
		finish(want, NSC_END_FIN);
	}
	for (size_t cut = 1; cut < talk_octets(talk); cut++) {
		play_talk(talk, 0, cut, false);
		finish(want, NSC_END_FIN);
	}
}

/* Turns begin with > (the initiator speaks) or <. */
static void
talk_of(struct talk *talk, const char *const *turn)
{
	talk->turns = 0;
	for (; *turn != NULL; turn++)
		talk_say(talk, **turn == '<', *turn + 1, strlen(*turn + 1));
}

#define TALK(want, ...) whole(want, (const char *const[]){__VA_ARGS__, NULL})
/* Quoted, not said: what follows in the same segment tells. */
#define QUOTE(...) middle("", false, (const char *const[]){__VA_ARGS__, NULL})
#define MIDDLE(want, ...) middle(want, true, (const char *const[]){__VA_ARGS__, NULL})

static void
whole(const char *want, const char *const *turn)
{
	struct talk talk;

	talk_of(&talk, turn);
	every_way(want, &talk);
	talk_free(&talk);
}

static void
middle(const char *want, bool midstream, const char *const *turn)
{
	struct talk talk;

	talk_of(&talk, turn);
	play_talk(&talk, 0, 0, midstream);
	finish(want, NSC_END_EOF);
	talk_free(&talk);
}

static struct talk talks[GOLDEN_FLOWS];
static uint16_t ports[GOLDEN_FLOWS];

static void
collect(void *arg, const struct golden_packet *g)
{
	(void)arg;
	talk_say(&talks[g->flow], g->side, g->p, g->len);
	ports[g->flow] = g->side ? g->sport : g->dport;
}

START_TEST(row_4_6_banners_on_any_port)
{
	size_t len;
	char *data = golden_read("ssh.pcap", &len), *want, *line;
	unsigned n = 0;

	golden_packets(data, len, collect, NULL);
	free(data);
	want = golden_read("ssh.txt", &len);
	for (line = strtok(want, "\n"); line != NULL; line = strtok(NULL, "\n"), n++) {
		char *banners = strchr(line, '|');

		*banners++ = '\0';
		ck_assert_int_eq(atoi(line), ports[n]);
		if (strcmp(banners, "|") != 0) {
			every_way(banners, &talks[n]);
		} else {
			play_talk(&talks[n], 0, 0, false);
			finish("", NSC_END_FIN);
		}
		talk_free(&talks[n]);
	}
	ck_assert_uint_eq(n, 18);
	free(want);
}
END_TEST

START_TEST(text_before_the_banner)
{
	TALK("SSH-2.0-c|SSH-2.0-s", "<220 tea\r\n", "<\r\n", "<SSH-2.0-s\r\n", ">SSH-2.0-c\r\n");
	TALK("SSH-2.0-c|SSH-2.0-s", ">SSH-2.0-c\r\n", "<S\n", "<SSH\n", "<SSH-2\nSSH-2.0-s\r\n");
	/* One that connects and is the server says it, too. */
	TALK("SSH-2.0-s|SSH-2.0-c", ">hello, this is\n", ">SSH-2.0-s\n", "<SSH-2.0-c\n");
	TALK("|SSH-2.0-s", "<welcome\n", "<SSH-2.0-s\n");
	QUOTE("<the banner is\r\n", "<SSH-2.0-s\r\nand so on\r\n");
	TALK("", "<welcome\n", ">what?\n", "<SSH-2.0-s\n");
	TALK("", "<welcome\n", "<see SSH-2.0-s\n");
}
END_TEST

START_TEST(as_much_text_as_a_client_bears)
{
	char *line = malloc(8193);
	struct talk talk = {.turns = 0};

	memset(line, 'x', 8192);
	line[8190] = '\n';
	for (int lines = 0; lines < 4; lines++) {
		talk.turns = 0;
		talk_say(&talk, 0, "SSH-2.0-c\r\n", 11);
		for (int i = 0; i < lines; i++)
			talk_say(&talk, 1, line, 8191);
		talk_say(&talk, 1, "SSH-2.0-s\n", 10);
		play_talk(&talk, 0, 0, false);
		finish("SSH-2.0-c|SSH-2.0-s", NSC_END_FIN);
		play_talk(&talk, 1400, 0, false);
		finish("SSH-2.0-c|SSH-2.0-s", NSC_END_FIN);
		talk_free(&talk);
	}
	/* A line that does not end is no line. */
	line[8190] = 'x';
	talk_say(&talk, 0, "SSH-2.0-c\r\n", 11);
	talk_say(&talk, 1, line, 8192);
	talk_say(&talk, 1, "x\nSSH-2.0-s\n", 12);
	play_talk(&talk, 0, 0, false);
	ck_assert(flow.flags & NSC_FLOW_NO_PAYLOAD);
	finish("SSH-2.0-c|", NSC_END_FIN);
	talk_free(&talk);
	free(line);
}
END_TEST

START_TEST(lines_without_end)
{
	begin(false);
	segment(0, 0, "SSH-2.0-c\r\n", 11);
	for (unsigned i = 0; i < 1023; i++)
		segment(1, 2 * i, "x\n", 2);
	segment(1, 2046, "SSH-2.0-s\n", 10);
	finish("SSH-2.0-c|SSH-2.0-s", NSC_END_FIN);
	begin(false);
	segment(0, 0, "SSH-2.0-c\r\n", 11);
	for (unsigned i = 0; i < 1024; i++) {
		ck_assert(!(flow.flags & NSC_FLOW_NO_PAYLOAD));
		segment(1, 2 * i, "x\n", 2);
	}
	ck_assert(flow.flags & NSC_FLOW_NO_PAYLOAD);
	finish("SSH-2.0-c|", NSC_END_FIN);
}
END_TEST

/* RFC 4253, 4.2: at most 255 octets with CR LF. */
START_TEST(longer_than_allowed)
{
	char *want = calloc(1, 600);
	struct talk talk = {.turns = 0};

	memset(want, 'b', 512);
	memcpy(want, "SSH-2.0-", 8);
	want[511] = '\n';
	talk_say(&talk, 0, want, 512);
	talk_say(&talk, 1, "SSH-2.0-s\r\n", 11);
	strcpy(want + 253, "|SSH-2.0-s");
	every_way(want, &talk);
	talk_free(&talk);
	free(want);
}
END_TEST

START_TEST(nothing_is_read_behind_the_banners)
{
	static const uint8_t packets[3000];

	begin(false);
	segment(1, 0, "SSH-2.0-s\r\n", 11);
	segment(1, 11, packets, sizeof packets);
	segment(1, 11 + 2 * sizeof packets, packets, sizeof packets);
	/* While the other one is awaited nothing of it is held, though it has holes. */
	ck_assert_uint_eq(nsc_sessions_reassembly(ss)->held, 0);
	ck_assert(!(flow.flags & NSC_FLOW_NO_PAYLOAD));
	segment(0, 0, "SSH-2.0-c\r\n", 11);
	ck_assert(flow.flags & NSC_FLOW_NO_PAYLOAD);
	ck_assert_str_eq(events, "SSH-2.0-c|SSH-2.0-s");
	finish("SSH-2.0-c|SSH-2.0-s", NSC_END_FIN);
}
END_TEST

START_TEST(half_duplex)
{
	static const uint8_t packet[] = {0, 0, 0, 12, 10, 20};

	for (int side = 0; side < 2; side++) {
		for (int midstream = 0; midstream < 2; midstream++) {
			begin(midstream);
			segment(side, 0, "SSH-1.99-x\n", 11);
			segment(side, 11, packet, sizeof packet);
			ck_assert_str_eq(app(), "ssh");
			finish(side ? "|SSH-1.99-x" : "SSH-1.99-x|", NSC_END_IDLE);
			/* After a reset nothing is flushed: the label is there, the event is not. */
			begin(midstream);
			segment(side, 0, "SSH-1.99-x\n", 11);
			nsc_session_closed(ss, &flow, NSC_END_RST, now);
			ck_assert_str_eq(events, "");
			ck_assert(label_is(side ? NSC_LABEL_SSH_SERVER : NSC_LABEL_SSH_CLIENT,
					   "SSH-1.99-x", 10));
			nsc_session_retired(ss, &flow);
		}
	}
}
END_TEST

START_TEST(losses)
{
	static const uint8_t packet[] = {0, 0, 0, 12, 10, 20};

	/* In another order. */
	begin(false);
	segment(1, 11, packet, sizeof packet);
	segment(1, 4, "2.0-s\r\n", 7);
	segment(1, 0, "SSH-", 4);
	segment(0, 6, "0-c\r\n", 5);
	segment(0, 0, "SSH-2.", 6);
	finish("SSH-2.0-c|SSH-2.0-s", NSC_END_FIN);
	/* The server's was not captured: what follows is none. */
	begin(false);
	segment(0, 0, "SSH-2.0-c\r\n", 11);
	segment(1, 21, packet, sizeof packet);
	nsc_sessions_tick(ss, now += 2000 * (uint64_t)MS);
	ck_assert(flow.flags & NSC_FLOW_NO_PAYLOAD);
	finish("SSH-2.0-c|", NSC_END_FIN);
	/* Text was lost, and half of a line. */
	begin(false);
	segment(0, 0, "SSH-2.0-c\r\n", 11);
	segment(1, 100, "SSH-2.0-s\r\n", 11);
	nsc_sessions_tick(ss, now += 2000 * (uint64_t)MS);
	finish("SSH-2.0-c|SSH-2.0-s", NSC_END_FIN);
	begin(false);
	segment(0, 0, "SSH-2.0-c\r\n", 11);
	segment(1, 100, "by SSH-2.0-s\r\nSSH-2.0-x\r\n", 25);
	nsc_sessions_tick(ss, now += 2000 * (uint64_t)MS);
	finish("SSH-2.0-c|", NSC_END_FIN);
}
END_TEST

START_TEST(from_the_middle)
{
	MIDDLE("SSH-2.0-c|", ">SSH-2.0-c\r\n");
	MIDDLE("SSH-2.0-c|SSH-2.0-s", ">SSH-2.0-c\r\n", "<SSH-2.0-s\r\n");
	/* A file that is copied, a log. */
	MIDDLE("", ">SSH-2.0-c\r\nSSH-2.0-d\r\n");
	MIDDLE("", ">SSH-2.0-c and what follows in this line, if it ever ends, of some text that was "
		   "found in the middle of a conversation, whose beginning nobody saw: it may be "
		   "anything, since it is longer than two hundred and fifty-five octets, which is "
		   "all that the specification allows. It goes on\n");
	MIDDLE("", "<Nov 21 sshd: \nSSH-2.0-c\r\n");
	MIDDLE("", "<and\n", "<SSH-2.0-c\r\n");
}
END_TEST

START_TEST(what_is_none)
{
	TALK("", ">SSH-\r\n", "<SSH-2\r\n");
	TALK("", ">SSH-2.0\r\n");
	TALK("", ">SSH-.0-x\r\n");
	TALK("", ">SSH-2.-x\r\n");
	TALK("", ">SSH-2000.1-x\r\n");
	TALK("", ">SSH_2.0-x\r\n");
	TALK("", ">ssh-2.0-x\r\n");
	TALK("", ">SSH-2.0");
	TALK("", ">SSH-2.0-\1\2\3\r\n");
	TALK("", ">\1SSH-2.0-x\r\n");
	/* Endless, as a tarpit is. */
	TALK("", "<a9f3\r\n", "<77b\r\n", "<0d1e2\r\n");
	/* Half a banner at the end is none, of a side that is known. */
	TALK("|SSH-2.0-s", "<SSH-2.0-s\r\n", ">SSH-2.0-c");
	TALK("|SSH-2.0-s", "<SSH-2.0-s\r\n", ">\r\n\r\n");
	TALK("|SSH-2.0-s", "<SSH-2.0-s\r\n", ">\1\2\3");
}
END_TEST

START_TEST(inside_another)
{
	TALK("SSH-2.0-c|SSH-2.0-s", ">CONNECT a.test:22 HTTP/1.1\r\nHost: a.test:22\r\n\r\n",
	     "<HTTP/1.1 200 OK\r\n\r\n", "<SSH-2.0-s\r\n", ">SSH-2.0-c\r\n");
	TALK("SSH-2.0-c|SSH-2.0-s", ">PROXY TCP4 1.1.1.1 2.2.2.2 5 22\r\n", "<SSH-2.0-s\r\n",
	     ">SSH-2.0-c\r\n");
}
END_TEST

RUN_TESTS("ssh", setup, teardown, ONCE(row_4_6_banners_on_any_port),
	  ONCE(text_before_the_banner), ONCE(as_much_text_as_a_client_bears),
	  ONCE(lines_without_end), ONCE(longer_than_allowed),
	  ONCE(nothing_is_read_behind_the_banners), ONCE(half_duplex), ONCE(losses),
	  ONCE(from_the_middle), ONCE(what_is_none), ONCE(inside_another))
