/* SPDX-License-Identifier: MIT */
/* What MQTT's packets and reason codes count as. */
#ifndef NSC_DISSECT_MQTT_WORDS_H
#define NSC_DISSECT_MQTT_WORDS_H

#include <stdint.h>

enum nsc_mqtt_operation {
	NSC_MQTT_OTHER, NSC_MQTT_PUBLISH, NSC_MQTT_DELIVER, NSC_MQTT_SUBSCRIBE,
	NSC_MQTT_UNSUBSCRIBE, NSC_MQTT_PING,
};

extern const char *const nsc_mqtt_operations[], *const nsc_mqtt_errors[];

/* The error of a reason code (5: 2.4) and 1; 0: it is none. */
unsigned nsc_mqtt_error(uint8_t reason);

/* The same of CONNACK's return code before 5 (3.1.1: 3.2.2.3). */
unsigned nsc_mqtt_refusal(uint8_t code);

#endif
