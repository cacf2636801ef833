/* SPDX-License-Identifier: MIT */
/* One captured interface: a ring for each worker. */
#ifndef NSC_ENGINE_TAP_H
#define NSC_ENGINE_TAP_H

#include "engine/capture.h"
#include "host/interfaces.h"
#include "source/source.h"

enum nsc_tap_state {
	NSC_TAP_FREE,
	NSC_TAP_OPEN,
	NSC_TAP_LEAVING,		/* its lanes read its rings to their end */
};

struct nsc_tap {
	uint8_t state;
	char name[NSC_NAME];
	uint32_t ifindex;
	uint16_t row;
	uint32_t size;			/* octets of its rings */
	uint64_t unwanted;		/* ns since when it is not wanted; 0: it is */
	struct nsc_source *source[NSC_CAPTURE_WORKERS];	/* by lane; NULL: given back */
};

/*
 * Opens the rings; name, ifindex and row are filled, type is the ARPHRD_ of the interface.
 * 0, or -errno of nsc_ring_open with err, and none is open.
 */
int nsc_tap_open(struct nsc_tap *tap, const struct nsc_capture_options *o, uint16_t type,
		 char err[NSC_ERR]);

struct nsc_tap_losses {
	uint64_t dropped;		/* packets for which a ring had no room */
	uint64_t freezes;		/* times a ring was full */
};

/* Adds what its open rings have lost. */
void nsc_tap_losses(const struct nsc_tap *tap, struct nsc_tap_losses *sum);

/* Closes the ring of one lane; adds what it had lost. */
void nsc_tap_close(struct nsc_tap *tap, unsigned lane, struct nsc_tap_losses *sum);

#endif
