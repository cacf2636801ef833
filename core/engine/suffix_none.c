/* SPDX-License-Identifier: MIT */
/* Built without libpsl: no list, no names. */
#include <errno.h>
#include <stddef.h>

#include "engine/suffix.h"

const char *
nsc_suffixes_library(void)
{
	return NULL;
}

int
nsc_suffixes_open(struct nsc_suffixes **s, char err[NSC_ERR])
{
	*s = NULL;
	return nsc_error(err, -ENOTSUP,
			 "Names: built without libpsl (Debian: libpsl-dev); names are off");
}

void
nsc_suffixes_close(struct nsc_suffixes *s)
{
	(void)s;
}

bool
nsc_suffix_is_public(const struct nsc_suffixes *s, const char *name)
{
	(void)s;
	(void)name;
	return true;
}
