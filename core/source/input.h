/* SPDX-License-Identifier: MIT */
/*
 * The octets of a capture, whatever they come out of: a file, a pipe, memory,
 * plain or compressed.  The readers of formats see one stream.
 */
#ifndef NSC_SOURCE_INPUT_H
#define NSC_SOURCE_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct nsc_input;

struct nsc_input_ops {
	/*
	 * At least one octet and at most n (never 0) go to `to`; 0: the end, for good.
	 * Negative errno: `why` says what happened.
	 */
	ssize_t (*read)(struct nsc_input *in, uint8_t *to, size_t n);
	void (*close)(struct nsc_input *in);	/* of what the ops hold; NULL: nothing */
};

enum { NSC_INPUT_HEAD = 4 };		/* octets that tell the compression */

struct nsc_input {
	const struct nsc_input_ops *ops;
	void *codec;			/* of inflate.c */
	const char *why;		/* of the last error: "bad gzip checksum"; static text */
	int fd;				/* -1: memory */
	const uint8_t *memory;		/* borrowed */
	size_t memory_left;
	uint8_t head[NSC_INPUT_HEAD];	/* read to look at, and given out first */
	uint8_t head_size, head_at;
	uint64_t offset;		/* octets read so far, before decompression */
	uint64_t size;			/* of the file; 0 if unknown */
};

/*
 * Takes over the descriptor, whatever the outcome; looks at the first octets and
 * chooses the ops.  0, or -errno with `why`.
 */
int nsc_input_open(struct nsc_input *in, int fd);

/* The same over memory, which must outlive the input. */
int nsc_input_open_memory(struct nsc_input *in, const void *data, size_t size);

void nsc_input_close(struct nsc_input *in);

/* The octets as they lie in the file; for the codecs.  As ops->read. */
ssize_t nsc_input_raw(struct nsc_input *in, uint8_t *to, size_t n);

/* inflate.c: sets ops and codec.  0, or -errno with `why`. */
int nsc_input_gzip(struct nsc_input *in);
int nsc_input_zstd(struct nsc_input *in);

#endif
