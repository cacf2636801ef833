/* SPDX-License-Identifier: MIT */
/* Captures: pcap (microseconds and nanoseconds, both byte orders) and pcapng, plain, .gz or .zst. */
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

#endif
