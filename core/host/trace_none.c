/* SPDX-License-Identifier: MIT */
/* The trace of a build without libbpf. */
#include <errno.h>
#include <stddef.h>

#include "host/trace.h"

int
nsc_trace_open(struct nsc_trace **t, const struct nsc_trace_options *options, char err[NSC_ERR])
{
	(void)options;
	*t = NULL;
	return nsc_error(err, -ENOTSUP, "BPF: this build has none (libbpf-dev was missing, or "
			 "--without-bpf)");
}

void
nsc_trace_close(struct nsc_trace *t)
{
	(void)t;
}

int
nsc_trace_fd(const struct nsc_trace *t)
{
	(void)t;
	return -1;
}

int
nsc_trace_drain(struct nsc_trace *t, unsigned max,
		void (*each)(void *arg, const struct nsc_trace_event *e), void *arg)
{
	(void)t;
	(void)max;
	(void)each;
	(void)arg;
	return -ENOTSUP;
}

void
nsc_trace_stats(const struct nsc_trace *t, struct nsc_trace_stats *s)
{
	(void)t;
	*s = (struct nsc_trace_stats){0};
}
