/* SPDX-License-Identifier: MIT */
/* What connection ids tell: paths of one connection, and packets that prove each other. */
#include <stdio.h>

#include "dissect/quic_state.h"

static void
keep_ends(struct nsc_quic_path *p, const struct nsc_out *out)
{
	for (unsigned side = 0; side < 2; side++) {
		p->addr[side] = out->addr[side];
		p->port[side] = out->port[side];
	}
}

static bool
same_end(const struct nsc_quic_path *p, unsigned of, const struct nsc_out *out, unsigned side)
{
	return p->port[of] == out->port[side] && nsc_addr_equal(&p->addr[of], &out->addr[side]);
}

static uint8_t
keep_text(char *to, size_t room, struct nsc_text t)
{
	size_t n = t.len < room ? t.len : room;

	if (n > 0)
		memcpy(to, t.p, n);
	return (uint8_t)n;
}

void
nsc_quic_link_hello(const struct nsc_quic_state *s, const struct nsc_quic_names *names,
		    struct nsc_out *out)
{
	struct nsc_quic_shared *sh = out->shared;
	struct nsc_quic_path *p = nsc_quic_paths_take(sh->paths, s->first.octets, s->first.len);
	struct nsc_quic_path_texts *texts;

	if (p == NULL)
		return;
	texts = nsc_quic_paths_texts(sh->paths, p);
	keep_ends(p, out);
	p->owner = !s->client;
	p->version = s->version;
	p->idle = s->idle;
	nsc_quic_paths_prove(sh->paths, p);
	p->sni_len = keep_text(texts->sni, sizeof texts->sni, names->sni);
	p->alpn_len = keep_text(texts->alpn, sizeof texts->alpn, names->alpn);
	p->ja4_len = keep_text(texts->ja4, sizeof texts->ja4, names->ja4);
}

void
nsc_quic_link_answer(const struct nsc_quic_state *s, struct nsc_out *out)
{
	struct nsc_quic_shared *sh = out->shared;
	const struct nsc_quic_path *first =
		nsc_quic_paths_find(sh->paths, s->first.octets, s->first.len);
	struct nsc_quic_path_texts texts;
	struct nsc_quic_path known;

	if (first == NULL)
		return;
	known = *first;
	texts = *nsc_quic_paths_texts(sh->paths, first);
	known.version = s->version;
	for (unsigned side = 0; side < 2; side++) {
		const struct nsc_quic_cid *cid = &s->own[side];
		struct nsc_quic_path *p = nsc_quic_paths_take(sh->paths, cid->octets, cid->len);

		if (p == NULL)
			continue;
		known.owner = (uint8_t)side;
		known.cid = p->cid;
		known.proved = p->proved;
		*p = known;
		*nsc_quic_paths_texts(sh->paths, p) = texts;
		nsc_quic_paths_prove(sh->paths, p);
	}
}

/* The id stands for its owner, to whom the packet goes, or who talks to whom it came from. */
bool
nsc_quic_link_short(struct nsc_quic_state *s, struct nsc_bytes packet, unsigned side,
		    struct nsc_out *out)
{
	struct nsc_quic_shared *sh = out->shared;
	const struct nsc_quic_path *p = nsc_quic_paths_short(sh->paths, packet);
	const struct nsc_quic_path_texts *texts;
	char buf[NSC_QUIC_VERSION_TEXT], addr[NSC_ADDR_TEXT], from[NSC_ADDR_TEXT + 10];
	const char *text;

	if (p == NULL)
		return false;
	if (!same_end(p, p->owner, out, !side) && !same_end(p, !p->owner, out, side))
		return false;
	/* The same path again: its flow had ended. */
	if (!(same_end(p, p->owner, out, !side) && same_end(p, !p->owner, out, side))) {
		nsc_addr_text(&p->addr[0], addr);
		snprintf(from, sizeof from, nsc_addr_is_v4(&p->addr[0]) ? "%s:%u" : "[%s]:%u",
			 addr, p->port[0]);
		nsc_out_text(out, NSC_LABEL_QUIC_MIGRATED_FROM, from);
		nsc_quic_tell(NSC_QUIC_SIGN_MIGRATED, 1, out);
	}
	text = nsc_quic_version_text(p->version, buf);
	texts = nsc_quic_paths_texts(sh->paths, p);
	if (p->sni_len > 0)
		nsc_out_label(out, NSC_LABEL_TLS_SNI, texts->sni, p->sni_len);
	if (p->alpn_len > 0)
		nsc_out_label(out, NSC_LABEL_TLS_ALPN, texts->alpn, p->alpn_len);
	if (p->ja4_len > 0)
		nsc_out_label(out, NSC_LABEL_JA4, texts->ja4, p->ja4_len);
	nsc_out_text(out, NSC_LABEL_QUIC_VERSION, text);
	s->sure = s->labelled = s->answered = true;
	s->idle = p->idle;
	(void)nsc_quic_paths_take(sh->paths, p->cid.octets, p->cid.len);
	return true;
}

/* A second packet of that version on this path that is called so, or calls itself so. */
static bool
proves(const struct nsc_quic_paths *paths, const struct nsc_quic_header *h, const uint8_t *cid,
       size_t len, unsigned owner, const struct nsc_out *out)
{
	const struct nsc_quic_path *p = nsc_quic_paths_find(paths, cid, len);

	return p != NULL && p->owner == owner && p->version == h->version &&
	       same_end(p, 0, out, 0) && same_end(p, 1, out, 1);
}

bool
nsc_quic_link_answers(const struct nsc_quic_header *h, unsigned side, const struct nsc_out *out)
{
	const struct nsc_quic_shared *sh = out->shared;

	return proves(sh->paths, h, h->dcid, h->dcid_len, side, out);
}

static void
keep_suspect(struct nsc_quic_paths *paths, const struct nsc_quic_header *h, const uint8_t *cid,
	     size_t len, unsigned owner, const struct nsc_out *out)
{
	struct nsc_quic_path *p = nsc_quic_paths_find(paths, cid, len);

	if (p != NULL && p->proved)
		return;
	p = nsc_quic_paths_take(paths, cid, len);
	if (p == NULL)
		return;
	keep_ends(p, out);
	p->owner = (uint8_t)owner;
	p->version = h->version;
}

bool
nsc_quic_link_suspect(const struct nsc_quic_header *h, unsigned side, struct nsc_out *out)
{
	struct nsc_quic_shared *sh = out->shared;

	/* A reserved version says nothing; a short id could be anything. */
	if (h->known.reserved || h->cut)
		return false;
	if (proves(sh->paths, h, h->dcid, h->dcid_len, !side, out) ||
	    proves(sh->paths, h, h->scid, h->scid_len, side, out))
		return true;
	keep_suspect(sh->paths, h, h->dcid, h->dcid_len, !side, out);
	keep_suspect(sh->paths, h, h->scid, h->scid_len, side, out);
	return false;
}
