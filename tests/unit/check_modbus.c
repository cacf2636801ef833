/* SPDX-License-Identifier: MIT */
/* Modbus/TCP: what is seldom said.  Octets are by the Messaging Guide 1.0b and the Application Protocol 1.1b3. */
#include "dissect/protocols.h"
#include "hand.h"
#include "suite.h"

#define READ(n) n "\0\0\0\6\1\3\0\1\0\2"		/* registers, of unit 1 */
#define ANSWER(n) n "\0\0\0\7\1\3\4\0\1\0\2"
#define REFUSED(n, function, code) n "\0\0\0\3\1" function code

START_TEST(transactions)
{
	struct talk talk = {0};

	TURN(&talk, 0, READ("\0\1"));
	TURN(&talk, 1, ANSWER("\0\1"));
	/* Answered in another order; a unit of its own; an exception for each. */
	TURN(&talk, 0, READ("\0\2") READ("\0\3") "\0\3\0\0\0\6\2\5\0\1\xff\0" "\0\4\0\0\0\2\1\7");
	TURN(&talk, 1, REFUSED("\0\4", "\x87", "\6") ANSWER("\0\3"));
	TURN(&talk, 1, REFUSED("\0\2", "\x83", "\x0b") "\0\3\0\0\0\3\2\x85\x0c");
	/* Nobody asked; and another function than was asked. */
	TURN(&talk, 1, REFUSED("\0\11", "\x83", "\2"));
	TURN(&talk, 0, READ("\0\5"));
	TURN(&talk, 1, "\0\5\0\0\0\4\1\1\1\1");
	operations_of_talk(&nsc_modbus, &talk,
			   "read_registers - 1\ndiagnostics busy 1\nread_registers - 1\n"
			   "read_registers gateway_target 2\nwrite_coils other 2\n- illegal_address 0\n");
}
END_TEST

START_TEST(behind_lost_octets)
{
	struct hand h = hand_new(&nsc_modbus);

	HAND(&h, 0, READ("\0\1") READ("\0\2"), false);
	ck_assert_int_eq(HAND(&h, 1, "\4\0\1\0\2" ANSWER("\0\1"), true), NSC_MORE);
	HAND(&h, 1, ANSWER("\0\2"), false);
	/* Another protocol's number: what follows in the packet is not read. */
	HAND(&h, 0, "\0\3\0\1\0\6\1\3\0\1\0\2" READ("\0\4"), false);
	HAND(&h, 0, READ("\0\5"), false);
	HAND(&h, 1, ANSWER("\0\4") ANSWER("\0\5"), false);
	hand_told(&h, "read_registers - 2\nread_registers - 1\n");
}
END_TEST

RUN_SUITE("modbus", transactions, behind_lost_octets)
