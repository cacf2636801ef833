/* SPDX-License-Identifier: MIT */
/* AMQP 0-9-1: the methods that a conversation can hold, and what they count as. */
#include <stddef.h>

#include "dissect/amqp_words.h"

const char *const nsc_amqp_operations[] = {
	"other", "declare", "delete", "bind", "unbind", "purge", "consume", "cancel", "get",
	"publish", "deliver", "ack", "reject", "qos", "recover", "tx", "confirm", NULL,
};

#define ERRORS(X)                                                                                  \
	X(0, "other") X(311, "content_too_large") X(312, "no_route") X(313, "no_consumers") \
	X(320, "connection_forced") X(402, "invalid_path") X(403, "access_refused") \
	X(404, "not_found") X(405, "resource_locked") X(406, "precondition_failed") \
	X(501, "frame_error") X(502, "syntax_error") X(503, "command_invalid") \
	X(504, "channel_error") X(505, "unexpected_frame") X(506, "resource_error") \
	X(530, "not_allowed") X(540, "not_implemented") X(541, "internal_error")

#define CODE(code, text) code,
static const uint16_t codes[] = {ERRORS(CODE)};
#undef CODE
#define TEXT(code, text) text,
const char *const nsc_amqp_errors[] = {ERRORS(TEXT) "nack", NULL};
#undef TEXT

enum { CODES = sizeof codes / sizeof codes[0] };

unsigned
nsc_amqp_error(uint16_t code)
{
	if (code == 200)
		return 0;
	for (unsigned i = 1; i < CODES; i++)
		if (codes[i] == code)
			return i + 1;
	return 1;
}

unsigned
nsc_amqp_nack(void)
{
	return CODES + 1;
}

#define C NSC_AMQP_FROM_CLIENT
#define S NSC_AMQP_FROM_SERVER
#define ASKS (C | NSC_AMQP_ASKS)
#define ANSWERS (S | NSC_AMQP_ANSWERS)
#define ALONE NSC_AMQP_ALONE

static const struct nsc_amqp_method methods[] = {
	{NSC_AMQP(10, 10), S, 0, 0, 0, 0}, {NSC_AMQP(10, 11), C, 0, 0, 0, 0},	/* start */
	{NSC_AMQP(10, 20), S, 0, 0, 0, 0}, {NSC_AMQP(10, 21), C, 0, 0, 0, 0},	/* secure */
	{NSC_AMQP(10, 30), S, 0, 0, 0, 0}, {NSC_AMQP(10, 31), C, 0, 0, 0, 0},	/* tune */
	{NSC_AMQP(10, 40), C, 0, 0, 0, 0}, {NSC_AMQP(10, 41), S, 0, 0, 0, 0},	/* open */
	{NSC_AMQP(10, 50), C | S, 0, 0, 0, 0}, {NSC_AMQP(10, 51), C | S, 0, 0, 0, 0}, /* close */
	{NSC_AMQP(10, 60), S, 0, 0, 0, 0}, {NSC_AMQP(10, 61), S, 0, 0, 0, 0},	/* blocked */
	{NSC_AMQP(10, 70), C, 0, 0, 0, 0}, {NSC_AMQP(10, 71), S, 0, 0, 0, 0},	/* update-secret */
	{NSC_AMQP(20, 10), C, 0, 0, 0, 0}, {NSC_AMQP(20, 11), S, 0, 0, 0, 0},	/* channel.open */
	{NSC_AMQP(20, 20), C | S, 0, 0, 0, 0}, {NSC_AMQP(20, 21), C | S, 0, 0, 0, 0}, /* flow */
	{NSC_AMQP(20, 40), C | S, 0, 0, 0, 0}, {NSC_AMQP(20, 41), C | S, 0, 0, 0, 0}, /* close */
	{NSC_AMQP(40, 10), ASKS, NSC_AMQP_DECLARE, 2, 2, 0x10}, {NSC_AMQP(40, 11), ANSWERS, 0, 0, 0, 0},
	{NSC_AMQP(40, 20), ASKS, NSC_AMQP_DELETE, 2, 1, 0x02}, {NSC_AMQP(40, 21), ANSWERS, 0, 0, 0, 0},
	{NSC_AMQP(40, 30), ASKS, NSC_AMQP_BIND, 2, 3, 0x01}, {NSC_AMQP(40, 31), ANSWERS, 0, 0, 0, 0},
	{NSC_AMQP(40, 40), ASKS, NSC_AMQP_UNBIND, 2, 3, 0x01}, {NSC_AMQP(40, 51), ANSWERS, 0, 0, 0, 0},
	{NSC_AMQP(50, 10), ASKS, NSC_AMQP_DECLARE, 2, 1, 0x10}, {NSC_AMQP(50, 11), ANSWERS, 0, 0, 0, 0},
	{NSC_AMQP(50, 20), ASKS, NSC_AMQP_BIND, 2, 3, 0x01}, {NSC_AMQP(50, 21), ANSWERS, 0, 0, 0, 0},
	{NSC_AMQP(50, 30), ASKS, NSC_AMQP_PURGE, 2, 1, 0x01}, {NSC_AMQP(50, 31), ANSWERS, 0, 0, 0, 0},
	{NSC_AMQP(50, 40), ASKS, NSC_AMQP_DELETE, 2, 1, 0x04}, {NSC_AMQP(50, 41), ANSWERS, 0, 0, 0, 0},
	{NSC_AMQP(50, 50), ASKS, NSC_AMQP_UNBIND, 0, 0, 0}, {NSC_AMQP(50, 51), ANSWERS, 0, 0, 0, 0},
	{NSC_AMQP(60, 10), ASKS, NSC_AMQP_QOS, 0, 0, 0}, {NSC_AMQP(60, 11), ANSWERS, 0, 0, 0, 0},
	{NSC_AMQP(60, 20), ASKS, NSC_AMQP_CONSUME, 2, 2, 0x08}, {NSC_AMQP(60, 21), ANSWERS, 0, 0, 0, 0},
	/* RabbitMQ's servers cancel, too, which nothing answers. */
	{NSC_AMQP(60, 30), ASKS | S, NSC_AMQP_CANCEL, 0, 1, 0x01}, {NSC_AMQP(60, 31), ANSWERS | C, 0, 0, 0, 0},
	{NSC_AMQP(60, 40), C | ALONE, NSC_AMQP_PUBLISH, 0, 0, 0},
	{NSC_AMQP(60, 50), S, 0, 0, 0, 0},
	{NSC_AMQP(60, 60), S | ALONE, NSC_AMQP_DELIVER, 0, 0, 0},
	{NSC_AMQP(60, 70), ASKS, NSC_AMQP_GET, 0, 0, 0},
	{NSC_AMQP(60, 71), ANSWERS, 0, 0, 0, 0}, {NSC_AMQP(60, 72), ANSWERS, 0, 0, 0, 0},
	{NSC_AMQP(60, 80), C | S | ALONE, NSC_AMQP_ACK, 0, 0, 0},
	{NSC_AMQP(60, 90), C | ALONE, NSC_AMQP_REJECT, 0, 0, 0},
	{NSC_AMQP(60, 100), C | ALONE, NSC_AMQP_RECOVER, 0, 0, 0},	/* recover-async */
	{NSC_AMQP(60, 110), ASKS, NSC_AMQP_RECOVER, 0, 0, 0}, {NSC_AMQP(60, 111), ANSWERS, 0, 0, 0, 0},
	{NSC_AMQP(60, 120), C | S | ALONE, NSC_AMQP_REJECT, 0, 0, 0},
	{NSC_AMQP(85, 10), ASKS, NSC_AMQP_CONFIRM, 0, 0, 0x01}, {NSC_AMQP(85, 11), ANSWERS, 0, 0, 0, 0},
	{NSC_AMQP(90, 10), ASKS, NSC_AMQP_TX, 0, 0, 0}, {NSC_AMQP(90, 11), ANSWERS, 0, 0, 0, 0},
	{NSC_AMQP(90, 20), ASKS, NSC_AMQP_TX, 0, 0, 0}, {NSC_AMQP(90, 21), ANSWERS, 0, 0, 0, 0},
	{NSC_AMQP(90, 30), ASKS, NSC_AMQP_TX, 0, 0, 0}, {NSC_AMQP(90, 31), ANSWERS, 0, 0, 0, 0},
};

const struct nsc_amqp_method *
nsc_amqp_method(uint32_t id)
{
	for (unsigned i = 0; i < sizeof methods / sizeof methods[0]; i++)
		if (methods[i].id == id)
			return &methods[i];
	return NULL;
}
