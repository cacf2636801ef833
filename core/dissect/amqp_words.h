/* SPDX-License-Identifier: MIT */
/* AMQP 0-9-1's methods (its XML specification, and RabbitMQ's extensions) and reply codes. */
#ifndef NSC_DISSECT_AMQP_WORDS_H
#define NSC_DISSECT_AMQP_WORDS_H

#include <stdint.h>

enum nsc_amqp_operation {
	NSC_AMQP_OTHER, NSC_AMQP_DECLARE, NSC_AMQP_DELETE, NSC_AMQP_BIND, NSC_AMQP_UNBIND,
	NSC_AMQP_PURGE, NSC_AMQP_CONSUME, NSC_AMQP_CANCEL, NSC_AMQP_GET, NSC_AMQP_PUBLISH,
	NSC_AMQP_DELIVER, NSC_AMQP_ACK, NSC_AMQP_REJECT, NSC_AMQP_QOS, NSC_AMQP_RECOVER,
	NSC_AMQP_TX, NSC_AMQP_CONFIRM,
};

extern const char *const nsc_amqp_operations[], *const nsc_amqp_errors[];

/* Class and method in one. */
#define NSC_AMQP(class, method) ((uint32_t)(class) << 16 | (method))

enum {
	NSC_AMQP_CONNECTION_CLOSE = NSC_AMQP(10, 50),
	NSC_AMQP_CHANNEL_OPEN = NSC_AMQP(20, 10), NSC_AMQP_CHANNEL_CLOSE = NSC_AMQP(20, 40),
	NSC_AMQP_CHANNEL_CLOSED = NSC_AMQP(20, 41),
	NSC_AMQP_CONSUME_METHOD = NSC_AMQP(60, 20),
	NSC_AMQP_BASIC_PUBLISH = NSC_AMQP(60, 40), NSC_AMQP_BASIC_RETURN = NSC_AMQP(60, 50),
	NSC_AMQP_BASIC_DELIVER = NSC_AMQP(60, 60),
	NSC_AMQP_BASIC_GET_OK = NSC_AMQP(60, 71), NSC_AMQP_BASIC_GET_EMPTY = NSC_AMQP(60, 72),
	NSC_AMQP_BASIC_ACK = NSC_AMQP(60, 80), NSC_AMQP_BASIC_NACK = NSC_AMQP(60, 120),
	NSC_AMQP_CONFIRMED = NSC_AMQP(85, 11),
};

enum {
	NSC_AMQP_FROM_CLIENT = 1, NSC_AMQP_FROM_SERVER = 2,
	NSC_AMQP_ASKS = 4,	/* answered by the method one higher (get: or two) */
	NSC_AMQP_ALONE = 8,	/* an operation that nothing answers */
	NSC_AMQP_ANSWERS = 16,
};

struct nsc_amqp_method {
	uint32_t id;
	uint8_t flags;
	uint8_t kind;		/* enum nsc_amqp_operation */
	/* ASKS: behind so many octets and short strings stands the octet with the bit "no-wait". */
	uint8_t octets, strings, no_wait;	/* no_wait 0: has none */
};

/* NULL: there is none. */
const struct nsc_amqp_method *nsc_amqp_method(uint32_t id);

/* The error of a reply code and 1; 0: 200. */
unsigned nsc_amqp_error(uint16_t code);

/* Of basic.nack. */
unsigned nsc_amqp_nack(void);

#endif
