/* SPDX-License-Identifier: MIT */
/*
 * Who holds a socket, on the kernel that runs: /proc and the iterator against what a plain
 * look through every /proc/PID/fd finds.
 */
#include <arpa/inet.h>
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/owners_inner.h"
#include "suite.h"

#define S 1000000000ull

enum { WAY_PROC, WAY_BPF, WAYS };

static struct nsc_owners *o;
static uint64_t now = S;

/* False: this way cannot be had here (not root, or built without BPF). */
static bool
begin(int way)
{
	struct nsc_owners_options options = {.bpf = way == WAY_BPF};
	char err[NSC_ERR];

	if (way == WAY_BPF && geteuid() != 0)
		return false;
	ck_assert_int_eq(nsc_owners_new(&o, &options, err), 0);
	if (way == WAY_BPF && strcmp(nsc_owners_way(o), "bpf") != 0) {
		ck_assert_str_eq(err, "owners: built without BPF");
		nsc_owners_free(o);
		return false;
	}
	return true;
}

static struct nsc_owner
owner(uint64_t inode)
{
	char err[NSC_ERR] = "";

	now += 10 * S;
	ck_assert_msg(nsc_owners_find(o, &inode, 1, now, err) == 0, "%s", err);
	return nsc_owners_of(o, inode);
}

static uint64_t
inode_of(int fd)
{
	struct stat st;

	ck_assert_int_eq(fstat(fd, &st), 0);
	return st.st_ino;
}

static int
listener(void)
{
	struct sockaddr_in any = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&any, sizeof any), 0);
	ck_assert_int_eq(listen(fd, 3), 0);
	return fd;
}

static void
is(uint64_t inode, pid_t pid, const char *name)
{
	struct nsc_owner a = owner(inode);

	ck_assert_int_eq(a.state, NSC_OWNER_KNOWN);
	ck_assert_str_eq(a.process->name, name);
	ck_assert_int_eq((pid_t)a.process->pid, pid);
}

/* --- programs of other names ----------------------------------------------- */

static char folder[64];

static void
make_folder(void)
{
	strcpy(folder, "/tmp/nsc-owners-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chmod(folder, 0755), 0);
}

static void
drop_folder(void)
{
	char command[100];

	snprintf(command, sizeof command, "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static void
program(const char *name)
{
	char command[200];

	snprintf(command, sizeof command, "cp /bin/sleep %s/%s", folder, name);
	ck_assert_int_eq(system(command), 0);
}

static void
run_program(const char *name)
{
	char path[100];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	execl(path, name, "100", (char *)NULL);
	_exit(1);
}

static void
wait_for_program(pid_t pid, const char *name)
{
	char path[100], link[200], want[100];
	ssize_t n;

	snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
	snprintf(want, sizeof want, "%s/%s", folder, name);
	for (int i = 0; i < 5000; i++) {
		n = readlink(path, link, sizeof link - 1);
		link[n > 0 ? n : 0] = '\0';
		if (strcmp(link, want) == 0)
			return;
		usleep(1000);
	}
	ck_abort_msg("%s did not start", name);
}

/* The child holds what we hold but for descriptors that close on exec. */
static pid_t
start_program(const char *name)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		run_program(name);
	wait_for_program(pid, name);
	return pid;
}

static void
end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* --- everything there is --------------------------------------------------- */

struct truth {
	uint64_t inode, start;
	uint32_t pid;
};

static struct truth truth[100000];
static size_t truths;

static uint64_t
start_of(const char *pid)
{
	char path[300], text[1024];
	const char *p;
	uint64_t start = 0;
	FILE *f;
	size_t n;

	snprintf(path, sizeof path, "/proc/%s/stat", pid);
	f = fopen(path, "r");
	if (f == NULL)
		return 0;
	n = fread(text, 1, sizeof text - 1, f);
	text[n] = '\0';
	fclose(f);
	p = strrchr(text, ')');
	if (p != NULL)
		sscanf(p + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d "
		       "%*d %*d %lu", &start);
	return start;
}

static void
note(uint64_t inode, uint32_t pid, uint64_t start)
{
	size_t i = 0;

	while (i < truths && truth[i].inode != inode)
		i++;
	ck_assert_uint_lt(i, sizeof truth / sizeof truth[0]);
	if (i == truths)
		truths++;
	else if (truth[i].start < start || (truth[i].start == start && truth[i].pid < pid))
		return;
	truth[i] = (struct truth){inode, start, pid};
}

static void
look_at_all(void)
{
	DIR *all = opendir("/proc"), *fds;
	struct dirent *p, *f;
	char path[600], link[100];
	unsigned long inode;

	truths = 0;
	while ((p = readdir(all)) != NULL) {
		uint64_t start = start_of(p->d_name);

		snprintf(path, sizeof path, "/proc/%s/fd", p->d_name);
		fds = atoi(p->d_name) > 0 ? opendir(path) : NULL;
		if (fds == NULL)
			continue;
		while ((f = readdir(fds)) != NULL) {
			ssize_t n = readlinkat(dirfd(fds), f->d_name, link, sizeof link - 1);

			link[n > 0 ? n : 0] = '\0';
			if (sscanf(link, "socket:[%lu]", &inode) == 1)
				note(inode, (uint32_t)atoi(p->d_name), start);
		}
		closedir(fds);
	}
	closedir(all);
}

static int
by_inode(const void *a, const void *b)
{
	const struct truth *x = a, *y = b;

	return (x->inode > y->inode) - (x->inode < y->inode);
}

/* Other programs come and go meanwhile: what is the same before and behind must be told so. */
static size_t
differences(int way, size_t *same)
{
	static struct truth before[sizeof truth / sizeof truth[0]];
	static uint64_t inode[sizeof truth / sizeof truth[0]];
	size_t wrong = 0, n;
	char err[NSC_ERR];

	ck_assert(begin(way));
	look_at_all();
	n = truths;
	memcpy(before, truth, n * sizeof *before);
	for (size_t i = 0; i < n; i++)
		inode[i] = before[i].inode;
	ck_assert_int_eq(nsc_owners_find(o, inode, n, now, err), 0);
	look_at_all();
	qsort(truth, truths, sizeof *truth, by_inode);
	*same = 0;
	for (size_t i = 0; i < n; i++) {
		const struct truth *t = bsearch(&before[i], truth, truths, sizeof *truth, by_inode);
		struct nsc_owner a = nsc_owners_of(o, before[i].inode);

		if (t == NULL || t->pid != before[i].pid || t->start != before[i].start)
			continue;
		++*same;
		wrong += a.state != NSC_OWNER_KNOWN || a.process->pid != t->pid ||
			 a.process->start != t->start;
	}
	nsc_owners_free(o);
	return wrong;
}

START_TEST(test_every_socket_of_this_machine)
{
	size_t wrong = 1, same = 0;
	int pair[2];

	if (!begin(_i))
		return;
	nsc_owners_free(o);
	for (int i = 0; i < 50; i++)
		ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	for (int i = 0; i < 3 && wrong > 0; i++)
		wrong = differences(_i, &same);
	ck_assert_uint_eq(wrong, 0);
	ck_assert_uint_ge(same, 100);
}
END_TEST

/* More than 64 KiB of records, and the second time nothing but what is in memory. */
START_TEST(test_many_sockets)
{
	static uint64_t inode[4000];
	uint64_t calls, scans;
	char err[NSC_ERR];
	int at = 0;

	if (!begin(_i))
		return;
	for (; at < 4000; at++) {
		int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

		if (fd < 0)
			break;		/* RLIMIT_NOFILE */
		inode[at] = inode_of(fd);
	}
	ck_assert_int_ge(at, 500);
	ck_assert_int_eq(nsc_owners_find(o, inode, (size_t)at, now, err), 0);
	for (int i = 0; i < at; i++)
		ck_assert_uint_eq(nsc_owners_of(o, inode[i]).process->pid, (uint32_t)getpid());
	calls = o->proc.calls;
	scans = o->stats.scans;
	ck_assert_int_eq(nsc_owners_find(o, inode, (size_t)at, now + S, err), 0);
	ck_assert_uint_eq(o->proc.calls, calls);
	ck_assert_uint_eq(o->stats.scans, scans);
	nsc_owners_free(o);
}
END_TEST

struct all_files {
	uint64_t inode, sum;
	unsigned count;
};

static void
mix(void *arg, const struct nsc_owners_file *f)
{
	struct all_files *a = arg;

	a->count++;
	if (f->pid == (uint32_t)getpid())
		a->sum += (f->inode * 31 + f->start) * 31 + (uint64_t)f->fd;
	if (f->inode == a->inode && f->pid == (uint32_t)getpid())
		ck_assert_str_eq(f->comm, "check_owners_re");
}

/* A kernel before 5.17 refuses the light skeleton: the ordinary one tells the same. */
START_TEST(test_without_light_skeleton)
{
	struct nsc_owners_iterator *light, *whole;
	struct all_files a = {.inode = inode_of(listener())}, b = a;
	char err[NSC_ERR];

	if (!begin(WAY_BPF))
		return;
	nsc_owners_free(o);
	ck_assert_int_eq(nsc_owners_bpf_open(&light, true, err), 0);
	ck_assert_int_eq(nsc_owners_bpf_open(&whole, false, err), 0);
	ck_assert_int_eq(nsc_owners_bpf_each(light, mix, &a), 0);
	ck_assert_int_eq(nsc_owners_bpf_each(whole, mix, &b), 0);
	ck_assert_uint_gt(a.count, 0);
	ck_assert_uint_ne(a.sum, 0);
	ck_assert_uint_eq(a.sum, b.sum);
	nsc_owners_bpf_close(light);
	nsc_owners_bpf_close(whole);
}
END_TEST

/* A thousand times: descriptors stay as they are. */
START_TEST(test_descriptors)
{
	uint64_t inode = inode_of(listener());
	int before, after;

	if (!begin(_i))
		return;
	owner(inode);
	before = dup(0);
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(owner(inode).state, NSC_OWNER_KNOWN);
	after = dup(0);
	ck_assert_int_eq(after, before + 1);
	nsc_owners_free(o);
	close(before);
	close(after);
	before = dup(0);
	ck_assert(begin(_i));
	nsc_owners_free(o);
	ck_assert_int_eq(dup(0), before + 1);
}
END_TEST

/* --- holders --------------------------------------------------------------- */

START_TEST(test_shared_by_fork)
{
	int fd;
	pid_t child;

	if (!begin(_i))
		return;
	fd = listener();
	program("heir");
	usleep(30000);			/* a clock tick later than us */
	child = start_program("heir");
	is(inode_of(fd), getpid(), "check_owners_real");
	uint64_t inode = inode_of(fd);
	close(fd);
	is(inode, child, "heir");
	end(child);
	/* Its number is another's by now, or nobody's: it is no name for what is gone. */
	ck_assert_int_ne(owner(inode).state, NSC_OWNER_KNOWN);
	nsc_owners_free(o);
}
END_TEST

START_TEST(test_exec_after_bind)
{
	uint64_t inode;
	int fd, go[2];
	pid_t child;
	char c = 0;

	if (!begin(_i))
		return;
	program("after");
	fd = listener();
	inode = inode_of(fd);
	ck_assert_int_eq(pipe2(go, O_CLOEXEC), 0);
	child = fork();
	if (child == 0) {
		ck_assert_int_eq(read(go[0], &c, 1), 1);
		run_program("after");
	}
	close(fd);
	is(inode, child, "check_owners_real");
	ck_assert_int_eq(write(go[1], &c, 1), 1);
	wait_for_program(child, "after");
	is(inode, child, "after");
	end(child);
	nsc_owners_free(o);
}
END_TEST

static void
pass(int to, int fd)
{
	union {
		struct cmsghdr h;
		char room[CMSG_SPACE(sizeof fd)];
	} control = {0};
	struct iovec one = {&(char){0}, 1};
	struct msghdr m = {
		.msg_iov = &one, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof control,
	};

	control.h = (struct cmsghdr){
		.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof fd),
	};
	memcpy(CMSG_DATA(&control.h), &fd, sizeof fd);
	ck_assert_int_eq(sendmsg(to, &m, 0), 1);
}

static void
take_and_hold(int from)
{
	char room[CMSG_SPACE(sizeof(int))], c;
	struct iovec one = {&c, 1};
	struct msghdr m = {
		.msg_iov = &one, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room,
	};

	if (recvmsg(from, &m, 0) == 1 && write(from, "", 1) == 1)
		pause();
	_exit(0);
}

/* In flight nobody has it open; then he has it who took it out. */
START_TEST(test_passed_by_scm_rights)
{
	uint64_t inode;
	int fd, pair[2], go[2];
	pid_t child;
	char c = 0;

	if (!begin(_i))
		return;
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert_int_eq(pipe(go), 0);
	child = fork();
	if (child == 0) {
		ck_assert_int_eq(read(go[0], &c, 1), 1);
		take_and_hold(pair[1]);
	}
	fd = listener();
	inode = inode_of(fd);
	pass(pair[0], fd);
	is(inode, getpid(), "check_owners_real");
	close(fd);
	ck_assert_int_ne(owner(inode).state, NSC_OWNER_KNOWN);
	ck_assert_int_eq(write(go[1], &c, 1), 1);
	ck_assert_int_eq(read(pair[0], &c, 1), 1);
	now += 30 * S;			/* what nobody had is sought again then */
	is(inode, child, "check_owners_real");
	end(child);
	nsc_owners_free(o);
}
END_TEST

static void *
rename_and_listen(void *arg)
{
	prctl(PR_SET_NAME, "worker-thread-a");
	*(int *)arg = listener();
	pause();
	return NULL;
}

START_TEST(test_thread_that_renames_itself)
{
	pthread_t thread;
	volatile int fd = -1;

	if (!begin(_i))
		return;
	ck_assert_int_eq(pthread_create(&thread, NULL, rename_and_listen, (void *)(uintptr_t)&fd), 0);
	while (fd < 0)
		usleep(1000);
	is(inode_of(fd), getpid(), "check_owners_real");
	ck_assert_uint_eq(owner(inode_of(fd)).process->pid, (uint32_t)getpid());
	nsc_owners_free(o);
}
END_TEST

START_TEST(test_deleted_executable)
{
	char path[100];
	int fd;
	pid_t child;

	if (!begin(_i))
		return;
	fd = listener();
	program("removed");
	child = start_program("removed");
	uint64_t inode = inode_of(fd);
	close(fd);
	snprintf(path, sizeof path, "%s/removed", folder);
	ck_assert_int_eq(unlink(path), 0);
	is(inode, child, "removed");
	end(child);
	nsc_owners_free(o);
}
END_TEST

/* --- a PID namespace of our own -------------------------------------------- */

static pid_t
start_as(pid_t pid, const char *name)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD, .set_tid = (uintptr_t)&pid, .set_tid_size = 1,
	};
	long r = syscall(SYS_clone3, &args, sizeof args);

	if (r == 0)
		run_program(name);
	ck_assert_int_eq(r, pid);
	wait_for_program(pid, name);
	return pid;
}

/* Row 4.12: PIDs as they are there, also over BPF; a reused one never names the new process. */
static void
reuse(int way)
{
	uint64_t first, second, start;
	struct nsc_owner a;
	int fd;

	ck_assert_int_eq(mount("proc", "/proc", "proc", 0, NULL), 0);
	ck_assert(begin(way));
	ck_assert(o->foreign);
	fd = listener();
	first = inode_of(fd);
	is(first, 1, "check_owners_real");
	start_as(4711, "old-server");
	close(fd);
	is(first, 4711, "old-server");
	start = owner(first).process->start;
	end(4711);
	usleep(30000);			/* starts are told in clock ticks */

	fd = listener();
	second = inode_of(fd);
	start_as(4711, "new-server");
	close(fd);
	a = nsc_owners_of(o, first);
	ck_assert_str_eq(a.process->name, "old-server");
	a = nsc_owners_pid(o, 4711, start, "old-server", 0, now);
	ck_assert_str_eq(a.process->name, "old-server");
	is(second, 4711, "new-server");
	a = owner(first);
	ck_assert_int_eq(a.state, NSC_OWNER_DENIED);	/* there are others outside, whom we do not see */
	ck_assert_uint_gt(owner(second).process->start, start);
	/* Nobody has met the old one: what is told of it is its comm. */
	a = nsc_owners_pid(o, 4711, start - 1, "older", 0, now);
	ck_assert_str_eq(a.process->name, "older");
	nsc_owners_free(o);
}

START_TEST(test_reused_pid)
{
	int status;
	pid_t child;

	if (geteuid() != 0 || !begin(_i))
		return;
	nsc_owners_free(o);
	program("old-server");
	program("new-server");
	child = fork();
	if (child == 0) {
		ck_assert_int_eq(unshare(CLONE_NEWPID | CLONE_NEWNS), 0);
		ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
		child = fork();
		if (child == 0) {
			reuse(_i);
			_exit(0);
		}
		waitpid(child, &status, 0);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
	}
	waitpid(child, &status, 0);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

/* --- others whom we may not see -------------------------------------------- */

/* A process of root holds a socket; uid 65534 looks, over /proc as that hides them. */
static void
as_nobody(const char *options, uint64_t theirs)
{
	int fd;

	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	ck_assert_int_eq(mount("proc", "/proc", "proc", 0, options), 0);
	ck_assert_int_eq(setresgid(65534, 65534, 65534), 0);
	ck_assert_int_eq(setresuid(65534, 65534, 65534), 0);
	ck_assert_int_eq(prctl(PR_SET_DUMPABLE, 1), 0);
	ck_assert(begin(WAY_PROC));
	fd = listener();
	is(inode_of(fd), getpid(), "check_owners_real");
	ck_assert_int_eq(owner(theirs).state, NSC_OWNER_DENIED);
	ck_assert_int_eq(owner(0).state, NSC_OWNER_ANONYMOUS);
	nsc_owners_free(o);
}

START_TEST(test_row_0_10_denied)
{
	static const char *const options[] = {NULL, "hidepid=1", "hidepid=2", "hidepid=4"};
	int status, fd;
	pid_t child;

	if (geteuid() != 0)
		return;
	fd = listener();
	child = fork();
	if (child == 0) {
		uint64_t theirs = inode_of(fd);

		close(fd);
		as_nobody(options[_i], theirs);
		_exit(0);
	}
	waitpid(child, &status, 0);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

RUN_TESTS("owners_real", make_folder, drop_folder,
	  ROWS(test_every_socket_of_this_machine, WAYS), ROWS(test_many_sockets, WAYS),
	  ONCE(test_without_light_skeleton), ROWS(test_descriptors, WAYS),
	  ROWS(test_shared_by_fork, WAYS), ROWS(test_exec_after_bind, WAYS),
	  ROWS(test_passed_by_scm_rights, WAYS),
	  ROWS(test_thread_that_renames_itself, WAYS), ROWS(test_deleted_executable, WAYS),
	  ROWS(test_reused_pid, WAYS), ROWS(test_row_0_10_denied, 4))
