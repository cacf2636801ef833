/* SPDX-License-Identifier: MIT */
/*
 * SipHash-1-3 against CPython 3.11, which hashes bytes with it: PYTHONHASHSEED=SEED
 * python3 -c 'print(hex(hash(bytes(range(N))) & 2**64-1))'.  Its key is 16 octets of
 * the generator x = x * 214013 + 2531011 that starts with the seed, each octet the
 * third of x; all zero for seed 0 (Python/bootstrap_hash.c).
 */
#include <check.h>
#include <stdlib.h>

#include "base/hash.h"
#include "suite.h"

enum { VECTORS = 16 };

static const struct {
	unsigned seed;
	struct nsc_hash_key key;
	struct {
		unsigned len;		/* octets 0, 1, 2 ... */
		uint64_t hash;
	} vector[VECTORS];
} table[] = {
	{.seed = 0, .key = {{0x0000000000000000, 0x0000000000000000}}, .vector = {
		{1, 0x68a914128e01e473}, {2, 0x010bac45c41e3669},
		{3, 0x4d4c9a4a8ef6e0ad}, {4, 0x7cc43f98813e4dbd},
		{5, 0x5abe2169dff36275}, {6, 0xe3c25f87624f1cdb},
		{7, 0x2f098ab0c751325a}, {8, 0xead411e67ebe2eea},
		{9, 0x75927f9d95124362}, {15, 0xf30eb725bb91c9ea},
		{16, 0x8972188433a5c5b7}, {17, 0x4883c49a2c009c1d},
		{31, 0x169739443111d49b}, {36, 0xac77921fcc642bd3},
		{40, 0x95bc321ab41d8206}, {63, 0x385d3e39e5f37359},
	}},
	{.seed = 1, .key = {{0xaed66ce184be2329, 0xebe9bbf1f1499052}}, .vector = {
		{1, 0xecd3e5afcecda4b9}, {2, 0xbf360f1ea1745965},
		{3, 0x8d5b20ab227ba858}, {4, 0x968a3280faeeb716},
		{5, 0xbbda3b5f513c3d69}, {6, 0xa77f099d6ffed90e},
		{7, 0xfd15e78052a69ddf}, {8, 0xc0b5739e7e28dd01},
		{9, 0x208a1a5a0cbbf778}, {15, 0xfa87985f39e97a53},
		{16, 0x12e9d283f9f37002}, {17, 0x9f5bb4237f61907f},
		{31, 0xb8c17103f21d8810}, {36, 0x93fbdf55374406c1},
		{40, 0xdb056b8b4f38310b}, {63, 0x542052345bc68274},
	}},
	{.seed = 42, .key = {{0xdc504fd368cd90af, 0xb920bb9ffe99e9c1}}, .vector = {
		{1, 0xce880c366bcf3489}, {2, 0xef32fbc0469f0756},
		{3, 0xef4b9dcae9b04417}, {4, 0x79793200f3b3b3db},
		{5, 0xbe8653fc64f95fbd}, {6, 0xb32b5a11619800dd},
		{7, 0xce280fabc397fbda}, {8, 0x60866c3c108c6afb},
		{9, 0x68814005f7469e03}, {15, 0x94ace24d68c18cf8},
		{16, 0x339176f3ac59ce05}, {17, 0xed2706b414c296f1},
		{31, 0x06f3af51bda71c61}, {36, 0x325168a6b0dc469f},
		{40, 0xde03d697bf20e38a}, {63, 0x06e24d6f0d014c37},
	}},
};

START_TEST(test_cpython)
{
	uint8_t data[64 + 8];

	for (unsigned skew = 0; skew < 8; skew++) {	/* at any alignment */
		for (unsigned i = 0; i < 64; i++)
			data[skew + i] = (uint8_t)i;
		for (unsigned v = 0; v < VECTORS; v++)
			ck_assert_uint_eq(nsc_hash(&table[_i].key, data + skew,
						   table[_i].vector[v].len),
					  table[_i].vector[v].hash);
	}
}
END_TEST

/* CPython answers 0 here: by a SipHash in Python that passes the paper's own vector. */
START_TEST(test_nothing)
{
	const struct nsc_hash_key zero = {{0, 0}};

	ck_assert_uint_eq(nsc_hash(&zero, NULL, 0), 0xd1fba762150c532c);
}
END_TEST

RUN_TESTS("hash", NULL, NULL, ROWS(test_cpython, sizeof table / sizeof *table),
	  ONCE(test_nothing))
