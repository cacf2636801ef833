/* SPDX-License-Identifier: MIT */
/*
 * Octets, flows and queries by registered domain (engine/domains.h), in step with those by
 * application: both families add up to the same in every interval.
 */
#include "engine/worker_state.h"

static uint32_t *
ticket(struct nsc_worker *w, const struct nsc_flow *f)
{
	return nsc_domains_of(w->domains, nsc_flow_entry(w->flows, f));
}

void
nsc_names_opened(struct nsc_worker *w, const struct nsc_flow *f)
{
	if (w->domains != NULL)
		*ticket(w, f) = NSC_DOMAIN_UNKNOWN;
}

void
nsc_names_add(struct nsc_worker *w, const struct nsc_flow *f, unsigned way, uint64_t octets,
	      uint64_t flows)
{
	unsigned row;

	if (w->domains == NULL)
		return;
	row = nsc_domains_row(w->domains, *ticket(w, f));
	nsc_domains_octets(w->domains, row, way, octets);
	nsc_domains_opened(w->domains, row, flows);
}

/*
 * What a flow that was opened since the last publish has brought goes to its name: nothing of
 * it has left.  Of an older one the rest does.
 */
void
nsc_names_found(struct nsc_worker *w, struct nsc_flow *f)
{
	bool shared, fresh = f->start > w->undecided.since;
	struct nsc_text name;
	uint32_t *at, now;
	unsigned from, to;

	if (w->domains == NULL || f->direction & NSC_LABEL_FORWARDED ||
	    f->flags & NSC_FLOW_EXCLUDED)
		return;
	name = nsc_remote_name(w, f, &shared);
	now = name.len > 0 ? nsc_domains_find(w->domains, name.p, name.len) : NSC_DOMAIN_UNKNOWN;
	at = ticket(w, f);
	from = nsc_domains_row(w->domains, *at);
	*at = now;
	to = nsc_domains_row(w->domains, now);
	/* Of a translated flow not every packet counted. */
	if (from == to || !fresh || f->flags & NSC_FLOW_TRANSLATED)
		return;
	for (int side = 0; side < 2; side++) {
		nsc_domains_octets(w->domains, from, nsc_way(f, side), -f->octets[side]);
		nsc_domains_octets(w->domains, to, nsc_way(f, side), f->octets[side]);
	}
	nsc_domains_opened(w->domains, from, (uint64_t)-1);
	nsc_domains_opened(w->domains, to, 1);
}

void
nsc_names_query(struct nsc_worker *w, const struct nsc_text *name)
{
	uint32_t found;

	if (w->domains == NULL)
		return;
	found = name->len > 0 ? nsc_domains_find(w->domains, name->p, name->len)
			      : NSC_DOMAIN_UNKNOWN;
	nsc_domains_query(w->domains, nsc_domains_row(w->domains, found));
}
