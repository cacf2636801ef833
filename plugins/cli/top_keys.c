/* SPDX-License-Identifier: MIT */
/* The table of keys, and what each does to the view of a table. */
#include <stdio.h>
#include <string.h>

#include "top_ui.h"

static struct top_list *
list(struct top_ui *ui)
{
	return &ui->list[ui->table];
}

static void
turn_to(struct top_ui *ui, int table)
{
	ui->table = (enum top_table_id)((table + TOP_TABLES) % TOP_TABLES);
	top_ui_update(ui);
}

static void
view(struct top_ui *ui, int key)
{
	turn_to(ui, key - '1');
}

static void
next_view(struct top_ui *ui, int key)
{
	turn_to(ui, (int)ui->table + (key == TOP_KEY_BACK_TAB ? -1 : 1));
}

static void
move(struct top_ui *ui, int key)
{
	long page = ui->lines > 1 ? (long)ui->lines - 1 : 1, all = (long)list(ui)->count;

	top_list_move(list(ui), key == TOP_KEY_UP || key == 'k'	    ? -1
				: key == TOP_KEY_DOWN || key == 'j' ? 1
				: key == TOP_KEY_PAGE_UP	    ? -page
				: key == TOP_KEY_PAGE_DOWN	    ? page
				: key == TOP_KEY_HOME || key == 'g' ? -all : all);
}

static void
sort(struct top_ui *ui, int key)
{
	top_list_sort(list(ui), top_view(ui->table), key == '<' || key == TOP_KEY_LEFT ? -1 : 1);
	top_ui_update(ui);
}

static void
reverse(struct top_ui *ui, int key)
{
	(void)key;
	list(ui)->turned = !list(ui)->turned;
	top_ui_update(ui);
}

static void
filter(struct top_ui *ui, int key)
{
	(void)key;
	memcpy(ui->before, list(ui)->filter.text, sizeof ui->before);
	ui->mode = TOP_MODE_FILTER;
}

static void
clear(struct top_ui *ui, int key)
{
	(void)key;
	top_filter_parse(&list(ui)->filter, "");
	top_ui_update(ui);
}

/* The connections behind the marked row: of an application, a process, a peer, a port. */
static void
enter(struct top_ui *ui, int key)
{
	const struct top_view *v = top_view(ui->table);
	const struct top_row *r;
	char text[TOP_FILTER_TEXT], addr[NSC_ADDR_TEXT];
	struct top_list *to = &ui->list[TOP_CONNECTIONS];

	(void)key;
	if (v->key == NULL || list(ui)->count == 0)
		return;
	r = list(ui)->row[list(ui)->marked];
	if (ui->table == TOP_LISTENERS)
		snprintf(text, sizeof text, "proto=%s port=%u", r->proto, r->local_port);
	else if (ui->table == TOP_PEERS)
		snprintf(text, sizeof text, "remote=%s", nsc_addr_text(&r->remote, addr));
	else
		snprintf(text, sizeof text, "%s=\"%.120s\"", v->key, r->name);
	if (r->rest || strchr(r->name, '"') != NULL)
		return;			/* many in one; no word of a filter */
	top_filter_parse(&to->filter, text);
	to->marked = to->first = 0;
	to->id = 0;
	turn_to(ui, TOP_CONNECTIONS);
}

static void
pause(struct top_ui *ui, int key)
{
	(void)key;
	ui->paused = !ui->paused;
}

static void
pace(struct top_ui *ui, int key)
{
	static const double step[] = {0.5, 1, 2, 3, 5, 10, 30, 60};
	int n = sizeof step / sizeof *step, i = 0;

	if (key == '+') {
		while (i < n - 1 && step[i] <= ui->interval)
			i++;
	} else {
		for (i = n - 1; i > 0 && step[i] >= ui->interval;)
			i--;
	}
	ui->interval = step[i];
}

static void
help(struct top_ui *ui, int key)
{
	(void)key;
	ui->mode = TOP_MODE_HELP;
}

static void
show_log(struct top_ui *ui, int key)
{
	(void)key;
	ui->mode = TOP_MODE_LOG;
}

static void
redraw(struct top_ui *ui, int key)
{
	(void)key;
	ui->again = true;
}

static void
quit(struct top_ui *ui, int key)
{
	(void)key;
	ui->quit = true;
}

static const struct {
	int key[6];
	const char *label, *text;
	void (*act)(struct top_ui *ui, int key);
} keys[] = {
	{{'1', '2', '3', '4', '5', '6'}, "1 to 6", "a view, as the tabs are numbered", view},
	{{TOP_KEY_TAB, TOP_KEY_BACK_TAB}, "Tab", "the next view; Shift-Tab: the one before", next_view},
	{{TOP_KEY_UP, TOP_KEY_DOWN, 'k', 'j'}, "Up Down", "move the mark (also k, j)", move},
	{{TOP_KEY_PAGE_UP, TOP_KEY_PAGE_DOWN}, "PgUp PgDn", "by a page", move},
	{{TOP_KEY_HOME, TOP_KEY_END, 'g', 'G'}, "Home End", "to the first, the last row (also g, G)", move},
	{{TOP_KEY_ENTER}, "Enter", "connections of the marked row", enter},
	{{'<', '>', TOP_KEY_LEFT, TOP_KEY_RIGHT}, "< >", "sort by another column (also Left, Right)", sort},
	{{'r'}, "r", "the other way round", reverse},
	{{'/', 'f'}, "/", "filter this view (also f)", filter},
	{{TOP_KEY_ESCAPE, TOP_KEY_BACKSPACE}, "Esc", "no filter", clear},
	{{' ', 'p'}, "Space", "pause (also p); the first refresh after it covers the pause", pause},
	{{'+', '-'}, "+ -", "refresh more slowly, more often", pace},
	{{'m'}, "m", "messages: what is off, and the remedies", show_log},
	{{TOP_KEY_REDRAW}, "Ctrl-L", "draw the screen anew", redraw},
	{{'?', 'h'}, "?", "this help (also h)", help},
	{{'q', 'Q'}, "q", "quit (also Ctrl-C)", quit},
};

enum { KEYS = sizeof keys / sizeof *keys };

const char *
top_key_help(unsigned n, const char **text)
{
	if (n >= KEYS)
		return NULL;
	*text = keys[n].text;
	return keys[n].label;
}

bool
top_key_act(struct top_ui *ui, int key)
{
	for (unsigned i = 0; i < KEYS; i++)
		for (unsigned n = 0; n < sizeof keys[i].key / sizeof *keys[i].key; n++)
			if (keys[i].key[n] != 0 && keys[i].key[n] == key) {
				keys[i].act(ui, key);
				return true;
			}
	return false;
}
