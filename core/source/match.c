/* SPDX-License-Identifier: MIT */
/* A filter text compiled by libpcap, once for each link type of a file. */
#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "source/match.h"

enum { LINKS = 16, SNAPLEN = 262144, LINKTYPE_RAW = 101 };

struct program {
	struct bpf_program code;
	uint16_t link;
};

struct nsc_match {
	char *text;
	unsigned count;
	struct program program[LINKS];
};

int
nsc_match_new(struct nsc_match **out, const char *text)
{
	struct nsc_match *m = calloc(1, sizeof *m);

	if (m != NULL)
		m->text = strdup(text);
	if (m == NULL || m->text == NULL) {
		nsc_match_free(m);
		return -ENOMEM;
	}
	*out = m;
	return 0;
}

void
nsc_match_free(struct nsc_match *m)
{
	if (m == NULL)
		return;
	while (m->count > 0)
		pcap_freecode(&m->program[--m->count].code);
	free(m->text);
	free(m);
}

static int
compile(struct nsc_match *m, uint16_t link, char err[NSC_ERR])
{
	struct program *p = &m->program[m->count];
	/* DLT_ and LINKTYPE_ numbers differ for raw IP alone among ours. */
	pcap_t *dead = pcap_open_dead(link == LINKTYPE_RAW ? DLT_RAW : link, SNAPLEN);
	int rc = 0;

	if (dead == NULL || m->count == LINKS)
		rc = nsc_error(err, -ENOMEM, "filter \"%s\": %s", m->text, strerror(ENOMEM));
	else if (pcap_compile(dead, &p->code, m->text, 1, PCAP_NETMASK_UNKNOWN) != 0)
		rc = nsc_error(err, -EINVAL, "filter \"%s\": %s", m->text, pcap_geterr(dead));
	if (rc == 0) {
		p->link = link;
		m->count++;
	}
	if (dead != NULL)
		pcap_close(dead);
	return rc;
}

static struct program *
program_for(struct nsc_match *m, uint16_t link, char err[NSC_ERR])
{
	unsigned i;

	for (i = 0; i < m->count; i++)
		if (m->program[i].link == link)
			return &m->program[i];
	return compile(m, link, err) == 0 ? &m->program[i] : NULL;
}

int
nsc_match_frames(struct nsc_match *m, struct nsc_frame *frames, int n, char err[NSC_ERR])
{
	int i, kept = 0;

	for (i = 0; i < n; i++) {
		const struct nsc_frame *f = &frames[i];
		struct program *p = program_for(m, f->link, err);

		if (p == NULL)
			return -EINVAL;
		if (bpf_filter(p->code.bf_insns, f->data, f->len, f->caplen) != 0)
			frames[kept++] = *f;
	}
	return kept;
}
