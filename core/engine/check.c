/* SPDX-License-Identifier: MIT */
/* What an agent must refuse before it forks: options that are wrong together, a filter that is no filter. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/config.h"
#include "engine/settings.h"
#include "source/filter.h"

enum { LINKTYPE_ETHERNET = 1 };

int
nsc_config_check(const struct nsc_config *cfg, char err[NSC_ERR])
{
	struct nsc_settings *s = malloc(sizeof *s);
	struct nsc_filter *f = malloc(sizeof *f);
	int rc;

	if (s == NULL || f == NULL)
		rc = nsc_error(err, -ENOMEM, "configuration: %s", strerror(ENOMEM));
	else
		rc = nsc_config_settings(cfg, s, err);
	if (rc == 0)
		rc = nsc_filter_build(f, nsc_config_filter(cfg), LINKTYPE_ETHERNET, s->snaplen, false, err);
	free(s);
	free(f);
	return rc;
}
