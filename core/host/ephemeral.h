/* SPDX-License-Identifier: MIT */
/* Ports that the kernel hands out by itself. */
#ifndef NSC_HOST_EPHEMERAL_H
#define NSC_HOST_EPHEMERAL_H

#include <stdint.h>

/*
 * net.ipv4.ip_local_port_range of the calling thread's network namespace; Linux's default
 * (net/ipv4/af_inet.c) if it cannot be read.
 */
void nsc_ephemeral_range(uint16_t *low, uint16_t *high);

#endif
