/* SPDX-License-Identifier: MIT */
/*
 * Which row of the set SERVICE a port has.  Listeners of one protocol and port are one
 * service; one that comes back gets its row back, and a row is used again only after a
 * rest, so that its last values are read.
 */
#ifndef NSC_ENGINE_SERVICES_H
#define NSC_ENGINE_SERVICES_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/listen_rows.h"
#include "ledger/ledger.h"

enum { NSC_SERVICES_REST = 600 };	/* seconds without a listener */

struct nsc_service {
	uint8_t proto;			/* 0: the row was never used */
	uint16_t port;
	uint32_t generation;		/* counts its ports */
	bool seen;			/* in this look */
	uint64_t last;			/* ns: a look that found it */
	uint32_t sockets;		/* that listen: now, and at the last look */
	uint32_t sockets_before;
	uint64_t drops, drops_before;	/* as the kernel counts them for these sockets */
	uint64_t queue;			/* the longest */
	uint8_t exposure;		/* nsc_exposure, the most exposed */
	uint16_t turn;			/* another one whenever one comes, goes or is exposed otherwise; not 0 */
	uint64_t print, print_before;	/* of all that makes a turn */
};

struct nsc_service_state {		/* as others see it */
	uint32_t generation;		/* 0: the row was never used */
	bool present;
	uint8_t exposure;
	uint16_t turn;
};

struct nsc_services {
	struct nsc_service row[NSC_COUNT_SERVICE];
	bool begun;			/* there was a look before */
	uint64_t suppressed;		/* services of the last look for which no row was free */
};

/*
 * Takes a look in, the services that its rows tell of, and adds to the cells.  now: ns of a
 * steady clock.
 */
void nsc_services_look(struct nsc_services *s, const struct nsc_listeners *l,
		       const struct nsc_listen_rows *rows, uint64_t now, struct nsc_cells *cells);

/* The row that listens on the port, as of the last look, or -1. */
int nsc_services_find(const struct nsc_services *s, uint8_t proto, uint16_t port);

void nsc_services_states(const struct nsc_services *s, struct nsc_service_state state[NSC_COUNT_SERVICE]);

/* "tcp-80"; false if the row never had a port. */
bool nsc_services_name(const struct nsc_services *s, unsigned row, uint64_t now, char name[64],
		       uint32_t *generation, bool *present);

#endif
