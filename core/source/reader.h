/* SPDX-License-Identifier: MIT */
/* What the readers of the two capture formats share: a window on the input, and its errors. */
#ifndef NSC_SOURCE_READER_H
#define NSC_SOURCE_READER_H

#include <stdbool.h>

#include "base/bytes.h"
#include "source/file.h"
#include "source/input.h"

enum {
	NSC_WINDOW = 512 << 10,		/* stays in L2, where parsing then finds it */
	NSC_CAPLEN_MAX = 262144,	/* libpcap's MAXIMUM_SNAPLEN, Wireshark's packet limit */
	NSC_BLOCK_MAX = 16 << 20,	/* libpcap's and Wireshark's limit of a pcapng block */
};

struct nsc_pcapng_interface {
	uint16_t link;
	uint8_t resolution;		/* if_tsresol: 10^-n, with the top bit 2^-n seconds */
	uint32_t snaplen;		/* 0: no limit */
	int64_t offset;			/* if_tsoffset: seconds to add */
};

struct nsc_file {
	struct nsc_source source;	/* first: the public handle */
	struct nsc_input in;
	uint8_t *window;
	size_t cap, at, have;		/* of the window: its size, the next octet, the end */
	uint64_t before;		/* octets of the capture before the window */
	int status;			/* 0, or the error that ended the capture */
	char err[NSC_ERR];		/* its text */
	uint64_t frames;		/* delivered */
	int link;			/* of the first interface; -1: none yet */
	bool big;			/* byte order of the file, or of the section */
	/*
	 * Up to max frames, borrowed from the window.  0: the end.  What stops it
	 * after some frames it finds again in the next call.
	 */
	int (*batch)(struct nsc_file *f, struct nsc_frame *frames, int max);

	struct {
		uint32_t unit;		/* nanoseconds in the second time field */
		uint8_t header;		/* octets of a record's header: 16 or 24 */
		uint8_t swapped;	/* nsc_pcap_lengths */
	} pcap;
	struct {
		struct nsc_pcapng_interface *interface;	/* of the section */
		uint32_t interfaces, room;
	} ng;
	char path[];			/* as given */
};

static inline uint32_t
nsc_read32(struct nsc_bytes *b, bool big)
{
	return big ? nsc_bytes_u32(b) : nsc_bytes_le32(b);
}

static inline uint16_t
nsc_read16(struct nsc_bytes *b, bool big)
{
	return big ? nsc_bytes_u16(b) : nsc_bytes_le16(b);
}

static inline const uint8_t *
nsc_file_next(const struct nsc_file *f)
{
	return f->window + f->at;
}

static inline size_t
nsc_file_left(const struct nsc_file *f)
{
	return f->have - f->at;
}

/*
 * Makes n octets stand in the window, which may move: no frame may be borrowed.
 * 1; 0 if the input ended before (what there is stands in the window); or the
 * negative errno of the input, f->err set.
 */
int nsc_file_fill(struct nsc_file *f, size_t n);

/* Ends the capture: the text is "PATH: " and the format's; returns -EBADMSG. */
int nsc_file_damage(struct nsc_file *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The same for a record or block that the end of the file cuts; 0 if nothing is left over. */
int nsc_file_end(struct nsc_file *f, const char *what);

/* LINKTYPE_ of the number in the file: raw IP has three of them. */
uint16_t nsc_file_linktype(uint32_t n);

/* True if the first four octets are the format's. */
bool nsc_pcap_is(const uint8_t magic[4]);
bool nsc_pcapng_is(const uint8_t magic[4]);

/* Reads the header and sets batch.  0 or -errno, f->err set. */
int nsc_pcap_open(struct nsc_file *f);
int nsc_pcapng_open(struct nsc_file *f);

/* For tests: a capture in memory, which must outlive the source. */
int nsc_file_open_memory(struct nsc_source **s, const void *data, size_t size,
			 char err[NSC_ERR]);

#endif
