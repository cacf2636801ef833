/* SPDX-License-Identifier: MIT */
/* top without a terminal: a model, what the engine would tell it, and its screen. */
#ifndef NSC_TESTS_TOP_WORLD_H
#define NSC_TESTS_TOP_WORLD_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "top_cells.h"
#include "top_ui.h"

#define SECOND 1000000000ull

static struct top_model model;
static struct top_ui ui;
static struct top_canvas canvas;
static uint64_t now;

static inline void
begin(void)
{
	top_model_init(&model);
	top_ui_init(&ui, &model);
	now = 5 * SECOND;
}

static inline void
end(void)
{
	top_ui_free(&ui);
	top_model_free(&model);
}

/* --- what the engine would tell ----------------------------------------------------------- */

static inline void
sample(const char *family, const char *group, const char *type, const char *value, uint64_t a,
       uint64_t b)
{
	struct nsc_sample s = {.family = family, .group = group, .type = type, .value = value,
			       .count = 2, .sum = {a, b}, .level = {(double)a, (double)b}};

	top_model_sample(&model, &s);
}

static inline struct nsc_addr
addr(const char *text)
{
	struct nsc_addr a;

	ck_assert_int_eq(nsc_addr_parse(&a, text), 0);
	return a;
}

static inline struct nsc_flow_row
flow(uint64_t id, const char *remote, uint16_t port, uint64_t received, uint64_t sent)
{
	return (struct nsc_flow_row){
		.id = id, .local = addr("192.0.2.1"), .remote = addr(remote),
		.local_port = 40000, .remote_port = port, .proto = 6, .direction = "outgoing",
		.scope = "public", .state = "established", .app = "tls", .remote_name = "",
		.process = "curl", .unit = "", .peer_process = "", .received = received,
		.sent = sent, .timeout = 300 * SECOND};
}

static inline struct nsc_connection
connection(const char *remote, uint16_t port)
{
	struct nsc_connection c = {.direction = 2, .owner_state = NSC_OWNER_KNOWN,
				   .process = {.pid = 812, .name = "curl", .unit = "user@1.service"}};

	c.socket = (struct nsc_socket){.cookie = port, .local = addr("192.0.2.1"),
				       .remote = addr(remote), .local_port = 40000,
				       .remote_port = port, .proto = 6,
				       .state = NSC_SOCKET_ESTABLISHED, .measured = true};
	c.socket.totals.rtt = 1500;
	return c;
}

/* A refresh a second after the one before, of these flows and sockets. */
static inline void
refresh(const struct nsc_flow_row *f, size_t flows, const struct nsc_connection *c, size_t sockets,
	uint64_t received)
{
	struct nsc_rows_tell t = top_model_rows(&model);
	uint64_t elapsed = model.refreshed > 0 ? SECOND : 0;

	top_model_begin(&model);
	sample("self", "", "bool", "source_capture", flows > 0, 0);
	t.begin(t.arg, NSC_ROWS_FLOWS);
	for (size_t i = 0; i < flows; i++)
		t.flow(t.arg, &f[i]);
	t.end(t.arg, NSC_ROWS_FLOWS, elapsed, 0);
	t.begin(t.arg, NSC_ROWS_CONNECTIONS);
	for (size_t i = 0; i < sockets; i++) {
		struct nsc_connection_delta d = {&c[i], {.received = received}};

		t.connection(t.arg, &d);
	}
	t.end(t.arg, NSC_ROWS_CONNECTIONS, elapsed, 0);
	top_model_end(&model, now += SECOND);
}

static inline const struct top_row *
row(enum top_table_id table, size_t n)
{
	ck_assert_uint_lt(n, model.table[table].count);
	return &model.table[table].row[n];
}

static inline const char *
line(unsigned y)
{
	static char text[TOP_WIDEST + 1];

	ck_assert_uint_lt(y, canvas.height);
	memcpy(text, canvas.cell[y], canvas.width);
	text[canvas.width] = '\0';
	return text;
}

/* The line that says that; -1: none does. */
static inline int
find(const char *text)
{
	for (unsigned y = 0; y < canvas.height; y++)
		if (strstr(line(y), text) != NULL)
			return (int)y;
	return -1;
}

static inline void
draw(unsigned width, unsigned height)
{
	top_ui_update(&ui);
	top_draw(&ui, &canvas, width, height);
}

static inline void
keys(const char *text)
{
	for (; *text != '\0'; text++)
		top_ui_key(&ui, *text);
}

static inline struct top_row
some_row(void)
{
	struct top_row r = {.kind = TOP_CONNECTIONS, .direction = "incoming", .scope = "public",
			    .state = "ESTABLISHED", .app = "http", .proto = "tcp", .bind = "",
			    .verdict = "", .exposure = "", .local_port = 443,
			    .remote_port = 51000};

	r.local = addr("192.0.2.1");
	r.remote = addr("2001:db8::7");
	snprintf(r.name, sizeof r.name, "www.example");
	snprintf(r.process.name, sizeof r.process.name, "tmux: server");
	r.process.pid = 44;
	return r;
}

#endif
