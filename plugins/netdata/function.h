/* SPDX-License-Identifier: MIT */
/*
 * Netdata's Functions: it writes a call to our standard input, and gets a table between
 * FUNCTION_RESULT_BEGIN and FUNCTION_RESULT_END.  Ours is netflowscope-connections: what this
 * host talks with and what it listens on, as of the moment of the call.
 *
 * It is registered with Netdata from version 2 on, which tells who may call it; 1.37 takes
 * functions but lets nobody call them (403), and knows none of the fields behind the help.
 * A call is answered whoever sends it.
 */
#ifndef NETFLOWSCOPE_NETDATA_FUNCTION_H
#define NETFLOWSCOPE_NETDATA_FUNCTION_H

#include <stdio.h>

#include "nsc.h"

struct function;

/* version: as NETDATA_VERSION has it ("v1.37.1"), NULL if unknown.  NULL: no memory. */
struct function *function_new(FILE *to, struct nsc_engine *engine, unsigned update_every,
			      const char *version);
void function_free(struct function *f);

/* Behind the first charts, as Netdata wants it; once. */
void function_register(struct function *f);

/* What has come on fd: 0, 1 when Netdata says QUIT, or -EPIPE at its end. */
int function_input(struct function *f, int fd);

/* Milliseconds until function_serve wants to be called, -1: only after input. */
int function_pause(const struct function *f);

/* Looks for what is asked for, and answers when it is there: 0, or -EPIPE. */
int function_serve(struct function *f);

#endif
