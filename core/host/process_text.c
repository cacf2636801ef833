/* SPDX-License-Identifier: MIT */
/* stat, exe and cgroup of a process. */
#include <string.h>

#include "host/process_text.h"

enum {
	FIELD_STATE = 3,		/* the first one behind comm */
	FIELD_START = 22,
	PATH = 4096,
};

/* The kernel writes \n and \\ for a line feed and a backslash (fs/proc/array.c). */
static void
unescape(char comm[NSC_COMM], const char *from, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n < NSC_COMM - 1; i++) {
		if (from[i] == '\\' && i + 1 < len) {
			i++;
			comm[n++] = from[i] == 'n' ? '\n' : from[i];
		} else {
			comm[n++] = from[i];
		}
	}
	comm[n] = '\0';
}

/* comm may hold spaces and parentheses: it ends at the last one of the line. */
bool
nsc_process_stat(struct nsc_process_stat *s, const char *line, size_t len)
{
	const char *open = memchr(line, '(', len), *end = line + len;
	const char *close = open != NULL ? memrchr(open, ')', (size_t)(end - open)) : NULL;
	const char *p;
	int field = FIELD_STATE - 1;
	bool digits = false;

	if (close == NULL)
		return false;
	for (p = close + 1; p < end && field < FIELD_START; p++)
		field += *p == ' ';
	s->start = 0;
	for (; p < end && *p >= '0' && *p <= '9'; p++) {
		s->start = s->start * 10 + (uint64_t)(*p - '0');
		digits = true;
	}
	if (field != FIELD_START || !digits)
		return false;
	unescape(s->comm, open + 1, (size_t)(close - open - 1));
	return true;
}

static const char *
after_last(const char *text, size_t *len, char c)
{
	const char *p = memrchr(text, c, *len);

	if (p == NULL)
		return text;
	*len -= (size_t)(p + 1 - text);
	return p + 1;
}

void
nsc_process_exe(char name[NSC_PROCESS_NAME], const char *path, size_t len)
{
	static const char deleted[] = " (deleted)";
	size_t cut = sizeof deleted - 1;

	if (len > cut && memcmp(path + len - cut, deleted, cut) == 0)
		len -= cut;
	path = after_last(path, &len, '/');
	if (len >= NSC_PROCESS_NAME)
		len = NSC_PROCESS_NAME - 1;
	memcpy(name, path, len);
	name[len] = '\0';
}

/* "NUMBER:CONTROLLERS:PATH": the path may hold colons, CONTROLLERS may not. */
struct line {
	const char *controllers, *path;
	size_t controllers_len, path_len;
};

static bool
split(struct line *l, const char *text, size_t len)
{
	static const char deleted[] = " (deleted)";	/* the folder was removed under its process */
	const char *first = memchr(text, ':', len), *second, *end = text + len;
	size_t cut = sizeof deleted - 1;

	second = first != NULL ? memchr(first + 1, ':', (size_t)(end - first - 1)) : NULL;
	if (second == NULL)
		return false;
	*l = (struct line){
		.controllers = first + 1, .controllers_len = (size_t)(second - first - 1),
		.path = second + 1, .path_len = (size_t)(end - second - 1),
	};
	if (l->path_len > cut && memcmp(end - cut, deleted, cut) == 0)
		l->path_len -= cut;
	return true;
}

/* How much a hierarchy has to say: systemd names its units in its own one and in cgroup2. */
static int
rank(const struct line *l)
{
	static const char own[] = "name=systemd";

	if (l->controllers_len == sizeof own - 1 &&
	    memcmp(l->controllers, own, sizeof own - 1) == 0)
		return 3;
	return l->controllers_len == 0 ? 2 : 1;
}

void
nsc_process_cgroup(char unit[NSC_UNIT_NAME], const char *text, size_t len)
{
	char path[PATH], name[NSC_UNIT_NAME];
	const char *end = text + len, *stop;
	int best = 0;
	struct line l;

	unit[0] = '\0';
	for (; text < end; text = stop + 1) {
		stop = memchr(text, '\n', (size_t)(end - text));
		if (stop == NULL)
			stop = end;
		if (!split(&l, text, (size_t)(stop - text)) || l.path_len >= sizeof path ||
		    rank(&l) <= best)
			continue;
		memcpy(path, l.path, l.path_len);
		path[l.path_len] = '\0';
		nsc_unit_name(name, path);
		if (name[0] != '\0') {
			best = rank(&l);
			memcpy(unit, name, sizeof name);
		}
	}
}
