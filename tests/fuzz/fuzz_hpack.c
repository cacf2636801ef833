/* SPDX-License-Identifier: MIT */
/*
 * Header blocks of arbitrary octets.  Each begins with an octet: its length, 0 for octets
 * lost.  Whole and cut in two they say the same.
 */
#include <stdlib.h>

#include "dissect/hpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct sum {
	uint32_t n;
};

static bool
wanted(struct nsc_text name)
{
	return name.len < 12;
}

static void
field(void *arg, struct nsc_text name, struct nsc_text value)
{
	struct sum *s = arg;

	for (uint32_t i = 0; i < name.len; i++)
		s->n = s->n * 31 + (uint8_t)name.p[i];
	for (uint32_t i = 0; i < value.len; i++)
		s->n = s->n * 31 + (uint8_t)value.p[i];
	s->n = s->n * 31 + 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct nsc_hpack one, two;
	struct sum a = {1}, b = {1};
	const struct nsc_hpack_reader to_a = {.arg = &a, .wanted = wanted, .field = field};
	const struct nsc_hpack_reader to_b = {.arg = &b, .wanted = wanted, .field = field};

	nsc_hpack_start(&one);
	nsc_hpack_start(&two);
	while (size > 0) {
		size_t n = data[0] < size - 1 ? data[0] : size - 1;
		int r, q;

		data++;
		size--;
		if (n == 0) {
			nsc_hpack_lose(&one);
			nsc_hpack_lose(&two);
			continue;
		}
		r = nsc_hpack_read(&one, nsc_bytes(data, n), &to_a);
		q = nsc_hpack_read(&two, nsc_bytes(data, n / 2), &to_b);
		if (q == 0)
			q = nsc_hpack_read(&two, nsc_bytes(data + n / 2, n - n / 2), &to_b);
		if (r != q || a.n != b.n || one.size != two.size || (r == 0 && one.size > one.max))
			abort();
		if (r != 0 || nsc_hpack_end(&one) != nsc_hpack_end(&two))
			return 0;
		data += n;
		size -= n;
	}
	return 0;
}
