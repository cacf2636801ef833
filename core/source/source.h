/* SPDX-License-Identifier: MIT */
/*
 * Where packets come from.  A source is opened by its own function (file.h,
 * ring.h), then driven through one table of operations, so that nothing above
 * knows which kind it is.
 */
#ifndef NSC_SOURCE_SOURCE_H
#define NSC_SOURCE_SOURCE_H

#include <stddef.h>

#include "base/error.h"
#include "base/frame.h"


/* Monotonic 64-bit sums since the source was opened. */
struct nsc_source_stats {
	uint64_t frames;	/* delivered */
	uint64_t dropped;	/* lost in the kernel for want of room (tp_drops) */
	uint64_t freezes;	/* times the ring's queue froze */
	uint64_t offset;	/* octets of the (compressed) file read so far */
	uint64_t size;		/* octets of the file; 0 if unknown */
};

struct nsc_source;

struct nsc_source_ops {
	const char *name;	/* "file", "ring" */
	/*
	 * Fills up to max frames and returns their number; they are borrowed
	 * until the next call.  0: none now (ring: poll the descriptor) or no
	 * more (file).  Negative errno: the source is of no more use; err says
	 * why in one line (a damaged file is -EBADMSG, and what was before the
	 * damage has been delivered; a vanished interface is -ENODEV or -ENETDOWN).
	 */
	int (*batch)(struct nsc_source *s, struct nsc_frame *frames, int max, char err[NSC_ERR]);
	int (*fd)(const struct nsc_source *s);		/* to poll for reading; -1: never waits */
	void (*stats)(struct nsc_source *s, struct nsc_source_stats *st);
	void (*close)(struct nsc_source *s);		/* frees s */
};

struct nsc_source {
	const struct nsc_source_ops *ops;
};

static inline void
nsc_source_close(struct nsc_source *s)
{
	if (s != NULL)
		s->ops->close(s);
}

#endif
