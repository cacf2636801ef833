/* SPDX-License-Identifier: MIT */
/* Lines about interfaces: at most 20 an hour; the remedies: one capability each. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "engine/notice.h"
#include "engine/remedy.h"
#include "suite.h"

#define MINUTE 60000000000ull

static unsigned lines;
static char last[1024];

static void
take(void *arg, enum nsc_level level, const char *line)
{
	(void)arg;
	(void)level;
	lines++;
	strncpy(last, line, sizeof last - 1);
}

START_TEST(at_most_twenty_lines_an_hour)
{
	struct nsc_notice n = {.host.log = take};
	uint64_t now = 5 * MINUTE;

	lines = 0;
	for (unsigned i = 0; i < 1000; i++)
		nsc_notice(&n, now, NSC_LOG_WARNING, "interface veth%u: gone", i);
	ck_assert_uint_eq(lines, 20);
	ck_assert_ptr_nonnull(strstr(last, "interface veth19: gone (no more"));
	nsc_notice(&n, now + 59 * MINUTE, NSC_LOG_WARNING, "held back");
	ck_assert_uint_eq(lines, 20);
	nsc_notice(&n, now + 60 * MINUTE, NSC_LOG_WARNING, "a new hour");
	ck_assert_str_eq(last, "a new hour");
	ck_assert_uint_eq(lines, 21);
}
END_TEST

START_TEST(nobody_listens)
{
	struct nsc_notice n = {0};

	nsc_notice(&n, MINUTE, NSC_LOG_WARNING, "into the void");
	ck_assert_uint_eq(n.lines, 0);
}
END_TEST

START_TEST(a_remedy_names_its_capability_alone)
{
	struct nsc_remedy r;

	nsc_remedy_capture(&r, -EPERM);
	ck_assert_str_eq(r.finding, "CAP_NET_RAW is missing");
	ck_assert_ptr_nonnull(strstr(r.remedy, "CAP_NET_RAW"));
	ck_assert_ptr_null(strstr(r.remedy, "CAP_NET_ADMIN"));
	ck_assert_ptr_null(strstr(r.remedy, "CAP_BPF"));
	nsc_remedy_capture(&r, -EAFNOSUPPORT);
	ck_assert_ptr_nonnull(strstr(r.remedy, "RestrictAddressFamilies=AF_PACKET"));
	nsc_remedy_interfaces(&r, -EAFNOSUPPORT);
	ck_assert_ptr_nonnull(strstr(r.remedy, "RestrictAddressFamilies=AF_NETLINK"));
	nsc_remedy_capture(&r, -EIO);
	ck_assert_str_eq(r.finding, strerror(EIO));
	ck_assert_str_eq(r.remedy, "");
}
END_TEST

RUN_SUITE("notice", at_most_twenty_lines_an_hour, nobody_listens,
	  a_remedy_names_its_capability_alone)
