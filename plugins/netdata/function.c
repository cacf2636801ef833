/* SPDX-License-Identifier: MIT */
/* Calls from Netdata, by lines: FUNCTION id timeout "name arguments" ... */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "connections.h"
#include "function.h"

#define FUNCTION_NAME "netflowscope-connections"
#define HELP "What this host talks with and listens on: process, scope, exposure, application, octets."

enum {
	LINE = 4096,
	ID = 64,			/* of a call: a UUID, 36 octets */
	CALLS = 16,			/* that wait; one more is answered with 503 */
	STEP_MS = 100, STEPS = 20,	/* rows that have not come after two seconds are not waited for */
	SECONDS = 10,			/* that Netdata shall wait for an answer */
	/* http_access.h of Netdata 2: signed in, same space, may see sensitive data. */
	ACCESS = 0x13,
	PRIORITY = 100,
	MAJOR = 2,
	EXPIRES = 1,			/* s */
};

struct function {
	FILE *to;
	struct nsc_engine *engine;
	struct nsc_rows *rows;		/* from the first call on */
	struct nsc_reader *reader;	/* one of its own: to wake who has rows */
	struct connections *seen;
	unsigned update_every;
	char call[CALLS][ID];		/* waiting for rows */
	unsigned calls, steps;
	char line[LINE];
	size_t len;
	bool registers, too_long, payload, quit;
};

/* --- life ------------------------------------------------------------------------- */

static unsigned
major_of(const char *version)
{
	if (version == NULL)
		return 0;
	return (unsigned)strtoul(version + (version[0] == 'v'), NULL, 10);
}

struct function *
function_new(FILE *to, struct nsc_engine *engine, unsigned update_every, const char *version)
{
	struct function *f = calloc(1, sizeof *f);

	if (f == NULL)
		return NULL;
	f->to = to;
	f->engine = engine;
	f->update_every = update_every;
	f->seen = connections_new();
	if (f->seen == NULL) {
		free(f);
		return NULL;
	}
	f->registers = major_of(version) >= MAJOR;
	return f;
}

void
function_register(struct function *f)
{
	if (f->registers)
		fprintf(f->to, "FUNCTION GLOBAL \"" FUNCTION_NAME "\" %d \"" HELP "\" \"top\" 0x%x %d\n",
			SECONDS, ACCESS, PRIORITY);
	f->registers = false;
}

void
function_free(struct function *f)
{
	if (f == NULL)
		return;
	nsc_rows_free(f->rows);
	nsc_reader_free(f->reader);
	connections_free(f->seen);
	free(f);
}

/* --- answers ------------------------------------------------------------------------ */

static void
begin_result(struct function *f, const char *id, int status, time_t expires)
{
	fprintf(f->to, "FUNCTION_RESULT_BEGIN \"%s\" %d \"application/json\" %lld\n", id, status,
		(long long)expires);
}

static void
end_result(struct function *f)
{
	fputs("\nFUNCTION_RESULT_END\n", f->to);
}

static void
refuse(struct function *f, const char *id, int status, const char *why)
{
	begin_result(f, id, status, 0);
	fprintf(f->to, "{\"status\":%d,\"errorMessage\":\"%s\"}", status, why);
	end_result(f);
}

static void
tell_about(struct function *f, const char *id)
{
	begin_result(f, id, 200, time(NULL) + 3600);
	fprintf(f->to, "{\"status\":200,\"type\":\"table\",\"has_history\":false,\"update_every\":%u,"
		"\"help\":\"" HELP "\",\"accepted_params\":[\"info\"],\"required_params\":[]}",
		f->update_every);
	end_result(f);
}

static void
answer_all(struct function *f)
{
	time_t expires = time(NULL) + EXPIRES;

	for (unsigned i = 0; i < f->calls; i++) {
		begin_result(f, f->call[i], 200, expires);
		connections_json(f->seen, f->to, f->update_every, HELP, expires);
		end_result(f);
	}
	f->calls = 0;
}

/* --- calls ---------------------------------------------------------------------------- */

static void
drop(void *arg, const struct nsc_sample *s)
{
	(void)arg;
	(void)s;
}

/* What lies there is of the last call, or of the start: it goes, and new rows are asked for. */
static int
begin_look(struct function *f)
{
	int rc = 0;

	if (f->reader == NULL)
		rc = nsc_reader_new(&f->reader, f->engine);
	if (rc == 0 && f->rows == NULL)
		rc = nsc_rows_new(&f->rows, f->engine);
	if (rc < 0)
		return rc;
	connections_tell(f->seen, f->rows);
	connections_forget(f->seen);
	f->steps = 0;
	return 0;
}

/* id: the caller's, which goes back to it in quotes. */
static void
take_call(struct function *f, const char *id, const char *what)
{
	size_t n = strcspn(what, " ");

	if (n != strlen(FUNCTION_NAME) || strncmp(what, FUNCTION_NAME, n) != 0) {
		refuse(f, id, 404, "no such function");
	} else if (strcmp(what + n, " info") == 0) {
		tell_about(f, id);
	} else if (f->calls == CALLS) {
		refuse(f, id, 503, "too many calls at once");
	} else if (f->calls == 0 && begin_look(f) < 0) {
		refuse(f, id, 503, "out of memory");
	} else {
		snprintf(f->call[f->calls++], ID, "%s", id);
	}
}

static void
cancel_call(struct function *f, const char *id)
{
	for (unsigned i = 0; i < f->calls; i++)
		if (strcmp(f->call[i], id) == 0) {
			memmove(f->call[i], f->call[f->calls - 1], ID);
			f->calls--;
			return;
		}
}

/* The next word of a line, without the quotes that it may stand in; "" at the end. */
static char *
next_word(char **p)
{
	char *word = *p + strspn(*p, " \t\r"), *end;
	char quote = *word;

	if (quote == '"' || quote == '\'') {
		end = strchr(++word, quote);
		if (end == NULL)
			end = word + strlen(word);
	} else {
		end = word + strcspn(word, " \t\r");
	}
	*p = *end != '\0' ? end + 1 : end;
	*end = '\0';
	return word;
}

static bool
is_id(const char *id)
{
	return id[0] != '\0' && strlen(id) < ID && strpbrk(id, "\"'\\") == NULL;
}

static void
take_line(struct function *f, char *line)
{
	char *p = line, *keyword = next_word(&p), *id;

	if (f->payload) {
		/* What goes with a call is of no use to ours. */
		f->payload = strcmp(keyword, "FUNCTION_PAYLOAD_END") != 0;
		return;
	}
	if (strcmp(keyword, "QUIT") == 0)
		f->quit = true;
	id = next_word(&p);
	if (!is_id(id))
		return;
	if (strcmp(keyword, "FUNCTION_CANCEL") == 0)
		cancel_call(f, id);
	f->payload = strcmp(keyword, "FUNCTION_PAYLOAD") == 0;
	if (!f->payload && strcmp(keyword, "FUNCTION") != 0)
		return;
	next_word(&p);			/* its patience: more than we need */
	take_call(f, id, next_word(&p));
}

int
function_input(struct function *f, int fd)
{
	char octets[LINE];
	ssize_t n = read(fd, octets, sizeof octets);

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -EPIPE;
	if (n == 0)
		return -EPIPE;
	for (ssize_t i = 0; i < n; i++) {
		if (octets[i] != '\n') {
			f->too_long |= f->len == LINE - 1;
			if (!f->too_long)
				f->line[f->len++] = octets[i];
			continue;
		}
		f->line[f->len] = '\0';
		if (!f->too_long)
			take_line(f, f->line);
		f->len = 0;
		f->too_long = false;
	}
	return f->quit;
}

int
function_pause(const struct function *f)
{
	return f->calls > 0 ? STEP_MS : -1;
}

int
function_serve(struct function *f)
{
	if (f->calls > 0) {
		nsc_rows_ask(f->rows);
		nsc_reader_read(f->reader, drop, NULL);
		connections_tell(f->seen, f->rows);
		if (!connections_whole(f->seen) && ++f->steps < STEPS)
			return 0;
		answer_all(f);
		connections_forget(f->seen);
	}
	return fflush(f->to) != 0 ? -EPIPE : 0;
}
