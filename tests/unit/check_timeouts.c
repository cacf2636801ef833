/* SPDX-License-Identifier: MIT */
/* Idle times that options give to applications (features.md 5b), also while it runs. */
#include "worker_world.h"
#include "suite.h"

static void
say(int side, unsigned port, uint32_t seq, uint32_t ack, const char *text)
{
	tcp(side, port, P | A, seq, ack, text, (unsigned)strlen(text));
}

static void
ssh(unsigned port)
{
	handshake(port);
	say(1, port, 0, 0, "SSH-2.0-s\r\n");
	say(0, port, 0, 11, "SSH-2.0-c\r\n");
}

static void
http(unsigned port)
{
	handshake(port);
	say(0, port, 0, 0, "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
}

static void
nothing(unsigned port)
{
	handshake(port);
	say(0, port, 0, 0, "\1\2\3\4");
}

/* A flow that is idle from now on ends after so many seconds, and not a second before. */
static void
ends_after(void (*begin)(unsigned port), unsigned port, uint64_t seconds)
{
	uint64_t closed = told("flow/connections-closed_idle");

	begin(port);
	nsc_worker_tick(world.worker, world.now + seconds * SECOND - 1);
	ck_assert_uint_eq(told("flow/connections-closed_idle"), closed);
	world.now += seconds * SECOND;
	/* A tick looks at whole seconds. */
	nsc_worker_tick(world.worker, world.now + SECOND);
	ck_assert_uint_eq(told("flow/connections-closed_idle"), closed + 1);
	world.now += 2 * SECOND;
}

START_TEST(row_4_3_timeouts_of_applications)
{
	struct nsc_settings other;

	world_begin(NULL);
	ends_after(ssh, 1, 1800);
	ends_after(http, 2, 600);
	ends_after(nothing, 3, 300);
	other = world.settings;
	other.timeout_ssh = 7;
	other.timeout_http = 8;
	ck_assert_int_eq(nsc_worker_reconfigure(world.worker, &other), 0);
	ends_after(ssh, 4, 7);
	ends_after(http, 5, 8);
	ends_after(nothing, 6, 300);
	world_end();
}
END_TEST

RUN_SUITE("timeouts", row_4_3_timeouts_of_applications)
