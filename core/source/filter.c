/* SPDX-License-Identifier: MIT */
/* libpcap compiles the user's text; we put instructions before it and set its returns. */
#include <ctype.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <pcap/pcap.h>
#include <string.h>
#include <sys/socket.h>

#include "source/filter.h"

enum {
	LINK_RAW = 101,
	TEXT_MOST = 2048,	/* octets: libpcap's time grows with their square */
};

static bool
has_word(const char *text, const char *word)
{
	size_t n = strlen(word);
	const char *p = text;

	while ((p = strstr(p, word)) != NULL) {
		bool starts = p == text || !(isalnum((unsigned char)p[-1]) || p[-1] == '_');
		bool ends = !(isalnum((unsigned char)p[n]) || p[n] == '_');

		if (starts && ends)
			return true;
		p += n;
	}
	return false;
}

static int
put(struct nsc_filter *f, uint16_t code, uint8_t jt, uint8_t jf, uint32_t k)
{
	if (f->count >= BPF_MAXINSNS)
		return -E2BIG;
	f->code[f->count++] = (struct sock_filter){code, jt, jf, k};
	return 0;
}

/*
 * Jumps of a classic program are relative, so that it can be moved behind our
 * prefix as it is.  Every accepting return keeps snaplen octets.
 */
static int
append(struct nsc_filter *f, const struct bpf_program *p, uint32_t snaplen)
{
	for (unsigned i = 0; i < p->bf_len; i++) {
		const struct bpf_insn *in = &p->bf_insns[i];
		uint32_t k = in->k;
		int r;

		if (in->code == (BPF_RET | BPF_K) && k != 0)
			k = snaplen;
		r = put(f, in->code, in->jt, in->jf, k);
		if (r < 0)
			return r;
	}
	return 0;
}

static int
compile(struct nsc_filter *f, const char *text, uint16_t link, uint32_t snaplen,
	char err[NSC_ERR])
{
	struct bpf_program program;
	pcap_t *p;
	int r;

	if (strlen(text) > TEXT_MOST)
		return nsc_error(err, -E2BIG,
				 "filter: %zu octets are too long, %d are allowed",
				 strlen(text), TEXT_MOST);
	if (has_word(text, "vlan"))
		return nsc_error(
			err, -EINVAL,
			"filter \"%s\": vlan cannot be matched, tags are taken off before",
			text);
	p = pcap_open_dead(link == LINK_RAW ? DLT_RAW : DLT_EN10MB, (int)snaplen);
	if (p == NULL)
		return nsc_error(err, -ENOMEM, "filter \"%s\": %s", text, strerror(ENOMEM));
	if (pcap_compile(p, &program, text, 1, PCAP_NETMASK_UNKNOWN) < 0) {
		r = nsc_error(err, -EINVAL, "filter \"%s\": %s", text, pcap_geterr(p));
	} else {
		r = append(f, &program, snaplen);
		pcap_freecode(&program);
		if (r < 0)
			nsc_error(err, r, "filter \"%s\": it is too long", text);
	}
	pcap_close(p);
	return r;
}

int
nsc_filter_build(struct nsc_filter *f, const char *text, uint16_t link, uint32_t snaplen,
		 bool once, char err[NSC_ERR])
{
	f->count = 0;
	if (once) {
		put(f, BPF_LD | BPF_W | BPF_ABS, 0, 0,
		    (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE));
		put(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, PACKET_OUTGOING);
		put(f, BPF_RET | BPF_K, 0, 0, 0);
	}
	if (text == NULL || text[strspn(text, " \t\r\n")] == '\0')
		return put(f, BPF_RET | BPF_K, 0, 0, snaplen);
	return compile(f, text, link, snaplen, err);
}

int
nsc_filter_attach(int fd, const struct nsc_filter *f)
{
	struct sock_fprog p = {.len = (unsigned short)f->count,
			       .filter = (struct sock_filter *)f->code};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &p, sizeof p) < 0 ? -errno : 0;
}

int
nsc_filter_mute(int fd)
{
	struct sock_filter none = {BPF_RET | BPF_K, 0, 0, 0};
	struct sock_fprog p = {.len = 1, .filter = &none};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &p, sizeof p) < 0 ? -errno : 0;
}
