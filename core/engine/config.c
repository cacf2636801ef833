/* SPDX-License-Identifier: MIT */
/*
 * A configuration: what was set, over the defaults of options.def.  Every value
 * is checked when it is set, and a refused one changes nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/table.h"
#include "engine/config.h"
#include "engine/option.h"
#include "engine/settings.h"
#include "engine/texts.h"
#include "ledger/ledger.h"

enum { IFNAME = 16 };		/* IFNAMSIZ, with the NUL */

struct nsc_config {
	struct {
		uint64_t number;
		struct nsc_texts texts;
	} value[NSC_OPTIONS];
	struct nsc_networks networks;
	struct nsc_excludes excludes;
};

/* --- what may stand in them --------------------------------------------------- */

static int
check_interface(const struct nsc_option *o, const char *name, char err[NSC_ERR])
{
	size_t n = strlen(name);

	/* What dev_valid_name of the kernel (net/core/dev.c) takes. */
	if (n == 0 || n >= IFNAME || strpbrk(name, "/: \t\n\v\f\r") != NULL ||
	    strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return nsc_error(err, -EINVAL,
				 "%s: \"%s\" is no name of an interface; allowed is %s",
				 o->name, name, o->choices);
	return 0;
}

static const char *
app_name(unsigned n)
{
	return n + 1 < nsc_dissector_count ? nsc_app_name(n + 1) : NULL;
}

/* Names what is allowed, as far as there is room for it. */
static int
refuse_app(const struct nsc_option *o, const char *name, char err[NSC_ERR])
{
	char list[NSC_ERR];
	int rc = nsc_error(list, -EINVAL, "%s: \"%s\" is no application that is known; allowed is "
			   "all, none", o->name, name);
	size_t len = strlen(list);
	const char *app;

	for (unsigned n = 0; (app = app_name(n)) != NULL; n++) {
		/* Room for this one, and for what is said of the others. */
		if (len + strlen(app) + sizeof ", , 999 more" > sizeof list) {
			snprintf(list + len, sizeof list - len, ", %u more",
				 nsc_dissector_count - 1 - n);
			break;
		}
		len += (size_t)snprintf(list + len, sizeof list - len, ", %s", app);
	}
	return nsc_error(err, rc, "%s", list);
}

static int
check_app(const struct nsc_option *o, const char *name, char err[NSC_ERR])
{
	const char *meant;

	if (strcmp(name, "all") == 0 || strcmp(name, "none") == 0 || nsc_app_find(name) > 0)
		return 0;
	meant = nsc_word_meant(name, app_name);
	if (meant != NULL)
		return nsc_error(err, -EINVAL,
				 "%s: \"%s\" is no application that is known (did you "
				 "mean %s?)",
				 o->name, name, meant);
	return refuse_app(o, name, err);
}

static int
check_local(const struct nsc_option *o, const char *prefix, char err[NSC_ERR])
{
	struct nsc_addr addr;
	unsigned bits;

	if (nsc_addr_parse_prefix(&addr, &bits, prefix) < 0)
		return nsc_error(err, -EINVAL, "%s: \"%s\" is no prefix such as 192.0.2.0/24 "
				 "(bits behind its length must be 0)", o->name, prefix);
	return 0;
}

/* Words that mean the whole list, and cannot stand beside others. */
static bool
stands_alone(enum nsc_option_id id, const char *word)
{
	if (id == NSC_O_INTERFACE)
		return strcmp(word, "auto") == 0;
	return id == NSC_O_DISSECT && (strcmp(word, "all") == 0 || strcmp(word, "none") == 0);
}

static int
check_item(const struct nsc_option *o, enum nsc_option_id id, const char *text, char err[NSC_ERR])
{
	if (id == NSC_O_INTERFACE)
		return check_interface(o, text, err);
	if (id == NSC_O_DISSECT)
		return check_app(o, text, err);
	if (id == NSC_O_LOCAL)
		return check_local(o, text, err);
	return 0;
}

/* --- setting ------------------------------------------------------------------ */

static int
set_list(struct nsc_config *cfg, const struct nsc_option *o, enum nsc_option_id id,
	 const char *const *values, size_t count, char err[NSC_ERR])
{
	struct nsc_texts *t = &cfg->value[id].texts;
	size_t before = t->count, i;
	int rc = 0;

	if (count == 0)
		return nsc_error(err, -EINVAL, "%s: a value is missing; allowed is %s", o->name,
				 o->choices);
	for (i = 0; i < count && rc == 0; i++) {
		rc = check_item(o, id, values[i], err);
		if (rc < 0 || nsc_texts_have(t, values[i]))
			continue;
		if (t->count > 0 && (stands_alone(id, values[i]) || stands_alone(id, t->item[0])))
			rc = nsc_error(err, -EINVAL, "%s: \"%s\" and \"%s\" exclude each other; "
				       "allowed is %s", o->name, t->item[0], values[i], o->choices);
		else if (t->count >= o->maximum)
			rc = nsc_error(err, -EINVAL, "%s: \"%s\" is one too many; allowed are %llu",
				       o->name, values[i], (unsigned long long)o->maximum);
		else
			rc = nsc_texts_add_all(t, &values[i], 1, err);
	}
	if (rc < 0)
		nsc_texts_cut(t, before);
	return rc;
}

static int
set_text(struct nsc_config *cfg, enum nsc_option_id id, const char *text, char err[NSC_ERR])
{
	struct nsc_texts new = {NULL, 0}, *t = &cfg->value[id].texts;
	int rc = nsc_texts_add_all(&new, &text, 1, err);

	if (rc < 0)
		return rc;
	nsc_texts_cut(t, 0);
	*t = new;
	return 0;
}

static int
add_prefix(struct nsc_networks *n, const char *name, const char *prefix, char err[NSC_ERR])
{
	int rc = nsc_network_add(n, name, prefix);

	switch (rc) {
	case 0:
		return 0;
	case -EEXIST:
		return nsc_error(err, -EINVAL, "Network: \"%s\" of %s was given before",
				 prefix, name);
	case -ENOSPC:
		return nsc_error(err, -EINVAL,
				 "Network: \"%s\" of %s is one too many; allowed are %d "
				 "networks and %d prefixes",
				 prefix, name, NSC_NETWORKS, NSC_NETWORK_PREFIXES);
	default:
		return nsc_error(err, -EINVAL,
				 "Network: \"%s\" is no prefix such as 10.1.0.0/16 or "
				 "2001:db8::/32 (bits behind its length must be 0)",
				 prefix);
	}
}

/* Keeps the texts of one group of PAIRS. */
static int
keep_pairs(struct nsc_texts *t, const char *const *values, size_t count, char err[NSC_ERR])
{
	size_t before = t->count;
	int rc = nsc_texts_add_all(t, values, count, err);

	if (rc == 0 && nsc_texts_add(t, NULL) < 0)
		rc = nsc_error(err, -ENOMEM, "configuration: no memory");
	if (rc < 0)
		nsc_texts_cut(t, before);
	return rc;
}

/* A name (which becomes a token, as metrics tell it) and its prefixes. */
static int
set_network(struct nsc_config *cfg, const struct nsc_option *o, const char *const *values,
	    size_t count, char err[NSC_ERR])
{
	struct nsc_networks networks = cfg->networks;
	size_t i;
	char token[NSC_TOKEN];
	unsigned row;
	int rc = 0;

	if (count < 2 || values[0][0] == '\0')
		return nsc_error(err, -EINVAL, "%s: \"%s\" is not enough; allowed is %s", o->name,
				 count > 0 ? values[0] : "", o->choices);
	nsc_token(token, values[0], strlen(values[0]));
	for (row = 1; row <= networks.names; row++)
		if (strcmp(networks.name[row], token) == 0)
			return nsc_error(err, -EINVAL,
					 "%s: \"%s\" was given before (metrics call it %s)",
					 o->name, values[0], token);
	for (i = 1; i < count && rc == 0; i++)
		rc = add_prefix(&networks, token, values[i], err);
	if (rc == 0)
		rc = keep_pairs(&cfg->value[NSC_O_NETWORK].texts, values, count, err);
	if (rc == 0)
		cfg->networks = networks;
	return rc;
}

/* A prefix and ports. */
static int
set_exclude(struct nsc_config *cfg, const struct nsc_option *o, const char *const *values,
	    size_t count, char err[NSC_ERR])
{
	uint32_t before = cfg->excludes.count;
	size_t wrong;
	int rc;

	if (count == 0)
		return nsc_error(err, -EINVAL, "%s: a value is missing; allowed is %s", o->name,
				 o->choices);
	rc = nsc_exclude_add(&cfg->excludes, values[0], values + 1, count - 1, &wrong);
	if (rc == -ENOSPC)
		return nsc_error(err, -EINVAL, "%s: \"%s\" is one too many; allowed are %d", o->name,
				 values[0], NSC_EXCLUDES);
	if (rc < 0)
		return nsc_error(err, rc, "%s: \"%s\" is wrong; allowed is %s", o->name,
				 values[wrong], o->choices);
	rc = keep_pairs(&cfg->value[NSC_O_EXCLUDE].texts, values, count, err);
	if (rc < 0)
		cfg->excludes.count = before;
	return rc;
}

int
nsc_config_set(struct nsc_config *cfg, const char *name, const char *const *values, size_t count,
	       char err[NSC_ERR])
{
	const struct nsc_option *o = nsc_option_find(name), *table;
	enum nsc_option_id id;
	const char *meant;
	uint64_t number;
	size_t options;
	int rc;

	if (o == NULL) {
		meant = nsc_option_meant(name);
		return nsc_error(err, -ENOENT,
				 meant != NULL ? "%s: no such option (did you mean %s?)"
					       : "%s: no such option",
				 name, meant);
	}
	table = nsc_options(&options);
	id = (enum nsc_option_id)(o - table);
	if (o->kind == NSC_KIND_LIST)
		return set_list(cfg, o, id, values, count, err);
	if (o->kind == NSC_KIND_PAIRS)
		return id == NSC_O_NETWORK ? set_network(cfg, o, values, count, err)
					   : set_exclude(cfg, o, values, count, err);
	if (count != 1)
		return nsc_error(err, -EINVAL, "%s: takes one value, not %zu", o->name, count);
	if (o->kind == NSC_KIND_TEXT)
		return set_text(cfg, id, values[0], err);
	rc = nsc_option_number(o, values[0], &number, err);
	if (rc == 0)
		cfg->value[id].number = number;
	return rc;
}

/* --- life and looks ------------------------------------------------------------- */

int
nsc_config_new(struct nsc_config **cfg)
{
	const struct nsc_option *o;
	size_t count, i;

	*cfg = calloc(1, sizeof **cfg);
	if (*cfg == NULL)
		return -ENOMEM;
	o = nsc_options(&count);
	for (i = 0; i < count; i++) {
		/* Lists start empty: the first value replaces the default. */
		if (o[i].kind == NSC_KIND_LIST || o[i].kind == NSC_KIND_PAIRS ||
		    o[i].kind == NSC_KIND_TEXT)
			continue;
		if (nsc_option_number(&o[i], o[i].standard, &(*cfg)->value[i].number, NULL) < 0) {
			nsc_config_free(*cfg);
			*cfg = NULL;
			return -EINVAL;		/* a bad default: a fault of the table */
		}
	}
	return 0;
}

void
nsc_config_free(struct nsc_config *cfg)
{
	unsigned i;

	if (cfg == NULL)
		return;
	for (i = 0; i < NSC_OPTIONS; i++)
		nsc_texts_cut(&cfg->value[i].texts, 0);
	free(cfg);
}

int
nsc_config_copy(struct nsc_config **copy, const struct nsc_config *cfg)
{
	int rc = nsc_config_new(copy);
	unsigned i;

	for (i = 0; i < NSC_OPTIONS && rc == 0; i++) {
		(*copy)->value[i].number = cfg->value[i].number;
		rc = nsc_texts_copy(&(*copy)->value[i].texts, &cfg->value[i].texts);
	}
	(*copy)->networks = cfg->networks;
	(*copy)->excludes = cfg->excludes;
	if (rc < 0) {
		nsc_config_free(*copy);
		*copy = NULL;
	}
	return rc;
}

uint64_t
nsc_config_number(const struct nsc_config *cfg, enum nsc_option_id id)
{
	return cfg->value[id].number;
}

const char *
nsc_config_item(const struct nsc_config *cfg, enum nsc_option_id id, size_t n)
{
	const struct nsc_texts *t = &cfg->value[id].texts;
	size_t options;

	if (n < t->count)
		return t->item[n];
	if (n == 0 && t->count == 0 && nsc_options(&options)[id].standard[0] != '\0')
		return nsc_options(&options)[id].standard;
	return NULL;
}

const char *
nsc_config_text(const struct nsc_config *cfg, enum nsc_option_id id)
{
	const char *text = nsc_config_item(cfg, id, 0);

	return text != NULL ? text : "";
}

const char *
nsc_config_pair(const struct nsc_config *cfg, enum nsc_option_id id, size_t n, size_t m)
{
	const struct nsc_texts *t = &cfg->value[id].texts;
	size_t i = 0;

	for (; n > 0 && i < t->count; i++)
		n -= t->item[i] == NULL;
	for (; m > 0 && i < t->count && t->item[i] != NULL; i++)
		m--;
	return n == 0 && m == 0 && i < t->count ? t->item[i] : NULL;
}

const struct nsc_networks *
nsc_config_networks(const struct nsc_config *cfg)
{
	return &cfg->networks;
}

const struct nsc_excludes *
nsc_config_excludes(const struct nsc_config *cfg)
{
	return &cfg->excludes;
}
