/* SPDX-License-Identifier: MIT */
/*
 * NFS and other remote procedures: records in fragments, any order, calls of both sides, protected ones, lost
 * octets.  Messages are written by RFC 5531, 1813, 7530 and 2203; tests/net/servers/remote.py has real ones.
 */
#include "dissect/protocols.h"
#include "suite.h"
#include "tape.h"

enum { GETATTR = 1, READ = 6, NFS = 100003, KIND_GETATTR = 1, KIND_LOOKUP = 3, KIND_READ = 6, KIND_NULL = 20 };
enum { NOENT = 2, RPC_AUTH = 21, STALE = 13 };

struct text {
	uint8_t p[6000];
	size_t n;
};

static struct tape tape;
static struct talk talk;

static void
words(struct text *t, unsigned n, ...)
{
	va_list ap;

	va_start(ap, n);
	while (n-- > 0) {
		unsigned w = va_arg(ap, unsigned);
		uint8_t b[4] = {(uint8_t)(w >> 24), (uint8_t)(w >> 16), (uint8_t)(w >> 8), (uint8_t)w};

		memcpy(t->p + t->n, b, 4);
		t->n += 4;
	}
	va_end(ap);
}

/* A call with the credential AUTH_NONE. */
static struct text
call(unsigned xid, unsigned program, unsigned version, unsigned procedure)
{
	struct text t = {.n = 0};

	words(&t, 10, xid, 0u, 2u, program, version, procedure, 0u, 0u, 0u, 0u);
	return t;
}

/* An answer that was accepted, its results beginning with that status. */
static struct text
answer(unsigned xid, unsigned status)
{
	struct text t = {.n = 0};

	words(&t, 7, xid, 1u, 0u, 0u, 0u, 0u, status);
	return t;
}

/* As one record, in fragments of `most` octets. */
static void
say(int side, const struct text *t, size_t most)
{
	struct text out = {.n = 0};

	for (size_t at = 0; at < t->n;) {
		size_t n = t->n - at < most ? t->n - at : most;

		words(&out, 1, (unsigned)n | (at + n == t->n ? 1u << 31 : 0));
		memcpy(out.p + out.n, t->p + at, n);
		out.n += n;
		at += n;
	}
	talk_say(&talk, side, out.p, out.n);
}

static void
played(const struct nsc_dissector *d, const char *want)
{
	play_every_way(&tape, d, &talk);
	ck_assert_str_eq(tape.text, want);
	talk_free(&talk);
}

START_TEST(in_any_order_and_from_both_sides)
{
	struct text t;

	t = call(7, NFS, 3, GETATTR);
	say(0, &t, 4000);
	t = call(8, NFS, 3, READ);
	say(0, &t, 4000);
	t = call(7, 0x40000000, 1, 0);		/* a server's, with an identifier of the client's */
	say(1, &t, 4000);
	t = answer(8, NOENT);
	say(1, &t, 4000);
	t = answer(7, 0);
	say(1, &t, 4000);
	t = answer(7, 0);
	say(0, &t, 4000);
	t = answer(7, 0);			/* once more: nobody waits */
	say(1, &t, 4000);
	played(&nsc_nfs, "operation 6 error 2 2000000\noperation 1 error 0 4000000\noperation 20 error 0 3000000\n");
}
END_TEST

START_TEST(records_in_fragments)
{
	struct text t = call(1, NFS, 3, GETATTR);

	say(0, &t, 4000);			/* what begins it is whole */
	t = answer(1, 0);
	t.n += 3000;				/* attributes */
	say(1, &t, 40);
	t = call(2, NFS, 3, READ);
	t.n += 1500;
	say(0, &t, 1100);
	t = answer(2, 70);
	say(1, &t, 1);
	t = call(3, NFS, 3, 0);
	say(0, &t, 24);
	t = answer(3, 99);
	say(1, &t, 4000);
	played(&nsc_nfs, "operation 1 error 0 1000000\noperation 6 error 13 1000000\noperation 20 error 0 1000000\n");
}
END_TEST

START_TEST(refusals)
{
	struct text t;

	for (unsigned i = 0; i < 4; i++) {
		t = call(i, NFS, 3, GETATTR);
		say(0, &t, 4000);
	}
	t = (struct text){.n = 0};
	words(&t, 5, 0u, 1u, 1u, 1u, 2u);		/* denied: who calls is not known */
	say(1, &t, 4000);
	t = (struct text){.n = 0};
	words(&t, 6, 1u, 1u, 1u, 0u, 2u, 2u);		/* denied: version of RPC */
	say(1, &t, 4000);
	t = (struct text){.n = 0};
	words(&t, 6, 2u, 1u, 0u, 0u, 0u, 4u);		/* arguments that cannot be read */
	say(1, &t, 4000);
	t = (struct text){.n = 0};
	words(&t, 6, 3u, 1u, 0u, 0u, 0u, 9u);
	say(1, &t, 4000);
	played(&nsc_nfs, "operation 1 error 21 4000000\noperation 1 error 23 4000000\n"
	       "operation 1 error 24 4000000\noperation 1 error 24 4000000\n");
}
END_TEST

/* A call of version 4 protected so (RFC 2203, 5.3.1): handle of four octets. */
static struct text
protected_call(unsigned xid, unsigned procedure, unsigned service)
{
	struct text t = {.n = 0};

	words(&t, 16, xid, 0u, 2u, (unsigned)NFS, 4u, 1u, 6u, 24u, 1u, procedure, 1u, service, 4u, 0x68646c65u,
	      6u, 4u);
	words(&t, 1, 0x6d696373u);		/* the verifier */
	return t;
}

START_TEST(protected_calls)
{
	struct text t = call(0, NFS, 4, 0);

	say(0, &t, 4000);
	t = protected_call(1, 0, 1);
	words(&t, 5, 0u, 0u, 2u, 24u, 15u);	/* PUTROOTFH, LOOKUP */
	say(0, &t, 4000);
	t = answer(1, NOENT);
	say(1, &t, 4000);
	t = protected_call(2, 0, 2);
	words(&t, 7, 20u, 1u, 0u, 0u, 2u, 24u, 15u);
	say(0, &t, 4000);
	t = answer(2, 8);
	words(&t, 2, 1u, (unsigned)NOENT);
	say(1, &t, 4000);
	t = protected_call(3, 0, 3);
	say(0, &t, 4000);
	t = answer(3, NOENT);
	say(1, &t, 4000);
	t = protected_call(4, 1, 1);		/* makes a context */
	say(0, &t, 4000);
	t = answer(4, NOENT);
	say(1, &t, 4000);
	played(&nsc_nfs, "operation 3 error 2 1000000\noperation 3 error 2 1000000\noperation 0 error 0 1000000\n"
	       "operation 0 error 0 1000000\n");
}
END_TEST

START_TEST(a_compound_is_what_it_does)
{
	struct text t = call(0, NFS, 4, 0);

	say(0, &t, 4000);
	t = call(1, NFS, 4, 1);			/* SEQUENCE, PUTFH, SAVEFH, WRITE */
	words(&t, 15, 3u, 0x74616700u, 1u, 4u, 53u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 22u, 5u);
	words(&t, 4, 0x68616e64u, 0x6c000000u, 32u, 38u);
	say(0, &t, 4000);
	t = answer(1, 0);
	say(1, &t, 4000);
	t = call(2, NFS, 4, 1);			/* SEQUENCE alone renews a lease */
	words(&t, 12, 0u, 1u, 1u, 53u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u);
	say(0, &t, 4000);
	t = answer(2, 10052);
	say(1, &t, 4000);
	t = call(3, NFS, 4, 1);			/* a tag longer than may be */
	words(&t, 3, 100000u, 0u, 0u);
	say(0, &t, 4000);
	t = answer(3, 10005);
	say(1, &t, 4000);
	played(&nsc_nfs, "operation 7 error 0 1000000\noperation 18 error 16 1000000\noperation 0 error 20 1000000\n");
}
END_TEST

/* Feeds a packet of a stream, and its first octet alone before if it is damaged. */
static enum nsc_verdict
packet(const struct nsc_dissector *d, void *state, int side, unsigned ms, bool gap, const void *p, size_t n)
{
	struct nsc_out out = {.arg = &tape, .event = tape_event, .time = ms * 1000000ull,
			      .transport = NSC_OVER_TCP};
	struct nsc_chunk in = {.bytes = nsc_bytes(p, n), .side = (uint8_t)side, .transport = NSC_OVER_TCP,
			       .gap = gap};

	return d->feed(state, &in, &out);
}

static void
record(struct text *t)
{
	struct text r = {.n = 0};

	words(&r, 1, (unsigned)t->n | 1u << 31);
	memcpy(r.p + 4, t->p, t->n);
	r.n += t->n;
	*t = r;
}

START_TEST(behind_a_gap)
{
	void *state = calloc(1, nsc_nfs.state_size);
	struct text a = call(1, NFS, 3, GETATTR), b = answer(1, 0), c = answer(9, 0), d = call(2, NFS, 3, READ);

	memset(&tape, 0, sizeof tape);
	record(&a);
	record(&b);
	record(&c);
	record(&d);
	ck_assert_int_eq(packet(&nsc_nfs, state, 0, 1, false, a.p, a.n), NSC_MORE);
	ck_assert_int_eq(packet(&nsc_nfs, state, 1, 2, true, "middle of data..", 16), NSC_MORE);
	ck_assert_int_eq(packet(&nsc_nfs, state, 1, 3, false, c.p, c.n), NSC_MORE);	/* nobody's */
	ck_assert_int_eq(packet(&nsc_nfs, state, 1, 4, false, b.p, b.n), NSC_MORE);
	ck_assert_str_eq(tape.text, "operation 1 error 0 3000000\n");
	ck_assert_int_eq(packet(&nsc_nfs, state, 0, 5, true, "data", 4), NSC_MORE);
	ck_assert_int_eq(packet(&nsc_nfs, state, 0, 6, false, d.p, d.n), NSC_MORE);
	b = answer(2, 5);
	record(&b);
	ck_assert_int_eq(packet(&nsc_nfs, state, 1, 7, false, b.p, b.n), NSC_MORE);
	ck_assert_str_eq(tape.text, "operation 1 error 0 3000000\noperation 6 error 3 1000000\n");
	/* In a whole stream these are none of its. */
	ck_assert_int_eq(packet(&nsc_nfs, state, 1, 8, false, "\200\0\0\14no message..", 16), NSC_MALFORMED);
	ck_assert_int_eq(packet(&nsc_nfs, state, 1, 8, false, "\377\0\0\14no message..", 16), NSC_MALFORMED);
	free(state);
}
END_TEST

START_TEST(those_who_wait_are_bounded)
{
	void *state = calloc(1, nsc_nfs.state_size);
	struct text t;

	memset(&tape, 0, sizeof tape);
	for (unsigned i = 0; i <= 72; i++) {
		t = call(i, NFS, 3, GETATTR);
		record(&t);
		packet(&nsc_nfs, state, 0, 1 + i, false, t.p, t.n);
	}
	ck_assert_str_eq(tape.text, "loss 2\n");
	t = answer(0, 0);
	record(&t);
	packet(&nsc_nfs, state, 1, 100, false, t.p, t.n);
	ck_assert_str_eq(tape.text, "loss 2\n");
	t = answer(72, 0);
	record(&t);
	packet(&nsc_nfs, state, 1, 100, false, t.p, t.n);
	ck_assert_str_eq(tape.text, "loss 2\noperation 1 error 0 27000000\n");
	free(state);
}
END_TEST

/* Over UDP a call that has no answer is sent again. */
START_TEST(a_datagram_again)
{
	void *state = calloc(1, nsc_sunrpc.state_size);
	struct text t = call(5, 100000, 2, 3);
	struct nsc_guess g = {.bytes = nsc_bytes(t.p, t.n), .transport = NSC_OVER_UDP};
	struct nsc_out out = {.arg = &tape, .event = tape_event, .transport = NSC_OVER_UDP};

	memset(&tape, 0, sizeof tape);
	ck_assert_int_eq(nsc_sunrpc.guess(&g), NSC_DONE);
	ck_assert_int_eq(nsc_nfs.guess(&g), NSC_NOT_MINE);
	for (unsigned i = 1; i <= 4; i++) {
		struct text a = answer(5, 0);
		struct nsc_chunk in = {.bytes = i < 3 ? nsc_bytes(t.p, t.n) : nsc_bytes(a.p, a.n),
				       .side = i >= 3, .transport = NSC_OVER_UDP};

		out.time = i * 1000000ull;
		ck_assert_int_eq(nsc_sunrpc.feed(state, &in, &out), NSC_MORE);
	}
	ck_assert_str_eq(tape.text, "operation 22 error 0 2000000\n");
	free(state);
}
END_TEST

RUN_SUITE("nfs", in_any_order_and_from_both_sides, records_in_fragments, refusals, protected_calls,
	  a_compound_is_what_it_does, behind_a_gap, those_who_wait_are_bounded, a_datagram_again)
