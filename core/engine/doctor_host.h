/* SPDX-License-Identifier: MIT */
/* The part of the doctor that looks at the inventory's sources. */
#ifndef NSC_ENGINE_DOCTOR_HOST_H
#define NSC_ENGINE_DOCTOR_HOST_H

#include "nsc.h"

/* Sockets, processes, bpf, namespaces: a line each, or one for each capability that lacks. */
size_t nsc_doctor_host(const struct nsc_config *cfg, struct nsc_check *checks, size_t max);

#endif
