/* SPDX-License-Identifier: MIT */
/* top without a terminal: what it makes of samples and rows, filters, orders and draws. */
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

static void
begin(void)
{
	top_model_init(&model);
	top_ui_init(&ui, &model);
	now = 5 * SECOND;
}

static void
end(void)
{
	top_ui_free(&ui);
	top_model_free(&model);
}

/* --- what the engine would tell ----------------------------------------------------------- */

static void
sample(const char *family, const char *group, const char *type, const char *value, uint64_t a,
       uint64_t b)
{
	struct nsc_sample s = {.family = family, .group = group, .type = type, .value = value,
			       .count = 2, .sum = {a, b}, .level = {(double)a, (double)b}};

	top_model_sample(&model, &s);
}

static struct nsc_addr
addr(const char *text)
{
	struct nsc_addr a;

	ck_assert_int_eq(nsc_addr_parse(&a, text), 0);
	return a;
}

static struct nsc_flow_row
flow(uint64_t id, const char *remote, uint16_t port, uint64_t received, uint64_t sent)
{
	return (struct nsc_flow_row){
		.id = id, .local = addr("192.0.2.1"), .remote = addr(remote),
		.local_port = 40000, .remote_port = port, .proto = 6, .direction = "outgoing",
		.scope = "public", .state = "established", .app = "tls", .remote_name = "",
		.process = "curl", .unit = "", .peer_process = "", .received = received,
		.sent = sent, .timeout = 300 * SECOND};
}

static struct nsc_connection
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
static void
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

static const struct top_row *
row(enum top_table_id table, size_t n)
{
	ck_assert_uint_lt(n, model.table[table].count);
	return &model.table[table].row[n];
}

static const char *
line(unsigned y)
{
	static char text[TOP_WIDEST + 1];

	ck_assert_uint_lt(y, canvas.height);
	memcpy(text, canvas.cell[y], canvas.width);
	text[canvas.width] = '\0';
	return text;
}

/* The line that says that; -1: none does. */
static int
find(const char *text)
{
	for (unsigned y = 0; y < canvas.height; y++)
		if (strstr(line(y), text) != NULL)
			return (int)y;
	return -1;
}

static void
draw(unsigned width, unsigned height)
{
	top_ui_update(&ui);
	top_draw(&ui, &canvas, width, height);
}

static void
keys(const char *text)
{
	for (; *text != '\0'; text++)
		top_ui_key(&ui, *text);
}

/* --- the model ------------------------------------------------------------------------------ */

START_TEST(samples_become_rows_and_rates)
{
	begin();
	for (uint64_t n = 1; n <= 2; n++) {
		top_model_begin(&model);
		sample("app", "http", "if_octets", "", 1000 * n * n, 500 * n);
		sample("app", "http", "connections", "opened", 10 * n, 0);
		sample("app", "http", "current_connections", "", 3, 0);
		sample("app", "dns", "if_octets", "", 7, 7);
		sample("scope", "public", "if_octets", "", 1000 * n * n, 500 * n);
		sample("scope", "loopback", "if_octets", "", 7, 7);
		sample("self", "", "packets", "dropped", 4, 0);
		sample("self", "", "cache_eviction", "idle", 2, 0);
		sample("self", "", "cache_eviction", "closed", 1, 0);
		top_model_end(&model, now += 2 * SECOND);
	}
	ck_assert_uint_eq(model.table[TOP_APPS].count, 2);
	ck_assert_str_eq(row(TOP_APPS, 0)->name, "http");
	ck_assert_uint_eq(row(TOP_APPS, 0)->octets[TOP_RECEIVED], 4000);
	ck_assert_double_eq(row(TOP_APPS, 0)->rate[TOP_RECEIVED], 1500);
	ck_assert_double_eq(row(TOP_APPS, 0)->rate[TOP_SENT], 250);
	ck_assert_double_eq(row(TOP_APPS, 0)->opening, 5);
	ck_assert_uint_eq(row(TOP_APPS, 0)->flows, 3);
	ck_assert_uint_eq(model.totals.octets[TOP_RECEIVED], 4007);
	ck_assert_double_eq(model.totals.rate[TOP_RECEIVED], 1500);
	ck_assert_uint_eq(model.totals.dropped, 4);
	ck_assert_uint_eq(model.totals.evicted, 3);
	/* A row that is not told any more goes on in another one. */
	top_model_begin(&model);
	sample("app", "dns", "if_octets", "", 7, 7);
	top_model_end(&model, now += 2 * SECOND);
	ck_assert_uint_eq(model.table[TOP_APPS].count, 1);
	ck_assert_str_eq(row(TOP_APPS, 0)->name, "dns");
	end();
}
END_TEST

START_TEST(a_flow_and_its_socket_are_one_connection)
{
	struct nsc_flow_row f[2] = {flow(1, "198.51.100.7", 443, 1000, 300),
				    flow(2, "198.51.100.8", 443, 10, 10)};
	struct nsc_connection c[2] = {connection("198.51.100.7", 443),
				      connection("198.51.100.9", 22)};

	begin();
	refresh(f, 2, c, 2, 0);
	f[0].received = 5000;
	refresh(f, 2, c, 2, 70);
	ck_assert_uint_eq(model.table[TOP_CONNECTIONS].count, 3);
	/* The packets' octets, the kernel's owner, state and round trip. */
	ck_assert_uint_eq(row(TOP_CONNECTIONS, 0)->octets[TOP_RECEIVED], 5000);
	ck_assert_double_eq(row(TOP_CONNECTIONS, 0)->rate[TOP_RECEIVED], 4000);
	ck_assert_uint_eq(row(TOP_CONNECTIONS, 0)->process.pid, 812);
	ck_assert_str_eq(row(TOP_CONNECTIONS, 0)->state, "ESTABLISHED");
	ck_assert_uint_eq(row(TOP_CONNECTIONS, 0)->rtt, 1500000);
	ck_assert_uint_eq(row(TOP_CONNECTIONS, 1)->process.pid, 0);
	/* A socket without packets: the kernel's octets. */
	ck_assert_uint_eq(row(TOP_CONNECTIONS, 2)->octets[TOP_RECEIVED], 70);
	ck_assert_uint_eq(row(TOP_CONNECTIONS, 2)->remote_port, 22);
	refresh(f, 2, c, 2, 30);
	ck_assert_uint_eq(row(TOP_CONNECTIONS, 2)->octets[TOP_RECEIVED], 100);
	end();
}
END_TEST

START_TEST(peers_add_up_and_outlive_their_connections)
{
	struct nsc_flow_row f[3] = {flow(1, "198.51.100.7", 443, 1000, 300),
				    flow(2, "198.51.100.7", 80, 500, 50),
				    flow(3, "198.51.100.8", 443, 1, 1)};

	begin();
	f[1].remote_name = "www.example";
	refresh(f, 3, NULL, 0, 0);
	ck_assert_uint_eq(model.table[TOP_PEERS].count, 2);
	ck_assert_uint_eq(row(TOP_PEERS, 0)->octets[TOP_RECEIVED], 1500);
	ck_assert_uint_eq(row(TOP_PEERS, 0)->flows, 2);
	ck_assert_str_eq(row(TOP_PEERS, 0)->name, "www.example");
	ck_assert_str_eq(row(TOP_PEERS, 0)->process.name, "curl");
	refresh(f + 2, 1, NULL, 0, 0);
	ck_assert_uint_eq(row(TOP_PEERS, 0)->octets[TOP_RECEIVED], 1500);
	ck_assert_uint_eq(row(TOP_PEERS, 0)->flows, 0);
	ck_assert_uint_eq(row(TOP_PEERS, 1)->octets[TOP_RECEIVED], 1);
	end();
}
END_TEST

START_TEST(peers_have_a_cap_and_lose_nothing)
{
	enum { MANY = 1000 };
	struct nsc_flow_row *f = calloc(MANY, sizeof *f);
	uint64_t sum = 0;
	char text[32];

	begin();
	for (unsigned round = 0; round < 12; round++) {
		for (unsigned i = 0; i < MANY; i++) {
			snprintf(text, sizeof text, "10.%u.%u.%u", round, i / 250, 1 + i % 250);
			f[i] = flow(round * MANY + i + 1, text, 443, 3, 0);
		}
		refresh(f, MANY, NULL, 0, 0);
		ck_assert_uint_le(model.table[TOP_PEERS].count, TOP_PEERS_MOST);
	}
	for (size_t i = 0; i < model.table[TOP_PEERS].count; i++)
		sum += row(TOP_PEERS, i)->octets[TOP_RECEIVED];
	ck_assert_uint_eq(sum, 12 * MANY * 3);
	free(f);
	end();
}
END_TEST

START_TEST(without_packets_sockets_tell)
{
	struct nsc_connection c = connection("198.51.100.7", 443);

	begin();
	refresh(NULL, 0, &c, 1, 0);
	refresh(NULL, 0, &c, 1, 400);
	ck_assert(model.blind);
	ck_assert_str_eq(row(TOP_PROCESSES, 0)->name, "curl");
	ck_assert_double_eq(row(TOP_PROCESSES, 0)->rate[TOP_RECEIVED], 400);
	ck_assert_uint_eq(row(TOP_PROCESSES, 0)->flows, 1);
	ck_assert_str_eq(row(TOP_UNITS, 0)->name, "user@1.service");
	draw(80, 24);
	ck_assert_int_ge(find("off: capture"), 0);
	end();
}
END_TEST

/* --- filters ---------------------------------------------------------------------------------- */

static struct top_row
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

static const struct {
	const char *text;
	bool match;
} filters[] = {
	{"", true}, {"   ", true}, {"tmux", true}, {"TMUX", true}, {"nginx", false},
	{"tmux exam", true}, {"tmux nginx", false}, {"port:443", true}, {"port:51000", true},
	{"port:44", false}, {"port:443 process:tmux dir:incoming", true}, {"dir:in", true},
	{"dir:out", false}, {"!dir:out", true}, {"!port:443", false}, {"process=tmux", false},
	{"process=\"tmux: server\"", true}, {"process=tmux__server", true}, {"app=http", true},
	{"app:htt", true}, {"app=htt", false}, {"host:2001:db8", true}, {"host:example", true},
	{"remote=2001:db8::7", true}, {"[2001:db8::7]:51000", true}, {"local:192.0.2.", true},
	{"pid:44", true}, {"pid:4", false}, {"state:estab", true}, {"scope:private", false},
	{"proto:tcp", true}, {"process:", true}, {"exposure:exposed", false},
	{"192.0.2.1:443", true}, {"!exposure:exposed", true},
};

START_TEST(a_filter)
{
	struct top_row r = some_row();
	struct top_filter f;

	top_filter_parse(&f, filters[_i].text);
	ck_assert_str_eq(f.error, "");
	ck_assert_msg(top_filter_match(&f, &r) == filters[_i].match, "%s", filters[_i].text);
}
END_TEST

START_TEST(filters_that_are_wrong)
{
	struct top_row r = some_row();
	struct top_filter f;
	char text[TOP_FILTER_TEXT * 2] = "";

	top_filter_parse(&f, "color:red tmux");
	ck_assert_ptr_nonnull(strstr(f.error, "\"color\""));
	ck_assert(top_filter_match(&f, &r));	/* the other word holds */
	for (int i = 0; i < 20; i++)
		strcat(text, "t ");
	top_filter_parse(&f, text);
	ck_assert_str_ne(f.error, "");
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	top_filter_parse(&f, text);
	ck_assert(!top_filter_match(&f, &r));
	top_filter_parse(&f, "\"");
	ck_assert(top_filter_match(&f, &r));
}
END_TEST

/* --- order, mark --------------------------------------------------------------------------- */

START_TEST(rows_are_ordered_and_the_mark_stays)
{
	struct nsc_flow_row f[3] = {flow(1, "198.51.100.1", 443, 10, 0),
				    flow(2, "198.51.100.2", 443, 30, 0),
				    flow(3, "198.51.100.3", 443, 20, 0)};
	const struct top_list *l = &ui.list[TOP_CONNECTIONS];

	begin();
	refresh(f, 3, NULL, 0, 0);
	keys("5");
	ck_assert_uint_eq(l->row[0]->id, 2);
	ck_assert_uint_eq(l->row[1]->id, 3);
	keys("j");			/* on 3 */
	f[0].received += 1000;
	refresh(f, 3, NULL, 0, 0);
	top_ui_update(&ui);
	ck_assert_uint_eq(l->row[0]->id, 1);
	ck_assert_uint_eq(l->row[l->marked]->id, 3);
	keys("r");
	ck_assert_uint_eq(l->row[2]->id, 1);
	ck_assert_uint_eq(l->row[l->marked]->id, 3);
	keys("g");			/* on top it stays on top */
	refresh(f, 3, NULL, 0, 0);
	top_ui_update(&ui);
	ck_assert_uint_eq(l->marked, 0);
	keys("G");
	ck_assert_uint_eq(l->marked, 2);
	keys("kkkkk");
	ck_assert_uint_eq(l->marked, 0);
	end();
}
END_TEST

START_TEST(every_column_orders)
{
	struct nsc_flow_row f[3] = {flow(1, "198.51.100.1", 443, 10, 7),
				    flow(2, "10.0.0.1", 53, 30, 0), flow(3, "fd00::1", 22, 20, 9)};
	struct nsc_connection c = connection("198.51.100.1", 443);

	begin();
	f[1].app = f[2].process = "";
	refresh(f, 3, &c, 1, 0);
	for (unsigned t = 0; t < TOP_TABLES; t++) {
		const struct top_view *v = top_view((enum top_table_id)t);

		ui.table = (enum top_table_id)t;
		for (unsigned i = 0; i < v->columns; i++) {
			ck_assert_ptr_nonnull(v->column[i].compare);
			keys(">");
			draw(80, 24);
			keys("r");
			draw(200, 60);
		}
		ck_assert_uint_eq(ui.list[t].sort, v->sort);
	}
	end();
}
END_TEST

/* --- the screen ------------------------------------------------------------------------------ */

START_TEST(the_screen_at_80)
{
	struct nsc_flow_row f = flow(1, "198.51.100.1", 443, 1234567, 7);

	begin();
	f.remote_name = "www.example";
	refresh(&f, 1, NULL, 0, 0);
	keys("5");
	draw(80, 24);
	ck_assert_int_eq(find("www.example:443"), 4);
	ck_assert_int_eq(find("-> :40000"), 4);
	ck_assert_int_eq(find("curl"), 4);
	ck_assert_int_eq(find("estab"), 4);
	ck_assert_int_eq(find("5 Connections"), 2);
	ck_assert_int_eq(find("q quit"), 23);
	draw(200, 60);
	ck_assert_int_eq(find("192.0.2.1:40000"), 4);
	ck_assert_int_eq(find("198.51.100.1:443"), 4);
	ck_assert_int_eq(find("1.2 MB"), 4);
	ck_assert_int_eq(find("public"), 4);
	ck_assert_int_eq(find("established"), 4);
	end();
}
END_TEST

/* Names from the wire and of files are anybody's. */
START_TEST(hostile_names)
{
	struct nsc_flow_row f = flow(1, "198.51.100.1", 443, 1, 1);
	unsigned bad = 0;

	begin();
	f.remote_name = "e\033[31mvil\xc3\xa9\n\x9b%s%n";
	f.process = "a\tb\033]0;x\007";
	f.app = "tls";
	refresh(&f, 1, NULL, 0, 0);
	for (unsigned width = 1; width <= 210; width++)
		for (char t = '1'; t <= '6'; t++) {
			keys((char[]){t, '\0'});
			draw(width, 12);
			ck_assert_uint_eq(canvas.width, width);
			for (unsigned n = 0; n < canvas.height * width; n++)
				bad += canvas.cell[n / width][n % width] < 0x20 ||
				       canvas.cell[n / width][n % width] > 0x7e;
		}
	ck_assert_uint_eq(bad, 0);
	keys("4");
	draw(200, 60);
	ck_assert_int_ge(find("e\\x1b[31mvil\\xc3\\xa9\\x0a\\x9b%s%n"), 0);
	end();
}
END_TEST

START_TEST(columns_never_exceed_the_width)
{
	struct top_layout l;

	for (unsigned t = 0; t < TOP_TABLES; t++)
		for (unsigned width = 1; width <= TOP_WIDEST; width++) {
			const struct top_view *v = top_view((enum top_table_id)t);
			unsigned sum = 0;

			top_layout_make(&l, v, width);
			for (unsigned i = 0; i < v->columns; i++)
				sum += l.columns[i] > 0 ? l.columns[i] + (sum > 0) : 0;
			ck_assert_uint_le(sum, width);
			for (unsigned i = 0; width >= 80 && i < v->columns; i++)
				ck_assert(v->column[i].rank > 1 || l.columns[i] > 0);
		}
}
END_TEST

/* DESIGN 4.1: rows fade at 75 and 90 % of their timeout. */
START_TEST(rows_fade)
{
	struct top_row r = some_row();

	r.timeout = 60 * SECOND;
	r.idle = 45 * SECOND - 1;
	ck_assert_int_eq(top_look_row(&r), TOP_PLAIN);
	r.idle++;
	ck_assert_int_eq(top_look_row(&r), TOP_FAINT);
	r.idle = 54 * SECOND - 1;
	ck_assert_int_eq(top_look_row(&r), TOP_FAINT);
	r.idle++;
	ck_assert_int_eq(top_look_row(&r), TOP_FAINTER);
	r.timeout = 0;
	ck_assert_int_eq(top_look_row(&r), TOP_PLAIN);
}
END_TEST

START_TEST(every_key)
{
	struct nsc_flow_row f[2] = {flow(1, "198.51.100.1", 443, 10, 7),
				    flow(2, "198.51.100.2", 80, 30, 0)};
	const char *text;

	begin();
	f[1].app = "http";
	refresh(f, 2, NULL, 0, 0);
	for (unsigned i = 0; i < TOP_TABLES; i++) {
		ck_assert_uint_eq(ui.table, i);
		top_ui_key(&ui, TOP_KEY_TAB);
	}
	ck_assert_uint_eq(ui.table, TOP_APPS);
	top_ui_key(&ui, TOP_KEY_BACK_TAB);
	ck_assert_uint_eq(ui.table, TOP_LISTENERS);
	keys("?");
	draw(80, 24);
	for (unsigned i = 0; top_key_help(i, &text) != NULL; i++)
		ck_assert_msg(find(text) >= 0, "%s", text);
	for (unsigned i = 0; (text = top_filter_key(i, &text)) != NULL; i++)
		ck_assert_msg(find(text) >= 0, "%s", text);
	keys("m");
	ck_assert_int_eq(ui.mode, TOP_MODE_LOG);
	draw(80, 24);
	ck_assert_int_ge(find("no messages"), 0);
	keys("m4");
	/* Into a peer's connections. */
	ck_assert_str_eq(top_view(ui.table)->title, "Peers");
	top_ui_key(&ui, TOP_KEY_ENTER);
	ck_assert_uint_eq(ui.table, TOP_CONNECTIONS);
	ck_assert_uint_eq(ui.list[TOP_CONNECTIONS].count, 1);
	ck_assert_str_eq(ui.list[TOP_CONNECTIONS].filter.text, "remote=198.51.100.2");
	top_ui_key(&ui, TOP_KEY_ESCAPE);
	ck_assert_uint_eq(ui.list[TOP_CONNECTIONS].count, 2);
	/* A filter is typed, kept, typed over, taken back. */
	keys("/app:tlsx");
	ck_assert_uint_eq(ui.list[TOP_CONNECTIONS].count, 0);
	top_ui_key(&ui, TOP_KEY_BACKSPACE);
	ck_assert_uint_eq(ui.list[TOP_CONNECTIONS].count, 1);
	draw(80, 24);
	ck_assert_int_eq(canvas.cursor_y, 22);
	ck_assert_int_eq(canvas.cursor_x, 15);
	top_ui_key(&ui, TOP_KEY_ENTER);
	keys("/");
	top_ui_key(&ui, TOP_KEY_ERASE);
	ck_assert_uint_eq(ui.list[TOP_CONNECTIONS].count, 2);
	top_ui_key(&ui, TOP_KEY_ESCAPE);
	ck_assert_str_eq(ui.list[TOP_CONNECTIONS].filter.text, "app:tls");
	keys(" ");
	ck_assert(ui.paused);
	draw(80, 24);
	ck_assert_int_eq(find("PAUSED"), 0);
	keys("p++-");
	ck_assert(!ui.paused);
	ck_assert_double_eq(ui.interval, 2);
	top_ui_key(&ui, TOP_KEY_REDRAW);
	ck_assert(ui.again);
	ck_assert(!top_ui_key(&ui, 'z'));
	ck_assert(!top_ui_key(&ui, -1));
	keys("q");
	ck_assert(ui.quit);
	end();
}
END_TEST

START_TEST(losses_and_messages_are_seen)
{
	begin();
	top_model_begin(&model);
	sample("self", "", "packets", "dropped", 12, 0);
	sample("self", "", "bool", "source_firewall", 0, 0);
	sample("self", "", "bool", "source_capture", 1, 0);
	top_model_end(&model, now);
	top_ui_log(&ui, "firewall: CAP_NET_ADMIN is missing (setcap ...)");
	top_ui_log(&ui, "firewall: CAP_NET_ADMIN is missing (setcap ...)");
	draw(80, 24);
	ck_assert_int_eq(find("LOST 12 packets"), 1);
	ck_assert_int_eq(find("off: firewall"), 2);
	ck_assert_int_eq(find("as root"), 2);
	keys("m");
	draw(80, 24);
	ck_assert_int_ge(find("CAP_NET_ADMIN is missing"), 0);
	ck_assert_uint_eq(ui.logged, 1);
	end();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("top");
	TCase *t = tcase_create("top");
	SRunner *r;
	int failed;

	tcase_add_test(t, samples_become_rows_and_rates);
	tcase_add_test(t, a_flow_and_its_socket_are_one_connection);
	tcase_add_test(t, peers_add_up_and_outlive_their_connections);
	tcase_add_test(t, peers_have_a_cap_and_lose_nothing);
	tcase_add_test(t, without_packets_sockets_tell);
	tcase_add_loop_test(t, a_filter, 0, (int)(sizeof filters / sizeof *filters));
	tcase_add_test(t, filters_that_are_wrong);
	tcase_add_test(t, rows_are_ordered_and_the_mark_stays);
	tcase_add_test(t, every_column_orders);
	tcase_add_test(t, the_screen_at_80);
	tcase_add_test(t, hostile_names);
	tcase_add_test(t, columns_never_exceed_the_width);
	tcase_add_test(t, rows_fade);
	tcase_add_test(t, every_key);
	tcase_add_test(t, losses_and_messages_are_seen);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
