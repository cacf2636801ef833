/* SPDX-License-Identifier: MIT */
/* The screen: title, totals, tabs, the table, what is filtered or off, keys. */
#include <stdio.h>
#include <string.h>

#include "top_cells.h"
#include "top_ui.h"

enum { LINE = 512 };

/* --- what stands above ---------------------------------------------------------------------- */

static void
draw_title(const struct top_ui *ui, struct top_canvas *c)
{
	char text[LINE];
	unsigned x = top_canvas_put(c, 0, 0, TOP_BOLD, "netflowscope top"), n;

	n = (unsigned)snprintf(text, sizeof text, "every %g s  %s", ui->interval, ui->clock);
	if (x + n + 4 <= c->width)
		top_canvas_put_right(c, 0, c->width, TOP_FAINT, text);
	if (ui->paused)
		x = top_canvas_put(c, 0, x + 2, TOP_CHOSEN, " PAUSED ");
	if (ui->interfaces[0] == '\0' || x + 8 + n > c->width)
		return;
	snprintf(text, sizeof text, "%.*s", (int)(c->width - x - n - 6), ui->interfaces);
	x = top_canvas_put(c, 0, x + 2, TOP_FAINT, "on ");
	top_canvas_put(c, 0, x, TOP_FAINT, text);
}

/* Parts from the left as far as there is room. */
static unsigned
part(struct top_canvas *c, unsigned y, unsigned x, enum top_look look, const char *text)
{
	if (x > 0)
		x += 2;
	if (x + strlen(text) > c->width)
		return c->width;
	return top_canvas_put(c, y, x, look, text);
}

static void
draw_totals(const struct top_ui *ui, struct top_canvas *c)
{
	const struct top_model *m = ui->model;
	const struct top_totals *t = &m->totals;
	char text[LINE], a[TEXT_FIELD], b[TEXT_FIELD];
	unsigned x;

	if (m->blind) {
		snprintf(text, sizeof text, "no packets are seen: octets are those of TCP sockets");
		top_canvas_put(c, 1, 0, TOP_PLAIN, text);
		return;
	}
	snprintf(text, sizeof text, "rx %s/s  tx %s/s",
		 text_octets((uint64_t)(t->rate[TOP_RECEIVED] + 0.5), a),
		 text_octets((uint64_t)(t->rate[TOP_SENT] + 0.5), b));
	x = part(c, 1, 0, TOP_BOLD, text);
	snprintf(text, sizeof text, "%s, %.0f/s new", text_things(t->flows, "flow", "flows", a),
		 t->opening);
	x = part(c, 1, x, TOP_PLAIN, text);
	if (t->dropped + t->evicted > 0) {
		snprintf(text, sizeof text, "LOST %s, %s", text_things(t->dropped, "packet", "packets", a),
			 text_things(t->evicted, "entry", "entries", b));
		x = part(c, 1, x, TOP_BAD, text);
	} else {
		x = part(c, 1, x, TOP_GOOD, "nothing lost");
	}
	if (m->left_out > 0) {
		snprintf(text, sizeof text, "%s left out", text_things(m->left_out, "row", "rows", a));
		x = part(c, 1, x, TOP_MIND, text);
	}
	snprintf(text, sizeof text, "%s in, %s out", text_octets(t->octets[TOP_RECEIVED], a),
		 text_octets(t->octets[TOP_SENT], b));
	x = part(c, 1, x, TOP_PLAIN, text);
	snprintf(text, sizeof text, "%s", text_things(t->captured, "packet", "packets", a));
	part(c, 1, x, TOP_FAINT, text);
}

/* One line with the remedy, if a source that is wanted does not work. */
static bool
draw_off(const struct top_ui *ui, struct top_canvas *c, unsigned y)
{
	char text[LINE] = "off:";
	unsigned off = 0, x;

	for (unsigned i = 0; i < ui->model->sources; i++) {
		const struct top_source *s = &ui->model->source[i];
		size_t n = strlen(text);

		if (!s->works)
			snprintf(text + n, sizeof text - n, "%s %s", off++ > 0 ? "," : "", s->name);
	}
	if (off == 0)
		return false;
	x = top_canvas_put(c, y, 0, TOP_MIND, text);
	if (ui->logged == 0)		/* as the configuration says */
		return true;
	top_canvas_put(c, y, x, TOP_PLAIN,
		       ui->root ? "; m tells the remedies"
				: "; they work as root (m: remedies)");
	return true;
}

static void
draw_tabs(const struct top_ui *ui, struct top_canvas *c, unsigned y)
{
	unsigned x = 0;
	char text[32];
	/* " 1 Name " each; where that is too wide, the others' numbers alone. */
	bool wide = c->width >= 75;

	for (unsigned i = 0; i < TOP_TABLES; i++) {
		bool here = i == ui->table;

		snprintf(text, sizeof text, wide || here ? " %u %s " : " %u ", i + 1,
			 top_view((enum top_table_id)i)->title);
		x = top_canvas_put(c, y, x, here ? TOP_TAB : TOP_FAINT, text);
	}
}

/* --- the table ------------------------------------------------------------------------------- */

static void
draw_head(const struct top_list *l, const struct top_view *v, const struct top_layout *w,
	  struct top_canvas *c, unsigned y)
{
	unsigned x = 0;

	top_canvas_paint(c, y, TOP_HEAD);
	for (unsigned i = 0; i < v->columns; i++) {
		enum top_look look = i == l->sort ? TOP_HEAD_SORTED : TOP_HEAD;

		if (w->columns[i] == 0)
			continue;
		if (v->column[i].right)
			top_canvas_put_right(c, y, x + w->columns[i], look, v->column[i].title);
		else
			top_canvas_put(c, y, x, look, v->column[i].title);
		x += w->columns[i] + 1u;
	}
}

static void
draw_row(const struct top_row *r, bool marked, const struct top_view *v,
	 const struct top_layout *w, struct top_canvas *c, unsigned y)
{
	enum top_look row = marked ? TOP_CHOSEN : top_look_row(r);
	char text[TEXT_FIELD];
	unsigned x = 0;

	if (marked)
		top_canvas_paint(c, y, TOP_CHOSEN);
	for (unsigned i = 0; i < v->columns; i++) {
		const struct top_column *k = &v->column[i];
		enum top_look look = row == TOP_PLAIN && k->look != NULL ? k->look(r) : row;

		if (w->columns[i] == 0)
			continue;
		k->text(r, w, w->columns[i], text);
		text[w->columns[i] < TEXT_FIELD ? w->columns[i] : TEXT_FIELD - 1] = '\0';
		if (k->right)
			top_canvas_put_right(c, y, x + w->columns[i], look, text);
		else
			top_canvas_put(c, y, x, look, text);
		x += w->columns[i] + 1u;
	}
}

static double
rate_of_all(const struct top_table *t)
{
	double all = 0;

	for (size_t i = 0; i < t->count; i++)
		all += top_rate(&t->row[i]);
	return all;
}

static void
draw_table(struct top_ui *ui, struct top_canvas *c, unsigned y, unsigned stop)
{
	const struct top_view *v = top_view(ui->table);
	struct top_list *l = &ui->list[ui->table];
	struct top_layout w;

	ui->lines = stop > y + 1 ? stop - y - 1 : 0;
	top_layout_make(&w, v, c->width);
	w.all = rate_of_all(&ui->model->table[ui->table]);
	draw_head(l, v, &w, c, y);
	top_list_scroll(l, ui->lines);
	if (l->count == 0 && ui->lines > 1)
		top_canvas_put(c, y + 2, 2, TOP_FAINT,
			       l->filter.terms > 0 ? "nothing matches the filter"
			       : ui->model->blind && ui->table == TOP_APPS
				       ? "applications are told by packets, and none are seen"
				       : v->empty);
	for (size_t i = 0; i < ui->lines && l->first + i < l->count; i++)
		draw_row(l->row[l->first + i], l->first + i == l->marked, v, &w, c,
			 y + 1 + (unsigned)i);
}

/* --- what stands below ------------------------------------------------------------------------ */

static void
draw_state(const struct top_ui *ui, struct top_canvas *c, unsigned y)
{
	const struct top_list *l = &ui->list[ui->table];
	const struct top_column *k = &top_view(ui->table)->column[l->sort];
	size_t all = ui->model->table[ui->table].count;
	char text[LINE], a[TEXT_FIELD];
	unsigned x = 0;
	bool editing = ui->mode == TOP_MODE_FILTER;

	if (l->filter.error[0] == '\0') {
		snprintf(text, sizeof text, "%zu of %zu, by %s %s",
			 l->count > 0 ? l->marked + 1 : 0, l->count,
			 k->title[0] != '\0' ? k->title : "WAY",
			 k->falling != l->turned ? "v" : "^");
		top_canvas_put_right(c, y, c->width, TOP_FAINT, text);
	}
	if (editing || l->filter.text[0] != '\0') {
		x = top_canvas_put(c, y, 0, TOP_KEY, "filter: ");
		/* Of a long one the end, where it is typed. */
		size_t room = c->width > x + 30 ? c->width - x - 30 : 10, n = strlen(l->filter.text);

		x = top_canvas_put(c, y, x, TOP_BOLD, l->filter.text + (n > room ? n - room : 0));
		if (editing) {
			c->cursor_x = (int)(x < c->width ? x : c->width - 1);
			c->cursor_y = (int)y;
		}
	}
	if (l->filter.error[0] != '\0') {
		top_canvas_put(c, y, x + (x > 0 ? 2 : 0), TOP_BAD, l->filter.error);
	} else if (l->filter.terms > 0 && !editing) {
		snprintf(text, sizeof text, "of %s", text_things(all, "row", "rows", a));
		top_canvas_put(c, y, x + 2, TOP_FAINT, text);
	} else if (ui->model->failed) {
		top_canvas_put(c, y, x + (x > 0 ? 2 : 0), TOP_BAD, "out of memory: not all is shown");
	}
}

static void
draw_keys(const struct top_ui *ui, struct top_canvas *c, unsigned y)
{
	static const char *const table[] = {"q", "quit", "?", "help", "Tab", "view", "/", "filter",
					    "< >", "sort", "r", "reverse", "Space", "pause", "Enter",
					    "connections", "m", "messages", "+ -", "pace"};
	static const char *const editing[] = {"Enter", "keep", "Esc", "as before", "Ctrl-U", "clear"};
	static const char *const other[] = {"any key", "back", "q", "quit"};
	const char *const *key = table;
	unsigned n = sizeof table / sizeof *table, x = 0;

	if (ui->mode == TOP_MODE_FILTER) {
		key = editing;
		n = sizeof editing / sizeof *editing;
	} else if (ui->mode != TOP_MODE_TABLE) {
		key = other;
		n = sizeof other / sizeof *other;
	}
	for (unsigned i = 0; i + 1 < n; i += 2) {
		if (x + strlen(key[i]) + 1 + strlen(key[i + 1]) > c->width)
			break;
		x = top_canvas_put(c, y, x, TOP_KEY, key[i]);
		x = top_canvas_put(c, y, x + 1, TOP_FAINT, key[i + 1]) + 2;
	}
	if (ui->mode == TOP_MODE_FILTER)
		top_canvas_put(c, y, x, TOP_FAINT, "port:443  process:nginx  dir:in  !local");
}

void
top_draw(struct top_ui *ui, struct top_canvas *c, unsigned width, unsigned height)
{
	unsigned y = 2, below;

	top_canvas_clear(c, width, height);
	below = c->height > 8 ? c->height - 2 : c->height;
	draw_title(ui, c);
	draw_totals(ui, c);
	y += draw_off(ui, c, y);
	if (c->height > 8)
		draw_keys(ui, c, c->height - 1);
	if (ui->mode == TOP_MODE_HELP || ui->mode == TOP_MODE_LOG) {
		if (ui->mode == TOP_MODE_HELP)
			top_draw_help(ui, c);
		else
			top_draw_log(ui, c);
		return;
	}
	draw_tabs(ui, c, y);
	draw_table(ui, c, y + 1, below);
	if (c->height > 8)
		draw_state(ui, c, c->height - 2);
}
