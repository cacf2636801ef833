/* SPDX-License-Identifier: MIT */
/*
 * What listens, as others are told of it: a set of rows (protocol, port, families, scope,
 * process, exposure), each there once however many sockets it stands for (features.md 2.1),
 * in an order that does not depend on the kernel's, public ones first, then by port (2.4);
 * and what came, changed or went between two looks.
 */
#ifndef NSC_ENGINE_LISTEN_ROWS_H
#define NSC_ENGINE_LISTEN_ROWS_H

#include "host/listeners.h"
#include "ledger/ledger.h"

enum {
	NSC_LISTEN_ROWS = 256,		/* option MaxListeners, at its most */
	NSC_LISTEN_TEXT = 80,		/* "tcp-22-dual-public-sshd-exposed" */
};

struct nsc_listen_row {
	uint8_t proto;			/* IPPROTO_TCP, IPPROTO_UDP */
	uint8_t families;		/* NSC_FAMILY_IPV4 | NSC_FAMILY_IPV6 */
	uint8_t scope;			/* nsc_scope */
	uint8_t exposure;		/* nsc_exposure */
	uint16_t port;
	bool named;			/* its process is known; else the token is "unknown" */
	char process[NSC_TOKEN];	/* the executable's name as a token; no PID */
};

struct nsc_listen_rows {
	bool known;			/* there was a look; else there are no rows */
	unsigned count;
	uint64_t suppressed;		/* rows that `most` left no room for */
	struct nsc_listen_row row[NSC_LISTEN_ROWS];	/* in order, no two alike */
};

/*
 * Takes a look in: the first `most` rows stay.  missing: bit of each protocol (1: TCP, 2:
 * UDP) that could not be asked; its rows stay as they were.  0, or -ENOMEM and nothing
 * has changed.
 */
enum { NSC_LISTEN_NO_TCP = 1, NSC_LISTEN_NO_UDP = 2 };
int nsc_listen_rows_look(struct nsc_listen_rows *r, const struct nsc_listeners *l, unsigned missing,
			 unsigned most);

/*
 * The difference of two looks.  before NULL: it came; after NULL: it went; both: the same
 * protocol, port and scope under another exposure, process or family.  What has not changed
 * is not told, and no row is told twice.  One whose process is found later than itself
 * changes from "unknown".
 */
void nsc_listen_rows_compare(const struct nsc_listen_rows *before,
			     const struct nsc_listen_rows *after,
			     void (*tell)(void *arg, const struct nsc_listen_row *before,
					  const struct nsc_listen_row *after),
			     void *arg);

/* < 0, 0 (all fields are equal) or > 0: the rows' order. */
int nsc_listen_row_order(const struct nsc_listen_row *a, const struct nsc_listen_row *b);

/* PROTO-PORT-FAMILY-SCOPE-PROCESS-EXPOSURE */
void nsc_listen_row_text(const struct nsc_listen_row *row, char text[NSC_LISTEN_TEXT]);

#endif
