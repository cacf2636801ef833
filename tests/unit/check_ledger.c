/* SPDX-License-Identifier: MIT */
/* Layout, tokens, and copies that stay whole: between threads, between processes, through a
 * kill. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ledger/ledger.h"
#include "suite.h"

static void
fill(struct nsc_cells *c, uint64_t n)
{
	unsigned i;

	for (i = 0; i < NSC_LEDGER_CELLS; i++)
		c->cell[i] = n;
}

static void
assert_all(const struct nsc_cells *c, uint64_t n)
{
	unsigned i = 0;

	while (i < NSC_LEDGER_CELLS && c->cell[i] == n)
		i++;
	/* One assertion, not one a cell: each is a message to the runner. */
	ck_assert_msg(i == NSC_LEDGER_CELLS, "cell %u", i);
}

static void
pause_us(unsigned us)
{
	struct timespec t = {.tv_nsec = (long)us * 1000};

	nanosleep(&t, NULL);
}

START_TEST(cells_do_not_overlap)
{
	unsigned i, next = 0;

	for (i = 0; i < NSC_METRICS; i++) {
		const struct nsc_metric *m = &nsc_metrics[i];

		ck_assert_uint_eq(m->base, next);
		next += (unsigned)m->groups * m->members * m->width;
		ck_assert_uint_eq(m->groups, nsc_set_count((enum nsc_set)m->group));
		ck_assert_uint_eq(m->members, nsc_set_count((enum nsc_set)m->values));
	}
	ck_assert_uint_eq(next, NSC_LEDGER_CELLS);
	ck_assert_uint_eq(NSC_CELL(TCP_COUNTER, NSC_V_SCOPE_PUBLIC, NSC_V_TCP_COUNTER_RESET),
			  nsc_metrics[NSC_M_TCP_COUNTER].base + 2u * NSC_COUNT_TCP_COUNTER + 4u);
}
END_TEST

START_TEST(tokens_of_sets_are_tokens)
{
	unsigned s, i, j;

	for (s = 0; s < NSC_SETS; s++) {
		enum nsc_set set = (enum nsc_set)s;

		for (i = 0; s != NSC_SET_NONE && nsc_set_token(set, i) != NULL; i++) {
			const char *t = nsc_set_token(set, i);

			ck_assert(*t != '\0' && strlen(t) < NSC_TOKEN);
			ck_assert_uint_eq(strspn(t, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
						    "mnopqrstuvwxyz"
						    "0123456789_-"),
					  strlen(t));
			/* A dash only where a value is of two words. */
			ck_assert(strchr(t, '-') == NULL || set == NSC_SET_SOCKET_STATE);
			for (j = 0; j < i; j++)
				ck_assert_str_ne(t, nsc_set_token(set, j));
		}
		ck_assert(i == 0 || i == nsc_set_count(set));
	}
	ck_assert_str_eq(nsc_set_token(NSC_SET_SCOPE, NSC_V_SCOPE_PUBLIC), "public");
	ck_assert_ptr_null(nsc_set_token(NSC_SET_APP, 0));
	ck_assert_ptr_null(nsc_set_token(NSC_SET_SCOPE, NSC_COUNT_SCOPE));
	ck_assert_ptr_null(nsc_set_token((enum nsc_set)NSC_SETS, 0));
	ck_assert_uint_eq(nsc_set_count((enum nsc_set)NSC_SETS), 0);
}
END_TEST

START_TEST(names_become_tokens)	/* DESIGN 4.2 */
{
	static const struct {
		const char *name, *token;
	} row[] = {
		{"eth0", "eth0"}, {"eth0.100", "eth0_100"}, {"a/b c.d:\xc3\xa9", "a_b_c_d___"},
		{"", "unknown"}, {"other", "other_"}, {"unknown", "unknown_"}, {"Other", "Other"},
		{"0123456789012345678901234567890123456789", "01234567890123456789012345678901"},
		{"other_", "other_"},
	};
	char token[NSC_TOKEN];
	unsigned i;

	for (i = 0; i < sizeof row / sizeof *row; i++) {
		nsc_token(token, row[i].name, strlen(row[i].name));
		ck_assert_str_eq(token, row[i].token);
	}
	nsc_token(token, "a\0b", 3);
	ck_assert_str_eq(token, "a_b");
}
END_TEST

START_TEST(publish_only_on_request)
{
	struct nsc_ledger *l = calloc(1, sizeof *l);
	struct nsc_cells *c = calloc(1, sizeof *c), *sum = calloc(1, sizeof *sum);
	uint64_t request, second;

	ck_assert(l != NULL && c != NULL && sum != NULL);
	nsc_ledger_init(l);
	fill(c, 3);
	ck_assert(!nsc_ledger_publish(l, c, false));
	request = nsc_ledger_ask(l);
	second = nsc_ledger_ask(l);
	ck_assert(!nsc_ledger_answered(l, request));
	ck_assert(nsc_ledger_publish(l, c, false));
	ck_assert(nsc_ledger_answered(l, request) && nsc_ledger_answered(l, second));
	ck_assert(!nsc_ledger_publish(l, c, false));
	ck_assert_int_eq(nsc_ledger_collect(l, sum), 0);
	assert_all(sum, 3);
	fill(c, 4);
	ck_assert(nsc_ledger_publish(l, c, true));
	ck_assert_int_eq(nsc_ledger_collect(l, sum), 0);	/* adds */
	assert_all(sum, 7);
	free(l);
	free(c);
	free(sum);
}
END_TEST

START_TEST(what_is_not_ours_is_refused)
{
	struct nsc_ledger *l = calloc(1, sizeof *l);
	struct nsc_cells *sum = calloc(1, sizeof *sum);

	ck_assert(l != NULL && sum != NULL);
	ck_assert_int_eq(nsc_ledger_collect(l, sum), -EBADMSG);
	nsc_ledger_init(l);
	ck_assert_int_eq(nsc_ledger_collect(l, sum), 0);
	l->layout ^= 1;
	ck_assert_int_eq(nsc_ledger_collect(l, sum), -EBADMSG);
	nsc_ledger_init(l);
	l->magic++;
	fill(&l->copy[0], 9);
	ck_assert_int_eq(nsc_ledger_collect(l, sum), -EBADMSG);
	assert_all(sum, 0);
	ck_assert_uint_eq(nsc_ledger_layout(), nsc_ledger_layout());
	free(l);
	free(sum);
}
END_TEST

struct threaded {
	struct nsc_ledger *l;
	struct nsc_cells *cells;
	_Atomic bool stop;
};

static void *
write_on_request(void *arg)
{
	struct threaded *t = arg;
	uint64_t n = 0;

	while (!atomic_load(&t->stop)) {
		fill(t->cells, ++n);
		nsc_ledger_publish(t->l, t->cells, false);
	}
	return NULL;
}

/* Built with ThreadSanitizer this is the test of the publish path. */
START_TEST(a_reader_thread_sees_whole_copies)
{
	struct threaded t = {.l = calloc(1, sizeof *t.l), .cells = calloc(1, sizeof *t.cells)};
	struct nsc_cells *copy = calloc(1, sizeof *copy);
	uint64_t last = 0;
	pthread_t thread;
	unsigned i;

	ck_assert(t.l != NULL && t.cells != NULL && copy != NULL);
	nsc_ledger_init(t.l);
	ck_assert_int_eq(pthread_create(&thread, NULL, write_on_request, &t), 0);
	for (i = 0; i < 200; i++) {
		uint64_t request = nsc_ledger_ask(t.l);

		while (!nsc_ledger_answered(t.l, request))
			pause_us(50);
		ck_assert_int_eq(nsc_ledger_copy(t.l, nsc_ledger_layout(), copy), 0);
		assert_all(copy, copy->cell[0]);
		ck_assert_uint_gt(copy->cell[0], last);
		last = copy->cell[0];
	}
	atomic_store(&t.stop, true);
	pthread_join(thread, NULL);
	free(t.l);
	free(t.cells);
	free(copy);
}
END_TEST

/* The block as it crosses to a helper: a memfd that can be neither shrunk nor grown. */
static struct nsc_ledger *
sealed_ledger(void)
{
	int fd = memfd_create("nsc-ledger", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct nsc_ledger *l;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, sizeof *l), 0);
	ck_assert_int_eq(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), 0);
	ck_assert_int_ne(ftruncate(fd, 4096), 0);
	l = mmap(NULL, sizeof *l, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ck_assert_ptr_ne(l, MAP_FAILED);
	close(fd);
	return l;
}

static void
publish_for_ever(struct nsc_ledger *l)
{
	static struct nsc_cells cells;
	uint64_t n;

	for (n = 1;; n++) {
		fill(&cells, n);
		nsc_ledger_publish(l, &cells, true);
	}
}

START_TEST(a_killed_writer_leaves_the_last_copy_whole)
{
	struct nsc_cells *copy = calloc(1, sizeof *copy);
	unsigned round, midway = 0;

	ck_assert_ptr_nonnull(copy);
	for (round = 0; round < 40; round++) {
		struct nsc_ledger *l = sealed_ledger();
		uint64_t generation;
		pid_t pid;

		nsc_ledger_init(l);
		pid = fork();
		ck_assert_int_ge(pid, 0);
		if (pid == 0)
			publish_for_ever(l);
		while (atomic_load(&l->generation) < 3)
			pause_us(100);
		pause_us(100 + 137 * round % 1000);
		ck_assert_int_eq(kill(pid, SIGKILL), 0);
		ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
		ck_assert_int_eq(nsc_ledger_copy(l, nsc_ledger_layout(), copy), 0);
		generation = atomic_load(&l->generation);
		assert_all(copy, generation);	/* every cell holds the number of its publish */
		if (l->copy[(generation + 1) & 1].cell[0] !=
		    l->copy[(generation + 1) & 1].cell[NSC_LEDGER_CELLS - 1])
			midway++;
		/* The next writer goes on in the same block. */
		fill(copy, 1u << 20);
		ck_assert(nsc_ledger_publish(l, copy, true));
		ck_assert_int_eq(nsc_ledger_copy(l, nsc_ledger_layout(), copy), 0);
		assert_all(copy, 1u << 20);
		munmap(l, sizeof *l);
	}
	/* About half of the time the writer is inside a copy: else this test shows nothing. */
	ck_assert_uint_gt(midway, 0);
	free(copy);
}
END_TEST

START_TEST(a_writer_that_never_pauses_cannot_hold_a_reader)
{
	struct nsc_ledger *l = sealed_ledger();
	struct nsc_cells *copy = calloc(1, sizeof *copy);
	unsigned i;
	pid_t pid;

	ck_assert_ptr_nonnull(copy);
	nsc_ledger_init(l);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		publish_for_ever(l);
	for (i = 0; i < 200; i++) {
		int rc = nsc_ledger_copy(l, nsc_ledger_layout(), copy);

		ck_assert(rc == 0 || rc == -EAGAIN);
		if (rc == 0)
			assert_all(copy, copy->cell[0]);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	munmap(l, sizeof *l);
	free(copy);
}
END_TEST

/* InfluxDB and remote collectds drop what they do not know (integrations.md, 0.1). */
START_TEST(types_are_stock_types)
{
	FILE *f = fopen("/usr/share/collectd/types.db", "r");
	char line[1024], name[64], sources[960];
	unsigned found = 0, i;

	if (f == NULL)
		return;
	while (fgets(line, sizeof line, f) != NULL) {
		if (line[0] == '#' || sscanf(line, "%63s %959[^\n]", name, sources) != 2)
			continue;
		for (i = 0; i < NSC_METRICS; i++) {
			const struct nsc_metric *m = &nsc_metrics[i];
			bool grows = m->shape == NSC_SHAPE_COUNTER || m->shape == NSC_SHAPE_PAIR;
			const char *p;
			unsigned count = 1;

			if (strcmp(m->type, name) != 0)
				continue;
			for (p = sources; (p = strchr(p, ',')) != NULL; p++)
				count++;
			ck_assert_msg(count == (m->shape == NSC_SHAPE_PAIR ? 2 : 1),
				      "%s: %s", m->id, line);
			ck_assert_msg((strstr(sources, ":DERIVE:") != NULL) == grows,
				      "%s: %s", m->id, line);
			ck_assert_msg((strstr(sources, ":GAUGE:") != NULL) == !grows,
				      "%s: %s", m->id, line);
			found++;
		}
	}
	fclose(f);
	ck_assert_uint_eq(found, NSC_METRICS);
}
END_TEST

/* No two lines of the table may ever give one identifier. */
START_TEST(identifiers_differ)
{
	unsigned i, j;

	for (i = 0; i < NSC_METRICS; i++)
		for (j = 0; j < i; j++) {
			const struct nsc_metric *a = &nsc_metrics[i], *b = &nsc_metrics[j];

			ck_assert_msg(strcmp(a->family, b->family) != 0 ||
					      strcmp(a->type, b->type) != 0 ||
					      strcmp(a->value, b->value) != 0 ||
					      a->values != b->values,
				      "%s and %s", a->id, b->id);
		}
}
END_TEST

RUN_SUITE("ledger", cells_do_not_overlap, tokens_of_sets_are_tokens, names_become_tokens,
	  publish_only_on_request, what_is_not_ours_is_refused,
	  a_reader_thread_sees_whole_copies, a_killed_writer_leaves_the_last_copy_whole,
	  a_writer_that_never_pauses_cannot_hold_a_reader, types_are_stock_types,
	  identifiers_differ)
