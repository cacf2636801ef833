/* SPDX-License-Identifier: MIT */
/* The socket filter: run by libpcap's own interpreter on hand-made frames. */
#include <check.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "source/filter.h"
#include "suite.h"

static struct nsc_filter f;
static char err[NSC_ERR];

/* Ethernet, IPv4, UDP to port 53; RFC 894, 791, 768. */
static const uint8_t dns[60] = {
	2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0,
	0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2,
	0x30, 0x39, 0, 53, 0, 26, 0, 0,
};

/* What the kernel does, but for its ancillary loads: those fail in user space (0). */
static unsigned
run(const uint8_t *data, unsigned len)
{
	struct bpf_insn code[BPF_MAXINSNS];

	for (unsigned i = 0; i < f.count; i++)
		code[i] = (struct bpf_insn){f.code[i].code, f.code[i].jt, f.code[i].jf,
					    f.code[i].k};
	ck_assert(bpf_validate(code, (int)f.count));
	return bpf_filter(code, data, len, len);
}

START_TEST(empty_text_keeps_all_cut_to_the_snap_length)
{
	ck_assert_int_eq(nsc_filter_build(&f, "", 1, 8192, false, err), 0);
	ck_assert_uint_eq(run(dns, sizeof dns), 8192);
	ck_assert_int_eq(nsc_filter_build(&f, NULL, 1, 128, false, err), 0);
	ck_assert_uint_eq(run(dns, sizeof dns), 128);
	ck_assert_int_eq(nsc_filter_build(&f, " \t", 1, 128, false, err), 0);
	ck_assert_uint_eq(run(dns, sizeof dns), 128);
}
END_TEST

START_TEST(text_selects)
{
	ck_assert_int_eq(nsc_filter_build(&f, "udp port 53", 1, 8192, false, err), 0);
	ck_assert_uint_eq(run(dns, sizeof dns), 8192);
	ck_assert_int_eq(nsc_filter_build(&f, "not port 53", 1, 8192, false, err), 0);
	ck_assert_uint_eq(run(dns, sizeof dns), 0);
	ck_assert_int_eq(nsc_filter_build(&f, "host 192.0.2.9 or ip6", 1, 8192, false, err),
			 0);
	ck_assert_uint_eq(run(dns, sizeof dns), 0);
}
END_TEST

START_TEST(raw_link_has_no_ethernet_header)
{
	ck_assert_int_eq(nsc_filter_build(&f, "udp port 53", 101, 300, false, err), 0);
	ck_assert_uint_eq(run(dns + 14, sizeof dns - 14), 300);
}
END_TEST

START_TEST(loopback_refuses_what_is_sent_before_anything_else)
{
	ck_assert_int_eq(nsc_filter_build(&f, "udp port 53", 1, 8192, true, err), 0);
	ck_assert_uint_eq(f.code[0].code, BPF_LD | BPF_W | BPF_ABS);
	ck_assert_uint_eq(f.code[0].k, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE));
	ck_assert_uint_eq(f.code[1].k, PACKET_OUTGOING);
	/* equal: on to the refusing return; else over it, into the user's program */
	ck_assert_uint_eq(f.code[1].jt, 0);
	ck_assert_uint_eq(f.code[1].jf, 1);
	ck_assert_uint_eq(f.code[2].code, BPF_RET | BPF_K);
	ck_assert_uint_eq(f.code[2].k, 0);
	memmove(f.code, f.code + 3, (f.count -= 3) * sizeof f.code[0]);
	ck_assert_uint_eq(run(dns, sizeof dns), 8192);
}
END_TEST

START_TEST(bad_text_is_named_with_the_compilers_word)
{
	ck_assert_int_eq(nsc_filter_build(&f, "prot tcp", 1, 8192, false, err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err, "filter \"prot tcp\": "));
	ck_assert_uint_gt(strlen(err), strlen("filter \"prot tcp\": "));
	ck_assert_int_eq(nsc_filter_build(&f, "host 1.2.3.4.5", 1, 8192, false, err),
			 -EINVAL);
}
END_TEST

START_TEST(vlan_is_an_error_as_a_word_only)
{
	ck_assert_int_eq(nsc_filter_build(&f, "vlan 10 and tcp", 1, 8192, false, err),
			 -EINVAL);
	ck_assert_ptr_nonnull(strstr(err, "vlan"));
	ck_assert_int_eq(nsc_filter_build(&f, "tcp or (vlan)", 1, 8192, false, err),
			 -EINVAL);
	ck_assert_int_eq(nsc_filter_build(&f, "tcp or udp", 1, 8192, false, err), 0);
}
END_TEST

/* libpcap's time grows with the square of the text: what is allowed takes no second. */
START_TEST(long_text_is_quick_or_an_error)
{
	char text[4096];
	size_t n = 0;

	for (unsigned i = 0; n < 2020; i++)
		n += (size_t)sprintf(text + n, "%shost 10.0.%u.%u", i > 0 ? " or " : "",
				     i / 250, i % 250);
	ck_assert_int_eq(nsc_filter_build(&f, text, 1, 8192, false, err), 0);
	ck_assert_uint_le(f.count, BPF_MAXINSNS);
	ck_assert_uint_eq(run(dns, sizeof dns), 0);
	for (unsigned i = 0; n < 2048; i++)
		n += (size_t)sprintf(text + n, " or host 10.9.9.%u", i);
	ck_assert_int_eq(nsc_filter_build(&f, text, 1, 8192, false, err), -E2BIG);
}
END_TEST

RUN_SUITE("filter", empty_text_keeps_all_cut_to_the_snap_length, text_selects,
	  raw_link_has_no_ethernet_header,
	  loopback_refuses_what_is_sent_before_anything_else,
	  bad_text_is_named_with_the_compilers_word, vlan_is_an_error_as_a_word_only,
	  long_text_is_quick_or_an_error)
