/* SPDX-License-Identifier: MIT */
/* Built without libbpf: /proc serves. */
#include <errno.h>

#include "host/owners_inner.h"

int
nsc_owners_bpf_open(struct nsc_owners_iterator **b, bool light, char err[NSC_ERR])
{
	(void)light;
	*b = NULL;
	return nsc_error(err, -ENOTSUP, "owners: built without BPF");
}

void
nsc_owners_bpf_close(struct nsc_owners_iterator *b)
{
	(void)b;
}

int
nsc_owners_bpf_each(struct nsc_owners_iterator *b,
		    void (*each)(void *arg, const struct nsc_owners_file *f), void *arg)
{
	(void)b;
	(void)each;
	(void)arg;
	return -ENOTSUP;
}
