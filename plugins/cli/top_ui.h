/* SPDX-License-Identifier: MIT */
/* What a person does with top: views, marks, filters, modes.  Knows of no terminal. */
#ifndef NSC_CLI_TOP_UI_H
#define NSC_CLI_TOP_UI_H

#include "top_canvas.h"
#include "top_list.h"
#include "top_model.h"

enum top_key {				/* beyond characters */
	TOP_KEY_UP = 0x1000, TOP_KEY_DOWN, TOP_KEY_LEFT, TOP_KEY_RIGHT, TOP_KEY_PAGE_UP,
	TOP_KEY_PAGE_DOWN, TOP_KEY_HOME, TOP_KEY_END, TOP_KEY_ENTER, TOP_KEY_ESCAPE,
	TOP_KEY_BACKSPACE, TOP_KEY_TAB, TOP_KEY_BACK_TAB, TOP_KEY_ERASE, TOP_KEY_REDRAW
};

enum top_mode { TOP_MODE_TABLE, TOP_MODE_FILTER, TOP_MODE_HELP, TOP_MODE_LOG };

enum { TOP_LOG_LINES = 16 };

struct top_ui {
	struct top_model *model;	/* borrowed */
	enum top_table_id table;
	struct top_list list[TOP_TABLES];
	enum top_mode mode;
	char before[TOP_FILTER_TEXT];	/* FILTER: what it was before it was typed over */
	bool paused, quit, again;	/* again: all of the screen, please */
	double interval;		/* s between refreshes */
	size_t lines;			/* of the list that are seen; set by top_draw */
	char interfaces[NSC_ERR];	/* that are captured */
	char clock[16];			/* "12:34:56" */
	bool root;			/* the remedy for what is off is another */
	char log[TOP_LOG_LINES][NSC_ERR];	/* the engine's last lines */
	unsigned logged;		/* in all */
};

void top_ui_init(struct top_ui *ui, struct top_model *m);
void top_ui_free(struct top_ui *ui);

/* The lists anew: after a refresh, or what a person did. */
void top_ui_update(struct top_ui *ui);

/* A line of the engine's log, told once. */
void top_ui_log(struct top_ui *ui, const char *line);

/* What a key does; false: nothing. */
bool top_ui_key(struct top_ui *ui, int key);

/* The keys' table, for the help: label and text; NULL behind the last one.  (top_keys.c) */
const char *top_key_help(unsigned n, const char **text);
bool top_key_act(struct top_ui *ui, int key);

/* What is seen.  (top_draw.c) */
void top_draw(struct top_ui *ui, struct top_canvas *c, unsigned width, unsigned height);
void top_draw_help(const struct top_ui *ui, struct top_canvas *c);	/* (top_help.c) */
void top_draw_log(const struct top_ui *ui, struct top_canvas *c);

#endif
