/* SPDX-License-Identifier: MIT */
/* Screens in place of the table: the keys and what a filter may say; the engine's messages. */
#include <stdio.h>
#include <string.h>

#include "top_ui.h"

enum { LABEL = 11 };

/* A text below and behind the last one, cut between words. */
static unsigned
fill(struct top_canvas *c, unsigned y, unsigned x, enum top_look look, const char *text)
{
	while (*text != '\0' && y + 1 < c->height) {
		size_t room = c->width > x ? c->width - x : 1, n = strlen(text), cut;
		char line[TOP_WIDEST];

		cut = n <= room ? n : room;
		while (n > room && cut > 0 && text[cut] != ' ')
			cut--;
		if (cut == 0)
			cut = n < room ? n : room;
		snprintf(line, sizeof line, "%.*s", (int)cut, text);
		top_canvas_put(c, y++, x, look, line);
		text += cut;
		text += *text == ' ';
	}
	return y;
}

void
top_draw_help(const struct top_ui *ui, struct top_canvas *c)
{
	const char *label, *text;
	char line[1024] = "";
	unsigned y = 2;

	(void)ui;
	for (unsigned y_clear = 2; y_clear + 1 < c->height; y_clear++)
		top_canvas_paint(c, y_clear, TOP_PLAIN);
	for (unsigned i = 0; (label = top_key_help(i, &text)) != NULL && y + 1 < c->height; i++) {
		top_canvas_put(c, y, 1, TOP_KEY, label);
		top_canvas_put(c, y++, 1 + LABEL, TOP_PLAIN, text);
	}
	top_canvas_put(c, y, 1, TOP_KEY, "filter");
	y = fill(c, y, 1 + LABEL, TOP_PLAIN,
		 "words that all must match: ngin, port:443, app=tls, !dir:local, process:\"a b\"");
	for (unsigned i = 0; (label = top_filter_key(i, &text)) != NULL; i++) {
		size_t n = strlen(line);

		snprintf(line + n, sizeof line - n, "%s%s", i > 0 ? " " : "keys: ", label);
	}
	y = fill(c, y, 1 + LABEL, TOP_FAINT, line);
	top_canvas_put(c, y, 1, TOP_KEY, "fading");
	fill(c, y, 1 + LABEL, TOP_PLAIN, "a connection idle for 75 % and 90 % of its timeout");
}

void
top_draw_log(const struct top_ui *ui, struct top_canvas *c)
{
	unsigned from = ui->logged > TOP_LOG_LINES ? ui->logged - TOP_LOG_LINES : 0, y = 3;

	for (; y + 1 < c->height; y++)
		top_canvas_paint(c, y, TOP_PLAIN);
	y = 4;
	if (ui->logged == 0)
		top_canvas_put(c, y, 2, TOP_FAINT, "no messages: everything that is wanted works");
	for (unsigned i = from; i < ui->logged; i++)
		y = fill(c, y, 2, TOP_PLAIN, ui->log[i % TOP_LOG_LINES]) + 0;
}
