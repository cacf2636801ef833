/* SPDX-License-Identifier: MIT */
/* Captures: pcap (both time units and byte orders) and pcapng, plain, .gz or .zst. */
#ifndef NSC_SOURCE_FILE_H
#define NSC_SOURCE_FILE_H

#include "source/source.h"

/*
 * Opens a capture; "-" is standard input.  Compression and format are told by
 * content, never by name.  A capture with only its header is fine.
 * 0, or -errno with err: "PATH: No such file or directory", "PATH: is a directory",
 * "PATH: empty file", "PATH: not a capture file (pcap or pcapng)".
 */
int nsc_file_open(struct nsc_source **s, const char *path, char err[NSC_ERR]);

/*
 * LINKTYPE_ number of the capture's first interface, -1 as long as none was read
 * (a pcapng file names its interfaces on the way).  Frames carry their own.
 *
 * What batch() makes of odd captures:
 *   - caplen and len are what the file says, also where len < caplen; caplen may
 *     exceed the snap length, but not 262144 (the limit of libpcap and Wireshark);
 *   - a pcapng block has at most 16 MiB (libpcap's limit), longer ones are damage;
 *   - frames of simple packet blocks have time 0; times before 1970 are 0 too;
 *   - after damage every call says so again: -EBADMSG; a failed read is its errno;
 *   - -EINTR: a signal came while standard input or a FIFO had nothing; call again.
 */
int nsc_file_link(const struct nsc_source *s);

#endif
