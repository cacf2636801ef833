/* SPDX-License-Identifier: MIT */
/* The user's named networks: a list of prefixes, longest first, so that the first match wins. */
#include "scope/scope.h"

#include <errno.h>

/* Names become labels of metrics and lines of text: no control characters, not too long. */
static int
check_name(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n > sizeof ((struct nsc_networks *)0)->name[0] - 1)
		return -EINVAL;
	for (; *name != '\0'; name++)
		if ((unsigned char)*name < 0x20 || *name == 0x7f)
			return -EINVAL;
	return 0;
}

/* The row of this name; 0 if there is none yet. */
static unsigned
find_name(const struct nsc_networks *n, const char *name)
{
	for (unsigned i = 1; i <= n->names; i++)
		if (strcmp(n->name[i], name) == 0)
			return i;
	return 0;
}

int
nsc_network_add(struct nsc_networks *n, const char *name, const char *prefix)
{
	struct nsc_network_prefix new = {.bits = 0};
	unsigned bits, row, at = 0;

	if (check_name(name) < 0 || nsc_addr_parse_prefix(&new.addr, &bits, prefix) < 0)
		return -EINVAL;
	for (unsigned i = 0; i < n->count; i++)
		if (n->prefix[i].bits == bits && nsc_addr_equal(&n->prefix[i].addr, &new.addr))
			return -EEXIST;
	row = find_name(n, name);
	if (n->count >= NSC_NETWORK_PREFIXES || (row == 0 && n->names >= NSC_NETWORKS))
		return -ENOSPC;
	if (row == 0) {
		row = ++n->names;
		memcpy(n->name[row], name, strlen(name) + 1);
	}
	new.bits = (uint8_t)bits;
	new.network = (uint8_t)row;
	while (at < n->count && n->prefix[at].bits >= bits)
		at++;
	memmove(&n->prefix[at + 1], &n->prefix[at], (n->count - at) * sizeof n->prefix[0]);
	n->prefix[at] = new;
	n->count++;
	return 0;
}

unsigned
nsc_network_find(const struct nsc_networks *n, const struct nsc_addr *a)
{
	for (unsigned i = 0; i < n->count; i++)
		if (nsc_addr_in_prefix(a, &n->prefix[i].addr, n->prefix[i].bits))
			return n->prefix[i].network;
	return 0;
}
