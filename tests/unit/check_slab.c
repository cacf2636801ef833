/* SPDX-License-Identifier: MIT */
/* Capped blocks, and the labels that live in them. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/labels.h"
#include "suite.h"

enum { MEMORY = 1 << 16, BLOCKS = MEMORY / 16 };

static struct nsc_slab *slab;

static void
setup(void)
{
	ck_assert_int_eq(nsc_slab_new(&slab, MEMORY), 0);
}

static void
teardown(void)
{
	nsc_slab_free(slab);
	slab = NULL;
}

/* No page holds a block: each serves the largest size. */
static bool
is_empty(void)
{
	uint32_t block[MEMORY / NSC_SLAB_MAX + 1];
	size_t n = 0;

	while (n < sizeof block / sizeof *block &&
	       (block[n] = nsc_slab_take(slab, NSC_SLAB_MAX)) != 0)
		n++;
	for (size_t i = 0; i < n; i++)
		nsc_slab_give(slab, block[i]);
	return n == MEMORY / NSC_SLAB_MAX;
}

/* All blocks of a size: each as large as asked, none over another, all given back. */
static void
fill(size_t size)
{
	static uint32_t block[BLOCKS + 1];
	size_t n = 0, i, k, room = 16;

	while (room < size)
		room *= 2;
	while (n <= BLOCKS && (block[n] = nsc_slab_take(slab, size)) != 0) {
		ck_assert_uint_eq((uintptr_t)nsc_slab_at(slab, block[n]) % 16, 0);
		memset(nsc_slab_at(slab, block[n]), (int)(n & 0xff), size);
		n++;
	}
	ck_assert_uint_eq(n, MEMORY / room);
	for (i = 0; i < n; i++) {
		const uint8_t *p = nsc_slab_at(slab, block[i]);

		/* One assertion a block: each costs more than the octets. */
		for (k = 0; k < size && p[k] == (i & 0xff); k++)
			;
		ck_assert_uint_eq(k, size);
	}
	for (i = 0; i < n; i += 2)
		nsc_slab_give(slab, block[i]);
	for (i = 1; i < n; i += 2)
		nsc_slab_give(slab, block[i]);
	ck_assert(is_empty());
}

/* No size can keep memory from another one for ever. */
START_TEST(any_size_after_any_other)
{
	static const size_t sizes[] = {1, 1024, 16, 17, 100, 1000, 32, 513, 200, 5};

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		fill(sizes[i]);
	ck_assert_uint_eq(nsc_slab_take(slab, NSC_SLAB_MAX + 1), 0);
	ck_assert_ptr_null(nsc_slab_at(slab, 0));
	nsc_slab_give(slab, 0);
}
END_TEST

START_TEST(random_order)
{
	static struct { uint32_t block; uint8_t mark; size_t size; } b[300];
	const int n = sizeof b / sizeof b[0];

	memset(b, 0, sizeof b);
	srand(1);
	for (int i = 0; i < 200000; i++) {
		int k = rand() % n;
		const uint8_t *p = nsc_slab_at(slab, b[k].block);

		for (size_t j = 0; p != NULL && j < b[k].size; j++) {
			if (p[j] != b[k].mark)
				ck_abort_msg("octet %zu of block %d was written", j, k);
		}
		nsc_slab_give(slab, b[k].block);
		b[k].size = 1u << rand() % 11;
		b[k].mark = (uint8_t)i;
		b[k].block = nsc_slab_take(slab, b[k].size);
		if (b[k].block != 0)
			memset(nsc_slab_at(slab, b[k].block), b[k].mark, b[k].size);
	}
	for (int k = 0; k < n; k++)
		nsc_slab_give(slab, b[k].block);
	ck_assert(is_empty());
}
END_TEST

START_TEST(labels)
{
	char text[1000];
	uint32_t first = 0;

	memset(text, 'x', sizeof text);
	ck_assert_uint_eq(nsc_labels_find(slab, first, NSC_LABEL_JA4).len, 0);
	ck_assert(nsc_labels_add(slab, &first, NSC_LABEL_JA4, "", 0));
	ck_assert_uint_eq(first, 0);
	ck_assert(nsc_labels_add(slab, &first, NSC_LABEL_JA4, "one", 3));
	ck_assert(nsc_labels_add(slab, &first, NSC_LABEL_JA4, "second", 6));
	ck_assert(nsc_labels_add(slab, &first, NSC_LABEL_TLS_SNI, text, sizeof text));
	ck_assert(nsc_labels_add(slab, &first, NSC_LABEL_COUNT, "none", 4));
	ck_assert_uint_eq(nsc_labels_find(slab, first, NSC_LABEL_JA4).len, 3);
	ck_assert_mem_eq(nsc_labels_find(slab, first, NSC_LABEL_JA4).p, "one", 3);
	ck_assert_uint_eq(nsc_labels_find(slab, first, NSC_LABEL_TLS_SNI).len, NSC_LABEL_TEXT);
	ck_assert_uint_eq(nsc_labels_find(slab, first, NSC_LABEL_HTTP_HOST).len, 0);
	nsc_labels_drop(slab, first);
	ck_assert(is_empty());
}
END_TEST

START_TEST(labels_without_room)
{
	uint32_t first[BLOCKS + 1] = {0};
	int n = 0;

	while (nsc_labels_add(slab, &first[n], NSC_LABEL_JA4, "12345678", 8))
		n++;
	ck_assert_int_eq(n, BLOCKS);
	ck_assert_uint_eq(first[n], 0);
	while (n-- > 0)
		nsc_labels_drop(slab, first[n]);
	ck_assert(is_empty());
}
END_TEST

RUN_TESTS("slab", setup, teardown, ONCE(any_size_after_any_other), ONCE(random_order),
	  ONCE(labels), ONCE(labels_without_room))
