/* SPDX-License-Identifier: MIT */
/*
 * The code is canonical: symbols of one length are consecutive numbers, and a longer code
 * is greater than any shorter one continued.  So lengths, first codes and the symbols in
 * their order are the whole table.
 */
#include <errno.h>

#include "dissect/hpack_huffman.h"

/* Symbols by length of their codes, then by value; EOS, the last, is left out. */
static const uint8_t symbol[256] = {
	48, 49, 50, 97, 99, 101, 105, 111, 115, 116, 32, 37, 45, 46, 47, 51, 52, 53, 54,
	55, 56, 57, 61, 65, 95, 98, 100, 102, 103, 104, 108, 109, 110, 112, 114, 117, 58,
	66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85,
	86, 87, 89, 106, 107, 113, 118, 119, 120, 121, 122, 38, 42, 44, 59, 88, 90, 33,
	34, 40, 41, 63, 39, 43, 124, 35, 62, 0, 36, 64, 91, 93, 126, 94, 125, 60, 96, 123,
	92, 195, 208, 128, 130, 131, 162, 184, 194, 224, 226, 153, 161, 167, 172, 176,
	177, 179, 209, 216, 217, 227, 229, 230, 129, 132, 133, 134, 136, 146, 154, 156,
	160, 163, 164, 169, 170, 173, 178, 181, 185, 186, 187, 189, 190, 196, 198, 228,
	232, 233, 1, 135, 137, 138, 139, 140, 141, 143, 147, 149, 150, 151, 152, 155, 157,
	158, 165, 166, 168, 174, 175, 180, 182, 183, 188, 191, 197, 231, 239, 9, 142, 144,
	145, 148, 159, 171, 206, 215, 225, 236, 237, 199, 207, 234, 235, 192, 193, 200,
	201, 202, 205, 210, 213, 218, 219, 238, 240, 242, 243, 255, 203, 204, 211, 212,
	214, 221, 222, 223, 241, 244, 245, 246, 247, 248, 250, 251, 252, 253, 254, 2, 3,
	4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29,
	30, 31, 127, 220, 249, 10, 13, 22,
};

static const struct {
	uint8_t length;			/* bits */
	uint8_t count;			/* codes of that length */
	uint8_t at;			/* the first one's symbol */
	uint32_t first;			/* its code */
} group[] = {
	{5, 10, 0, 0x0},
	{6, 26, 10, 0x14},
	{7, 32, 36, 0x5c},
	{8, 6, 68, 0xf8},
	{10, 5, 74, 0x3f8},
	{11, 3, 79, 0x7fa},
	{12, 2, 82, 0xffa},
	{13, 6, 84, 0x1ff8},
	{14, 2, 90, 0x3ffc},
	{15, 3, 92, 0x7ffc},
	{19, 3, 95, 0x7fff0},
	{20, 8, 98, 0xfffe6},
	{21, 13, 106, 0x1fffdc},
	{22, 26, 119, 0x3fffd2},
	{23, 29, 145, 0x7fffd8},
	{24, 12, 174, 0xffffea},
	{25, 4, 186, 0x1ffffec},
	{26, 15, 190, 0x3ffffe0},
	{27, 19, 205, 0x7ffffde},
	{28, 29, 224, 0xfffffe2},
	{30, 3, 253, 0x3ffffffc},	/* and EOS */
};

enum { GROUPS = sizeof group / sizeof group[0], LONGEST = 30 };

/* One symbol of what was read; -EAGAIN: its code is not whole. */
static int
next_symbol(struct nsc_huffman *h)
{
	for (unsigned i = 0; i < GROUPS; i++) {
		uint32_t code;

		if (h->count < group[i].length)
			return -EAGAIN;
		code = (uint32_t)(h->bits >> (h->count - group[i].length)) - group[i].first;
		if (code < group[i].count) {
			h->count = (uint8_t)(h->count - group[i].length);
			h->bits &= (UINT64_C(1) << h->count) - 1;
			return symbol[group[i].at + code];
		}
	}
	return -EPROTO;
}

int
nsc_huffman_octet(struct nsc_huffman *h, uint8_t octet, uint8_t out[NSC_HUFFMAN_BURST])
{
	int n = 0, r;

	h->bits = h->bits << 8 | octet;
	h->count = (uint8_t)(h->count + 8);
	while ((r = next_symbol(h)) >= 0)
		out[n++] = (uint8_t)r;
	return r == -EPROTO ? r : n;
}

bool
nsc_huffman_ends(const struct nsc_huffman *h)
{
	return h->count < 8 && h->bits == (UINT64_C(1) << h->count) - 1;
}
