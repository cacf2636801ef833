/* SPDX-License-Identifier: MIT */
/* In place of top_screen.c where the build has no ncurses. */
#include <errno.h>

#include "top_screen.h"

bool
top_screen_built(void)
{
	return false;
}

int
top_screen_open(char err[NSC_ERR])
{
	return nsc_error(err, -ENOTSUP, "top: built without ncurses");
}

void
top_screen_close(void)
{
}

void
top_screen_size(unsigned *width, unsigned *height)
{
	*width = *height = 0;
}

void
top_screen_show(const struct top_canvas *c, bool again)
{
	(void)c;
	(void)again;
}

int
top_screen_key(void)
{
	return 0;
}

void
top_screen_leave(void)
{
}

void
top_screen_enter(void)
{
}
