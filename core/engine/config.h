/* SPDX-License-Identifier: MIT */
/* What the engine asks of a configuration: values by option, those of the host side by name. */
#ifndef NSC_ENGINE_CONFIG_H
#define NSC_ENGINE_CONFIG_H

#include "nsc.h"
#include "scope/exclude.h"
#include "scope/scope.h"

enum nsc_option_id {		/* NSC_O_FLOW_TABLE_SIZE ... */
#define NSC_OPTION(id, name, kind, minimum, maximum, standard, choices, text) NSC_O_##id,
#include "options.def"
#undef NSC_OPTION
	NSC_OPTIONS
};

enum nsc_capture_kind {		/* the order of Capture's choices */
	NSC_CAPTURE_RING,
	NSC_CAPTURE_OFF,
};

enum { NSC_NAMES_OFF, NSC_NAMES_REGISTERED };	/* the order of Names' choices */
enum { NSC_BPF_AUTO, NSC_BPF_OFF };			/* the order of Bpf's choices */
enum { NSC_NAMESPACES_OWN, NSC_NAMESPACES_ALL };	/* of Namespaces' */
enum { NSC_PROCESS_NAMES_PROGRAM, NSC_PROCESS_NAMES_SCRIPT };	/* of ProcessNames' */

/* A deep copy, freed with nsc_config_free.  -ENOMEM or 0. */
int nsc_config_copy(struct nsc_config **copy, const struct nsc_config *cfg);

/* COUNT, SIZE (octets), SECONDS, BOOL (0, 1), CHOICE (index of the choice). */
uint64_t nsc_config_number(const struct nsc_config *cfg, enum nsc_option_id id);

/* TEXT; never NULL.  Borrowed from cfg. */
const char *nsc_config_text(const struct nsc_config *cfg, enum nsc_option_id id);

/* LIST: item n, NULL behind the last.  Borrowed. */
const char *nsc_config_item(const struct nsc_config *cfg, enum nsc_option_id id, size_t n);

/* PAIRS: value m of group n (value 0 is the name), NULL behind the last of either.  Borrowed. */
const char *nsc_config_pair(const struct nsc_config *cfg, enum nsc_option_id id, size_t n, size_t m);

/* The networks of option Network; borrowed. */
const struct nsc_networks *nsc_config_networks(const struct nsc_config *cfg);

/* What option Exclude leaves out; borrowed. */
const struct nsc_excludes *nsc_config_excludes(const struct nsc_config *cfg);

/* --- host side ------------------------------------------------------------ */

/* The nth name of Interface, or `auto`; NULL behind the last. */
static inline const char *
nsc_config_interface(const struct nsc_config *cfg, size_t n)
{
	return nsc_config_item(cfg, NSC_O_INTERFACE, n);
}

static inline enum nsc_capture_kind
nsc_config_capture(const struct nsc_config *cfg)
{
	return (enum nsc_capture_kind)nsc_config_number(cfg, NSC_O_CAPTURE);
}

static inline uint64_t		/* octets */
nsc_config_ring_size(const struct nsc_config *cfg)
{
	return nsc_config_number(cfg, NSC_O_RING_SIZE);
}

static inline const char *	/* pcap filter text, "" for none */
nsc_config_filter(const struct nsc_config *cfg)
{
	return nsc_config_text(cfg, NSC_O_FILTER);
}

static inline const char *	/* path, "" for none */
nsc_config_replay(const struct nsc_config *cfg)
{
	return nsc_config_text(cfg, NSC_O_REPLAY);
}

static inline bool
nsc_config_promiscuous(const struct nsc_config *cfg)
{
	return nsc_config_number(cfg, NSC_O_PROMISCUOUS) != 0;
}

static inline unsigned
nsc_config_max_series(const struct nsc_config *cfg)
{
	return (unsigned)nsc_config_number(cfg, NSC_O_MAX_SERIES);
}

static inline unsigned
nsc_config_top_n(const struct nsc_config *cfg)
{
	return (unsigned)nsc_config_number(cfg, NSC_O_TOP_N);
}

static inline unsigned
nsc_config_workers(const struct nsc_config *cfg)
{
	return (unsigned)nsc_config_number(cfg, NSC_O_WORKERS);
}

#endif
