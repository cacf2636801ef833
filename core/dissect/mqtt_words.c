/* SPDX-License-Identifier: MIT */
/* Reason codes of MQTT 5 (2.4) and return codes of 3.1.1 (3.2.2.3), by what an operator would do. */
#include <stddef.h>

#include "dissect/mqtt_words.h"

const char *const nsc_mqtt_operations[] = {
	"other", "publish", "deliver", "subscribe", "unsubscribe", "ping", NULL,
};

#define ERRORS(X)                                                                                  \
	X(OTHER, "other") X(MALFORMED, "malformed") X(PROTOCOL, "protocol") X(VERSION, "version") \
	X(CLIENT, "client_id") X(LOGIN, "credentials") X(DENIED, "not_authorized") \
	X(UNAVAILABLE, "unavailable") X(BUSY, "busy") X(BANNED, "banned") X(IDLE, "keep_alive") \
	X(TAKEN, "taken_over") X(TOPIC, "topic") X(ID, "packet_id") X(QUOTA, "quota") \
	X(LARGE, "too_large") X(PAYLOAD, "payload_format") X(NOT, "not_supported") \
	X(MOVED, "moved") X(ADMIN, "administrative")

#define ID(id, text) ERROR_##id,
enum { NONE, ERRORS(ID) };
#undef ID

#define TEXT(id, text) text,
const char *const nsc_mqtt_errors[] = {ERRORS(TEXT) NULL};
#undef TEXT

static const uint8_t reasons[] = {	/* from 0x80 on */
	ERROR_OTHER, ERROR_MALFORMED, ERROR_PROTOCOL, ERROR_OTHER,		/* 0x80 */
	ERROR_VERSION, ERROR_CLIENT, ERROR_LOGIN, ERROR_DENIED,
	ERROR_UNAVAILABLE, ERROR_BUSY, ERROR_BANNED, ERROR_UNAVAILABLE,
	ERROR_LOGIN, ERROR_IDLE, ERROR_TAKEN, ERROR_TOPIC,
	ERROR_TOPIC, ERROR_ID, ERROR_ID, ERROR_QUOTA,				/* 0x90 */
	ERROR_TOPIC, ERROR_LARGE, ERROR_QUOTA, ERROR_QUOTA,
	ERROR_ADMIN, ERROR_PAYLOAD, ERROR_NOT, ERROR_NOT,
	ERROR_MOVED, ERROR_MOVED, ERROR_NOT, ERROR_QUOTA,
	ERROR_ADMIN, ERROR_NOT, ERROR_NOT,					/* 0xa0 */
};

unsigned
nsc_mqtt_error(uint8_t reason)
{
	if (reason < 0x80)
		return NONE;
	return reason - 0x80u < sizeof reasons ? reasons[reason - 0x80] : ERROR_OTHER;
}

unsigned
nsc_mqtt_refusal(uint8_t code)
{
	static const uint8_t refusals[] = {
		NONE, ERROR_VERSION, ERROR_CLIENT, ERROR_UNAVAILABLE, ERROR_LOGIN, ERROR_DENIED,
	};

	return code < sizeof refusals ? refusals[code] : ERROR_OTHER;
}
