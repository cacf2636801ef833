/* SPDX-License-Identifier: MIT */
/*
 * SMB 2 and 3: several commands in a message, answers in any order and later ones, what is not read, lost
 * octets.  Messages are written by MS-SMB2 2.2.1; tests/net/servers/files.py has real ones.
 */
#include "dissect/protocols.h"
#include "suite.h"
#include "tape.h"

enum { NEGOTIATE = 0, SETUP = 1, CREATE = 5, CLOSE = 6, READ = 8, CANCEL = 12, NOTIFY = 15, OPLOCK = 18 };
enum { ASKS = 0, ANSWERS = 1 };

#define NOT_FOUND 0xc0000034u
#define MORE_PROCESSING 0xc0000016u
#define LOGON_FAILURE 0xc000006du
#define NO_MORE_FILES 0x80000006u
#define PENDING 0x103u

struct text {
	uint8_t p[4000];
	size_t n;
};

static struct tape tape;
static struct talk talk;

static void
le(uint8_t *p, uint32_t v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

/* One command with a body of that many octets behind what there is; of several, not the last one. */
static void
add(struct text *t, unsigned command, unsigned side, uint32_t status, unsigned id, size_t body, bool more)
{
	size_t n = 64 + body;
	uint8_t *p = t->p + t->n;

	memset(p, 0, n + 8);
	memcpy(p, "\376SMB\100", 5);
	le(p + 8, status, 4);
	le(p + 12, command, 2);
	le(p + 16, side, 4);
	n = more ? (n + 7) / 8 * 8 : n;
	le(p + 20, more ? (uint32_t)n : 0, 4);
	le(p + 24, id, 4);
	if (id == UINT32_MAX)
		le(p + 28, id, 4);
	t->n += n;
}

static void
send_text(int side, const struct text *t)
{
	struct text m = {.p = {0, 0, (uint8_t)(t->n >> 8), (uint8_t)t->n}, .n = t->n + 4};

	memcpy(m.p + 4, t->p, t->n);
	talk_say(&talk, side, m.p, m.n);
}

static void
say(int side, unsigned command, uint32_t status, unsigned id, size_t body)
{
	struct text t = {.n = 0};

	add(&t, command, side == 0 ? ASKS : ANSWERS, status, id, body, false);
	send_text(side, &t);
}

static void
played(const char *want)
{
	play_every_way(&tape, &nsc_smb, &talk);
	ck_assert_str_eq(tape.text, want);
	talk_free(&talk);
}

START_TEST(login_is_no_operation)
{
	say(0, NEGOTIATE, 0, 0, 36);
	say(1, NEGOTIATE, 0, 0, 64);
	say(0, SETUP, 0, 1, 24);
	say(1, SETUP, MORE_PROCESSING, 1, 24);
	say(0, SETUP, 0, 2, 24);
	say(1, SETUP, LOGON_FAILURE, 2, 8);
	played("operation 255 error 3 0\n");
}
END_TEST

START_TEST(in_any_order_and_later)
{
	say(0, CREATE, 0, 3, 57);
	say(0, READ, 0, 4, 49);
	say(0, NOTIFY, 0, 5, 32);
	say(1, READ, PENDING, 4, 9);
	say(1, CREATE, NOT_FOUND, 3, 9);
	say(1, OPLOCK, 0, UINT32_MAX, 24);	/* the server's own */
	say(1, READ, 0, 4, 2000);
	say(0, CANCEL, 0, 5, 4);
	say(1, NOTIFY, 0xc0000120, 5, 9);
	say(1, NOTIFY, 0, 5, 9);
	played("operation 6 error 1 4000000\noperation 9 error 0 5000000\noperation 16 error 14 0\n");
}
END_TEST

START_TEST(several_in_a_message)
{
	struct text t = {.n = 0};

	add(&t, CREATE, ASKS, 0, 6, 57, true);
	add(&t, 14, ASKS, 0, 7, 33, true);
	add(&t, CLOSE, ASKS, 0, 8, 24, false);
	send_text(0, &t);
	t.n = 0;
	add(&t, CREATE, ANSWERS, 0, 6, 89, true);
	add(&t, 14, ANSWERS, NO_MORE_FILES, 7, 9, false);
	send_text(1, &t);
	say(1, CLOSE, 0xc0000128, 8, 9);	/* alone */
	played("operation 6 error 0 1000000\noperation 15 error 0 1000000\noperation 7 error 16 2000000\n");
}
END_TEST

START_TEST(what_is_not_read_is_passed)
{
	struct text t = {.n = 100};

	talk_say(&talk, 0, "\0\0\0\42\377SMBr0123456789abcdef0123456789abc", 38);	/* 1 */
	say(1, NEGOTIATE, 0, 0, 64);
	memset(t.p, 0xaa, sizeof t.p);
	memcpy(t.p, "\375SMB", 4);		/* encrypted */
	send_text(0, &t);
	send_text(1, &t);
	memcpy(t.p, "\374SMB", 4);		/* compressed */
	send_text(0, &t);
	talk_say(&talk, 0, "\205\0\0\0", 4);	/* keeps alive */
	t = (struct text){.n = 0};
	add(&t, READ, ASKS, 0, 9, 60, false);
	t.p[20] = 65;				/* the next one where none may stand */
	send_text(0, &t);
	say(1, READ, 0xc0000011, 9, 9);
	say(0, 99, 0, 10, 8);			/* no such command */
	say(1, 99, 0xc0009999, 10, 9);
	played("operation 9 error 13 1000000\noperation 0 error 23 1000000\n");
}
END_TEST

static enum nsc_verdict
packet(void *state, int side, unsigned ms, bool gap, const struct text *t, const char *raw)
{
	struct text m = {.p = {0, 0, (uint8_t)(t->n >> 8), (uint8_t)t->n}, .n = t->n + 4};
	struct nsc_out out = {.arg = &tape, .event = tape_event, .time = ms * 1000000ull,
			      .transport = NSC_OVER_TCP};
	struct nsc_chunk in = {.side = (uint8_t)side, .transport = NSC_OVER_TCP, .gap = gap};

	memcpy(m.p + 4, t->p, t->n);
	in.bytes = raw != NULL ? nsc_bytes(raw, strlen(raw)) : nsc_bytes(m.p, m.n);
	return nsc_smb.feed(state, &in, &out);
}

START_TEST(behind_a_gap)
{
	void *state = calloc(1, nsc_smb.state_size);
	struct text t = {.n = 0};

	memset(&tape, 0, sizeof tape);
	add(&t, READ, ASKS, 0, 1, 49, false);
	ck_assert_int_eq(packet(state, 0, 1, false, &t, NULL), NSC_MORE);
	ck_assert_int_eq(packet(state, 1, 2, true, &t, "somewhere in a file"), NSC_MORE);
	ck_assert_int_eq(packet(state, 1, 3, false, &t, "somewhere"), NSC_MORE);
	t.n = 0;
	add(&t, READ, ANSWERS, 0, 1, 100, false);
	ck_assert_int_eq(packet(state, 1, 4, false, &t, NULL), NSC_MORE);
	ck_assert_str_eq(tape.text, "operation 9 error 0 3000000\n");
	ck_assert_int_eq(packet(state, 1, 5, false, &t, "nothing of it"), NSC_MALFORMED);
	free(state);
}
END_TEST

START_TEST(those_who_wait_are_bounded)
{
	void *state = calloc(1, nsc_smb.state_size);
	struct text t;

	memset(&tape, 0, sizeof tape);
	for (unsigned i = 0; i <= 78; i++) {
		t.n = 0;
		add(&t, READ, ASKS, 0, i, 49, false);
		packet(state, 0, 1 + i, false, &t, NULL);
	}
	ck_assert_str_eq(tape.text, "loss 2\n");
	for (unsigned i = 0; i <= 78; i += 78) {
		t.n = 0;
		add(&t, READ, ANSWERS, 0, i, 49, false);
		packet(state, 1, 100, false, &t, NULL);
	}
	ck_assert_str_eq(tape.text, "loss 2\noperation 9 error 0 21000000\n");
	free(state);
}
END_TEST

RUN_SUITE("smb", login_is_no_operation, in_any_order_and_later, several_in_a_message, what_is_not_read_is_passed,
	  behind_a_gap, those_who_wait_are_bounded)
