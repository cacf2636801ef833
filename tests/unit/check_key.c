/* SPDX-License-Identifier: MIT */
/* The hash of flows' keys: its value, and that nothing in the keys tells how they scatter. */
#include <stdlib.h>

#include "flow/key.h"
#include "suite.h"

enum { SECRETS = 512, SLOTS = 1 << 17, ROW = SLOTS / 2 };

static struct nsc_key_secret
secret(uint64_t number)
{
	struct nsc_key_secret s;

	nsc_key_secret(&s, &(struct nsc_hash_key){{number, 0}});
	return s;
}

static struct nsc_key
key(const char *from, const char *to, uint16_t sport, uint16_t dport, uint8_t proto)
{
	struct nsc_packet p = {.proto = proto, .sport = sport, .dport = dport};
	struct nsc_key k;

	ck_assert(nsc_addr_parse(&p.src, from) == 0 && nsc_addr_parse(&p.dst, to) == 0);
	p.version = nsc_addr_is_v4(&p.src) ? 4 : 6;
	nsc_key_of_packet(&k, NSC_KEY_5TUPLE, &p);
	return k;
}

/*
 * By CPython 3.11, whose hash() of bytes is SipHash-1-3, with a key of zeros for
 * PYTHONHASHSEED=0; s[i] is that of i in 8 octets, w[i] the key's words, all little-endian:
 * sum(s[0], (w[0] + s[1]) * (w[1] + s[2]), ...) % 2**64 >> 32, then MurmurHash3's fmix32.
 */
START_TEST(value)
{
	struct nsc_key_secret s = secret(0);
	struct nsc_key k = key("192.0.2.1", "198.51.100.2", 53, 40000, NSC_PROTO_UDP);

	ck_assert_uint_eq(nsc_key_hash(&k, &s), 0x4a90e71a);
	k = key("2001:db8::2", "2001:db8::1", 50000, 443, NSC_PROTO_TCP);
	ck_assert_uint_eq(nsc_key_hash(&k, &s), 0x758e82f3);
}
END_TEST

static unsigned
filled(const struct nsc_key_secret *s, struct nsc_key k, void (*next)(struct nsc_key *k))
{
	static bool slot[SLOTS];
	unsigned n = 0;

	memset(slot, 0, sizeof slot);
	for (unsigned i = 0; i < ROW; i++, next(&k))
		slot[nsc_key_hash(&k, s) % SLOTS] = true;
	for (unsigned i = 0; i < SLOTS; i++)
		n += slot[i];
	return n;
}

static void
next_port(struct nsc_key *k)
{
	k->port[1]++;
}

static void
next_address(struct nsc_key *k)
{
	if (++k->addr[1].b[15] == 0)
		k->addr[1].b[14]++;
}

/* Both: an address and its port are taken in turn. */
static void
next_both(struct nsc_key *k)
{
	next_port(k);
	next_address(k);
}

/* Half as many keys as slots fill 1 - exp(-1/2) of them, 51573, with a deviation of 87. */
START_TEST(keys_in_a_row_scatter)
{
	void (*const row[])(struct nsc_key *k) = {next_port, next_address, next_both};
	struct nsc_key k = key("10.0.0.1", "10.1.0.0", 0, 0, NSC_PROTO_TCP);

	for (uint64_t n = 0; n < 16; n++) {
		struct nsc_key_secret s = secret(n);

		for (unsigned i = 0; i < sizeof row / sizeof *row; i++)
			ck_assert_uint_gt(filled(&s, k, row[i]), 51573 - 8 * 87);
	}
}
END_TEST

/* Whatever bit of a key differs, each of the hash does so with every second secret. */
START_TEST(every_bit_counts)
{
	const struct nsc_key k = key("2001:db8::1", "2001:db8::2", 443, 50000, NSC_PROTO_TCP);
	const unsigned bits = 8 * (sizeof k.addr + sizeof k.port + sizeof k.proto);
	static struct nsc_key_secret s[SECRETS];

	for (unsigned n = 0; n < SECRETS; n++)
		s[n] = secret(n);
	for (unsigned bit = 0; bit < bits; bit++) {
		unsigned flips[32] = {0};
		struct nsc_key other = k;

		((uint8_t *)&other)[bit / 8] ^= (uint8_t)(1u << bit % 8);
		for (unsigned n = 0; n < SECRETS; n++) {
			uint32_t d = nsc_key_hash(&k, &s[n]) ^ nsc_key_hash(&other, &s[n]);

			for (unsigned i = 0; i < 32; i++)
				flips[i] += d >> i & 1;
		}
		for (unsigned i = 0; i < 32; i++)	/* six deviations of a fair coin's */
			ck_assert_uint_lt((unsigned)abs((int)flips[i] - SECRETS / 2), 68);
	}
}
END_TEST

RUN_SUITE("key", value, keys_in_a_row_scatter, every_bit_counts)
