/* SPDX-License-Identifier: MIT */
/* The public suffix list by libpsl, which is opened at run time. */
#include <dlfcn.h>
#include <errno.h>
#include <libpsl.h>
#include <stdlib.h>
#include <string.h>

#include "engine/suffix.h"

static const char library[] = "libpsl.so.5";

struct nsc_suffixes {
	void *handle;
	psl_ctx_t *list;
	__typeof__(psl_is_public_suffix2) *is_public;
	__typeof__(psl_free) *release;
};

/* POSIX lets a function's address stand in a void *; ISO C has no word for it. */
static void
find(void *handle, const char *name, void *function)
{
	void *p = dlsym(handle, name);

	memcpy(function, &p, sizeof p);
}

const char *
nsc_suffixes_library(void)
{
	return library;
}

int
nsc_suffixes_open(struct nsc_suffixes **out, char err[NSC_ERR])
{
	struct nsc_suffixes *s = calloc(1, sizeof *s);
	__typeof__(psl_latest) *latest = NULL;

	*out = NULL;
	if (s == NULL)
		return nsc_error(err, -ENOMEM, "Names: %s", strerror(ENOMEM));
	s->handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
	if (s->handle != NULL) {
		find(s->handle, "psl_latest", &latest);
		find(s->handle, "psl_is_public_suffix2", &s->is_public);
		find(s->handle, "psl_free", &s->release);
	}
	if (latest == NULL || s->is_public == NULL || s->release == NULL) {
		nsc_suffixes_close(s);
		return nsc_error(err, -ENOTSUP,
				 "Names: %s is missing (Debian: libpsl5); names are off", library);
	}
	s->list = latest(NULL);	/* the distribution's file, or what is built in, if that is newer */
	if (s->list == NULL) {
		nsc_suffixes_close(s);
		return nsc_error(err, -ENOENT, "Names: no public suffix list (Debian: "
				 "publicsuffix); names are off");
	}
	*out = s;
	return 0;
}

void
nsc_suffixes_close(struct nsc_suffixes *s)
{
	if (s == NULL)
		return;
	if (s->list != NULL)
		s->release(s->list);
	if (s->handle != NULL)
		dlclose(s->handle);
	free(s);
}

bool
nsc_suffix_is_public(const struct nsc_suffixes *s, const char *name)
{
	return s->is_public(s->list, name, PSL_TYPE_ICANN) != 0;
}
