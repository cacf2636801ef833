/* SPDX-License-Identifier: MIT */
/* Modes, the filter that is being typed, the log. */
#include <stdio.h>
#include <string.h>

#include "top_ui.h"

void
top_ui_init(struct top_ui *ui, struct top_model *m)
{
	*ui = (struct top_ui){.model = m, .interval = 1};
	for (unsigned i = 0; i < TOP_TABLES; i++)
		top_list_init(&ui->list[i], top_view((enum top_table_id)i));
}

void
top_ui_free(struct top_ui *ui)
{
	for (unsigned i = 0; i < TOP_TABLES; i++)
		top_list_free(&ui->list[i]);
}

void
top_ui_update(struct top_ui *ui)
{
	/* Only what is seen; another view is made when it is turned to. */
	if (!top_list_make(&ui->list[ui->table], top_view(ui->table), &ui->model->table[ui->table]))
		ui->model->failed = true;
}

void
top_ui_log(struct top_ui *ui, const char *line)
{
	for (unsigned i = 0; i < TOP_LOG_LINES && i < ui->logged; i++)
		if (strncmp(ui->log[i], line, NSC_ERR - 1) == 0)
			return;
	snprintf(ui->log[ui->logged++ % TOP_LOG_LINES], NSC_ERR, "%s", line);
}

static void
set_filter(struct top_ui *ui, const char *text)
{
	top_filter_parse(&ui->list[ui->table].filter, text);
	top_ui_update(ui);
}

static bool
type(struct top_ui *ui, int key)
{
	char text[TOP_FILTER_TEXT];
	size_t n;

	memcpy(text, ui->list[ui->table].filter.text, sizeof text);
	n = strlen(text);
	switch (key) {
	case TOP_KEY_ENTER:
		ui->mode = TOP_MODE_TABLE;
		return true;
	case TOP_KEY_ESCAPE:
		ui->mode = TOP_MODE_TABLE;
		set_filter(ui, ui->before);
		return true;
	case TOP_KEY_ERASE:
		n = 0;
		break;
	case TOP_KEY_BACKSPACE:
		if (n == 0)
			return false;
		n--;
		break;
	default:
		if (key < 0x20 || key > 0x7e || n + 1 >= sizeof text)
			return false;
		text[n++] = (char)key;
	}
	text[n] = '\0';
	set_filter(ui, text);
	return true;
}

bool
top_ui_key(struct top_ui *ui, int key)
{
	bool leaves;

	switch (ui->mode) {
	case TOP_MODE_FILTER:
		return type(ui, key);
	case TOP_MODE_HELP:
	case TOP_MODE_LOG:
		/* Any key leaves; one that is a command of the table is that, too. */
		leaves = key == TOP_KEY_ESCAPE ||
			 (ui->mode == TOP_MODE_HELP ? key == '?' || key == 'h' : key == 'm');
		ui->mode = TOP_MODE_TABLE;
		if (!leaves)
			top_key_act(ui, key);
		return true;
	case TOP_MODE_TABLE:
		return top_key_act(ui, key);
	}
	return false;
}
