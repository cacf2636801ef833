/* SPDX-License-Identifier: MIT */
/*
 * netflowscope.plugin as Netdata starts it: what it says on standard output, read strictly;
 * calls of its Function; its end; what it disables itself for.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "netdata_lines.h"

struct plugin {
	pid_t pid;
	FILE *in, *out, *err;
	struct nd_reader *reader;
	char result[1 << 16];		/* of the last function */
};

static void
start(struct plugin *p, const char *version, const char *const *words)
{
	const char *build = getenv("top_builddir");
	int in[2], out[2], err[2];
	char path[4096];

	memset(p, 0, sizeof *p);
	snprintf(path, sizeof path, "%s/plugins/netdata/netflowscope.plugin", build != NULL ? build : ".");
	ck_assert(pipe(in) == 0 && pipe(out) == 0 && pipe(err) == 0);
	setenv("NETDATA_VERSION", version, 1);
	p->pid = fork();
	ck_assert_int_ge(p->pid, 0);
	if (p->pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		for (int fd = 3; fd < 64; fd++)
			close(fd);
		execv(path, (char *const *)(uintptr_t)words);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	close(err[1]);
	signal(SIGPIPE, SIG_IGN);
	p->in = fdopen(in[1], "w");
	p->out = fdopen(out[0], "r");
	p->err = fdopen(err[0], "r");
	p->reader = calloc(1, sizeof *p->reader);
	ck_assert_ptr_nonnull(p->reader);
	p->reader->update_every = 1;
}

/* One line through the strict reader; false at the end. */
static bool
take(struct plugin *p)
{
	char line[8192];

	if (fgets(line, sizeof line, p->out) == NULL)
		return false;
	ck_assert_msg(strchr(line, '\n') != NULL, "a line without an end: %s", line);
	if (strncmp(line, "FUNCTION_RESULT_BEGIN", 21) == 0)
		p->result[0] = '\0';
	if (p->reader->result > 0 || strncmp(line, "FUNCTION_RESULT_BEGIN", 21) == 0)
		strncat(p->result, line, sizeof p->result - strlen(p->result) - 1);
	line[strcspn(line, "\n")] = '\0';
	/* The first chart of each read, as packets are not captured here. */
	if (strncmp(line, "BEGIN netflowscope.flow", 23) == 0 && (line[23] == '\0' || line[23] == ' '))
		nd_round(p->reader);
	nd_line(p->reader, line);
	return true;
}

/* Its status, -1 if a signal ended it; all of its standard error in text. */
static int
finish(struct plugin *p, char *text, size_t size)
{
	size_t n;
	int status;

	while (p->out != NULL && take(p))
		;
	n = fread(text, 1, size - 1, p->err);
	text[n] = '\0';
	ck_assert_int_eq(waitpid(p->pid, &status, 0), p->pid);
	fclose(p->in);
	fclose(p->err);
	if (p->out != NULL)
		fclose(p->out);
	nd_free(p->reader);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static uint64_t
blocks(struct plugin *p, const char *chart)
{
	struct nd_chart *c = nd_find(p->reader, chart);

	return c != NULL ? c->blocks : 0;
}

/* No packets: any user may look at sockets. */
static const char *const quiet[] = {"netflowscope.plugin", "1", "--capture", "off", "--bpf", "off", NULL};

START_TEST(speaks_and_ends)
{
	char text[65536];
	struct plugin p;

	start(&p, "v1.37.1", quiet);
	while (blocks(&p, "netflowscope.flow") < 3)
		ck_assert(take(&p));
	ck_assert_uint_eq(p.reader->functions, 0);
	ck_assert_ptr_nonnull(nd_find(p.reader, "netflowscope.listen"));
	ck_assert_ptr_nonnull(nd_find(p.reader, "netflowscope.self_sources"));
	kill(p.pid, SIGTERM);
	ck_assert_msg(finish(&p, text, sizeof text) == 0, "%s", text);
}
END_TEST

START_TEST(ends_with_its_reader)
{
	char text[65536];
	struct plugin p;

	start(&p, "v1.37.1", quiet);
	while (blocks(&p, "netflowscope.flow") < 1)
		ck_assert(take(&p));
	fclose(p.out);
	p.out = NULL;
	ck_assert_msg(finish(&p, text, sizeof text) == 0, "%s", text);
}
END_TEST

static void
call(struct plugin *p, const char *line)
{
	unsigned before = p->reader->results;

	fputs(line, p->in);
	fflush(p->in);
	while (p->reader->results == before)
		ck_assert(take(p));
}

/* netflowscope-connections: a listener, and both ends of a connection, of this very process. */
START_TEST(function)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int listener = socket(AF_INET, SOCK_STREAM, 0), one = socket(AF_INET, SOCK_STREAM, 0);
	char text[65536], wanted[128], pid[32];
	socklen_t len = sizeof a;
	struct plugin p;

	ck_assert(bind(listener, (struct sockaddr *)&a, sizeof a) == 0 && listen(listener, 4) == 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&a, &len), 0);
	ck_assert_int_eq(connect(one, (struct sockaddr *)&a, sizeof a), 0);
	start(&p, "v2.3.0", quiet);
	while (blocks(&p, "netflowscope.flow") < 2)
		ck_assert(take(&p));
	ck_assert_uint_eq(p.reader->functions, 1);

	call(&p, "FUNCTION 6f2c-1 10 \"netflowscope-connections\" 0x13 \"user\"\n");
	ck_assert(strncmp(p.result, "FUNCTION_RESULT_BEGIN \"6f2c-1\" 200 \"application/json\" ", 54) == 0);
	snprintf(wanted, sizeof wanted, "\"127.0.0.1\",%u,", ntohs(a.sin_port));
	ck_assert_msg(strstr(p.result, wanted) != NULL, "no %s in %s", wanted, p.result);
	snprintf(pid, sizeof pid, ",%d,", getpid());
	ck_assert_msg(strstr(p.result, "\"check_netdata_") != NULL && strstr(p.result, pid) != NULL,
		      "nothing of this process (%s): %s", pid, p.result);
	ck_assert_ptr_nonnull(strstr(p.result, "[\"listening\",\"tcp\",\"LISTEN\""));
	ck_assert_ptr_nonnull(strstr(p.result, "\"local_only\""));
	ck_assert_ptr_nonnull(strstr(p.result, "[\"local\",\"tcp\",\"ESTABLISHED\""));

	call(&p, "FUNCTION 6f2c-2 10 'netflowscope-connections info'\n");
	ck_assert_ptr_nonnull(strstr(p.result, "\"6f2c-2\" 200"));
	call(&p, "FUNCTION 6f2c-3 10 \"netflowscope-nothing\"\n");
	ck_assert_ptr_nonnull(strstr(p.result, "\"6f2c-3\" 404"));
	call(&p, "FUNCTION_PAYLOAD 6f2c-4 10 \"netflowscope-connections info\" 0x13 \"a\" \"b\"\n"
		 "FUNCTION 6f2c-5 10 \"netflowscope-connections info\"\nFUNCTION_PAYLOAD_END\n");
	ck_assert_ptr_nonnull(strstr(p.result, "\"6f2c-4\" 200"));
	/* What is no call is passed over, and what is cancelled has no answer. */
	fputs("\nFUNCTION\nFUNCTION_CANCEL 6f2c-9\nNONSENSE x y\nFUNCTION \"a'b\" 1 \"netflowscope-connections\"\n"
	      "FUNCTION 6f2c-6 10 \"netflowscope-connections\"\nFUNCTION_CANCEL 6f2c-6\n", p.in);
	for (unsigned i = 0; i < 9000; i++)
		fputc('x', p.in);
	fputc('\n', p.in);
	call(&p, "FUNCTION 6f2c-7 10 \"netflowscope-connections info\"\n");
	ck_assert_ptr_nonnull(strstr(p.result, "\"6f2c-7\" 200"));
	ck_assert_uint_eq(p.reader->results, 5);
	/* Netdata 2 says so before it ends. */
	fputs("QUIT\n", p.in);
	fflush(p.in);
	while (take(&p))
		;
	ck_assert_uint_eq(p.reader->results, 5);
	ck_assert_msg(finish(&p, text, sizeof text) == 0, "%s", text);
	close(listener);
	close(one);
}
END_TEST

/* What only a person can mend: the reason on standard error, DISABLE, no more. */
START_TEST(disables_itself)
{
	static const char *const words[][6] = {
		{"netflowscope.plugin", "1", "--flow-table-size", "12", NULL},
		{"netflowscope.plugin", "0", NULL},
		{"netflowscope.plugin", "1s", NULL},
		{"netflowscope.plugin", "1", "--no-such", "1", NULL},
		{"netflowscope.plugin", "--filter=tcp prot 80", NULL},
	};
	static const char *const named[] = {
		"command options: FlowTableSize: 12 is not within 1024 to 16777216",
		"update every: \"0\" is no number of seconds from 1 to 86400",
		"update every: \"1s\"", "no such option", "tcp prot 80",
	};
	char text[65536];
	struct plugin p;

	start(&p, "v1.37.1", words[_i]);
	while (take(&p))
		;
	ck_assert(p.reader->ended && p.reader->charts == 0);
	ck_assert_int_eq(finish(&p, text, sizeof text), 1);
	ck_assert_msg(strstr(text, named[_i]) != NULL, "\"%s\" is not in: %s", named[_i], text);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("netdata_plugin");
	TCase *c = tcase_create("netdata_plugin");
	SRunner *r = srunner_create(s);
	int failed;

	unsetenv("NETDATA_USER_CONFIG_DIR");
	unsetenv("NETDATA_STOCK_CONFIG_DIR");
	unsetenv("NETDATA_UPDATE_EVERY");
	tcase_set_timeout(c, 120);
	tcase_add_test(c, speaks_and_ends);
	tcase_add_test(c, ends_with_its_reader);
	tcase_add_test(c, function);
	tcase_add_loop_test(c, disables_itself, 0, 5);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
