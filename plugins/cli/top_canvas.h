/* SPDX-License-Identifier: MIT */
/* A screen as cells: printable ASCII and a look each.  What does not fit is cut. */
#ifndef NSC_CLI_TOP_CANVAS_H
#define NSC_CLI_TOP_CANVAS_H

#include "top_columns.h"

enum { TOP_WIDEST = 500, TOP_HIGHEST = 300 };

struct top_canvas {
	unsigned width, height;
	int cursor_x, cursor_y;		/* -1: none is shown */
	char cell[TOP_HIGHEST][TOP_WIDEST];
	uint8_t look[TOP_HIGHEST][TOP_WIDEST];	/* top_look */
};

/* Empty; sizes beyond the caps are cut. */
void top_canvas_clear(struct top_canvas *c, unsigned width, unsigned height);

/* Returns the column behind the text; whatever is no printable ASCII becomes '?'. */
unsigned top_canvas_put(struct top_canvas *c, unsigned y, unsigned x, enum top_look look,
			const char *text);

/* The text ends before column `end`. */
void top_canvas_put_right(struct top_canvas *c, unsigned y, unsigned end, enum top_look look,
			  const char *text);

/* The whole line gets that look. */
void top_canvas_paint(struct top_canvas *c, unsigned y, enum top_look look);

#endif
