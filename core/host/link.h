/* SPDX-License-Identifier: MIT */
/* rtnetlink(7): the table of interfaces, and word that it has changed. */
#ifndef NSC_HOST_LINK_H
#define NSC_HOST_LINK_H

#include "base/error.h"
#include "host/interfaces.h"

/*
 * Replaces *t by what the kernel says now (about 1 ms for 100 interfaces).  A
 * dump that the kernel calls inconsistent is repeated three times; the fourth
 * is taken as it is (an event follows anyway).  On failure *t is as it was.
 * 0, or -errno with err.
 */
int nsc_link_dump(struct nsc_interfaces *t, char err[NSC_ERR]);

/* A descriptor that polls readable when links or addresses change; -errno with err. */
int nsc_link_watch(char err[NSC_ERR]);

/*
 * Reads what came.  1: something changed, dump again; 0: nothing; -ENOBUFS:
 * events were lost (count it, and dump again); other negative: open it anew.
 */
int nsc_link_changed(int fd);

#endif
