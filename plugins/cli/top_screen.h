/* SPDX-License-Identifier: MIT */
/*
 * The terminal: cells out, keys in.  It is as it was before once it is closed, also when the
 * program dies of a fatal signal in between.  One at a time.
 */
#ifndef NSC_CLI_TOP_SCREEN_H
#define NSC_CLI_TOP_SCREEN_H

#include "top_canvas.h"

/* False if the build has no ncurses. */
bool top_screen_built(void);

/* 0, or negative with err: no terminal, one that is not known; -ENOTSUP: built without ncurses. */
int top_screen_open(char err[NSC_ERR]);
void top_screen_close(void);

/* Its size as the kernel has it now; to be called after SIGWINCH, too. */
void top_screen_size(unsigned *width, unsigned *height);

/* Shows the cells; again: all of them, whatever is thought to be there. */
void top_screen_show(const struct top_canvas *c, bool again);

/* A key (a character, or enum top_key), 0: none is waiting. */
int top_screen_key(void);

/* Gives the terminal back while the program is stopped, and takes it again. */
void top_screen_leave(void);
void top_screen_enter(void);

#endif
