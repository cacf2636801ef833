/* SPDX-License-Identifier: MIT */
/*
 * netflowscope's core, as a host (a plugin, the command line) sees it: config
 * in, engine, values out.  The only header that a host includes.
 *
 * Errors are 0 or -errno; `err` then holds one line for a person, subject first.
 */
#ifndef NSC_NSC_H
#define NSC_NSC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "dissect/event.h"
#include "flow/flow.h"
#include "host/connections.h"
#include "host/listeners.h"

const char *nsc_version(void);

/* --- configuration: options.def ----------------------------------------- */

enum nsc_option_kind {
	NSC_KIND_COUNT, NSC_KIND_SIZE, NSC_KIND_SECONDS, NSC_KIND_BOOL, NSC_KIND_CHOICE,
	NSC_KIND_LIST, NSC_KIND_TEXT, NSC_KIND_PAIRS
};

struct nsc_option {
	const char *name;		/* FlowTableSize */
	uint8_t kind;			/* nsc_option_kind */
	uint64_t minimum, maximum;
	const char *standard;		/* the default, as text */
	const char *choices;
	const char *text;
};

const struct nsc_option *nsc_options(size_t *count);

/* flow-table-size for FlowTableSize; name must hold NSC_OPTION_NAME octets. */
enum { NSC_OPTION_NAME = 40 };
void nsc_option_dashed(const struct nsc_option *o, char name[NSC_OPTION_NAME]);

struct nsc_config;

int nsc_config_new(struct nsc_config **cfg);
void nsc_config_free(struct nsc_config *cfg);

/*
 * Sets one option; the name is that of the table, without regard to case, or
 * its dashed form.  A repeatable option adds.  -EINVAL with err naming option,
 * value and what is allowed; -ENOENT if there is no such option.
 */
int nsc_config_set(struct nsc_config *cfg, const char *name, const char *const *values,
		   size_t count, char err[NSC_ERR]);

/*
 * The whole configuration: options that contradict each other, a Filter that does
 * not compile.  0, or negative with err.  Opens nothing.
 */
int nsc_config_check(const struct nsc_config *cfg, char err[NSC_ERR]);

/* --- engine -------------------------------------------------------------- */

enum nsc_level { NSC_LOG_ERROR, NSC_LOG_WARNING, NSC_LOG_NOTICE, NSC_LOG_INFO, NSC_LOG_DEBUG };

struct nsc_host {
	void *arg;
	/* One line without a newline; any thread; may be NULL. */
	void (*log)(void *arg, enum nsc_level level, const char *line);
	/* Events, from the worker's thread (replay: the caller's); NULL: not wanted. */
	void (*event)(void *arg, const struct nsc_event *ev);
	bool uncounted;		/* no reader will come: of counters, the summary's alone are kept */
	bool rows;		/* single flows, connections, listeners are looked at (nsc_rows) */
};

struct nsc_engine;

/* Takes its own copy of the configuration.  Opens nothing yet. */
int nsc_engine_new(struct nsc_engine **e, const struct nsc_config *cfg, const struct nsc_host *host,
		   char err[NSC_ERR]);
void nsc_engine_free(struct nsc_engine *e);	/* stops it first */

/*
 * Starts capturing.  What cannot be opened is logged, its source is off and it is
 * tried again; 0 all the same.  Negative only if no thread or memory can be had.
 * With `strict`, a named interface that is absent or a missing privilege is an error.
 */
int nsc_engine_start(struct nsc_engine *e, bool strict, char err[NSC_ERR]);

/* Ends the threads; flows that are open end as `eof` and are told.  Within 200 ms. */
void nsc_engine_stop(struct nsc_engine *e);

/*
 * What this host listens on, once the engine has stopped, with what its packets showed of
 * each port.  Nothing where the host is not looked at (a replay; option Listeners).
 */
void nsc_engine_listeners(struct nsc_engine *e,
			  void (*tell)(void *arg, const struct nsc_listener *l), void *arg);

/* Interfaces captured now, as text for people: "eth0, lo". */
int nsc_engine_interfaces(struct nsc_engine *e, char *text, size_t size);

/*
 * Replaces limits and timeouts of an engine that runs: FlowTableSize, ReassemblyLimit,
 * ReassemblyMemory, OverflowPolicy, Timeout*.  Flows stay, but for those that a smaller
 * table evicts (they are counted and told).  -EINVAL with err naming the option if another
 * one differs, or one would be larger than when the engine was made; then nothing has
 * changed.  From the thread that starts and stops the engine; in a replay at once
 * (from its interval callback, too).
 */
int nsc_engine_reconfigure(struct nsc_engine *e, const struct nsc_config *cfg, char err[NSC_ERR]);

/*
 * With the option Replay the engine takes in what its capture holds up to `now`, the host's
 * clock (ns since the epoch); a live one does nothing.  To be called right after the start,
 * which is where the capture's clock begins: at the last whole multiple of `interval` (ns)
 * before its first packet, so that reads one interval apart see what nsc_engine_replay
 * tells.  Then before each read, by the thread that reads.
 */
void nsc_engine_clock(struct nsc_engine *e, uint64_t now, uint64_t interval);

struct nsc_replay {
	void *arg;
	/* Called now and then with octets read and the file's size (0: unknown); may be NULL. */
	void (*progress)(void *arg, uint64_t done, uint64_t size);
	/* Called at each whole interval of the capture's clock (interval 0: never); may be NULL. */
	void (*interval)(void *arg, uint64_t now);
	uint64_t interval_ns;
	volatile const int *cancel;	/* stops when non-zero; may be NULL */
};

/*
 * Reads a capture through one worker, in the caller's thread.  On damage what
 * was readable has been processed and -EBADMSG comes back with err.
 */
int nsc_engine_replay(struct nsc_engine *e, const char *path, const struct nsc_replay *how,
		      char err[NSC_ERR]);

struct nsc_summary {
	uint64_t packets, bytes, flows, non_ip, arp, malformed, fragments, truncated, evicted;
	uint64_t dropped;
	bool dropped_known;		/* live */
	uint64_t names;			/* flows with a name (host or server name) */
	uint64_t dns_messages;
	uint64_t first, last;		/* ns: time of the first and last packet */
	const uint64_t *app_flows;	/* by app, nsc_app_count() of them; borrowed */
	uint64_t published_late;	/* reads that took an older snapshot */
};

void nsc_engine_summary(struct nsc_engine *e, struct nsc_summary *s);

unsigned nsc_app_count(void);
const char *nsc_app_name(unsigned app);

/* A label of the event's flow, and an end's address, as they may be shown (HideNames); for the event callback. */
enum { NSC_LABEL_TEXT = 48 };
struct nsc_text nsc_event_label(struct nsc_engine *e, const struct nsc_event *ev, enum nsc_label id,
				char text[NSC_LABEL_TEXT]);
struct nsc_addr nsc_event_addr(struct nsc_engine *e, const struct nsc_event *ev, int side);

/* One JSON line (with newline) of the event, by DESIGN 4.1: octets written, 0 if it has none. */
enum { NSC_JSON_LINE = 65536 };
size_t nsc_event_json(struct nsc_engine *e, const struct nsc_event *ev, char *line, size_t size);
size_t nsc_summary_json(const struct nsc_summary *s, char *line, size_t size);

/* --- values: metrics.def -------------------------------------------------- */

struct nsc_sample {
	const char *family, *group;	/* netflowscope-FAMILY[-GROUP]; group "" if none */
	const char *type;		/* collectd's */
	const char *value;		/* type instance; "" if none */
	const char *unit;
	uint8_t count;			/* values: 1 or 2 */
	bool counter;			/* running sums since the reader began; else levels */
	/* Never told before by this reader: a counter was 0 until now.  False for levels by port or listener. */
	bool fresh;
	uint64_t sum[2];		/* counters */
	double level[2];		/* else */
	unsigned metric;		/* its line in metrics.def, counted from 0 */
};

/*
 * A reader holds one consumer's last totals.  Two readers at different
 * intervals get equal sums.  It may be made before the engine starts.
 */
struct nsc_reader;

int nsc_reader_new(struct nsc_reader **r, struct nsc_engine *e);
void nsc_reader_free(struct nsc_reader *r);

/*
 * One read: asks the workers to publish, waits at most 50 ms, tells every
 * sample, each identifier once, in the order of metrics.def.  0 always, but for
 * -EBADMSG when a ledger is not ours.
 */
int nsc_reader_read(struct nsc_reader *r, void (*tell)(void *arg, const struct nsc_sample *s), void *arg);

/*
 * A rate needs two samples: a counter that shows up late was 0 one interval ago.  So a host
 * tells a read in three rounds: that 0, for all samples of which this is true; then those
 * that are not fresh; then the fresh ones.
 */
static inline bool
nsc_sample_is_late(const struct nsc_sample *s)
{
	return s->fresh && s->counter && (s->sum[0] > 0 || s->sum[1] > 0);
}

/* Tells the samples of the last read once more; nothing is read. */
void nsc_reader_repeat(struct nsc_reader *r, void (*tell)(void *arg, const struct nsc_sample *s),
		       void *arg);

enum nsc_severity {
	NSC_ALARM_OKAY,			/* it is over, or for the record */
	NSC_ALARM_WARNING,
	NSC_ALARM_FAILURE		/* values are missing from now on */
};

/* Something that began, changed or ended with the last read; the series that shows it. */
struct nsc_alarm {
	const char *family, *type, *value;	/* value "": the whole type */
	uint8_t severity;		/* nsc_severity */
	char text[NSC_ERR];		/* one line for a person */
};

/*
 * To be called once behind each read (option Notifications; off: nothing is told): what
 * began or ended, each kind at most once, and each listener's.  The texts are the reader's.
 */
void nsc_reader_alarms(struct nsc_reader *r, void (*tell)(void *arg, const struct nsc_alarm *a),
		       void *arg);

/* --- charts, for a host that draws (Netdata): metrics.def and charts.def ----- */

enum nsc_chart_form { NSC_CHART_LINE, NSC_CHART_AREA, NSC_CHART_STACKED };

enum { NSC_CHART_CONTEXT = 64, NSC_CHART_UNITS = 32 };

/*
 * How a metric is drawn: one chart a context and group, one line in it a value.  Values are
 * told as integers, counters as they are, a level times `scale`; times multiplier, by
 * divisor they have `units`, a counter's by the second.
 */
struct nsc_chart {
	char context[NSC_CHART_CONTEXT];	/* "scope_packets" */
	char units[NSC_CHART_UNITS];		/* "packets/s" */
	const char *family, *title;
	const char *label;		/* what the group is: "scope"; "" where there is none */
	const char *part[2];		/* what two values are: "received", "sent"; "" of one */
	unsigned order;			/* among all charts */
	uint8_t form;			/* nsc_chart_form */
	bool lasting;			/* no value does not mean that it went */
	int32_t multiplier[2], divisor;
	uint32_t scale;
};

unsigned nsc_metric_count(void);	/* lines of metrics.def */
void nsc_chart(unsigned metric, struct nsc_chart *c);

/* --- single rows, for a view that refreshes (the CLI's top) ---------------- */

enum nsc_rows_kind {
	NSC_ROWS_FLOWS,			/* in the workers' tables: what packets show */
	NSC_ROWS_CONNECTIONS,		/* of sockets: what the kernel shows */
	NSC_ROWS_LISTENERS,
	NSC_ROWS_KINDS
};

/* A flow as of the last publish.  Texts are borrowed for the call; "" if not known. */
struct nsc_flow_row {
	uint64_t id;			/* the same as long as it lives; nobody outside can choose it */
	struct nsc_addr local, remote;	/* of one with no or two local ends: initiator, responder */
	uint16_t local_port, remote_port;
	uint8_t proto;			/* IP protocol */
	bool closed;			/* the entry waits for stragglers alone */
	bool forwarded;			/* no end is local */
	bool shared;			/* remote_name is one of several of that address */
	const char *direction;		/* "incoming" */
	const char *scope;		/* coarse, of the remote end */
	const char *state, *app;
	const char *remote_name;	/* from the wire: who prints it escapes it */
	const char *process, *unit;	/* of the local end */
	const char *peer_process;	/* of the remote end, where that is ours, too */
	uint64_t received, sent;	/* IP octets since the engine began; from the remote, to it */
	uint32_t retransmits;		/* captured packets, both sides */
	uint64_t rtt;			/* ns; 0: none */
	uint64_t age;			/* ns since its first packet */
	uint64_t idle, timeout;		/* ns: it goes when idle reaches timeout */
};

struct nsc_rows_tell {
	void *arg;
	/* Before the first row of a kind: it is told whole, and replaces what was told before. */
	void (*begin)(void *arg, enum nsc_rows_kind kind);
	void (*flow)(void *arg, const struct nsc_flow_row *f);
	/* Open ones, and each that closed since the last time, once. */
	void (*connection)(void *arg, const struct nsc_connection_delta *c);
	void (*listener)(void *arg, const struct nsc_listener *l);
	/*
	 * Behind the last one.  elapsed: ns since the kind was last told, 0 at first.  left_out:
	 * rows of this time that found no room (16384 flows a worker, those that were idle for
	 * longest; as many connections); their octets are in no delta.
	 */
	void (*end)(void *arg, enum nsc_rows_kind kind, uint64_t elapsed, uint64_t left_out);
};

/*
 * One consumer an engine whose host has `rows`, before its start or later.  0, -ENOTSUP (no
 * `rows`), -EBUSY (there is one) or -ENOMEM.  To be freed before the engine.
 */
struct nsc_rows;
int nsc_rows_new(struct nsc_rows **r, struct nsc_engine *e);
void nsc_rows_free(struct nsc_rows *r);

/*
 * Asks for rows, to be called right before nsc_reader_read, which wakes who has them; and
 * tells, behind it, each kind that has come since it was last told.  What is late comes next
 * time.  Both from the reader's thread; nothing waits.  What is told calls nothing of the engine.
 */
void nsc_rows_ask(struct nsc_rows *r);
void nsc_rows_tell(struct nsc_rows *r, const struct nsc_rows_tell *to);

/* --- the host's inventory, looked at once (the CLI's listen and connections) -- */

/*
 * Tells each listener, or each connection, as the configuration wants them.  How many, or
 * -errno with err: -ENOTSUP when the configuration or the build leaves the source out.
 */
int nsc_look_listeners(const struct nsc_config *cfg,
		       void (*tell)(void *arg, const struct nsc_listener *l), void *arg,
		       char err[NSC_ERR]);
int nsc_look_connections(const struct nsc_config *cfg,
			 void (*tell)(void *arg, const struct nsc_connection *c), void *arg,
			 char err[NSC_ERR]);

/*
 * The rule that decided about strangers, or left it open: "inet filter input handle 7", or
 * "... policy"; "" if none is in the way.  Its length.
 */
enum { NSC_RULE_TEXT = 192 };
size_t nsc_listener_rule(const struct nsc_listener *l, char *text, size_t size);

/* Coarse scope of the remote end: "loopback" also within this host; "none" without a peer. */
const char *nsc_connection_scope(const struct nsc_connection *c);

/* One JSON line (with newline), by DESIGN 4.1; octets written. */
size_t nsc_listener_json(const struct nsc_listener *l, char *line, size_t size);
size_t nsc_connection_json(const struct nsc_connection *c, char *line, size_t size);

/* --- doctor ---------------------------------------------------------------- */

enum nsc_check_state { NSC_CHECK_OK, NSC_CHECK_OFF, NSC_CHECK_FAILED };

struct nsc_check {
	const char *source;		/* "capture" */
	uint8_t state;			/* nsc_check_state */
	bool wanted;			/* the configuration asks for it */
	char finding[NSC_ERR];		/* "CAP_NET_RAW is missing" */
	char remedy[NSC_ERR];		/* "setcap cap_net_raw+ep ..."; "" if none is needed */
};

/* Tries every source of the table, leaving nothing behind; the number of checks. */
size_t nsc_doctor(const struct nsc_config *cfg, struct nsc_check *checks, size_t max);
const char *nsc_check_text(const struct nsc_check *c);	/* "works", "off", "FAILED" */
size_t nsc_check_json(const struct nsc_check *c, char *line, size_t size);

/* --- tables as text (the CLI's metrics and options, docs, man page) -------- */

enum nsc_format { NSC_FORMAT_TEXT, NSC_FORMAT_MARKDOWN, NSC_FORMAT_MAN, NSC_FORMAT_COLLECTD };

void nsc_print_metrics(enum nsc_format f, void (*put)(void *arg, const char *text), void *arg);
void nsc_print_options(enum nsc_format f, void (*put)(void *arg, const char *text), void *arg);
/* The dissectors: NSC_FORMAT_MARKDOWN, else NSC_FORMAT_TEXT. */
void nsc_print_protocols(enum nsc_format f, void (*put)(void *arg, const char *text), void *arg);

#endif
