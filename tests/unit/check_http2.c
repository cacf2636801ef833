/* SPDX-License-Identifier: MIT */
/* HTTP/2: conversations of the specification (RFC 9113), cut anywhere. */
#include "dissect/h2_context.h"
#include "dissect/protocols.h"
#include "golden.h"
#include "tape.h"
#include "suite.h"

enum { DATA, HEADERS, PRIORITY, RST, SETTINGS, PROMISE, PING, GOAWAY, WINDOW, CONTINUATION };
enum { END = 1, ACK = 1, WHOLE = 4, PADDED = 8, PRIO = 0x20 };

static struct talk talk;
static struct tape tape;

/* The turn that is being made. */
static uint8_t turn[1 << 16];
static size_t turn_len;

static void
put(const void *p, size_t len)
{
	if (len > 0)
		memcpy(turn + turn_len, p, len);
	turn_len += len;
}

static void
frame(uint8_t type, uint8_t flags, uint32_t stream, const void *payload, size_t len)
{
	uint8_t h[9] = {(uint8_t)(len >> 16),	(uint8_t)(len >> 8),	 (uint8_t)len,
			type,			flags,			 (uint8_t)(stream >> 24),
			(uint8_t)(stream >> 16), (uint8_t)(stream >> 8), (uint8_t)stream};

	put(h, sizeof h);
	put(payload, len);
}

static void
says(int side)
{
	talk_say(&talk, side, turn, turn_len);
	turn_len = 0;
}

static void
expect(const char *events)
{
	play_every_way(&tape, &nsc_http2, &talk);
	ck_assert_str_eq(tape.text, events);
	talk_free(&talk);
}

/* A header block of "name value" lines, literals that are not entered into the table. */
static size_t
block(uint8_t *to, const char *lines)
{
	size_t n = 0;

	while (*lines != '\0') {
		size_t name = strcspn(lines, " "), value = strcspn(lines + name + 1, "\n");

		to[n++] = 0;
		to[n++] = (uint8_t)name;
		memcpy(to + n, lines, name);
		n += name;
		to[n++] = (uint8_t)value;
		memcpy(to + n, lines + name + 1, value);
		n += value;
		lines += name + value + 2;
	}
	return n;
}

static void
headers(uint8_t flags, uint32_t stream, const char *lines)
{
	uint8_t b[4096];

	frame(HEADERS, flags | WHOLE, stream, b, block(b, lines));
}

static void
client_begins(void)
{
	put("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24);
	frame(SETTINGS, 0, 0, "\0\3\0\0\0\144\0\4\0\1\0\0", 12);
	frame(WINDOW, 0, 0, "\0\1\0\0", 4);
}

static void
server_begins(void)
{
	frame(SETTINGS, 0, 0, "\0\3\0\0\0\144", 6);
	frame(SETTINGS, ACK, 0, NULL, 0);
}

#define GET ":method GET\n:scheme http\n:path /\n:authority a.test\n"
#define POST ":method POST\n:scheme http\n:path /\n:authority a.test\n"

START_TEST(test_exchange)
{
	client_begins();
	headers(END, 1, GET);
	says(0);
	server_begins();
	headers(0, 1, ":status 200\n");
	says(1);
	frame(DATA, 0, 1, "body", 4);
	says(1);
	frame(DATA, END, 1, "more", 4);
	says(1);
	frame(SETTINGS, ACK, 0, NULL, 0);
	frame(PING, 0, 0, "12345678", 8);
	headers(0, 3, ":method POST\n:path /\nhost b.test\n");
	frame(DATA, 0, 3, "one", 3);
	says(0);
	frame(DATA, END, 3, "two", 3);
	says(0);
	headers(END, 3, ":status 404\n");
	says(1);
	expect("GET a.test 200 1000000 3000000\nPOST b.test 404 1000000 1000000\n");
	ck_assert_str_eq(tape.label[NSC_LABEL_HTTP_HOST], "a.test");
	ck_assert_str_eq(tape.label[NSC_LABEL_HTTP_METHOD], "GET");
	ck_assert_str_eq(tape.label[NSC_LABEL_HTTP_STATUS], "200");
}
END_TEST

START_TEST(test_multiplexed) /* answers in another order, interim ones, a custom method */
{
	client_begins();
	headers(END, 1, GET);
	headers(END, 3, ":method BREW\n:authority b.test\n");
	headers(END, 5, ":method HEAD\n:authority c.test\n");
	says(0);
	server_begins();
	headers(0, 1, ":status 103\nlink x\n");
	headers(END, 5, ":status 204\n");
	headers(0, 3, ":status 418\n");
	headers(0, 1, ":status 200\n");
	says(1);
	frame(DATA, END, 3, NULL, 0);
	frame(DATA, END, 1, NULL, 0);
	says(1);
	/* The interim response's first octet is not the answer's. */
	expect("HEAD c.test 204 1000000 1000000\nBREW b.test 418 1000000 2000000\n"
	       "GET a.test 200 1000000 2000000\n");
}
END_TEST

START_TEST(test_pieces) /* CONTINUATION, PADDED, PRIORITY */
{
	uint8_t b[4096], p[4096] = {0};
	size_t n = block(b, GET);

	client_begins();
	p[0] = 7;
	memcpy(p + 1 + 5, b, 10);
	frame(HEADERS, PADDED | PRIO | END, 1, p, 1 + 5 + 10 + 7);
	frame(CONTINUATION, 0, 1, b + 10, 1);
	frame(CONTINUATION, 0, 1, NULL, 0);
	frame(CONTINUATION, WHOLE, 1, b + 11, n - 11);
	frame(PRIORITY, 0, 1, "\0\0\0\0\1", 5);
	says(0);
	server_begins();
	headers(0, 1, ":status 200\n");
	p[0] = 255;
	frame(DATA, PADDED | END, 1, p, 256 + 50);
	says(1);
	expect("GET a.test 200 1000000 1000000\n");
}
END_TEST

START_TEST(test_grpc) /* statuses in trailers, or in the only headers */
{
	static const char response[] = ":status 200\ncontent-type application/grpc+proto\n";

	client_begins();
	headers(0, 1, POST "content-type application/grpc\n");
	headers(0, 3, POST "content-type application/grpc\n");
	headers(0, 5, POST "content-type text/plain\n");
	for (uint32_t id = 1; id < 7; id += 2)
		frame(DATA, END, id, "12345", 5);
	says(0);
	server_begins();
	headers(0, 1, response);
	frame(DATA, 0, 1, "12345", 5);
	headers(END, 1, "grpc-status 0\ngrpc-message fine\n");
	headers(END, 3, ":status 200\ncontent-type application/grpc\ngrpc-status 14\n");
	headers(0, 5, ":status 200\n");
	headers(END, 5, "grpc-status 9\n");
	says(1);
	expect("POST a.test 200 1000000 1000000 grpc 0\n"
	       "POST a.test 200 1000000 1000000 grpc 14\n"
	       "POST a.test 200 1000000 1000000\n");
	ck_assert_str_eq(tape.label[NSC_LABEL_GRPC_STATUS], "0");
}
END_TEST

START_TEST(test_resets) /* RST_STREAM of either side, GOAWAY, the connection's end */
{
	client_begins();
	for (uint32_t id = 1; id < 13; id += 2)
		headers(END, id, GET);
	says(0);
	frame(RST, 0, 1, "\0\0\0\10", 4);
	says(0);
	server_begins();
	headers(END, 1, ":status 200\n");	/* on its way when the client gave up */
	headers(0, 3, ":status 206\n");
	frame(RST, 0, 3, "\0\0\0\2", 4);
	headers(0, 5, ":status 201\n");
	frame(GOAWAY, 0, 0, "\0\0\0\7\0\0\0\0debug", 13);
	says(1);
	expect("GET a.test 0 0 0\nGET a.test 206 2000000 0\nGET a.test 0 0 0\nGET a.test 0 0 0\n"
	       "GET a.test 201 2000000 0\nGET a.test 0 0 0\n");
}
END_TEST

START_TEST(test_push)
{
	uint8_t b[4096] = {0, 0, 0, 2};
	size_t n = 4 + block(b + 4, ":method GET\n:authority pushed.test\n");

	client_begins();
	headers(END, 1, GET);
	says(0);
	server_begins();
	frame(PROMISE, WHOLE, 1, b, n);
	headers(END, 1, ":status 200\n");
	says(1);
	headers(END, 2, ":status 203\n");
	says(1);
	expect("GET a.test 200 1000000 1000000\nGET pushed.test 203 1000000 1000000\n");
}
END_TEST

START_TEST(test_server_first) /* a server that does not wait for the preface */
{
	server_begins();
	says(1);
	client_begins();
	headers(END, 1, GET);
	says(0);
	headers(END, 1, ":status 500\n");
	says(1);
	expect("GET a.test 500 1000000 1000000\n");
	/* Only its side was captured. */
	server_begins();
	headers(END, 1, ":status 200\n");
	headers(END, 3, ":status 404\n");
	says(1);
	expect("  200 0 0\n  404 0 0\n");
}
END_TEST

START_TEST(test_many_streams) /* more than are kept: the oldest is told without its answer */
{
	char want[1 << 15] = "";

	client_begins();
	says(0);
	for (uint32_t i = 0; i < NSC_H2_STREAMS + 3; i++)
		headers(END, 2 * i + 1, GET);
	says(0);
	server_begins();
	for (uint32_t i = 0; i < NSC_H2_STREAMS + 3; i++)
		headers(END, 2 * i + 1, ":status 200\n");
	says(1);
	for (uint32_t i = 0; i < NSC_H2_STREAMS + 3; i++)
		strcat(want, i < 3 ? "GET a.test 0 0 0\nloss 0\n"
				   : "GET a.test 200 1000000 1000000\n");
	play(&tape, &nsc_http2, &talk, 0, 0);
	ck_assert_str_eq(tape.text, want);
	talk_free(&talk);
}
END_TEST

START_TEST(test_body_passed_over) /* of a body no more than one octet is looked at */
{
	static uint8_t body[60000];

	client_begins();
	headers(0, 1, POST);
	frame(DATA, 0, 1, body, 30000);
	frame(DATA, END, 1, body, 30000);
	says(0);
	server_begins();
	headers(END, 1, ":status 200\n");
	says(1);
	play(&tape, &nsc_http2, &talk, 1000, 0);
	ck_assert_str_eq(tape.text, "POST a.test 200 1000000 1000000\n");
	ck_assert_uint_lt(tape.fed[0], 2300);
	talk_free(&talk);
}
END_TEST

START_TEST(test_not_mine)
{
	static const struct {
		const char *p;
		size_t len;
	} texts[] = {
		{"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", 24},
		{"PRIVMSG a :b\r\n", 14},
		{"GET / HTTP/1.1\r\n\r\n", 18},
		{"\0\0\4\4\0\0\0\0\0....", 13},			/* no multiple of 6 */
		{"\0\0\6\4\0\0\0\0\1......", 15},		/* SETTINGS of a stream */
		{"\0\0\6\4\0\0\0\0\0\7\7......", 17},		/* no such setting */
		{"\0\0\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 18},	/* DATA of stream 0 */
		{"\0\0\0\0\0\0\0\0\0", 9},
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		talk_say(&talk, 0, texts[i].p, texts[i].len);
		play(&tape, &nsc_http2, &talk, 0, 0);
		ck_assert_msg(tape.verdict == NSC_NOT_MINE, "%zu", i);
		ck_assert_str_eq(tape.text, "");
		talk_free(&talk);
	}
	/* A server that does not know HTTP/2. */
	client_begins();
	says(0);
	talk_say(&talk, 1, "HTTP/1.1 400 Bad Request\r\n\r\n", 28);
	play(&tape, &nsc_http2, &talk, 0, 0);
	ck_assert_int_eq(tape.verdict, NSC_NOT_MINE);
	talk_free(&talk);
}
END_TEST

START_TEST(test_malformed) /* connection errors: RFC 9113, 4.2, 4.3, 6 */
{
	for (int i = 0; i < 9; i++) {
		client_begins();
		headers(END, 1, GET);
		says(0);
		switch (i) {
		case 0:
			frame(DATA, 0, 0, "x", 1);
			break;
		case 1:
			frame(PING, 0, 0, "x", 1);
			break;
		case 2:
			frame(RST, 0, 1, "xxx", 3);
			break;
		case 3:
			frame(CONTINUATION, WHOLE, 1, NULL, 0);
			break;
		case 4:		/* another stream's frame within a block */
			frame(HEADERS, 0, 3, NULL, 0);
			frame(CONTINUATION, WHOLE, 5, NULL, 0);
			break;
		case 5:
			frame(HEADERS, WHOLE, 3, "\200", 1);
			break;
		case 6:		/* the block ends within a field */
			frame(HEADERS, WHOLE, 3, "\0\3ab", 4);
			break;
		case 7:		/* more padding than there is */
			frame(HEADERS, WHOLE | PADDED, 3, "\5\202", 2);
			break;
		default:
			frame(PROMISE, WHOLE, 1, "\0\0\0\2\202", 5);
		}
		says(0);
		play_every_way(&tape, &nsc_http2, &talk);
		ck_assert_msg(tape.verdict == NSC_MALFORMED, "%d", i);
		ck_assert_str_eq(tape.text, "GET a.test 0 0 0\n");
		talk_free(&talk);
	}
}
END_TEST

/* Feeds one side's octets, as they are or behind a gap. */
static void
give(void *state, struct nsc_out *out, int side, bool gap)
{
	struct nsc_chunk in = {.bytes = nsc_bytes(turn, turn_len),
			       .gap = gap,
			       .side = (uint8_t)side,
			       .transport = NSC_OVER_TCP};

	out->wish = (struct nsc_wish){.need = 0};
	ck_assert_int_eq(nsc_http2.feed(state, &in, out), NSC_MORE);
	turn_len = 0;
}

START_TEST(test_gap) /* silence until a frame begins; an indexed name is unknown, not wrong */
{
	void *state = calloc(1, nsc_http2.state_size), *shared;

	memset(&tape, 0, sizeof tape);
	ck_assert_int_eq(nsc_http2.shared_new(&shared), 0);
	struct nsc_out out = {
		.arg = &tape, .event = tape_event, .label = tape_label, .shared = shared};
	client_begins();
	frame(HEADERS, WHOLE | END, 1, "\202\206\204\101\1a", 6);	/* enters ":authority: a" */
	give(state, &out, 0, false);
	put("octets of a header block", 24);
	give(state, &out, 0, true);
	put("more of it that begins no frame", 31);
	give(state, &out, 0, false);
	frame(HEADERS, WHOLE | END, 7, "\202\206\204\276", 4);		/* index 62: which? */
	give(state, &out, 0, false);
	frame(HEADERS, WHOLE | END, 9, "\202\206\204\101\1b", 6);
	frame(HEADERS, WHOLE | END, 11, "\202\206\204\276", 4);		/* index 62: b */
	give(state, &out, 0, false);
	server_begins();
	headers(END, 1, ":status 200\n");
	headers(END, 5, ":status 201\n");		/* its request was lost */
	give(state, &out, 1, false);
	headers(END, 7, ":status 202\n");
	headers(END, 9, ":status 203\n");
	headers(END, 11, ":status 204\n");
	give(state, &out, 1, true);
	nsc_http2.end(state, &out);
	ck_assert_str_eq(tape.text, "GET a 200 0 0\n  201 0 0\nGET  202 0 0\nGET b 203 0 0\n"
				    "GET b 204 0 0\n");
	nsc_http2.shared_free(shared);
	free(state);
}
END_TEST

START_TEST(test_contexts) /* more connections than contexts: names are given up, and counted */
{
	enum { CONNECTIONS = NSC_H2_CONTEXTS + 8 };
	void *state[CONNECTIONS], *shared;
	char want[1 << 15] = "";

	memset(&tape, 0, sizeof tape);
	ck_assert_int_eq(nsc_http2.shared_new(&shared), 0);
	struct nsc_out out = {
		.arg = &tape, .event = tape_event, .label = tape_label, .shared = shared};
	for (int i = 0; i < CONNECTIONS; i++) {
		state[i] = calloc(1, nsc_http2.state_size);
		client_begins();
		frame(HEADERS, WHOLE | END, 1, "\202\206\204\101\1a", 6);
		give(state[i], &out, 0, false);
	}
	for (int i = CONNECTIONS - 1; i >= 8; i--) {
		server_begins();
		headers(END, 1, ":status 200\n");
		give(state[i], &out, 1, false);
		strcat(want, "GET a 200 0 0\n");
	}
	/* The first ones lost theirs; statuses and new names are still told. */
	server_begins();
	headers(END, 1, ":status 200\n");
	give(state[0], &out, 1, false);
	frame(HEADERS, WHOLE | END, 3, "\202\206\204\276", 4);
	frame(HEADERS, WHOLE | END, 5, "\202\206\204\101\1b", 6);
	give(state[0], &out, 0, false);
	nsc_http2.end(state[0], &out);
	strcat(want, "loss 1\n  200 0 0\nGET  0 0 0\nGET b 0 0 0\n");
	ck_assert_str_eq(tape.text, want);
	nsc_http2.shared_free(shared);
	for (int i = 0; i < CONNECTIONS; i++)
		free(state[i]);
}
END_TEST

START_TEST(test_cut) /* a reset connection: answers that began are told, requests alone are not */
{
	void *state = calloc(1, nsc_http2.state_size), *shared;

	memset(&tape, 0, sizeof tape);
	ck_assert_int_eq(nsc_http2.shared_new(&shared), 0);
	struct nsc_out out = {
		.arg = &tape, .event = tape_event, .label = tape_label, .shared = shared};
	client_begins();
	headers(END, 1, GET);
	headers(END, 3, GET);
	give(state, &out, 0, false);
	server_begins();
	headers(0, 3, ":status 200\n");
	give(state, &out, 1, false);
	nsc_http2.cut(state, &out);
	ck_assert_str_eq(tape.text, "GET a.test 200 0 0\n");
	nsc_http2.shared_free(shared);
	free(state);
}
END_TEST

RUN_SUITE("http2", test_exchange, test_multiplexed, test_pieces, test_grpc, test_resets,
	  test_push, test_server_first, test_many_streams, test_body_passed_over,
	  test_not_mine, test_malformed, test_gap, test_contexts, test_cut)
