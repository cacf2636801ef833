/* SPDX-License-Identifier: MIT */
/* HTTP/1: conversations of the specification (RFC 9110, 9112), cut anywhere. */
#include "dissect/http_pending.h"
#include "dissect/protocols.h"
#include "talks.h"
#include "suite.h"

static struct talk talk;
static struct tape tape;

static void
says(int side, const char *text)
{
	talk_say(&talk, side, text, strlen(text));
}

static void
expect(const char *events)
{
	play_every_way(&tape, &nsc_http, &talk);
	ck_assert_str_eq(tape.text, events);
	talk_free(&talk);
}

START_TEST(test_exchange)
{
	says(0, "GET /a HTTP/1.1\r\nHost: www.example.test:8080\r\nAccept: */*\r\n\r\n");
	says(1, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
	says(0, "POST /b HTTP/1.1\r\nhost:\twww.example.test \r\nContent-Length: "
		"3\r\n\r\nabc");
	says(1, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
	expect("GET www.example.test:8080 200 1000000 1000000\n"
	       "POST www.example.test 404 1000000 1000000\n");
	ck_assert_str_eq(tape.label[NSC_LABEL_HTTP_HOST], "www.example.test:8080");
	ck_assert_str_eq(tape.label[NSC_LABEL_HTTP_METHOD], "GET");
	ck_assert_str_eq(tape.label[NSC_LABEL_HTTP_STATUS], "200");
}
END_TEST

START_TEST(row_1_20_no_body) /* features.md 1.20: HEAD, 204, 304, 1xx */
{
	says(0, "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
	says(1, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
	says(0, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
	says(1, "HTTP/1.1 204 No Content\r\n\r\n");
	says(0, "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
	says(1, "HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\n\r\n");
	says(0, "PUT /3 HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: "
		"4\r\n\r\n");
	says(1,
	     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </s>\r\n\r\n");
	says(0, "body");
	says(1, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
	expect("HEAD h 200 1000000 1000000\n"
	       "GET h 204 1000000 1000000\n"
	       "GET h 304 1000000 1000000\n"
	       "PUT h 201 1000000 1000000\n");
}
END_TEST

START_TEST(row_1_20_chunked) /* RFC 9112, 7.1: extensions, trailers; TE beats CL */
{
	says(0, "POST /u HTTP/1.1\r\nHost: c\r\nTransfer-Encoding: chunked\r\n\r\n"
		"4;name=\"v\"\r\nWiki\r\n00006 \r\npedia \r\n0\r\nTrailer: x\r\nMore: "
		"y\r\n\r\n");
	says(1, "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\nContent-Length: "
		"3\r\n\r\n"
		"A\r\nHTTP/1.1 5\r\n0\r\n\r\n");
	says(0, "GET /v HTTP/1.1\r\nHost: d\r\n\r\n");
	says(1, "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
	expect("POST c 200 1000000 1000000\n"
	       "GET d 500 1000000 1000000\n");
}
END_TEST

START_TEST(row_1_20_pipelined_64) /* and more than fit */
{
	char want[8192] = "loss 0\nloss 0\nloss 0\nloss 0\nloss 0\nloss 0\n", line[128];

	for (int i = 0; i < 70; i++) {
		snprintf(line, sizeof line, "GET /%d HTTP/1.1\r\nHost: h%d\r\n\r\n", i, i);
		says(0, line);
	}
	for (int i = 0; i < 70; i++) {
		snprintf(line, sizeof line, "HTTP/1.1 %d OK\r\nContent-Length: 0\r\n\r\n",
			 200 + i);
		says(1, line);
		if (i < NSC_HTTP_PIPELINED)
			snprintf(line, sizeof line, "GET h%d %d 70000000 70000000\n", i,
				 200 + i);
		else
			snprintf(line, sizeof line, "  %d 0 0\n", 200 + i);
		strcat(want, line);
	}
	expect(want);
}
END_TEST

START_TEST(test_close_delimited)
{
	says(0, "GET / HTTP/1.0\r\n\r\n");
	says(1, "HTTP/1.0 200 OK\r\nServer: s\r\n\r\n");
	says(1, "HTTP/1.1 404 this is the body\r\n\r\n");
	expect("GET  200 1000000 2000000\n");
	ck_assert_str_eq(tape.label[NSC_LABEL_HTTP_HOST], "");
}
END_TEST

START_TEST(test_targets) /* RFC 9112, 3.2 */
{
	says(0, "GET http://user@abs.example:81/x?y HTTP/1.0\r\n\r\n"
		"GET http://abs.example/ HTTP/1.1\r\nHost: field.example\r\n\r\n"
		"OPTIONS * HTTP/1.1\r\nHost: star\r\n\r\n"
		"GET /r?u=http://no.example/ HTTP/1.0\r\n\r\n");
	expect("GET abs.example:81 0 0 0\n"
	       "GET field.example 0 0 0\n"
	       "OPTIONS star 0 0 0\n"
	       "GET  0 0 0\n");
}
END_TEST

START_TEST(row_1_20_connect)
{
	says(0, "CONNECT t.example:443 HTTP/1.1\r\nHost: t.example:443\r\n\r\n");
	says(1, "HTTP/1.1 407 Auth\r\nContent-Length: 2\r\n\r\nno");
	says(0, "CONNECT t.example:443 HTTP/1.1\r\nHost: t.example:443\r\nA: b\r\n\r\n");
	says(1, "HTTP/1.1 200 OK\r\n\r\n");
	says(0, "\x16\x03\x01");
	expect("CONNECT t.example:443 407 1000000 1000000\n"
	       "CONNECT t.example:443 200 1000000 1000000\n");
	ck_assert_int_eq(tape.verdict, NSC_HAND_ON);
}
END_TEST

START_TEST(row_1_20_upgrade)
{
	says(0, "GET /chat HTTP/1.1\r\nHost: ws\r\nUpgrade: websocket\r\nConnection: "
		"Upgrade\r\n\r\n");
	says(1,
	     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x05hello");
	expect("GET ws 101 1000000 1000000\n");
	ck_assert_int_eq(tape.verdict, NSC_HAND_ON);
}
END_TEST

START_TEST(row_1_20_response_first) /* a response before its request */
{
	says(1, "HTTP/1.1 503 Busy\r\nContent-Length: 1\r\n\r\nx");
	says(0, "GET / HTTP/1.1\r\nHost: later\r\n\r\n");
	says(1, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	expect("  503 0 0\n"
	       "GET later 200 1000000 1000000\n");
}
END_TEST

START_TEST(test_odd_lines) /* LF only, folds, empty lines first, a second Host */
{
	says(0, "\r\nGET / HTTP/1.1\nX: a\n  Host: folded\nHost: lf\nHost: two\n\n");
	says(1, "HTTP/1.1 200\nContent-Length: 2, 2\n\nok");
	says(0, "BREW /pot HTTP/1.1\r\nHost : tea\r\n\r\n");
	says(1, "HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\n\r\n");
	expect("GET lf 200 1000000 1000000\n"
	       "BREW tea 418 1000000 1000000\n");
}
END_TEST

/* Each of them as tshark 4.0 has it, but for methods that it does not know. */
START_TEST(row_1_20_what_servers_answer)
{
	static const struct {
		const char *request, *response, *method, *host, *status;
	} e[] = {
		{"BREW /pot HTTP/1.1\r\nHost: tea\r\n\r\n", "HTTP/1.1 418 Teapot\r\n", "BREW", "tea", "418"},
		{"GET / HTTP/2.0\r\nHost: two\r\n\r\n", "HTTP/2.0 200 OK\r\n", "GET", "two", "200"},
		{"GET / HTTP/9.9\r\nHost: nine\r\n\r\n", "HTTP/1.1 505 No\r\n", "GET", "nine", "505"},
		{"GET /x\r\nHost: none\r\n\r\n", "HTTP/1.1 400 Bad\r\n", "GET", "none", "400"},
		{"GET HTTP/1.1\r\nHost: where\r\n\r\n", "HTTP/1.1 400 Bad\r\n", "GET", "where", "400"},
		{"GET /radio HTTP/1.0\r\nHost: air\r\n\r\n", "ICY 200 OK\r\n", "GET", "air", "200"},
	};
	char response[64];

	for (size_t i = 0; i < sizeof e / sizeof e[0]; i++) {
		says(0, e[i].request);
		snprintf(response, sizeof response, "%sContent-Length: 0\r\n\r\n", e[i].response);
		says(1, response);
		play(&tape, &nsc_http, &talk, 0, 0);
		ck_assert_str_eq(tape.label[NSC_LABEL_HTTP_METHOD], e[i].method);
		ck_assert_str_eq(tape.label[NSC_LABEL_HTTP_HOST], e[i].host);
		ck_assert_str_eq(tape.label[NSC_LABEL_HTTP_STATUS], e[i].status);
		talk_free(&talk);
	}
}
END_TEST

/* Before its end comes, too: it is longer than what is looked at. */
START_TEST(row_1_20_a_long_target)
{
	char *head = malloc(60100);
	size_t n = (size_t)sprintf(head, "GET /");

	memset(head + n, 'u', 60000);
	strcpy(head + n + 60000, " HTTP/1.1\r\nHost: long\r\n\r\n");
	says(0, head);
	says(1, "HTTP/1.1 414 Long\r\nContent-Length: 0\r\n\r\n");
	for (size_t step = 0; step <= 1400; step += 700) {
		play(&tape, &nsc_http, &talk, step, 0);
		ck_assert_str_eq(tape.text, "GET long 414 1000000 1000000\n");
	}
	talk_free(&talk);
	memset(head + n, 'u', 1200);
	head[n + 1200] = '\0';
	says(0, head);
	play(&tape, &nsc_http, &talk, 0, 0);
	ck_assert_int_eq(tape.verdict, NSC_MORE);
	ck_assert_str_eq(tape.text, "");
	talk_free(&talk);
	free(head);
}
END_TEST

START_TEST(test_large_head) /* 60 KiB are read, more than 64 are not */
{
	char *head = malloc(80000);

	for (size_t size = 60000; size <= 70000; size += 10000) {
		size_t n = (size_t)sprintf(head, "GET / HTTP/1.1\r\nHost: big\r\nCookie: ");

		memset(head + n, 'c', size - n);
		memcpy(head + size, "\r\n\r\n", 5);
		says(0, head);
		play(&tape, &nsc_http, &talk, 1400, 0);
		ck_assert_str_eq(tape.text, size < 65000 ? "GET big 0 0 0\n" : "");
		ck_assert_str_eq(tape.label[NSC_LABEL_HTTP_HOST], size < 65000 ? "big" : "");
		talk_free(&talk);
	}
	ck_assert_int_eq(tape.verdict, NSC_MALFORMED);
	free(head);
}
END_TEST

START_TEST(row_1_20_body_passed_over) /* of a body no more than one octet is looked at */
{
	char *body = calloc(1, 60000);

	says(0, "PUT / HTTP/1.1\r\nHost: b\r\nContent-Length: 60000\r\n\r\n");
	talk_say(&talk, 0, body, 60000);
	says(1, "HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n");
	talk_say(&talk, 1, body, 60000);
	play(&tape, &nsc_http, &talk, 0, 0);
	ck_assert_str_eq(tape.text, "PUT b 200 1000000 2000000\n");
	ck_assert_uint_lt(tape.fed[0] + tape.fed[1], 200);
	talk_free(&talk);
	free(body);
}
END_TEST

START_TEST(test_not_mine)
{
	static const char *const texts[] = {
		"GETX / HTTP\r\n\r\n",
		"INVITE sip:a@b SIP/2.0\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"SSH-2.0-x\r\n",
		"HTTP/2 200 OK\r\n\r\n",
		"ICY: cold\r\n\r\n",
		"HTTP/1.1 2x0 OK\r\n\r\n",
		"\r\n\r\n\r\n\r\n",
	};
	static const char *const requests[] = {
		"OPTIONS rtsp://h/m RTSP/1.0\r\nCSeq: 1\r\n\r\n",
		"GET /\r\n",
		"GET / HTTP/1.x\r\n\r\n",
		"GET /\x01 HTTP/1.1\r\n\r\n",
		"GET /x y\r\nHost: none\r\n\r\n",
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		says(0, texts[i]);
		play(&tape, &nsc_http, &talk, 0, 0);
		ck_assert_msg(tape.verdict == NSC_NOT_MINE, "%s", texts[i]);
		ck_assert_str_eq(tape.text, "");
		talk_free(&talk);
	}
	/* These may be, if the other side says so. */
	for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
		says(0, requests[i]);
		play(&tape, &nsc_http, &talk, 0, 0);
		ck_assert_msg(tape.verdict == NSC_MORE, "%s", requests[i]);
		ck_assert_str_eq(tape.text, "");
		says(1, "RTSP/1.0 200 OK\r\n\r\n");
		play(&tape, &nsc_http, &talk, 0, 0);
		ck_assert_msg(tape.verdict == NSC_NOT_MINE, "%s", requests[i]);
		talk_free(&talk);
		says(0, requests[i]);
		says(1, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
		says(0, "GET /2 HTTP/1.1\r\nHost: good\r\n\r\n");
		says(1, "HTTP/1.\xff 200 OK\r\nContent-Length: 0\r\n\r\n");
		play(&tape, &nsc_http, &talk, 0, 0);
		ck_assert_str_eq(tape.text, "  400 0 0\nGET good 200 1000000 1000000\n");
		talk_free(&talk);
	}
}
END_TEST

/* RFC 9112, 6.3: a coding beats a length; which one ends the body? */
START_TEST(test_codings)
{
	says(0, "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
		"5\r\nhello\r\n0\r\n\r\n");
	says(1, "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nok");
	says(0, "GET /2 HTTP/1.1\r\nHost: b\r\n\r\n");
	says(1, "HTTP/1.1 201 OK\r\nTransfer-Encoding: chunked, gzip\r\nContent-Length: 2\r\n\r\nok");
	says(1, "HTTP/1.1 404 of the body\r\n\r\n");
	expect("POST a 200 1000000 1000000\n"
	       "GET b 201 1000000 2000000\n");
}
END_TEST

START_TEST(test_early) /* the answer comes while the request is still being sent */
{
	says(0, "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nfirst");
	says(1, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nok");
	says(0, "last");
	says(1, "ok");
	says(0, "PUT /2 HTTP/1.1\r\nHost: b\r\nContent-Length: 9\r\n\r\nfirst");
	says(1, "HTTP/1.1 413 No\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
	expect("POST a 200 0 1000000\n"
	       "PUT b 413 0 0\n");
}
END_TEST

START_TEST(test_h2c) /* RFC 7540, 3.2: stream 1 answers */
{
	says(0, "GET /chat HTTP/1.1\r\nHost: up.test\r\nUpgrade: h2c\r\n"
		"Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n\r\n");
	says(1, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
	expect("");
	ck_assert_int_eq(tape.verdict, NSC_HAND_ON);
	ck_assert_str_eq(tape.label[NSC_LABEL_HTTP_HOST], "up.test");
	ck_assert_str_eq(tape.label[NSC_LABEL_HTTP_STATUS], "");
}
END_TEST

/* a reset connection: an answer that began is told, a request alone is not */
START_TEST(test_cut)
{
	static const char *const parts[] = {
		"GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: b\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nsome"};
	void *state = calloc(1, nsc_http.state_size), *shared;

	memset(&tape, 0, sizeof tape);
	ck_assert_int_eq(nsc_http.shared_new(&shared), 0);
	struct nsc_out out = {
		.arg = &tape, .event = tape_event, .label = tape_label, .shared = shared};
	for (int i = 0; i < 2; i++) {
		struct nsc_chunk in = {.bytes = nsc_bytes(parts[i], strlen(parts[i])),
				       .side = (uint8_t)i,
				       .transport = NSC_OVER_TCP};

		ck_assert_int_eq(nsc_http.feed(state, &in, &out), NSC_MORE);
	}
	nsc_http.cut(state, &out);
	ck_assert_str_eq(tape.text, "GET a 200 0 0\n");
	nsc_http.shared_free(shared);
	free(state);
}
END_TEST

/* A gap in a head: silence until a segment begins with a start line. */
START_TEST(test_gap)
{
	static const char *const parts[] = {"GET /1 HTTP/1.1\r\nHost: a\r\n\r\n",
					    "st: lost\r\n\r\n",
					    "GET /3 HTTP/1.1\r\nHost: c\r\n\r\n"};
	void *state = calloc(1, nsc_http.state_size), *shared;

	memset(&tape, 0, sizeof tape);
	ck_assert_int_eq(nsc_http.shared_new(&shared), 0);
	struct nsc_out out = {
		.arg = &tape, .event = tape_event, .label = tape_label, .shared = shared};
	for (int i = 0; i < 3; i++) {
		struct nsc_chunk in = {.bytes = nsc_bytes(parts[i], strlen(parts[i])),
				       .gap = i == 1,
				       .transport = NSC_OVER_TCP};

		ck_assert_int_eq(nsc_http.feed(state, &in, &out), NSC_MORE);
		ck_assert_uint_eq(nsc_bytes_left(&in.bytes), 0);
	}
	nsc_http.end(state, &out);
	ck_assert_str_eq(tape.text, "GET a 0 0 0\nGET c 0 0 0\n");
	nsc_http.shared_free(shared);
	free(state);
}
END_TEST

static struct talk talks[GOLDEN_FLOWS];

START_TEST(row_1_20_exchanges_as_tshark) /* row 1.20: per exchange equal to tshark */
{
	size_t len;
	char *data, *got = calloc(1, 65536), line[512];
	unsigned count = talks_load(talks, "http.pcap");

	for (unsigned i = 0; i < count; i++) {
		play_every_way(&tape, &nsc_http, &talks[i]);
		for (const char *p = tape.text; *p != '\0'; p += strcspn(p, "\n") + 1) {
			int n = (int)strcspn(p, "\n");

			for (int spaces = 0; spaces < 2; spaces += p[n] == ' ')
				n--; /* without the latencies */
			snprintf(line, sizeof line, "%u %.*s\n", i, n, p);
			strcat(got, line);
		}
		talk_free(&talks[i]);
	}
	data = golden_read("http.txt", &len);
	ck_assert_str_eq(got, data);
	free(data);
	free(got);
}
END_TEST

RUN_SUITE("http", test_exchange, row_1_20_no_body, row_1_20_chunked, row_1_20_pipelined_64,
	  test_close_delimited, test_targets, row_1_20_connect, row_1_20_upgrade,
	  row_1_20_response_first, test_odd_lines, row_1_20_what_servers_answer,
	  row_1_20_a_long_target, test_large_head, row_1_20_body_passed_over, test_not_mine,
	  test_codings, test_early, test_h2c, test_cut, test_gap,
	  row_1_20_exchanges_as_tshark)
