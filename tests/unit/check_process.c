/* SPDX-License-Identifier: MIT */
/* The files of /proc/PID (proc(5)), and a process of our own whose truth the kernel tells. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/process_text.h"
#include "suite.h"

static bool
stat_of(struct nsc_process_stat *s, const char *line)
{
	return nsc_process_stat(s, line, strlen(line));
}

#define REST " 0 -1 4194560 1 0 0 0 1 2 0 0 20 0 1 0 "	/* fields 8 to 21 */

START_TEST(test_start_is_field_22)
{
	struct nsc_process_stat s;

	ck_assert(stat_of(&s, "42 (nginx) S 1 42 42" REST "987654 1000 20\n"));
	ck_assert_str_eq(s.comm, "nginx");
	ck_assert_uint_eq(s.start, 987654);
	ck_assert(stat_of(&s, "42 (a b) (c) R 7) S 1 42 42" REST "5 1\n"));
	ck_assert_str_eq(s.comm, "a b) (c) R 7");
	ck_assert_uint_eq(s.start, 5);
	ck_assert(stat_of(&s, "42 () S 1 42 42" REST "18446744073709551615"));
	ck_assert_str_eq(s.comm, "");
	ck_assert_uint_eq(s.start, UINT64_MAX);
	ck_assert(stat_of(&s, "42 (x\\ny\\\\z) S 1 42 42" REST "5\n"));
	ck_assert_str_eq(s.comm, "x\ny\\z");
}
END_TEST

START_TEST(test_what_is_no_stat_line)
{
	static const char *const lines[] = {
		"", "42", "42 (nginx", "42 nginx) S", ")(", "42 (nginx)", "42 (nginx) S 1 2 3",
		"42 (n) S 1 42 42" REST, "42 (n) S 1 42 42" REST "x", "()",
	};
	struct nsc_process_stat s;

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		ck_assert_msg(!stat_of(&s, lines[i]), "%s", lines[i]);
}
END_TEST

START_TEST(test_exe)
{
	static const struct {
		const char *path, *name;
	} lines[] = {
		{"/usr/sbin/nginx", "nginx"}, {"/usr/sbin/nginx (deleted)", "nginx"},
		{"/memfd:run (deleted)", "memfd:run"}, {"/opt/my app/a (b)", "a (b)"},
		{"", ""}, {"/", ""}, {" (deleted)", " (deleted)"},
		{"/x (deleted) (deleted)", "x (deleted)"},
	};
	char name[NSC_PROCESS_NAME], path[300] = "/";

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		nsc_process_exe(name, lines[i].path, strlen(lines[i].path));
		ck_assert_str_eq(name, lines[i].name);
	}
	memset(path + 1, 'n', 255);
	nsc_process_exe(name, path, strlen(path));
	ck_assert_uint_eq(strlen(name), NSC_PROCESS_NAME - 1);
}
END_TEST

/* NAME: its line is "interpreter", then the arguments with | between them. */
static const struct {
	const char *interpreter, *line, *name;		/* NULL: none */
} scripts[] = {
	{"python3.11", "python3|/srv/app.py|--port|80", "app.py"},
	{"python3.11", "/usr/bin/python3|-u|-W|ignore|-X|dev|run.py", "run.py"},
	{"python3.11", "python3|-m|http.server|8000", "http.server"},
	{"python3.11", "python3|-Im|http.server", "http.server"},
	{"python3.11", "python3|-c|import x", NULL},
	{"python3.11", "python3|-Bc|import x", NULL},
	{"python3.11", "python3", NULL},
	{"python3.11", "python3|-", NULL},
	{"python3.11", "python3|-W", NULL},
	{"python3.11", "gunicorn: master [app]", NULL},
	{"python3.11", "gunicorn: master [app]||", NULL},
	{"perl", "perl|-w|-Mfeature=say|-I|lib|/usr/bin/spamd", "spamd"},
	{"perl5.36.0", "perl|-ne|print", NULL},
	{"perl5.36-x86_64-linux-gnu", "perl|x.pl", "x.pl"},
	{"ruby3.1", "ruby|-r|bundler|bin/puma", "puma"},
	{"node", "node|--require|./trace.js|--max-old-space-size=99|server.js", "server.js"},
	{"node", "node|--eval|1", NULL},
	{"php8.2", "php|-d|x=1|-f|index.php", "index.php"},
	{"php8.2", "php|-S|0:80|router.php", "router.php"},
	{"bash", "/bin/bash|-e|-o|pipefail|/usr/local/bin/job", "job"},
	{"bash", "bash|-c|sleep 1", NULL},
	{"dash", "/bin/sh|--|-odd", "-odd"},
	{"java", "java|-Xmx1g|-cp|a.jar:b.jar|org.example.Main|x", "org.example.Main"},
	{"java", "java|-jar|/opt/app/server.jar|-m", "server.jar"},
	{"lua5.4", "lua|-l|socket|s.lua", "s.lua"},
	{"nginx", "nginx: worker|x", NULL},
	{"php-fpm8.2", "php-fpm: pool www", NULL},
	{"python3.11", "python3|dir/", "dir/"},
};

START_TEST(test_script)
{
	char line[200], name[NSC_PROCESS_NAME] = "?";
	size_t len = strlen(scripts[_i].line) + 1;
	bool is;

	memcpy(line, scripts[_i].line, len);
	for (size_t i = 0; i < len; i++)
		if (line[i] == '|')
			line[i] = '\0';
	is = nsc_process_script(name, scripts[_i].interpreter, line, len);
	ck_assert_int_eq(is, scripts[_i].name != NULL);
	ck_assert_str_eq(name, is ? scripts[_i].name : "?");
}
END_TEST

/* A child that sleeps; argv[0] "x" so that nothing rests on it. */
static pid_t
child_of(const char *file, const char *arg)
{
	int gone[2];
	char c;
	pid_t pid;

	ck_assert_int_eq(pipe2(gone, O_CLOEXEC), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		execl(file, "x", arg, (char *)NULL);
		_exit(1);
	}
	close(gone[1]);
	ck_assert_int_eq(read(gone[0], &c, 1), 0);	/* exec is through */
	close(gone[0]);
	return pid;
}

static void
end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

START_TEST(test_a_process)
{
	pid_t pid = child_of("/bin/sleep", "30");
	struct nsc_process p, q;

	ck_assert_int_eq(nsc_process_read(&p, (uint32_t)pid, 0, true), 0);
	ck_assert_uint_eq(p.pid, (uint32_t)pid);
	ck_assert_str_eq(p.name, "sleep");
	ck_assert_uint_gt(p.start, 0);
	ck_assert_int_eq(nsc_process_read(&q, (uint32_t)pid, p.start, false), 0);
	ck_assert_int_eq(nsc_process_read(&q, (uint32_t)pid, p.start + 1, false), -ESRCH);
	end(pid);
	ck_assert_int_eq(nsc_process_read(&q, (uint32_t)pid, 0, false), -ESRCH);
	ck_assert_int_eq(nsc_process_read(&q, 0, 0, false), -ESRCH);
}
END_TEST

START_TEST(test_deleted_executable_and_script)
{
	char copy[] = "/tmp/nsc-process-XXXXXX", script[64], command[300];
	struct nsc_process p;
	pid_t pid;

	ck_assert_ptr_nonnull(mkdtemp(copy));
	snprintf(command, sizeof command, "cp /bin/sleep %s/my-server && printf 'sleep 30\\n' >%s/job.sh",
		 copy, copy);
	ck_assert_int_eq(system(command), 0);
	snprintf(script, sizeof script, "%s/my-server", copy);
	pid = child_of(script, "30");
	ck_assert_int_eq(unlink(script), 0);
	ck_assert_int_eq(nsc_process_read(&p, (uint32_t)pid, 0, false), 0);
	ck_assert_str_eq(p.name, "my-server");
	end(pid);

	snprintf(script, sizeof script, "%s/job.sh", copy);
	pid = child_of("/bin/bash", script);
	ck_assert_int_eq(nsc_process_read(&p, (uint32_t)pid, 0, true), 0);
	ck_assert_str_eq(p.name, "job.sh");
	ck_assert_int_eq(nsc_process_read(&p, (uint32_t)pid, 0, false), 0);
	ck_assert_str_eq(p.name, "bash");
	end(pid);
	snprintf(command, sizeof command, "rm -r %s", copy);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

/* A kernel thread has no executable: comm; and its whole name, not 15 octets of it. */
START_TEST(test_kernel_thread)
{
	struct nsc_process p;
	char comm[64] = "";
	FILE *f = fopen("/proc/2/stat", "r");

	if (f == NULL || fscanf(f, "2 (%63[^)])", comm) != 1 || strcmp(comm, "kthreadd") != 0) {
		if (f != NULL)
			fclose(f);
		return;			/* not the initial PID namespace */
	}
	fclose(f);
	ck_assert_int_eq(nsc_process_read(&p, 2, 0, true), 0);
	ck_assert_str_eq(p.name, "kthreadd");
}
END_TEST

RUN_TESTS("process", NULL, NULL, ONCE(test_start_is_field_22),
	  ONCE(test_what_is_no_stat_line), ONCE(test_exe),
	  ROWS(test_script, sizeof scripts / sizeof scripts[0]), ONCE(test_a_process),
	  ONCE(test_deleted_executable_and_script), ONCE(test_kernel_thread))
