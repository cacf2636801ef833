/* SPDX-License-Identifier: MIT */
/*
 * The program that the kernel runs on every frame before it enters a ring: what
 * the user does not want, what would be counted twice, and how much is kept.
 */
#ifndef NSC_SOURCE_FILTER_H
#define NSC_SOURCE_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct nsc_filter {
	uint32_t count;
	struct sock_filter code[BPF_MAXINSNS];
};

/*
 * Builds the program for frames of that LINKTYPE_ (1 or 101).  text is a pcap
 * filter, "" or NULL for all; snaplen octets of a wanted frame are kept.  With
 * `once`, frames that this host sends are refused (loopback shows each frame
 * as sent and as received).
 *
 * 0, or -errno with err: "filter \"prot tcp\": syntax error".  `vlan` is an error:
 * the kernel takes received tags off before any filter runs, so that the
 * word would silently match nothing.
 */
int nsc_filter_build(struct nsc_filter *f, const char *text, uint16_t link,
		     uint32_t snaplen, bool once, char err[NSC_ERR]);

/* Attaches the program to a socket in place of an older one.  0 or -errno. */
int nsc_filter_attach(int fd, const struct nsc_filter *f);

/* Refuses every frame from now on.  0 or -errno. */
int nsc_filter_mute(int fd);

#endif
