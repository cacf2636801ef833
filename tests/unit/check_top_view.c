/* SPDX-License-Identifier: MIT */
/* How top orders, what it draws, what its keys do. */
#include "top_world.h"
#include "suite.h"

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

RUN_SUITE("top_view", rows_are_ordered_and_the_mark_stays, every_column_orders,
	  the_screen_at_80, hostile_names, columns_never_exceed_the_width, rows_fade,
	  every_key, losses_and_messages_are_seen)
