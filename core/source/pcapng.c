/* SPDX-License-Identifier: MIT */
/*
 * pcapng (draft-ietf-opsawg-pcapng): sections of blocks, each section with a byte
 * order and interfaces of its own.  Packets and interfaces are read, every other
 * kind of block (names, statistics, secrets, custom, unknown) is passed over.
 */
#include <errno.h>
#include <stdlib.h>

#include "source/reader.h"

enum block_type {
	BLOCK_INTERFACE = 1, BLOCK_PACKET = 2, BLOCK_SIMPLE = 3, BLOCK_ENHANCED = 6,
	BLOCK_SECTION = 0x0a0d0d0a,
};

enum {
	BLOCK_MIN = 12,			/* type, length, length again */
	INTERFACES_MAX = 65536,		/* in a section */
	OPTION_END = 0, OPTION_RESOLUTION = 9, OPTION_OFFSET = 14,
	MICROSECONDS = 6,		/* without if_tsresol */
};

#define ORDER_MAGIC 0x1a2b3c4du

bool
nsc_pcapng_is(const uint8_t octets[4])
{
	struct nsc_bytes b = nsc_bytes(octets, 4);

	return nsc_bytes_u32(&b) == BLOCK_SECTION;	/* the same in both orders */
}

static int
inconsistent(struct nsc_file *f, const char *what)
{
	return nsc_file_damage(f, "inconsistent block at octet %llu (%s)",
			       (unsigned long long)(f->before + f->at), what);
}

static int
read_section(struct nsc_file *f, struct nsc_bytes *b)
{
	uint16_t major;

	nsc_bytes_skip(b, 4);
	major = nsc_read16(b, f->big);
	nsc_bytes_skip(b, 10);		/* minor version; length of the section, often unknown */
	if (b->bad)
		return inconsistent(f, "a short section header");
	if (major != 1)
		return nsc_file_damage(f, "pcapng version %u is not supported", major);
	f->ng.interfaces = 0;
	return 0;
}

/* The room of an interface that the section adds. */
static struct nsc_pcapng_interface *
add_interface(struct nsc_file *f)
{
	struct nsc_pcapng_interface *p = f->ng.interface;
	uint32_t room = f->ng.room > 0 ? 2 * f->ng.room : 8;

	if (f->ng.interfaces == f->ng.room) {
		p = realloc(p, room * sizeof *p);
		if (p == NULL) {
			f->status = nsc_error(f->err, -ENOMEM, "%s: out of memory", f->path);
			return NULL;
		}
		f->ng.interface = p;
		f->ng.room = room;
	}
	return &p[f->ng.interfaces++];
}

/* The two options that times depend on. */
static int
read_options(struct nsc_file *f, struct nsc_bytes *b, struct nsc_pcapng_interface *i)
{
	while (nsc_bytes_left(b) >= 4) {
		uint16_t code = nsc_read16(b, f->big), size = nsc_read16(b, f->big);
		struct nsc_bytes value = nsc_bytes_sub(b, size);

		if (code == OPTION_END)
			break;
		nsc_bytes_skip(b, -(unsigned)size & 3);
		if (code == OPTION_RESOLUTION)
			i->resolution = nsc_bytes_u8(&value);
		if (code == OPTION_OFFSET) {
			uint64_t one = nsc_read32(&value, f->big);
			uint64_t two = nsc_read32(&value, f->big);

			i->offset = (int64_t)(f->big ? one << 32 | two : two << 32 | one);
		}
		if (b->bad || value.bad)
			return inconsistent(f, "an option beyond its end");
	}
	if ((i->resolution & 0x80 ? 63 : 19) < (i->resolution & 0x7f))
		return inconsistent(f, "a clock finer than 64 bits can tell");
	return 0;
}

static int
read_interface(struct nsc_file *f, struct nsc_bytes *b)
{
	struct nsc_pcapng_interface i = {.resolution = MICROSECONDS}, *room;

	i.link = nsc_file_linktype(nsc_read16(b, f->big));
	nsc_bytes_skip(b, 2);
	i.snaplen = nsc_read32(b, f->big);
	if (b->bad)
		return inconsistent(f, "a short interface description");
	if (f->ng.interfaces >= INTERFACES_MAX)
		return inconsistent(f, "more than 65536 interfaces");
	if (read_options(f, b, &i) < 0 || (room = add_interface(f)) == NULL)
		return f->status;
	*room = i;
	if (f->link < 0)
		f->link = i.link;
	return 0;
}

static uint64_t
power_of_ten(unsigned n)
{
	uint64_t v = 1;

	while (n-- > 0)
		v *= 10;
	return v;
}

/* Nanoseconds since the epoch; what does not fit becomes the nearest that does. */
static uint64_t
to_time(const struct nsc_pcapng_interface *i, uint64_t ticks)
{
	__extension__ typedef __int128 wide;
	unsigned n = i->resolution & 0x7f;
	wide t;

	if (i->resolution & 0x80)
		t = (wide)ticks * 1000000000 >> n;
	else if (n <= 9)
		t = (wide)ticks * (wide)power_of_ten(9 - n);
	else
		t = (wide)(ticks / power_of_ten(n - 9));
	t += (wide)i->offset * 1000000000;
	return t < 0 ? 0 : t > (wide)UINT64_MAX ? UINT64_MAX : (uint64_t)t;
}

/* An enhanced packet block, or its predecessor with half a word for the interface. */
static int
read_packet(struct nsc_file *f, struct nsc_bytes *b, bool enhanced, struct nsc_frame *frame)
{
	uint32_t id = enhanced ? nsc_read32(b, f->big) : nsc_read16(b, f->big);
	uint64_t ticks;

	if (!enhanced)
		nsc_bytes_skip(b, 2);
	ticks = (uint64_t)nsc_read32(b, f->big) << 32;
	ticks |= nsc_read32(b, f->big);
	*frame = (struct nsc_frame){.caplen = nsc_read32(b, f->big)};
	frame->len = nsc_read32(b, f->big);
	frame->data = nsc_bytes_take(b, frame->caplen);
	if (b->bad)
		return inconsistent(f, "a packet beyond its end");
	if (frame->caplen > NSC_CAPLEN_MAX)
		return inconsistent(f, "a packet of more than 262144 octets");
	if (id >= f->ng.interfaces)
		return inconsistent(f, "an interface that was not described");
	frame->time = to_time(&f->ng.interface[id], ticks);
	frame->link = f->ng.interface[id].link;
	return 1;
}

static int
read_simple(struct nsc_file *f, struct nsc_bytes *b, struct nsc_frame *frame)
{
	const struct nsc_pcapng_interface *i = f->ng.interface;

	if (f->ng.interfaces == 0)
		return inconsistent(f, "an interface that was not described");
	*frame = (struct nsc_frame){.len = nsc_read32(b, f->big), .link = i->link};
	frame->caplen = i->snaplen > 0 && frame->len > i->snaplen ? i->snaplen : frame->len;
	frame->data = nsc_bytes_take(b, frame->caplen);
	if (b->bad)
		return inconsistent(f, "a packet beyond its end");
	if (frame->caplen > NSC_CAPLEN_MAX)
		return inconsistent(f, "a packet of more than 262144 octets");
	return 1;
}

/* 1: the frame was filled; 0: the block holds none; negative: damage. */
static int
read_block(struct nsc_file *f, uint32_t type, struct nsc_bytes *body, struct nsc_frame *frame)
{
	switch (type) {
	case BLOCK_ENHANCED:
	case BLOCK_PACKET:
		return read_packet(f, body, type == BLOCK_ENHANCED, frame);
	case BLOCK_SIMPLE:
		return read_simple(f, body, frame);
	case BLOCK_INTERFACE:
		return read_interface(f, body);
	case BLOCK_SECTION:
		return read_section(f, body);
	default:
		return 0;
	}
}

/*
 * Type and length of the next block, of which at least BLOCK_MIN octets are there.
 * A section's header tells the order that it is written in.
 */
static int
read_head(struct nsc_file *f, uint32_t *type, uint32_t *size)
{
	struct nsc_bytes b = nsc_bytes(nsc_file_next(f), BLOCK_MIN);

	*type = nsc_read32(&b, f->big);
	if (*type == BLOCK_SECTION) {
		struct nsc_bytes order = nsc_bytes(nsc_file_next(f) + 8, 4);
		uint32_t magic = nsc_bytes_u32(&order);

		if (magic != ORDER_MAGIC && magic != __builtin_bswap32(ORDER_MAGIC))
			return inconsistent(f, "a section of no known byte order");
		f->big = magic == ORDER_MAGIC;
	}
	*size = nsc_read32(&b, f->big);
	if (*size < BLOCK_MIN || *size % 4 != 0 || *size > NSC_BLOCK_MAX)
		return inconsistent(f, "its length");
	return 0;
}

static int
fill_block(struct nsc_file *f, size_t size)
{
	int code = nsc_file_fill(f, size);

	return code == 0 ? nsc_file_end(f, "block") : code;
}

/*
 * Reads the next block; moved tells if there was one in the window (which moves only
 * where it may).  1: it holds a packet; 0: it does not, or there is none.
 */
static int
next_block(struct nsc_file *f, struct nsc_frame *frame, bool may_fill, bool *moved)
{
	uint32_t type = 0, size = BLOCK_MIN, again;
	struct nsc_bytes body, tail;
	int code;

	*moved = false;
	for (;;) {
		if (nsc_file_left(f) >= BLOCK_MIN && read_head(f, &type, &size) < 0)
			return f->status;
		if (nsc_file_left(f) >= size)
			break;
		if (!may_fill)
			return 0;
		code = fill_block(f, size);
		if (code <= 0)
			return code;
	}
	body = nsc_bytes(nsc_file_next(f) + 8, size - BLOCK_MIN);
	tail = nsc_bytes(nsc_file_next(f) + size - 4, 4);
	again = nsc_read32(&tail, f->big);
	if (again != size)
		return inconsistent(f, "its two lengths");
	code = read_block(f, type, &body, frame);
	if (code >= 0) {
		f->at += size;
		*moved = true;
	}
	return code;
}

static int
pcapng_batch(struct nsc_file *f, struct nsc_frame *frames, int max)
{
	bool moved = true;
	int n = 0, code = 0;

	while (n < max && moved) {
		code = next_block(f, &frames[n], n == 0, &moved);
		if (code > 0)
			n++;
	}
	return n > 0 ? n : code;
}

/* The first section's header is read at once: a file that is none must not be opened. */
int
nsc_pcapng_open(struct nsc_file *f)
{
	struct nsc_frame none;
	bool moved;
	int code = next_block(f, &none, true, &moved);

	f->batch = pcapng_batch;
	return code;
}
