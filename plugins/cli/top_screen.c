/* SPDX-License-Identifier: MIT */
/* ncurses. */
#include <curses.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "top_screen.h"
#include "top_ui.h"

/* curses has one screen a program, and a signal handler no argument: so is this. */
static struct {
	SCREEN *screen;
	struct termios before;
	chtype look[TOP_LOOKS];
	char restore[256];		/* what the terminal is told at the end */
	size_t restore_size;
} top;

static const int fatal[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGSYS};

/* Only what signal-safety(7) lists. */
static void
on_fatal(int number)
{
	ssize_t done = write(STDOUT_FILENO, top.restore, top.restore_size);

	(void)done;
	tcsetattr(STDIN_FILENO, TCSANOW, &top.before);
	signal(number, SIG_DFL);
	raise(number);
}

static void
remember(const char *capability)
{
	const char *text = tigetstr(capability);
	size_t n;

	if (text == NULL || text == (char *)-1)
		return;
	n = strlen(text);
	if (top.restore_size + n > sizeof top.restore)
		return;
	memcpy(top.restore + top.restore_size, text, n);
	top.restore_size += n;
}

static void
guard(bool on)
{
	struct sigaction a = {.sa_handler = on ? on_fatal : SIG_DFL, .sa_flags = (int)SA_RESETHAND};

	for (unsigned i = 0; i < sizeof fatal / sizeof *fatal; i++)
		sigaction(fatal[i], &a, NULL);
}

/* --- looks -------------------------------------------------------------------------------- */

static chtype
paint(short number, short colour, chtype otherwise)
{
	if (colour >= COLORS || init_pair(number, colour, -1) == ERR)
		return otherwise;
	return COLOR_PAIR(number);
}

/* Without colours (or with NO_COLOR, no-color.org) light and shade say the same. */
static void
set_looks(void)
{
	const char *no = getenv("NO_COLOR");
	chtype *k = top.look;

	k[TOP_PLAIN] = k[TOP_GOOD] = A_NORMAL;
	k[TOP_BOLD] = k[TOP_KEY] = k[TOP_MIND] = k[TOP_BAD] = A_BOLD;
	k[TOP_FAINT] = k[TOP_FAINTER] = A_DIM;
	k[TOP_ACCENT] = A_UNDERLINE;
	k[TOP_HEAD] = A_REVERSE;
	k[TOP_HEAD_SORTED] = A_REVERSE | A_BOLD;
	k[TOP_TAB] = A_REVERSE | A_BOLD;
	k[TOP_CHOSEN] = A_REVERSE;
	if ((no != NULL && no[0] != '\0') || !has_colors() || start_color() == ERR ||
	    use_default_colors() == ERR)
		return;
	k[TOP_GOOD] = paint(1, COLOR_GREEN, A_NORMAL);
	k[TOP_MIND] = paint(2, COLOR_YELLOW, A_BOLD);
	k[TOP_BAD] = paint(3, COLOR_RED, A_NORMAL) | A_BOLD;
	k[TOP_ACCENT] = paint(4, COLOR_MAGENTA, A_UNDERLINE);
	k[TOP_KEY] = paint(5, COLOR_CYAN, A_NORMAL) | A_BOLD;
	k[TOP_HEAD] = k[TOP_KEY] ^ A_BOLD ^ A_REVERSE;
	k[TOP_HEAD_SORTED] = paint(1, COLOR_GREEN, A_NORMAL) | A_REVERSE | A_BOLD;
	k[TOP_TAB] = k[TOP_GOOD] | A_REVERSE | A_BOLD;
	/* Two greys of the cube of 256; one of sixteen; else shade and blue. */
	k[TOP_FAINT] = paint(6, COLORS >= 256 ? 246 : 8, A_DIM);
	k[TOP_FAINTER] = paint(7, COLORS >= 256 ? 239 : COLOR_BLUE, A_DIM) |
			 (COLORS >= 256 ? 0 : A_DIM);
}

/* --- life ---------------------------------------------------------------------------------- */

bool
top_screen_built(void)
{
	return true;
}

int
top_screen_open(char err[NSC_ERR])
{
	const char *name = getenv("TERM");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return nsc_error(err, -ENOTTY, "top: needs a terminal (connections and live do not)");
	if (tcgetattr(STDIN_FILENO, &top.before) != 0)
		return nsc_error(err, -errno, "terminal: %s", strerror(errno));
	/* Signals come by a descriptor: curses installs no handlers of its own that would write. */
	top.screen = newterm(NULL, stdout, stdin);
	if (top.screen == NULL)
		return nsc_error(err, -ENOTTY, "terminal: TERM=%s is not known here",
				 name != NULL ? name : "");
	if (tigetstr("cup") == NULL || tigetstr("cup") == (char *)-1) {
		delscreen(top.screen);
		top.screen = NULL;
		return nsc_error(err, -ENOTTY, "terminal: TERM=%s has no places on its screen",
				 name != NULL ? name : "");
	}
	top.restore_size = 0;
	remember("sgr0");
	remember("rmkx");
	remember("cnorm");
	remember("rmcup");
	guard(true);
	cbreak();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(25);
	curs_set(0);
	set_looks();
	return 0;
}

void
top_screen_close(void)
{
	if (top.screen == NULL)
		return;
	endwin();
	guard(false);
	delscreen(top.screen);
	top.screen = NULL;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &top.before);
}

void
top_screen_size(unsigned *width, unsigned *height)
{
	struct winsize w;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0 && w.ws_row > 0 &&
	    (w.ws_col != COLS || w.ws_row != LINES))
		resizeterm(w.ws_row, w.ws_col);
	*width = (unsigned)COLS;
	*height = (unsigned)LINES;
}

void
top_screen_show(const struct top_canvas *c, bool again)
{
	if (again)
		clearok(curscr, TRUE);
	erase();
	for (unsigned y = 0; y < c->height; y++)
		for (unsigned x = 0, n; x < c->width; x += n) {
			for (n = 1; x + n < c->width && c->look[y][x + n] == c->look[y][x];)
				n++;
			attrset((int)top.look[c->look[y][x]]);
			mvaddnstr((int)y, (int)x, &c->cell[y][x], (int)n);
		}
	attrset(A_NORMAL);
	curs_set(c->cursor_x >= 0);
	if (c->cursor_x >= 0)
		move(c->cursor_y, c->cursor_x);
	refresh();
}

int
top_screen_key(void)
{
	static const struct {
		int from, to;
	} known[] = {
		{KEY_UP, TOP_KEY_UP}, {KEY_DOWN, TOP_KEY_DOWN}, {KEY_LEFT, TOP_KEY_LEFT},
		{KEY_RIGHT, TOP_KEY_RIGHT}, {KEY_PPAGE, TOP_KEY_PAGE_UP},
		{KEY_NPAGE, TOP_KEY_PAGE_DOWN}, {KEY_HOME, TOP_KEY_HOME}, {KEY_END, TOP_KEY_END},
		{KEY_ENTER, TOP_KEY_ENTER}, {'\r', TOP_KEY_ENTER}, {'\n', TOP_KEY_ENTER},
		{27, TOP_KEY_ESCAPE}, {KEY_BACKSPACE, TOP_KEY_BACKSPACE}, {127, TOP_KEY_BACKSPACE},
		{8, TOP_KEY_BACKSPACE}, {'\t', TOP_KEY_TAB}, {KEY_BTAB, TOP_KEY_BACK_TAB},
		{21, TOP_KEY_ERASE}, {12, TOP_KEY_REDRAW},
	};
	int key = getch();

	if (key == ERR)
		return 0;
	for (unsigned i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].from == key)
			return known[i].to;
	/* One that means nothing here is still a key. */
	return key > 0 && key < KEY_MIN ? key : -1;
}

void
top_screen_leave(void)
{
	endwin();
	tcsetattr(STDIN_FILENO, TCSADRAIN, &top.before);
}

void
top_screen_enter(void)
{
	reset_prog_mode();
	clearok(curscr, TRUE);
	refresh();
}
