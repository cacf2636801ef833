/* SPDX-License-Identifier: MIT */
/* Every option of options.def at its edges, the texts of errors, and what workers get of it all. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/table.h"
#include "engine/config.h"
#include "engine/option.h"
#include "engine/settings.h"
#include "ledger/ledger.h"
#include "suite.h"

static struct nsc_config *cfg;
static char err[NSC_ERR];

static void
setup(void)
{
	ck_assert_int_eq(nsc_config_new(&cfg), 0);
	err[0] = '\0';
}

static void
teardown(void)
{
	nsc_config_free(cfg);
}

static int
set(const char *name, const char *value)
{
	return nsc_config_set(cfg, name, &value, 1, err);
}

static int
set_number(const char *name, unsigned long long n)
{
	char text[32];

	snprintf(text, sizeof text, "%llu", n);
	return set(name, text);
}

static void
refuse(const char *name, const char *value, const char *text)
{
	int rc = set(name, value);

	ck_assert(rc == -EINVAL || rc == -ENOENT);
	ck_assert_str_eq(err, text);
}

static bool
numeric(const struct nsc_option *o)
{
	return o->kind == NSC_KIND_COUNT || o->kind == NSC_KIND_SIZE || o->kind == NSC_KIND_SECONDS;
}

START_TEST(every_option_at_its_edges)
{
	size_t count;
	const struct nsc_option *o = &nsc_options(&count)[_i];
	char dashed[NSC_OPTION_NAME], text[NSC_VALUE_TEXT];
	uint64_t standard;

	ck_assert_uint_eq(count, NSC_OPTIONS);
	nsc_option_dashed(o, dashed);
	ck_assert_ptr_eq(nsc_option_find(dashed), o);
	ck_assert_ptr_eq(nsc_option_find(o->name), o);
	if (numeric(o)) {
		ck_assert_int_eq(nsc_option_number(o, o->standard, &standard, err), 0);
		ck_assert_uint_eq(nsc_config_number(cfg, (enum nsc_option_id)_i), standard);
		ck_assert_int_eq(set_number(o->name, o->minimum), 0);
		ck_assert_uint_eq(nsc_config_number(cfg, (enum nsc_option_id)_i), o->minimum);
		ck_assert_int_eq(set(dashed, nsc_option_text(o, o->maximum, text)), 0);
		ck_assert_uint_eq(nsc_config_number(cfg, (enum nsc_option_id)_i), o->maximum);
		ck_assert_int_eq(set_number(o->name, o->maximum + 1), -EINVAL);
		if (o->minimum > 0)
			ck_assert_int_eq(set_number(o->name, o->minimum - 1), -EINVAL);
		ck_assert_int_eq(set(o->name, "12x"), -EINVAL);
		/* A refused value changes nothing, and the line names the option. */
		ck_assert_uint_eq(nsc_config_number(cfg, (enum nsc_option_id)_i), o->maximum);
		ck_assert_int_eq(strncmp(err, o->name, strlen(o->name)), 0);
		ck_assert_ptr_nonnull(strstr(err, "\"12x\""));
		ck_assert_ptr_nonnull(strstr(err, nsc_option_text(o, o->maximum, text)));
	} else if (o->kind == NSC_KIND_BOOL || o->kind == NSC_KIND_CHOICE) {
		ck_assert_int_eq(set(o->name, o->standard), 0);
		ck_assert_int_eq(set(o->name, "sideways"), -EINVAL);
		ck_assert_ptr_nonnull(strstr(err, "\"sideways\" is none of "));
	} else if (o->kind == NSC_KIND_LIST) {
		ck_assert(o->standard[0] == '\0' || set(o->name, o->standard) == 0);
		ck_assert_int_eq(set(o->name, ""), -EINVAL);
	}
	if (o->kind != NSC_KIND_LIST)
		ck_assert_int_eq(nsc_config_set(cfg, o->name, NULL, 0, err), -EINVAL);
}
END_TEST

START_TEST(errors_name_option_value_and_what_is_allowed)
{
	static const char *const two[] = {"1024", "2048"};

	refuse("FlowTableSize", "12", "FlowTableSize: 12 is not within 1024 to 16777216");
	refuse("Capture", "foo", "Capture: \"foo\" is none of ring, off");
	refuse("FlowTabelSize", "1", "FlowTabelSize: no such option (did you mean FlowTableSize?)");
	refuse("flow-tabel-size", "1",
	       "flow-tabel-size: no such option (did you mean FlowTableSize?)");
	refuse("Interfaces", "eth0", "Interfaces: no such option (did you mean Interface?)");
	refuse("Zarathustra", "1", "Zarathustra: no such option");
	refuse("FlowTableSize", "99999999999999999999999",
	       "FlowTableSize: 99999999999999999999999 is not within 1024 to 16777216");
	refuse("FlowTableSize", "-5",
	       "FlowTableSize: \"-5\" is no whole number; allowed is 1024 to 16777216");
	refuse("FlowTableSize", "64K",
	       "FlowTableSize: \"64K\" is no whole number; allowed is 1024 to 16777216");
	refuse("FlowTableSize", "",
	       "FlowTableSize: \"\" is no whole number; allowed is 1024 to 16777216");
	refuse("RingSize", "1K", "RingSize: 1K is not within 2M to 1G");
	refuse("RingSize", "8MB",
	       "RingSize: \"8MB\" is no number of octets (with K, M or G); allowed is 2M to 1G");
	refuse("RingSize", "18014398509481984K",
	       "RingSize: 18014398509481984K is not within 2M to 1G");
	refuse("TimeoutTCP", "0", "TimeoutTCP: 0 is not within 1 to 86400 seconds");
	refuse("TimeoutTCP", "25h", "TimeoutTCP: 25h is not within 1 to 86400 seconds");
	refuse("Promiscuous", "1",
	       "Promiscuous: \"1\" is none of true, false, yes, no, on, off");
	refuse("Dissect", "htpp",
	       "Dissect: \"htpp\" is no application that is known (did you mean http?)");
	refuse("Interface", "eth0/1",
	       "Interface: \"eth0/1\" is no name of an interface; allowed is auto or "
	       "names of interfaces");
	ck_assert_int_eq(nsc_config_set(cfg, "FlowTableSize", two, 2, err), -EINVAL);
	ck_assert_str_eq(err, "FlowTableSize: takes one value, not 2");
	ck_assert_int_eq(set("FlowTabelSize", "1"), -ENOENT);
}
END_TEST

START_TEST(numbers_with_units)
{
	static const struct {
		const char *name, *text;
		enum nsc_option_id id;
		uint64_t number;
	} row[] = {
		{"RingSize", "8M", NSC_O_RING_SIZE, 8388608},
		{"ringsize", "4096K", NSC_O_RING_SIZE, 4194304},
		{"ring-size", "1g", NSC_O_RING_SIZE, 1073741824},
		{"RING-SIZE", "3000000", NSC_O_RING_SIZE, 3000000},
		{"TimeoutTCP", "90s", NSC_O_TIMEOUT_TCP, 90},
		{"timeout-tcp", "5m", NSC_O_TIMEOUT_TCP, 300},
		{"TimeoutTCP", "2H", NSC_O_TIMEOUT_TCP, 7200},
		{"Promiscuous", "Yes", NSC_O_PROMISCUOUS, 1},
		{"Promiscuous", "off", NSC_O_PROMISCUOUS, 0},
		{"Decapsulate", "no", NSC_O_DECAPSULATE, 0},
		{"Decapsulate", "ON", NSC_O_DECAPSULATE, 1},
		{"Capture", "OFF", NSC_O_CAPTURE, NSC_CAPTURE_OFF},
		{"OverflowPolicy", "drop_flow", NSC_O_OVERFLOW_POLICY, NSC_OVERFLOW_DROP_FLOW},
	};
	unsigned i;

	for (i = 0; i < sizeof row / sizeof *row; i++) {
		ck_assert_int_eq(set(row[i].name, row[i].text), 0);
		ck_assert_uint_eq(nsc_config_number(cfg, row[i].id), row[i].number);
	}
}
END_TEST

START_TEST(dashed_names)
{
	static const char *const pair[][2] = {
		{"FlowTableSize", "flow-table-size"},
		{"TimeoutTCP", "timeout-tcp"},
		{"TopN", "top-n"},
		{"SnapLen", "snap-len"},
		{"Interface", "interface"},
		{"TimeoutDNS", "timeout-dns"},
	};
	char dashed[NSC_OPTION_NAME];
	unsigned i;

	for (i = 0; i < sizeof pair / sizeof *pair; i++) {
		nsc_option_dashed(nsc_option_find(pair[i][0]), dashed);
		ck_assert_str_eq(dashed, pair[i][1]);
	}
}
END_TEST

START_TEST(lists_add_and_replace_the_default)
{
	static const char *const names[] = {"eth0", "lo", "eth0"};
	char name[16];
	unsigned i;

	ck_assert_str_eq(nsc_config_interface(cfg, 0), "auto");
	ck_assert_ptr_null(nsc_config_interface(cfg, 1));
	ck_assert_int_eq(nsc_config_set(cfg, "Interface", names, 3, err), 0);
	ck_assert_int_eq(set("Interface", "wlan0"), 0);
	ck_assert_str_eq(nsc_config_interface(cfg, 0), "eth0");
	ck_assert_str_eq(nsc_config_interface(cfg, 1), "lo");
	ck_assert_str_eq(nsc_config_interface(cfg, 2), "wlan0");
	ck_assert_ptr_null(nsc_config_interface(cfg, 3));
	refuse("Interface", "auto",
	       "Interface: \"eth0\" and \"auto\" exclude each other; allowed is auto or "
	       "names of interfaces");
	for (i = 3; i < 16; i++) {
		snprintf(name, sizeof name, "eth%u", i);
		ck_assert_int_eq(set("Interface", name), 0);
	}
	refuse("Interface", "eth99", "Interface: \"eth99\" is one too many; allowed are 16");
	ck_assert_ptr_null(nsc_config_interface(cfg, 16));
	ck_assert_int_eq(set("Interface", "sixteen-octets-x"), -EINVAL);
}
END_TEST

START_TEST(networks)
{
	static const char *const office[] = {"office", "10.1.0.0/16", "2001:db8:1::/48"};
	static const char *const lab[] = {"the lab", "10.1.5.0/24"};
	static const char *const again[] = {"the.lab", "10.9.0.0/16"};
	static const char *const twice[] = {"x", "10.7.0.0/16", "10.1.0.0/16"};
	static const char *const bits[] = {"y", "10.1.2.3/16"};
	struct nsc_settings *s = malloc(sizeof *s);
	struct nsc_addr a;

	ck_assert_ptr_nonnull(s);
	ck_assert_int_eq(nsc_config_set(cfg, "Network", office, 3, err), 0);
	ck_assert_int_eq(nsc_config_set(cfg, "network", lab, 2, err), 0);
	ck_assert_int_eq(nsc_config_set(cfg, "Network", again, 2, err), -EINVAL);
	ck_assert_str_eq(err, "Network: \"the.lab\" was given before (metrics call it the_lab)");
	ck_assert_int_eq(nsc_config_set(cfg, "Network", twice, 3, err), -EINVAL);
	ck_assert_str_eq(err, "Network: \"10.1.0.0/16\" of x was given before");
	ck_assert_int_eq(nsc_config_set(cfg, "Network", bits, 2, err), -EINVAL);
	ck_assert_str_eq(err, "Network: \"10.1.2.3/16\" is no prefix such as 10.1.0.0/16 "
			      "or 2001:db8::/32 "
			      "(bits behind its length must be 0)");
	ck_assert_int_eq(nsc_config_set(cfg, "Network", office, 1, err), -EINVAL);
	ck_assert_int_eq(nsc_config_settings(cfg, s, err), 0);
	ck_assert_uint_eq(s->networks.names, 2);	/* the refused ones left nothing */
	ck_assert_str_eq(s->networks.name[2], "the_lab");
	ck_assert_int_eq(nsc_addr_parse(&a, "10.1.5.9"), 0);
	ck_assert_uint_eq(nsc_network_find(&s->networks, &a), 2);
	ck_assert_int_eq(nsc_addr_parse(&a, "10.7.0.1"), 0);
	ck_assert_uint_eq(nsc_network_find(&s->networks, &a), 0);
	ck_assert_str_eq(nsc_config_pair(cfg, NSC_O_NETWORK, 0, 2), "2001:db8:1::/48");
	ck_assert_ptr_null(nsc_config_pair(cfg, NSC_O_NETWORK, 0, 3));
	ck_assert_str_eq(nsc_config_pair(cfg, NSC_O_NETWORK, 1, 0), "the lab");
	ck_assert_ptr_null(nsc_config_pair(cfg, NSC_O_NETWORK, 2, 0));
	free(s);
}
END_TEST

START_TEST(excludes)
{
	static const char *const lan[] = {"10.0.0.0/8", "80", "443-445", "udp 53"};
	static const char *const all[] = {"2001:db8::/32"};
	static const char *const bits[] = {"10.0.0.1/8", "80"};
	static const char *const port[] = {"*", "80", "445-443"};
	struct nsc_config *copy;

	ck_assert_int_eq(nsc_config_set(cfg, "Exclude", lan, 4, err), 0);
	ck_assert_int_eq(nsc_config_set(cfg, "exclude", all, 1, err), 0);
	ck_assert_int_eq(nsc_config_set(cfg, "Exclude", all, 0, err), -EINVAL);
	ck_assert_int_eq(nsc_config_set(cfg, "Exclude", bits, 2, err), -EINVAL);
	ck_assert_str_eq(err, "Exclude: \"10.0.0.1/8\" is wrong; allowed is a prefix such as 10.0.0.0/8 or *, "
			      "then ports such as 443-445 or udp 53");
	ck_assert_int_eq(nsc_config_set(cfg, "Exclude", port, 3, err), -EINVAL);
	ck_assert_str_eq(err, "Exclude: \"445-443\" is wrong; allowed is a prefix such as 10.0.0.0/8 or *, "
			      "then ports such as 443-445 or udp 53");
	ck_assert_uint_eq(nsc_config_excludes(cfg)->count, 4);
	ck_assert_str_eq(nsc_config_pair(cfg, NSC_O_EXCLUDE, 0, 3), "udp 53");
	ck_assert_str_eq(nsc_config_pair(cfg, NSC_O_EXCLUDE, 1, 0), "2001:db8::/32");
	ck_assert_ptr_null(nsc_config_pair(cfg, NSC_O_EXCLUDE, 2, 0));
	ck_assert_int_eq(nsc_config_copy(&copy, cfg), 0);
	ck_assert_uint_eq(nsc_config_excludes(copy)->count, 4);
	nsc_config_free(copy);
}
END_TEST

START_TEST(too_many_networks)
{
	char name[16], prefix[24];
	const char *row[2] = {name, prefix};
	unsigned i;

	for (i = 0; i < NSC_NETWORKS; i++) {
		snprintf(name, sizeof name, "n%u", i);
		snprintf(prefix, sizeof prefix, "10.%u.0.0/16", i);
		ck_assert_int_eq(nsc_config_set(cfg, "Network", row, 2, err), 0);
	}
	snprintf(name, sizeof name, "last");
	snprintf(prefix, sizeof prefix, "10.200.0.0/16");
	ck_assert_int_eq(nsc_config_set(cfg, "Network", row, 2, err), -EINVAL);
	ck_assert_str_eq(err, "Network: \"10.200.0.0/16\" of last is one too many; allowed "
			      "are 31 networks "
			      "and 256 prefixes");
}
END_TEST

START_TEST(settings_of_the_defaults)	/* DESIGN 4.3, features.md 5b */
{
	struct nsc_settings *s = malloc(sizeof *s);

	ck_assert_ptr_nonnull(s);
	ck_assert_int_eq(nsc_config_settings(cfg, s, err), 0);
	ck_assert_uint_eq(s->layout, nsc_ledger_layout());
	ck_assert_uint_eq(s->flow.size, 65536);
	ck_assert_uint_eq(s->flow.timeout_tcp, 300);
	ck_assert_uint_eq(s->flow.timeout_syn, 60);
	ck_assert_uint_eq(s->flow.timeout_closed, 30);
	ck_assert_uint_eq(s->flow.timeout_udp, 60);
	ck_assert_uint_eq(s->flow.timeout_short, 30);
	ck_assert_uint_eq(s->flow.timeout_icmp, 10);
	ck_assert_uint_eq(s->flow.timeout_other, 30);
	ck_assert_uint_eq(s->timeout_http, 600);
	ck_assert_uint_eq(s->timeout_ssh, 1800);
	ck_assert_uint_eq(s->snaplen, 8192);
	ck_assert_uint_eq(s->session.reassembly.limit, 65536);
	ck_assert_uint_eq(s->session.reassembly.memory, 16777216);
	ck_assert_uint_eq(s->session.reassembly.overflow, NSC_OVERFLOW_SLIDING);
	ck_assert_uint_eq(s->session.sessions, 65536);
	ck_assert(s->session.wanted[0] == UINT64_MAX && s->session.wanted[1] == UINT64_MAX);
	ck_assert(s->decode.decapsulate && !s->forwarded);
	ck_assert_uint_eq(s->workers, 1);
	ck_assert_uint_eq(s->locals, 0);
	free(s);
}
END_TEST

START_TEST(settings_follow_the_options)
{
	struct nsc_settings *s = malloc(sizeof *s);
	unsigned dns = (unsigned)nsc_app_find("dns"), tls = (unsigned)nsc_app_find("tls");

	ck_assert_ptr_nonnull(s);
	ck_assert_int_eq(set("Dissect", "dns") | set("Dissect", "tls"), 0);
	ck_assert_int_eq(set("Workers", "4") | set("FlowTableSize", "16777216"), 0);
	ck_assert_int_eq(set("Forwarded", "yes") | set("OverflowPolicy", "drop_flow"), 0);
	ck_assert_int_eq(nsc_config_settings(cfg, s, err), 0);
	ck_assert_uint_eq(s->session.wanted[0], UINT64_C(1) << dns | UINT64_C(1) << tls);
	ck_assert_uint_eq(s->flow.size, 4194304);
	ck_assert_uint_lt(s->session.sessions, s->flow.size);
	ck_assert_uint_eq(s->session.reassembly.memory, 4194304);
	ck_assert_uint_eq(s->session.reassembly.overflow, NSC_OVERFLOW_DROP_FLOW);
	ck_assert_uint_eq(s->forwarded, 1);
	ck_assert_int_eq(set("FlowTableSize", "1024"), 0);
	ck_assert_int_eq(nsc_config_settings(cfg, s, err), -EINVAL);
	ck_assert_str_eq(
		err,
		"FlowTableSize: 1024 is too small for 4 Workers; allowed is 4096 or more");
	ck_assert_int_eq(set("FlowTableSize", "4096") | set("ReassemblyLimit", "1M"), 0);
	ck_assert_int_eq(set("ReassemblyMemory", "1M"), 0);
	ck_assert_int_eq(nsc_config_settings(cfg, s, err), -EINVAL);
	ck_assert_str_eq(
		err,
		"ReassemblyLimit: 1048576 is too large for ReassemblyMemory 1048576 and 4 "
		"Workers; allowed is 131072 or less");
	free(s);
}
END_TEST

START_TEST(dissect_none_is_no_bit)
{
	struct nsc_settings *s = malloc(sizeof *s);

	ck_assert_ptr_nonnull(s);
	ck_assert_int_eq(set("Dissect", "none"), 0);
	ck_assert_int_eq(set("Dissect", "dns"), -EINVAL);
	ck_assert_int_eq(set("Dissect", "unknown"), -EINVAL);
	ck_assert_int_eq(nsc_config_settings(cfg, s, err), 0);
	ck_assert(s->session.wanted[0] == 0 && s->session.wanted[1] == 0);
	free(s);
}
END_TEST

START_TEST(local_prefixes)
{
	struct nsc_settings *s = malloc(sizeof *s);
	char prefix[24];
	unsigned i;

	ck_assert_ptr_nonnull(s);
	for (i = 0; i < 256; i++) {
		snprintf(prefix, sizeof prefix, "10.%u.0.0/16", i);
		ck_assert_int_eq(set("Local", prefix), 0);
	}
	ck_assert_int_eq(set("Local", "10.3.0.0/16"), 0);
	ck_assert_int_eq(set("Local", "192.0.2.0/24"), -EINVAL);
	ck_assert_int_eq(set("Local", "here"), -EINVAL);
	ck_assert_str_eq(
		err,
		"Local: \"here\" is no prefix such as 192.0.2.0/24 (bits behind its length "
		"must be 0)");
	ck_assert_int_eq(nsc_config_settings(cfg, s, err), 0);
	ck_assert_uint_eq(s->locals, 256);
	ck_assert_uint_eq(s->local[255].bits, 112);
	ck_assert_uint_eq(s->local[255].addr.b[13], 255);
	free(s);
}
END_TEST

START_TEST(a_copy_is_its_own)
{
	static const char *const office[] = {"office", "10.1.0.0/16"};
	struct nsc_config *copy;

	ck_assert_int_eq(set("FlowTableSize", "2048") | set("Filter", "tcp port 80"), 0);
	ck_assert_int_eq(set("Filter", "udp"), 0);	/* the last one counts */
	ck_assert_int_eq(nsc_config_set(cfg, "Network", office, 2, err), 0);
	ck_assert_int_eq(set("Local", "10.0.0.0/8"), 0);
	ck_assert_int_eq(nsc_config_copy(&copy, cfg), 0);
	nsc_config_free(cfg);
	cfg = copy;
	ck_assert_uint_eq(nsc_config_number(copy, NSC_O_FLOW_TABLE_SIZE), 2048);
	ck_assert_str_eq(nsc_config_filter(copy), "udp");
	ck_assert_str_eq(nsc_config_pair(copy, NSC_O_NETWORK, 0, 1), "10.1.0.0/16");
	ck_assert_str_eq(nsc_config_networks(copy)->name[1], "office");
	ck_assert_str_eq(nsc_config_item(copy, NSC_O_LOCAL, 0), "10.0.0.0/8");
	ck_assert_str_eq(nsc_config_interface(copy, 0), "auto");
}
END_TEST

RUN_TESTS("config", setup, teardown, ROWS(every_option_at_its_edges, NSC_OPTIONS),
	  ONCE(errors_name_option_value_and_what_is_allowed), ONCE(numbers_with_units),
	  ONCE(dashed_names), ONCE(lists_add_and_replace_the_default), ONCE(networks),
	  ONCE(excludes), ONCE(too_many_networks), ONCE(settings_of_the_defaults),
	  ONCE(settings_follow_the_options), ONCE(dissect_none_is_no_bit),
	  ONCE(local_prefixes), ONCE(a_copy_is_its_own))
