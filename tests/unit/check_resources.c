/* SPDX-License-Identifier: MIT */
/*
 * What dissectors may use (dissect/dissector.h): each says how much memory a conversation and a
 * worker need of it, and keeps to it, whatever it reads.
 */
#include <check.h>
#include <dirent.h>
#include <malloc.h>
#include <stdio.h>
#include <sys/stat.h>

#include "../fuzz/feed.h"
#include "dissect/session.h"
#include "dissect/slab.h"
#include "suite.h"

enum {
	FILES = 4096,
	FILE_MAX = 1 << 14,
	SHARED_MAX = 32 << 20,		/* of all dissectors of a worker */
	HEADS = 4096,			/* what malloc adds */
	ARENA = 1 << 20,		/* by which malloc may grow */
};

static size_t
allocated(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

static size_t
address_space(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	unsigned long pages = 0;

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fscanf(f, "%lu", &pages), 1);
	fclose(f);
	return pages * 4096;
}

START_TEST(every_dissector_declares_its_memory)
{
	uint64_t sum = 0;

	for (unsigned app = 1; app < nsc_dissector_count; app++) {
		const struct nsc_dissector *d = nsc_dissectors[app];
		size_t before = allocated(), space = address_space();
		void *shared = NULL;

		ck_assert_msg(d->state_size <= NSC_SLAB_MAX, "%s: a state of %u octets", d->name,
			      d->state_size);
		ck_assert_msg(d->feed != NULL || d->state_size == 0, "%s: a state for nothing", d->name);
		ck_assert_msg((d->shared_new != NULL) == (d->shared_memory > 0),
			      "%s: shared_new and shared_memory belong together", d->name);
		sum += d->shared_memory;
		if (d->shared_new == NULL)
			continue;
		ck_assert_int_eq(d->shared_new(&shared), 0);
		ck_assert_msg(allocated() <= before + d->shared_memory + HEADS,
			      "%s: %zu octets, not %u", d->name, allocated() - before,
			      d->shared_memory);
		/* A sanitizer's own memory is not its matter: then nothing was counted above. */
		if (allocated() > before)
			ck_assert_msg(address_space() <= space + d->shared_memory + ARENA,
				      "%s: %zu octets of address space, not %u", d->name,
				      address_space() - space, d->shared_memory);
		d->shared_free(shared);
		ck_assert_uint_le(allocated(), before + HEADS);
	}
	ck_assert_uint_le(sum, SHARED_MAX);
}
END_TEST

static uint64_t
memory_of_sessions(uint64_t wanted)
{
	struct nsc_session_config cfg = {
		.reassembly = {.limit = 1 << 16, .memory = 1 << 20, .hole_ms = 1000},
		.sessions = 64,
		.label_memory = 1 << 16,
		.wanted = {wanted, wanted},
	};
	struct nsc_sessions *ss;
	uint64_t memory;

	ck_assert_int_eq(nsc_sessions_new(&ss, &cfg, &(struct nsc_session_hooks){.arg = NULL}), 0);
	memory = nsc_sessions_stats(ss)->memory;
	nsc_sessions_free(ss);
	return memory;
}

START_TEST(what_is_shared_counts)
{
	uint64_t sum = 0;

	for (unsigned app = 1; app < nsc_dissector_count; app++)
		sum += nsc_dissectors[app]->shared_memory;
	ck_assert_uint_eq(memory_of_sessions(UINT64_MAX) - memory_of_sessions(0), sum);
}
END_TEST

/* --- whatever it reads ----------------------------------------------------------- */

static struct {
	uint8_t *p;
	size_t len;
} input[FILES];
static unsigned inputs;

static void
load_file(const char *path)
{
	FILE *f = fopen(path, "rb");

	if (f == NULL || inputs == FILES)
		return;
	input[inputs].p = malloc(FILE_MAX);
	input[inputs].len = fread(input[inputs].p, 1, FILE_MAX, f);
	inputs++;
	fclose(f);
}

/* Every seed of every fuzz target. */
static void
load(void)
{
	const char *top = getenv("srcdir");
	char path[1024], file[2048];
	struct dirent *d, *e;
	DIR *corpora, *corpus;

	snprintf(path, sizeof path, "%s/tests/fuzz/corpus", top != NULL ? top : ".");
	corpora = opendir(path);
	ck_assert_msg(corpora != NULL, "%s cannot be read", path);
	while ((d = readdir(corpora)) != NULL) {
		if (d->d_name[0] == '.')
			continue;
		snprintf(file, sizeof file, "%s/%s", path, d->d_name);
		corpus = opendir(file);
		while (corpus != NULL && (e = readdir(corpus)) != NULL) {
			if (e->d_name[0] == '.')
				continue;
			snprintf(file, sizeof file, "%s/%.200s/%.200s", path, d->d_name, e->d_name);
			load_file(file);
		}
		if (corpus != NULL)
			closedir(corpus);
	}
	closedir(corpora);
	ck_assert_uint_gt(inputs, 100);
}

/* fuzz_feed fences the state; a sanitizer sees each octet too many, of shared memory too. */
START_TEST(every_dissector_keeps_to_its_state)
{
	static const uint16_t ports[] = {53, 80, 443, 5353, 5355};

	load();
	for (unsigned app = 1; app < nsc_dissector_count; app++) {
		const struct nsc_dissector *d = nsc_dissectors[app];

		if (d->feed == NULL)
			continue;
		for (unsigned i = 0; i < inputs; i++) {
			uint16_t port = ports[i % (sizeof ports / sizeof *ports)];

			for (unsigned transport = NSC_OVER_TCP; transport <= NSC_OVER_UDP; transport++) {
				if ((d->transports & transport) == 0)
					continue;
				fuzz_feed(d, (uint8_t)transport, port, input[i].p, input[i].len);
				/* Some targets' first octet is a choice. */
				if (input[i].len > 0)
					fuzz_feed(d, (uint8_t)transport, port, input[i].p + 1,
						  input[i].len - 1);
			}
		}
	}
	while (inputs > 0)
		free(input[--inputs].p);
}
END_TEST

RUN_SUITE("resources", every_dissector_declares_its_memory, what_is_shared_counts,
	  every_dissector_keeps_to_its_state)
