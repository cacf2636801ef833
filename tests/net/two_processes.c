/* SPDX-License-Identifier: MIT */
/*
 * Worker and reader in two processes, over what will cross between them: sealed
 * settings, facts that the worker cannot write, a ledger of fixed size, and a ring
 * that was opened by the one and is read by the other, which has no privilege at all.
 * It is killed in the middle of traffic, and another one takes its place.
 *
 * Needs root (a network namespace of its own); else it ends with 77.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/config.h"
#include "engine/ledgers.h"
#include "engine/worker.h"
#include "source/ring.h"

enum {
	SKIPPED = 77,
	NOBODY = 65534,
	PAYLOAD = 64,
	OCTETS = 20 + 8 + PAYLOAD,
	FIRST = 10000,			/* datagrams of the first round, and of the last */
	MIDDLE = 20000,			/* of the round in whose middle the worker is killed */
	BLOCK_FRAMES = 3000,		/* more than a block of the ring can hold */
};

/* All that readers see of an engine. */
struct nsc_engine {
	struct nsc_ledgers ledgers;
};

struct nsc_ledgers *
nsc_engine_ledgers(struct nsc_engine *e)
{
	return &e->ledgers;
}

static struct {
	int settings, facts, ledger;	/* memory that has only a descriptor */
	int wake, ready;		/* eventfds */
	struct nsc_facts *own_facts;
	struct nsc_ledger *own_ledger;
	struct nsc_source *ring;
	struct nsc_engine engine;
	struct nsc_reader *reader;
	int from, to;			/* sockets */
} t;

static int failed;

static void
check(bool fine, const char *what)
{
	printf("%s two_processes: %s\n", fine ? "ok" : "not ok", what);
	fflush(stdout);
	failed |= !fine;
}

static void
need(bool fine, const char *what)
{
	if (fine)
		return;
	printf("not ok two_processes: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t
now_ns(clockid_t id)
{
	struct timespec s;

	clock_gettime(id, &s);
	return (uint64_t)s.tv_sec * 1000000000 + (uint64_t)s.tv_nsec;
}

static void
nap(long ms)
{
	nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

/* --- the worker's process --------------------------------------------------- */

/* What it must not be able to do; the number of what it can, 0 if all is well. */
static int
tries(void *facts)
{
	if (mmap(NULL, sizeof(struct nsc_facts), PROT_READ | PROT_WRITE, MAP_SHARED, t.facts, 0) !=
	    MAP_FAILED)
		return 1;
	if (mprotect(facts, sizeof(struct nsc_facts), PROT_READ | PROT_WRITE) == 0)
		return 2;
	if (pwrite(t.facts, "", 1, 0) >= 0)
		return 3;
	if (ftruncate(t.ledger, 1) == 0 || ftruncate(t.ledger, 1 << 30) == 0)
		return 4;
	if (mmap(NULL, sizeof(struct nsc_settings), PROT_READ | PROT_WRITE, MAP_SHARED, t.settings,
		 0) != MAP_FAILED)
		return 5;
	if (socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0) >= 0)
		return 6;
	return setuid(0) == 0 ? 7 : 0;
}

static void
work(struct nsc_worker *w)
{
	struct pollfd fds[2] = {{.fd = t.ring->ops->fd(t.ring), .events = POLLIN},
				{.fd = t.wake, .events = POLLIN}};
	struct nsc_frame frames[64];
	uint64_t count;
	int n;

	for (;;) {
		n = t.ring->ops->batch(t.ring, frames, 64, NULL);
		if (n < 0)
			_exit(20);
		nsc_worker_frames(w, frames, n);
		/* Before the frames' block is given back with the next batch. */
		nsc_worker_publish(w, n > 0);
		if (n > 0)
			continue;
		poll(fds, 2, 100);
		if (fds[1].revents != 0 && read(t.wake, &count, sizeof count) < 0)
			continue;
		nsc_worker_tick(w, now_ns(CLOCK_REALTIME));
	}
}

static void
be_the_worker(void)
{
	const struct nsc_settings *s;
	const struct nsc_host host = {0};
	struct nsc_ledger *ledger;
	struct nsc_worker *w;
	uint64_t one = 1;
	void *facts;
	int rc;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
	    setresuid(NOBODY, NOBODY, NOBODY) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		_exit(10);
	s = mmap(NULL, sizeof *s, PROT_READ, MAP_SHARED, t.settings, 0);
	facts = mmap(NULL, sizeof(struct nsc_facts), PROT_READ, MAP_SHARED, t.facts, 0);
	ledger = mmap(NULL, sizeof *ledger, PROT_READ | PROT_WRITE, MAP_SHARED, t.ledger, 0);
	if (s == MAP_FAILED || facts == MAP_FAILED || ledger == MAP_FAILED)
		_exit(11);
	rc = tries(facts);
	if (rc != 0)
		_exit(30 + rc);
	rc = nsc_worker_new(&w, s, ledger, facts, &host);
	if (rc != 0)
		_exit(rc == -EBADMSG ? 12 : 13);
	nsc_ring_adopt(t.ring);
	if (write(t.ready, &one, sizeof one) < 0)
		_exit(14);
	work(w);
}

static pid_t
start_worker(void)
{
	struct pollfd p = {.fd = t.ready, .events = POLLIN};
	uint64_t count;
	pid_t pid = fork();

	need(pid >= 0, "fork");
	if (pid == 0)
		be_the_worker();
	while (poll(&p, 1, 100) == 0) {
		int status;

		if (waitpid(pid, &status, WNOHANG) != pid)
			continue;
		errno = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
		return -errno;
	}
	need(read(t.ready, &count, sizeof count) > 0, "ready");
	return pid;
}

/* --- the host's side --------------------------------------------------------- */

static int
memory(const char *name, size_t size)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	need(fd >= 0 && ftruncate(fd, (off_t)size) == 0, name);
	return fd;
}

/* The worker gets a descriptor that is for reading only; ours is gone with the first. */
static int
read_only(int fd)
{
	char path[40];
	int again;

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	again = open(path, O_RDONLY | O_CLOEXEC);
	need(again >= 0, "read-only descriptor");
	close(fd);
	return again;
}

static void *
map_own(int fd, size_t size, const char *name)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	/* The worker's process maps it for itself, with its own rights. */
	need(p != MAP_FAILED && madvise(p, size, MADV_DONTFORK) == 0, name);
	return p;
}

static void
share(const struct nsc_settings *s)
{
	t.facts = memory("facts", sizeof(struct nsc_facts));
	t.own_facts = map_own(t.facts, sizeof(struct nsc_facts), "facts");
	need(fcntl(t.facts, F_ADD_SEALS,
		   F_SEAL_FUTURE_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0,
	     "seal facts");
	t.facts = read_only(t.facts);
	t.ledger = memory("ledger", sizeof(struct nsc_ledger));
	t.own_ledger = map_own(t.ledger, sizeof(struct nsc_ledger), "ledger");
	need(fcntl(t.ledger, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0,
	     "seal ledger");
	nsc_ledger_init(t.own_ledger);
	t.settings = memory("settings", sizeof *s);
	need(write(t.settings, s, sizeof *s) == (ssize_t)sizeof *s &&
	     fcntl(t.settings, F_ADD_SEALS,
		   F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0, "seal settings");
	t.settings = read_only(t.settings);
}

static void
wake(void *arg)
{
	uint64_t one = 1;

	(void)arg;
	if (write(t.wake, &one, sizeof one) < 0)
		return;
}

static void
make_settings(struct nsc_settings *s)
{
	struct nsc_config *cfg;
	char err[NSC_ERR];

	need(nsc_config_new(&cfg) == 0, "configuration");
	need(nsc_config_settings(cfg, s, err) == 0, "settings");
	nsc_config_free(cfg);
	memset(&s->key, 7, sizeof s->key);
}

static void
connect_sender(void)
{
	struct sockaddr_in to;
	socklen_t len = sizeof to;

	t.from = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	need(t.from >= 0 && getsockname(t.to, (struct sockaddr *)&to, &len) == 0 &&
	     connect(t.from, (struct sockaddr *)&to, len) == 0, "sender");
}

static void
own_network(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct ifreq up = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};

	if (geteuid() != 0 || (unshare(CLONE_NEWNET) != 0 && errno == EPERM)) {
		printf("skip two_processes: needs root for a network namespace\n");
		exit(SKIPPED);
	}
	t.to = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	need(t.to >= 0 && ioctl(t.to, SIOCSIFFLAGS, &up) == 0, "lo");
	/* Somebody listens, so that nothing is answered. */
	need(bind(t.to, (struct sockaddr *)&to, sizeof to) == 0, "receiver");
	connect_sender();
}

static void
open_ring(void)
{
	struct nsc_ring_options o = {.name = "lo", .ifindex = if_nametoindex("lo"),
				     .type = ARPHRD_LOOPBACK, .size = 16 << 20, .snaplen = 256};
	char err[NSC_ERR] = "";

	if (nsc_ring_open(&t.ring, &o, err) != 0) {
		printf("not ok two_processes: %s\n", err);
		exit(1);
	}
}

static void
send_datagrams(unsigned n)
{
	char payload[PAYLOAD] = {0}, sink[PAYLOAD];
	unsigned i;

	for (i = 0; i < n; i++) {
		if (send(t.from, payload, sizeof payload, 0) != sizeof payload)
			need(false, "send");
		while (recv(t.to, sink, sizeof sink, 0) > 0)
			;
	}
}

/* --- what the reader says ------------------------------------------------------ */

struct values {
	uint64_t captured, rx, tx, octets, local, none;
	bool fell;
};

static void
take(void *arg, const struct nsc_sample *s)
{
	struct values *v = arg;
	char name[128];
	uint64_t before = v->captured;

	snprintf(name, sizeof name, "%s-%s/%s-%s", s->family, s->group, s->type, s->value);
	if (strcmp(name, "self-/packets-captured") == 0) {
		v->captured = s->sum[0];
		v->fell |= s->sum[0] < before;
	} else if (strcmp(name, "scope-loopback/if_packets-") == 0) {
		v->rx = s->sum[0];
		v->tx = s->sum[1];
	} else if (strcmp(name, "scope-loopback/if_octets-") == 0) {
		v->octets = s->sum[0];
	} else if (strcmp(name, "scope-loopback/connections-local") == 0) {
		v->local = s->sum[0];
	} else if (strcmp(name, "scope-loopback/connections-none") == 0) {
		v->none = s->sum[0];
	}
}

/* Reads until `captured` is reached, or stands still for half a second; at most 10 s. */
static int
read_until(struct values *v, uint64_t captured)
{
	uint64_t end = now_ns(CLOCK_MONOTONIC) + 10000000000, last = v->captured;
	unsigned still = 0;
	int rc;

	do {
		rc = nsc_reader_read(t.reader, take, v);
		still = v->captured == last ? still + 1 : 0;
		last = v->captured;
		nap(20);
	} while (v->captured < captured && still < 25 && now_ns(CLOCK_MONOTONIC) < end);
	return rc;
}

static void
address_of_ours(const char *text)
{
	struct nsc_facts_view *f = nsc_facts_edit(t.own_facts);

	nsc_addr_parse(&f->address[f->addresses].addr, text);
	f->addresses++;
	f->addresses_known = 1;
	nsc_facts_commit(t.own_facts);
}

static pid_t
first_worker(struct values *v)
{
	pid_t pid = start_worker();

	check(pid > 0, "a worker without privileges runs; facts, settings and the ledger's size "
		       "are closed to it");
	if (pid <= 0) {
		printf("# status %d\n", -pid);
		exit(1);
	}
	send_datagrams(FIRST);
	read_until(v, FIRST);
	printf("# captured %llu rx %llu tx %llu octets %llu\n", (unsigned long long)v->captured,
	       (unsigned long long)v->rx, (unsigned long long)v->tx, (unsigned long long)v->octets);
	check(v->captured == FIRST && v->rx == FIRST && v->octets == (uint64_t)FIRST * OCTETS,
	      "10000 datagrams, exactly");
	return pid;
}

static void
kill_it(pid_t pid, struct values *v)
{
	struct values at;
	uint64_t late;
	int status;

	send_datagrams(MIDDLE / 4);
	nsc_reader_read(t.reader, take, v);
	send_datagrams(MIDDLE / 4);
	kill(pid, SIGKILL);
	send_datagrams(MIDDLE / 4);
	waitpid(pid, &status, 0);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "it was killed among packets");
	late = atomic_load(&t.engine.ledgers.late);
	nsc_reader_read(t.reader, take, v);
	at = *v;
	nsc_reader_read(t.reader, take, v);
	check(at.captured == v->captured && at.octets == v->octets && at.captured >= FIRST &&
		      !v->fell,
	      "its last published values stay");
	check(atomic_load(&t.engine.ledgers.late) == late + 2,
	      "reads that nobody answered are counted");
}

static pid_t
second_worker(struct values *v)
{
	static const struct nsc_cells zero;
	struct nsc_source_stats st;
	uint64_t before;
	pid_t pid;

	/* The order that ledgers.h asks of one that begins at zero. */
	nsc_ledger_publish(t.own_ledger, &zero, true);
	atomic_fetch_add(&t.engine.ledgers.incarnation[0], 1);
	pid = start_worker();
	need(pid > 0, "second worker");
	send_datagrams(MIDDLE / 4);
	read_until(v, UINT64_MAX);
	t.ring->ops->stats(t.ring, &st);
	printf("# %llu of %u, dropped %llu\n", (unsigned long long)v->captured, FIRST + MIDDLE,
	       (unsigned long long)st.dropped);
	check(st.dropped == 0 && v->captured + BLOCK_FRAMES > FIRST + MIDDLE &&
		      v->captured < FIRST + MIDDLE + BLOCK_FRAMES && !v->fell,
	      "a second one goes on where the first one died, but for a block's frames");
	before = v->captured;
	send_datagrams(FIRST);
	read_until(v, before + FIRST);
	check(v->captured == before + FIRST && !v->fell, "and counts 10000 more, exactly");
	return pid;
}

static void
facts_reach_it(struct values *v)
{
	uint64_t before;

	address_of_ours("127.0.0.1");
	nap(1200);			/* it looks each second */
	read_until(v, UINT64_MAX);
	before = v->local;
	close(t.from);			/* another port: a new flow */
	connect_sender();
	send_datagrams(1);
	read_until(v, UINT64_MAX);
	check(v->local == before + 1 && v->none > 0,
	      "facts that are committed while it runs reach it");
}

static void
strangers_are_refused(const struct nsc_settings *s, struct values *v)
{
	struct nsc_settings other = *s;
	struct values before;
	int settings = t.settings;
	uint64_t layout = t.own_ledger->layout;

	other.layout ^= 1;
	t.settings = memory("other", sizeof other);
	need(write(t.settings, &other, sizeof other) == (ssize_t)sizeof other &&
	     fcntl(t.settings, F_ADD_SEALS, F_SEAL_WRITE) == 0, "other settings");
	check(start_worker() == -12, "settings of another layout are refused");
	close(t.settings);
	t.settings = settings;
	t.own_ledger->layout ^= 1;
	check(start_worker() == -12, "so is a ledger");
	before = *v;
	check(nsc_reader_read(t.reader, take, v) == -EBADMSG && v->captured == before.captured,
	      "and a reader says so, its values stay");
	t.own_ledger->layout = layout;
}

int
main(void)
{
	struct nsc_settings settings;
	struct values v = {0};
	int status;
	pid_t pid;

	own_network();
	make_settings(&settings);
	share(&settings);
	open_ring();
	t.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	t.ready = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	t.engine.ledgers = (struct nsc_ledgers){.wake = wake, .networks = &settings.networks,
						.top_n = 32, .max_series = 256};
	t.engine.ledgers.ledger[0] = t.own_ledger;
	atomic_store(&t.engine.ledgers.count, 1);
	atomic_store(&t.engine.ledgers.live, true);
	need(nsc_reader_new(&t.reader, &t.engine) == 0, "reader");
	pid = first_worker(&v);
	kill_it(pid, &v);
	pid = second_worker(&v);
	facts_reach_it(&v);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	strangers_are_refused(&settings, &v);
	nsc_reader_free(t.reader);
	nsc_source_close(t.ring);
	return failed;
}
