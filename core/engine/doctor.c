/* SPDX-License-Identifier: MIT */
/* Tries every source once, as the engine would, and says what is missing. */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/quic_crypt.h"
#include "engine/capture.h"
#include "engine/config.h"
#include "engine/doctor_host.h"
#include "engine/remedy.h"
#include "engine/suffix.h"
#include "host/auto.h"
#include "host/link.h"
#include "nsc.h"
#include "source/file.h"
#include "source/ring.h"

struct attempt {
	const struct nsc_capture_options *options;
	struct nsc_check *check;
	const char *replay;		/* option Replay; "": none */
	bool names;			/* option Names wants them */
};

static void
fail(struct nsc_check *c, const struct nsc_remedy *r)
{
	c->state = NSC_CHECK_FAILED;
	memcpy(c->finding, r->finding, sizeof c->finding);
	memcpy(c->remedy, r->remedy, sizeof c->remedy);
}

static int
try_ring(const struct attempt *a, const struct nsc_interface *i)
{
	struct nsc_ring_options ring = {
		.name = i->name,
		.ifindex = i->ifindex,
		.type = i->type,
		.size = a->options->ring_size,
		.snaplen = a->options->snaplen,
		.filter = a->options->filter,
	};
	struct nsc_source *s;
	struct nsc_remedy r;
	int code = nsc_ring_open(&s, &ring, a->check->finding);

	nsc_source_close(s);
	if (code == -EPERM || code == -EAFNOSUPPORT) {
		nsc_remedy_capture(&r, code);
		fail(a->check, &r);
	} else if (code < 0) {
		a->check->state = NSC_CHECK_FAILED;	/* finding: interface or filter */
	}
	return code;
}

static void
check_interfaces(const struct attempt *a)
{
	struct nsc_interfaces t = {0};
	struct nsc_check *c = a->check;
	struct nsc_remedy r;
	int code = nsc_link_dump(&t, c->finding);

	c->wanted = true;
	if (code < 0) {
		nsc_remedy_interfaces(&r, code);
		fail(c, &r);
		return;
	}
	snprintf(c->finding, sizeof c->finding, "%zu interfaces, %zu addresses",
		 t.interfaces, t.addresses);
	nsc_interfaces_clear(&t);
}

/* Named interfaces one by one, else loopback: it stands for all. */
static int
try_all(const struct attempt *a, const struct nsc_interfaces *t)
{
	const struct nsc_interface *lo = nsc_interfaces_named(t, "lo");

	for (unsigned n = 0; n < a->options->names; n++) {
		const struct nsc_interface *i =
			nsc_interfaces_named(t, a->options->name[n]);
		int code = i != NULL ? try_ring(a, i) : -ENODEV;

		if (i == NULL) {
			a->check->state = NSC_CHECK_FAILED;
			snprintf(a->check->finding, sizeof a->check->finding,
				 "interface %s: %s", a->options->name[n], strerror(ENODEV));
			snprintf(a->check->remedy, sizeof a->check->remedy,
				 "name another one, or wait until it is there");
		}
		if (code < 0)
			return code;
	}
	if (a->options->names == 0 && lo != NULL)
		return try_ring(a, lo);
	return 0;
}

static bool
readable(uint16_t type)
{
	return nsc_ring_link(type) != 0;
}

static void
check_replay(const struct attempt *a)
{
	struct nsc_source *s;

	a->check->wanted = true;
	if (nsc_file_open(&s, a->replay, a->check->finding) != 0) {
		a->check->state = NSC_CHECK_FAILED;
		snprintf(a->check->remedy, sizeof a->check->remedy, "name another capture in Replay");
		return;
	}
	snprintf(a->check->finding, sizeof a->check->finding, "reads %s (Replay)", a->replay);
	nsc_source_close(s);
}

static void
check_capture(const struct attempt *a)
{
	struct nsc_auto_choice *choice;
	struct nsc_interfaces t = {0};
	struct nsc_check *c = a->check;
	size_t taken = a->options->names;

	c->wanted = !a->options->off;
	if (a->replay[0] != '\0') {
		check_replay(a);
		return;
	}
	if (a->options->off) {
		c->state = NSC_CHECK_OFF;
		snprintf(c->finding, sizeof c->finding, "switched off by Capture");
		return;
	}
	if (nsc_link_dump(&t, c->finding) < 0) {
		c->state = NSC_CHECK_FAILED;
		return;
	}
	if (try_all(a, &t) == 0) {
		choice = calloc(t.interfaces + 1, sizeof *choice);
		if (a->options->automatic && choice != NULL)
			taken += nsc_auto_choose(&t, a->options->decapsulate, readable,
						 choice);
		free(choice);
		snprintf(c->finding, sizeof c->finding, "%zu interfaces to capture", taken);
	}
	nsc_interfaces_clear(&t);
}

/* Optional when it was built: never a failure. */
static void
check_quic(const struct attempt *a)
{
	const char *library = nsc_quic_crypt_library();

	if (library != NULL) {
		snprintf(a->check->finding, sizeof a->check->finding,
			 "names and fingerprints of QUIC by %s", library);
		return;
	}
	a->check->state = NSC_CHECK_OFF;
	snprintf(a->check->finding, sizeof a->check->finding,
		 "built without nettle: no names from QUIC, no JA4");
	snprintf(a->check->remedy, sizeof a->check->remedy,
		 "install nettle-dev, configure and build again");
}

/* A failure only to who asks for names; what is opened at run time may be installed later. */
static void
check_names(const struct attempt *a)
{
	const char *library = nsc_suffixes_library();
	struct nsc_check *c = a->check;
	struct nsc_suffixes *s = NULL;
	char err[NSC_ERR];
	int code = nsc_suffixes_open(&s, err);

	nsc_suffixes_close(s);
	c->wanted = a->names;
	if (code == 0) {
		snprintf(c->finding, sizeof c->finding, "registered domains (Names) by %s", library);
		return;
	}
	c->state = a->names ? NSC_CHECK_FAILED : NSC_CHECK_OFF;
	if (library == NULL) {
		snprintf(c->finding, sizeof c->finding, "built without libpsl: no metrics by registered domain");
		snprintf(c->remedy, sizeof c->remedy, "install libpsl-dev, configure and build again");
		return;
	}
	snprintf(c->finding, sizeof c->finding, "no metrics by registered domain: %s is missing",
		 code == -ENOENT ? "the public suffix list" : library);
	snprintf(c->remedy, sizeof c->remedy, "install %s; only the option Names needs it",
		 code == -ENOENT ? "publicsuffix" : "libpsl5");
}

/* One line a source. */
static const struct {
	const char *source;
	void (*check)(const struct attempt *a);
} sources[] = {
	{"capture", check_capture},
	{"interfaces", check_interfaces},
	{"quic", check_quic},
	{"names", check_names},
};

size_t
nsc_doctor(const struct nsc_config *cfg, struct nsc_check *checks, size_t max)
{
	struct nsc_capture_options options;
	size_t n = 0;

	nsc_capture_configure(&options, cfg);
	for (; n < sizeof sources / sizeof sources[0] && n < max; n++) {
		struct attempt a = {.options = &options, .check = &checks[n],
				    .replay = nsc_config_replay(cfg),
				    .names = nsc_config_number(cfg, NSC_O_NAMES) != 0};

		checks[n] = (struct nsc_check){.source = sources[n].source,
					       .state = NSC_CHECK_OK};
		sources[n].check(&a);
	}
	return n + nsc_doctor_host(cfg, checks + n, max - n);
}
