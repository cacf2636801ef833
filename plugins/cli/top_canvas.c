/* SPDX-License-Identifier: MIT */
/* Cells. */
#include <string.h>

#include "top_canvas.h"

void
top_canvas_clear(struct top_canvas *c, unsigned width, unsigned height)
{
	c->width = width < TOP_WIDEST ? width : TOP_WIDEST;
	c->height = height < TOP_HIGHEST ? height : TOP_HIGHEST;
	c->cursor_x = c->cursor_y = -1;
	for (unsigned y = 0; y < c->height; y++) {
		memset(c->cell[y], ' ', c->width);
		memset(c->look[y], TOP_PLAIN, c->width);
	}
}

unsigned
top_canvas_put(struct top_canvas *c, unsigned y, unsigned x, enum top_look look, const char *text)
{
	for (; *text != '\0' && y < c->height && x < c->width; text++, x++) {
		c->cell[y][x] = *text >= 0x20 && *text < 0x7f ? *text : '?';
		c->look[y][x] = (uint8_t)look;
	}
	return x;
}

void
top_canvas_put_right(struct top_canvas *c, unsigned y, unsigned stop, enum top_look look,
		     const char *text)
{
	unsigned n = (unsigned)strlen(text);

	top_canvas_put(c, y, n < stop ? stop - n : 0, look, text);
}

void
top_canvas_paint(struct top_canvas *c, unsigned y, enum top_look look)
{
	if (y < c->height)
		memset(c->look[y], look, c->width);
}
