/* SPDX-License-Identifier: MIT */
/* Sockets of ctnetlink: one for questions, one for events. */
#ifndef NSC_HOST_CONNTRACK_ASK_H
#define NSC_HOST_CONNTRACK_ASK_H

#include <libmnl/libmnl.h>

#include "host/conntrack_message.h"

enum { NSC_CONNTRACK_BUFFER = 64 << 10 };

typedef void nsc_conntrack_each(void *arg, const struct nsc_conntrack_told *one);

struct nsc_conntrack_asker {
	struct mnl_socket *socket;	/* NULL: to be opened */
	uint32_t sequence;
	void *buffer;			/* NSC_CONNTRACK_BUFFER octets; the owner's */
};

/* Each 0 or -errno; after an error the socket is closed, and opened by the next question. */
int nsc_conntrack_ask_all(struct nsc_conntrack_asker *a, uint32_t status,	/* IPS_ bit; 0: all */
			  nsc_conntrack_each *each, void *arg);
int nsc_conntrack_ask_one(struct nsc_conntrack_asker *a, const struct nsc_translation *x,
			  nsc_conntrack_each *each, void *arg);
int nsc_conntrack_ask_counts(struct nsc_conntrack_asker *a, nsc_conntrack_each *each, void *arg);
void nsc_conntrack_asker_close(struct nsc_conntrack_asker *a);

/* A socket that hears of new and ended entries that are translated: its descriptor, or -errno. */
int nsc_conntrack_listen(unsigned room);

#endif
