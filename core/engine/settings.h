/* SPDX-License-Identifier: MIT */
/*
 * The sealed result of the configuration: flat and without pointers, so that
 * it crosses to a worker in another process as octets.  Limits are those of one
 * worker: what the options grant in all is divided among Workers.
 */
#ifndef NSC_ENGINE_SETTINGS_H
#define NSC_ENGINE_SETTINGS_H

#include "base/error.h"
#include "base/hash.h"
#include "decode/decode.h"
#include "dissect/session.h"
#include "flow/flow.h"
#include "scope/exclude.h"
#include "scope/scope.h"

enum { NSC_SETTINGS_LOCALS = 256 };

struct nsc_local_prefix {
	struct nsc_addr addr;
	uint8_t bits;			/* of 128 */
};

struct nsc_settings {
	uint64_t layout;		/* nsc_ledger_layout() of who filled this in */
	struct nsc_hash_key key;	/* filled by the engine at its start (getrandom) */
	struct nsc_decode_config decode;
	struct nsc_flow_config flow;
	struct nsc_session_config session;	/* reassembly, caps, Dissect */
	struct nsc_networks networks;
	struct nsc_excludes excludes;	/* option Exclude */
	uint32_t snaplen;		/* octets kept of each packet */
	uint32_t timeout_http;		/* idle seconds of HTTP and TLS */
	uint32_t timeout_ssh;
	uint32_t workers;		/* 1 to 16 */
	uint32_t number;		/* of this worker; filled by the engine */
	uint8_t names;			/* option Names: registered domains are told */
	uint8_t forwarded;		/* option Forwarded */
	uint8_t promiscuous;		/* option Promiscuous: frames for other hosts count too */
	uint8_t processes, units;	/* options Processes and Units: their rows are told */
	uint32_t locals;		/* replays: prefixes of this host; 0: direction is absent */
	struct nsc_local_prefix local[NSC_SETTINGS_LOCALS];
};

struct nsc_config;

/*
 * Fills *s from the configuration.  -EINVAL with err where options that are
 * fine alone contradict each other; the key stays zero.
 */
int nsc_config_settings(const struct nsc_config *cfg, struct nsc_settings *s, char err[NSC_ERR]);

#endif
