/* SPDX-License-Identifier: MIT */
/* The pcap filter text for frames of a file: what the kernel does for a ring. */
#ifndef NSC_SOURCE_MATCH_H
#define NSC_SOURCE_MATCH_H

#include "base/error.h"
#include "base/frame.h"

struct nsc_match;

/* The text is copied.  0 or -ENOMEM; it is compiled when the first frame of a link type comes. */
int nsc_match_new(struct nsc_match **m, const char *text);
void nsc_match_free(struct nsc_match *m);

/*
 * Keeps the frames that match, in their order, and returns their number.
 * -EINVAL with err if the text means nothing for a frame's link type.
 */
int nsc_match_frames(struct nsc_match *m, struct nsc_frame *frames, int n, char err[NSC_ERR]);

#endif
