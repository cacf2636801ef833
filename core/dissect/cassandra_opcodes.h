/* SPDX-License-Identifier: MIT */
/* Numbers of Cassandra's native protocol (native_protocol_v5.spec, 2). */
#ifndef NSC_DISSECT_CASSANDRA_OPCODES_H
#define NSC_DISSECT_CASSANDRA_OPCODES_H

enum {
	HEADER = 9, V3 = 3, V5 = 5, RESPONSE = 0x80, FLAGS = 0x1f,
	PACKED = 1, TRACING = 2, PAYLOAD = 4, WARNING = 8,	/* flags */
	ERROR = 0, STARTUP = 1, READY = 2, AUTHENTICATE = 3, OPTIONS = 5, SUPPORTED = 6, QUERY = 7,
	RESULT = 8, PREPARE = 9, EXECUTE = 10, REGISTER = 11, EVENT = 12, BATCH = 13,
	AUTH_CHALLENGE = 14, AUTH_RESPONSE = 15, AUTH_SUCCESS = 16,
	ENVELOPE_MAX = 256 << 20,
};

#endif
