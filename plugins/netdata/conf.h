/* SPDX-License-Identifier: MIT */
/*
 * Where options come from: netflowscope.conf in Netdata's folder of the user, else in that of
 * its stock; and the `command options` of [plugin:netflowscope] in netdata.conf, which come
 * later and so win.
 *
 * A line of the file is a name of options.def, perhaps a '=', and its values, which may stand
 * in quotes; '#' begins a comment.  A repeatable option stands on several lines.
 */
#ifndef NETFLOWSCOPE_NETDATA_CONF_H
#define NETFLOWSCOPE_NETDATA_CONF_H

#include "nsc.h"

/* 0, also if there is no file; -1 with err: file, line, option, value, what is allowed. */
int conf_read(struct nsc_config *config, char err[NSC_ERR]);

/* --flow-table-size 8192 or --flow-table-size=8192; ends with NULL.  0, or -1 with err. */
int conf_arguments(struct nsc_config *config, const char *const *words, char err[NSC_ERR]);

#endif
