/* SPDX-License-Identifier: MIT */
/* Who holds a socket, over a folder that looks like /proc; every system call is counted. */
#include "fake_proc.h"
#include "host/owners_inner.h"
#include "suite.h"

#define S 1000000000ull

static struct nsc_owners *o;

static void
begin_with(uint32_t budget_ms, bool script)
{
	struct nsc_owners_options options = {.budget_ms = budget_ms, .script = script};
	char err[NSC_ERR];

	ck_assert_int_eq(nsc_owners_new_at(&o, &options, fake, err), 0);
	ck_assert_str_eq(err, "");
	ck_assert_str_eq(nsc_owners_way(o), "/proc");
}

static void
begin(void)
{
	fake_begin();
	fake_process(1, "systemd", 1, "/lib/systemd/systemd");
	o = NULL;
}

static void
finish(void)
{
	nsc_owners_free(o);
	fake_end();
}

static void
find(uint64_t now, size_t n, const uint64_t *inode)
{
	char err[NSC_ERR] = "";

	ck_assert_msg(nsc_owners_find(o, inode, n, now, err) == 0, "%s", err);
}

#define FIND(now, ...)                                                                             \
	find(now, sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t), (uint64_t[]){__VA_ARGS__})

/* name NULL: nobody is known, and state says why. */
static void
is(uint64_t inode, const char *name, enum nsc_owner_state state)
{
	struct nsc_owner a = nsc_owners_of(o, inode);

	ck_assert_int_eq(a.state, name != NULL ? NSC_OWNER_KNOWN : state);
	if (name != NULL)
		ck_assert_str_eq(a.process->name, name);
	else
		ck_assert_ptr_null(a.process);
}

static void
known(uint64_t inode, const char *name)
{
	is(inode, name, NSC_OWNER_KNOWN);
}

static struct nsc_owners_stats
stats(void)
{
	struct nsc_owners_stats s;

	nsc_owners_stats(o, &s);
	return s;
}

/* Row 0.10: known, anonymous. */
START_TEST(test_name_unit_and_process)
{
	const struct nsc_process *p;

	fake_process(20, "nginx: worker", 77, "/usr/sbin/nginx (deleted)");
	fake_socket(20, 6, 1000);
	fake_link(20, "fd/0", "/dev/null");
	fake_link(20, "fd/1", "pipe:[1000]");
	fake_process(30, "kworker/0:1 x", 78, NULL);
	fake_socket(30, 3, 1001);
	begin_with(0, false);
	FIND(S, 0, 1000, 1001, 1002);
	known(1000, "nginx");
	known(1001, "kworker/0:1 x");
	p = nsc_owners_of(o, 1000).process;
	ck_assert_uint_eq(p->pid, 20);
	ck_assert_uint_eq(p->start, 77);
	ck_assert_str_eq(p->unit, "nginx: worker.service");
	is(1002, NULL, NSC_OWNER_ANONYMOUS);
	is(0, NULL, NSC_OWNER_ANONYMOUS);
	is(4711, NULL, NSC_OWNER_DENIED);	/* never asked for */
	ck_assert_uint_eq(stats().scans, 1);
	ck_assert_uint_eq(stats().denied, 0);
	ck_assert_uint_eq(stats().processes, 2);
}
END_TEST

/* Row 2.3: what is known costs nothing; later one readlink a socket, and stat once a process. */
START_TEST(test_known_costs_no_call)
{
	uint64_t inode[100], calls;

	fake_process(20, "server", 77, "/usr/sbin/server");
	for (unsigned i = 0; i < 100; i++) {
		inode[i] = 1000 + i;
		fake_socket(20, i, 1000 + i);
	}
	begin_with(60000, false);
	find(S, 100, inode);
	calls = o->proc.calls;
	find(S, 100, inode);
	find(2 * S, 100, inode);
	ck_assert_uint_eq(o->proc.calls, calls);
	ck_assert_uint_eq(stats().scans, 1);
	find(7 * S, 100, inode);
	ck_assert_uint_eq(o->proc.calls, calls + 100 + 2);
	ck_assert_uint_eq(stats().scans, 1);
	known(1099, "server");
}
END_TEST

START_TEST(test_several_holders)
{
	fake_process(300, "first", 50, "/bin/first");
	fake_process(20, "later", 60, "/bin/later");
	fake_process(31, "twin-b", 40, "/bin/twin-b");
	fake_process(30, "twin-a", 40, "/bin/twin-a");
	fake_socket(300, 3, 1000);
	fake_socket(20, 3, 1000);
	fake_socket(31, 3, 1001);
	fake_socket(30, 3, 1001);
	begin_with(0, false);
	FIND(S, 1000, 1001);
	known(1000, "first");
	known(1001, "twin-a");
	fake_gone(300);
	FIND(9 * S, 1000, 1001);
	known(1000, "later");
}
END_TEST

/* Without a budget the eldest are asked first, and nobody once all are found. */
START_TEST(test_search_ends_when_all_are_found)
{
	uint64_t calls;

	fake_process(900, "elder", 50, "/bin/elder");
	fake_process(20, "younger", 60, "/bin/younger");
	for (unsigned fd = 0; fd < 500; fd++)
		fake_socket(20, fd, 2000 + fd);
	fake_socket(20, 600, 1000);
	fake_socket(900, 3, 1000);
	begin_with(0, false);
	FIND(S, 1000, 1000, 0);
	known(1000, "elder");
	calls = o->proc.calls;
	ck_assert_uint_lt(calls, 50);
	FIND(2 * S, 1000);
	ck_assert_uint_eq(o->proc.calls, calls);
	FIND(3 * S, 1000, 2499, 2499);
	known(2499, "younger");
	ck_assert_uint_eq(o->wanted, 0);
	FIND(4 * S, 1000, 5000);
	is(5000, NULL, NSC_OWNER_ANONYMOUS);
}
END_TEST

START_TEST(test_what_nobody_holds_is_sought_rarely)
{
	uint64_t calls;

	begin_with(0, false);
	FIND(S, 1000);
	is(1000, NULL, NSC_OWNER_ANONYMOUS);
	calls = o->proc.calls;
	FIND(2 * S, 1000);
	FIND(30 * S, 1000);
	ck_assert_uint_eq(o->proc.calls, calls);
	fake_process(20, "late", 9, "/bin/late");
	fake_socket(20, 3, 1000);
	FIND(31 * S, 1000);
	known(1000, "late");
	ck_assert_uint_eq(stats().scans, 2);
}
END_TEST

START_TEST(test_denied_and_hidden)
{
	char path[128];

	fake_process(20, "mine", 9, "/bin/mine");
	fake_socket(20, 3, 1000);
	fake_process(30, "theirs", 9, "/bin/theirs");
	fake_socket(30, 3, 1001);
	snprintf(path, sizeof path, "%s/30/fd", fake);
	ck_assert_int_eq(chmod(path, 0), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	begin_with(0, false);
	FIND(S, 1000, 1001, 0);
	known(1000, "mine");
	is(1001, NULL, NSC_OWNER_DENIED);
	is(0, NULL, NSC_OWNER_ANONYMOUS);
	ck_assert_uint_eq(stats().denied, 1);
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(chmod(path, 0755), 0);
	/* As with hidepid=2: not even PID 1 is there. */
	fake_gone(1);
	FIND(S, 1002);
	is(1002, NULL, NSC_OWNER_DENIED);
}
END_TEST

/* A foreign PID namespace may share our network namespace: what we do not find is theirs. */
START_TEST(test_inside_a_pid_namespace)
{
	char path[128];

	snprintf(path, sizeof path, "%s/self", fake);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	strcat(path, "/ns");
	ck_assert_int_eq(mkdir(path, 0755), 0);
	strcat(path, "/pid");
	ck_assert_int_eq(symlink("pid:[4026532999]", path), 0);
	begin_with(0, false);
	FIND(S, 1000);
	is(1000, NULL, NSC_OWNER_DENIED);
}
END_TEST

enum { MANY = 400 };

static void
many(void)
{
	for (unsigned i = 0; i < MANY; i++) {
		fake_process(100 + i, "many", 1000 + i, "/bin/many");
		for (unsigned fd = 0; fd < 12; fd++) {
			char name[24];

			snprintf(name, sizeof name, "fd/%u", fd);
			fake_link(100 + i, name, "/dev/null");
		}
	}
	fake_socket(100, 20, 1000);
	fake_socket(100 + MANY - 1, 20, 1001);
}

/* The budget ends a walk; the next find goes on where it stopped. */
START_TEST(test_walk_goes_on)
{
	uint64_t lap, calls;
	unsigned finds = 0;

	many();
	begin_with(0, false);
	FIND(S, 1000, 1001);
	lap = o->proc.calls;
	nsc_owners_free(o);
	begin_with(1, false);
	FIND(S, 1000, 1001);
	ck_assert_uint_eq(stats().unfinished, 1);
	is(1001, NULL, NSC_OWNER_DENIED);
	for (finds = 1; stats().scans == 0 && finds < 2000; finds++) {
		FIND(S, 1000, 1001);
		if (o->walk.position > (NSC_OWNERS_LAP | 100))
			known(1000, "many");	/* its lap is not over, but it was met */
	}
	ck_assert_uint_gt(finds, 2);
	known(1001, "many");
	ck_assert_uint_eq(nsc_owners_of(o, 1001).process->pid, 100 + MANY - 1);
	/* Each folder was opened once: but for the lists, what one walk costs. */
	ck_assert_uint_lt(o->proc.calls, lap + 20 * finds);
	calls = o->proc.calls;
	FIND(2 * S, 1000, 1001);
	ck_assert_uint_eq(o->proc.calls, calls);
}
END_TEST

/* Asked for in the middle of a walk: decided once the walk was there again, not before. */
START_TEST(test_asked_for_within_a_walk)
{
	unsigned finds;

	many();
	fake_socket(101, 20, 1002);
	begin_with(1, false);
	for (finds = 0; o->walk.position < (NSC_OWNERS_LAP | 110) && finds < 2000; finds++)
		FIND(S, 1001);
	ck_assert_uint_eq(stats().scans, 0);
	FIND(S, 1001, 1002, 1003);
	is(1002, NULL, NSC_OWNER_DENIED);
	for (finds = 1; stats().scans == 0 && finds < 2000; finds++) {
		is(1003, NULL, NSC_OWNER_DENIED);
		FIND(S, 1001, 1002, 1003);
	}
	known(1002, "many");
	is(1003, NULL, NSC_OWNER_ANONYMOUS);
}
END_TEST

/* One process with very many files is not looked through at once either. */
START_TEST(test_budget_within_a_process)
{
	unsigned finds;

	fake_process(20, "hoarder", 9, "/bin/hoarder");
	for (unsigned fd = 0; fd < 6000; fd++)
		fake_socket(20, fd, 100000 + fd);
	begin_with(1, false);
	FIND(S, 100000, 102000, 105999);
	for (finds = 1; stats().scans == 0 && finds < 2000; finds++)
		FIND(S, 100000, 102000, 105999);
	ck_assert_uint_gt(stats().unfinished, 0);
	known(100000, "hoarder");
	known(102000, "hoarder");
	known(105999, "hoarder");
	ck_assert_uint_lt(o->proc.calls, 6000 + 40 * finds + 100);
}
END_TEST

/* Row 4.12: a reused PID never lends its name. */
START_TEST(test_reused_pid)
{
	fake_process(20, "old", 100, "/bin/old");
	fake_socket(20, 3, 1000);
	begin_with(0, false);
	FIND(S, 1000);
	known(1000, "old");
	fake_gone(20);
	fake_process(20, "new", 200, "/bin/new");
	FIND(2 * S, 1000);
	known(1000, "old");
	FIND(9 * S, 1000);
	is(1000, NULL, NSC_OWNER_ANONYMOUS);
	/* The same number of file and socket: now it is the new one's, as it holds it. */
	fake_socket(20, 3, 1001);
	FIND(10 * S, 1001);
	known(1001, "new");
	fake_gone(20);
	fake_process(20, "third", 300, "/bin/third");
	fake_socket(20, 3, 1001);
	FIND(20 * S, 1001);
	known(1001, "third");
	ck_assert_uint_eq(nsc_owners_of(o, 1001).process->start, 300);
}
END_TEST

START_TEST(test_exec_after_bind)
{
	fake_process(20, "sh", 100, "/bin/sh");
	fake_socket(20, 3, 1000);
	begin_with(0, false);
	FIND(S, 1000);
	known(1000, "sh");
	fake_stat(20, "server", 100);
	fake_link(20, "exe", "/usr/bin/server");
	FIND(9 * S, 1000);
	known(1000, "server");
	/* exec of the same comm, or another cgroup: within a minute */
	fake_link(20, "exe", "/usr/local/bin/server-2");
	fake_file(20, "cgroup", "0::/system.slice/other.service\n");
	FIND(75 * S, 1000);
	known(1000, "server-2");
	ck_assert_str_eq(nsc_owners_of(o, 1000).process->unit, "other.service");
}
END_TEST

START_TEST(test_moved_to_another_descriptor)
{
	fake_process(20, "server", 100, "/bin/server");
	fake_socket(20, 3, 1000);
	begin_with(0, false);
	FIND(S, 1000);
	fake_link(20, "fd/3", "/dev/null");
	fake_socket(20, 8, 1000);
	FIND(9 * S, 1000);
	known(1000, "server");
}
END_TEST

START_TEST(test_script)
{
	fake_process(20, "python3", 100, "/usr/bin/python3.11");
	fake_file(20, "cmdline", "python3%c/srv/app.py%c", 0, 0);
	fake_socket(20, 3, 1000);
	begin_with(0, true);
	FIND(S, 1000);
	known(1000, "app.py");
	nsc_owners_free(o);
	begin_with(0, false);
	FIND(S, 1000);
	known(1000, "python3.11");
}
END_TEST

static void
told(uint32_t pid, uint64_t start, const char *comm, uint64_t now, const char *name)
{
	struct nsc_owner a = nsc_owners_pid(o, pid, start, comm, 0, now);

	ck_assert_int_eq(a.state, NSC_OWNER_KNOWN);
	ck_assert_str_eq(a.process->name, name);
	ck_assert_uint_eq(a.process->pid, pid);
}

/* Row 2.3: PID 0 is nobody and not kept; one that is missing is looked up once. */
START_TEST(test_told_by_pid)
{
	uint64_t calls;

	fake_process(20, "nginx", 100, "/usr/sbin/nginx");
	begin_with(0, false);
	calls = o->proc.calls;
	ck_assert_int_eq(nsc_owners_pid(o, 0, 0, "swapper", 0, S).state, NSC_OWNER_ANONYMOUS);
	ck_assert_uint_eq(o->proc.calls, calls);
	ck_assert_uint_eq(stats().processes, 0);

	told(20, 100, "nginx", S, "nginx");
	ck_assert_str_eq(nsc_owners_pid(o, 20, 100, "nginx", 0, S).process->unit, "nginx.service");
	calls = o->proc.calls;
	told(20, 100, "nginx", 99 * S, "nginx");
	told(20, 100, "", 99 * S, "nginx");
	ck_assert_uint_eq(o->proc.calls, calls);

	told(77, 100, "gone", S, "gone");
	calls = o->proc.calls;
	told(77, 100, "gone", 2 * S, "gone");
	ck_assert_uint_eq(o->proc.calls, calls);
	ck_assert_uint_eq(stats().processes, 2);

	/* PID 20 is somebody else's by now: the comm that came with the event, never "nginx". */
	told(20, 50, "curl", S, "curl");
	told(20, 100, "nginx", S, "nginx");
	/* exec, seen by comm */
	told(20, 100, "nginx", S, "nginx");
	fake_stat(20, "other", 100);
	fake_link(20, "exe", "/bin/other-program");
	told(20, 100, "other", S, "other-program");
	/* Connections that began under the old comm end later: nothing is read for them. */
	fake_stat(20, "third", 100);
	told(20, 100, "fourth", S, "other-program");
	calls = o->proc.calls;
	told(20, 100, "fourth", S, "other-program");
	told(20, 100, "third", S, "other-program");
	ck_assert_uint_eq(o->proc.calls, calls);
	/* exec, and ended before we looked */
	fake_gone(20);
	told(20, 100, "last", S, "last");
	/* Nothing is known at all. */
	ck_assert_int_eq(nsc_owners_pid(o, 99, 1, "", 0, S).state, NSC_OWNER_DENIED);
}
END_TEST

START_TEST(test_bounded)
{
	enum { TOO_MANY = NSC_INODES_MAX + 100 };
	uint64_t *inode = calloc(TOO_MANY, sizeof *inode);

	fake_process(20, "server", 100, "/bin/server");
	fake_socket(20, 3, 7);
	fake_socket(20, 4, TOO_MANY);
	for (unsigned i = 0; i < TOO_MANY; i++)
		inode[i] = i + 1;
	begin_with(0, false);
	find(S, TOO_MANY, inode);
	known(7, "server");
	is(8, NULL, NSC_OWNER_ANONYMOUS);
	is(TOO_MANY, NULL, NSC_OWNER_DENIED);
	ck_assert_uint_eq(stats().no_room, 100);
	/* What is not asked for any more makes room. */
	FIND(300 * S, TOO_MANY);
	known(TOO_MANY, "server");
	ck_assert_uint_eq(o->inodes.count, 1);
	free(inode);

	for (unsigned i = 0; i < NSC_KNOWN_MAX + 500; i++)
		nsc_owners_pid(o, 1000 + i, 1, "short", 0, 300 * S + i);
	ck_assert_uint_eq(stats().processes, NSC_KNOWN_MAX);
	told(1000 + NSC_KNOWN_MAX + 499, 1, "", 301 * S, "short");
	FIND(600 * S, TOO_MANY);
	known(TOO_MANY, "server");
	ck_assert_uint_eq(stats().processes, 1);
}
END_TEST

START_TEST(test_no_proc)
{
	struct nsc_owners_options options = {0};
	char err[NSC_ERR];

	ck_assert_int_eq(nsc_owners_new_at(&o, &options, "/nonexistent", err), 0);
	ck_assert_int_lt(nsc_owners_find(o, (uint64_t[]){1000}, 1, S, err), 0);
	ck_assert_str_eq(err, "owners: /proc: Bad file descriptor");
	is(1000, NULL, NSC_OWNER_DENIED);
	told(20, 50, "curl", S, "curl");
}
END_TEST

RUN_TESTS("owners", begin, finish, ONCE(test_name_unit_and_process),
	  ONCE(test_known_costs_no_call), ONCE(test_several_holders),
	  ONCE(test_search_ends_when_all_are_found),
	  ONCE(test_what_nobody_holds_is_sought_rarely), ONCE(test_denied_and_hidden),
	  ONCE(test_inside_a_pid_namespace), ONCE(test_walk_goes_on),
	  ONCE(test_asked_for_within_a_walk), ONCE(test_budget_within_a_process),
	  ONCE(test_reused_pid), ONCE(test_exec_after_bind),
	  ONCE(test_moved_to_another_descriptor), ONCE(test_script), ONCE(test_told_by_pid),
	  ONCE(test_bounded), ONCE(test_no_proc))
