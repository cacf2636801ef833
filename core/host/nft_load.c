/* SPDX-License-Identifier: MIT */
/* Dumps, in the order in which what they tell refers to each other. */
#include "host/nft_load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "host/nfnetlink.h"
#include "host/nft_message.h"

enum {
	BUFFER = 65536,
	TRIES = 3,
};

struct load {
	struct nsc_nft_reading reading;	/* what callbacks get */
	struct mnl_socket *socket;
	uint32_t seq;
	char *buffer;			/* BUFFER octets */
};

/* --- talking to the kernel --------------------------------------------------- */

static struct nlmsghdr *
begin(struct load *l, unsigned type, uint8_t family, uint16_t flags)
{
	return nsc_nfnetlink_begin(l->buffer, NFNL_SUBSYS_NFTABLES, type, family, flags, ++l->seq);
}

static int
ask(struct load *l, const struct nlmsghdr *h, mnl_cb_t told)
{
	unsigned port = mnl_socket_get_portid(l->socket);
	bool whole = (h->nlmsg_flags & NLM_F_DUMP) == 0;	/* h stands in the buffer */
	ssize_t n;
	int r = MNL_CB_OK;

	l->reading.error = 0;
	if (mnl_socket_sendto(l->socket, h, h->nlmsg_len) < 0)
		return -errno;
	while (r > MNL_CB_STOP && (n = mnl_socket_recvfrom(l->socket, l->buffer, BUFFER)) != 0) {
		if (n < 0)
			return -errno;
		r = mnl_cb_run(l->buffer, (size_t)n, l->seq, port, told, &l->reading);
		if (r < 0)		/* EINTR: the dump is not of one moment */
			return errno == EINTR ? -EAGAIN : -errno;
		if (whole)
			break;
	}
	return l->reading.error;
}

static int
dump(struct load *l, unsigned type, mnl_cb_t told)
{
	return ask(l, begin(l, type, NFPROTO_UNSPEC, NLM_F_DUMP), told);
}

static int
load_elements(struct load *l)
{
	struct nsc_nft *n = l->reading.nft;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < n->set.count; i++) {
		struct nsc_nft_set *s = &((struct nsc_nft_set *)n->set.item)[i];
		const struct nsc_nft_table *t;
		struct nlmsghdr *h;

		if (s->table == NSC_NFT_NONE)
			return -EAGAIN;
		t = nsc_nft_table(n, s->table);
		l->reading.set = (int32_t)i;
		s->first = n->element.count;
		h = begin(l, NFT_MSG_GETSETELEM, t->family, NLM_F_DUMP);
		mnl_attr_put_strz(h, NFTA_SET_ELEM_LIST_TABLE, t->name);
		mnl_attr_put_strz(h, NFTA_SET_ELEM_LIST_SET, s->name);
		r = ask(l, h, nsc_nft_on_elements);
		s->count = n->element.count - s->first;
		nsc_nft_sort_elements(&l->reading);
	}
	return r == -ENOENT ? -EAGAIN : r;
}

static int
generation(struct load *l)
{
	return ask(l, begin(l, NFT_MSG_GETGEN, NFPROTO_UNSPEC, 0), nsc_nft_on_generation);
}

static int
load_once(struct load *l)
{
	struct nsc_nft *n = l->reading.nft;
	uint32_t before;
	int r;

	nsc_nft_clear(n);
	r = generation(l);
	before = n->generation;
	if (r == 0 && nsc_nft_add(n, &n->octets, 1, 1) == NULL)	/* place 0 is none */
		r = -ENOMEM;
	if (r == 0)
		r = dump(l, NFT_MSG_GETTABLE, nsc_nft_on_table);
	if (r == 0)
		r = dump(l, NFT_MSG_GETCHAIN, nsc_nft_on_chain);
	if (r == 0)
		r = dump(l, NFT_MSG_GETSET, nsc_nft_on_set);
	if (r == 0)
		r = load_elements(l);
	if (r == 0)
		r = dump(l, NFT_MSG_GETRULE, nsc_nft_on_rule);
	if (r == 0)
		r = generation(l);
	return r == 0 && n->generation != before ? -EAGAIN : r;
}

static int
open_load(struct load *l, struct nsc_nft *n)
{
	*l = (struct load){.reading.nft = n, .seq = 1};
	l->buffer = malloc(BUFFER);
	if (l->buffer == NULL)
		return -ENOMEM;
	l->socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (l->socket == NULL || mnl_socket_bind(l->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		int e = errno;

		if (l->socket != NULL)
			mnl_socket_close(l->socket);
		free(l->buffer);
		return -e;
	}
	return 0;
}

static void
close_load(struct load *l)
{
	mnl_socket_close(l->socket);
	free(l->buffer);
}

static int
fail(int r, char err[NSC_ERR])
{
	return nsc_error(err, r, "firewall: %s",
			 r == -EPERM    ? "the rules are not for us to see"
			 : r == -E2BIG  ? "the rules are too many"
			 : r == -EAGAIN ? "the rules change faster than they are read"
					: strerror(-r));
}

int
nsc_nft_generation(uint32_t *number, char err[NSC_ERR])
{
	struct nsc_nft n = {0};
	struct load l;
	int r = open_load(&l, &n);

	if (r < 0)
		return fail(r, err);
	r = generation(&l);
	close_load(&l);
	*number = n.generation;
	return r == 0 ? 0 : fail(r, err);
}

int
nsc_nft_load(struct nsc_nft *n, char err[NSC_ERR])
{
	struct load l;
	int r = open_load(&l, n);

	if (r < 0)
		return fail(r, err);
	r = -EAGAIN;
	for (int i = 0; r == -EAGAIN && i < TRIES; i++)
		r = load_once(&l);
	close_load(&l);
	if (r == 0)
		return 0;
	nsc_nft_clear(n);
	/* nfnetlink says EINVAL where no module of that subsystem is loaded. */
	return fail(r == -EINVAL ? -EPROTONOSUPPORT : r, err);
}
