/* SPDX-License-Identifier: MIT */
/* The filters of top. */
#include "top_world.h"
#include "suite.h"

static const struct {
	const char *text;
	bool match;
} filters[] = {
	{"", true}, {"   ", true}, {"tmux", true}, {"TMUX", true}, {"nginx", false},
	{"tmux exam", true}, {"tmux nginx", false}, {"port:443", true}, {"port:51000", true},
	{"port:44", false}, {"port:443 process:tmux dir:incoming", true}, {"dir:in", true},
	{"dir:out", false}, {"!dir:out", true}, {"!port:443", false}, {"process=tmux", false},
	{"process=\"tmux: server\"", true}, {"process=tmux__server", true}, {"app=http", true},
	{"app:htt", true}, {"app=htt", false}, {"host:2001:db8", true}, {"host:example", true},
	{"remote=2001:db8::7", true}, {"[2001:db8::7]:51000", true}, {"local:192.0.2.", true},
	{"pid:44", true}, {"pid:4", false}, {"state:estab", true}, {"scope:private", false},
	{"proto:tcp", true}, {"process:", true}, {"exposure:exposed", false},
	{"192.0.2.1:443", true}, {"!exposure:exposed", true},
};

START_TEST(a_filter)
{
	struct top_row r = some_row();
	struct top_filter f;

	top_filter_parse(&f, filters[_i].text);
	ck_assert_str_eq(f.error, "");
	ck_assert_msg(top_filter_match(&f, &r) == filters[_i].match, "%s", filters[_i].text);
}
END_TEST

START_TEST(filters_that_are_wrong)
{
	struct top_row r = some_row();
	struct top_filter f;
	char text[TOP_FILTER_TEXT * 2] = "";

	top_filter_parse(&f, "color:red tmux");
	ck_assert_ptr_nonnull(strstr(f.error, "\"color\""));
	ck_assert(top_filter_match(&f, &r));	/* the other word holds */
	for (int i = 0; i < 20; i++)
		strcat(text, "t ");
	top_filter_parse(&f, text);
	ck_assert_str_ne(f.error, "");
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	top_filter_parse(&f, text);
	ck_assert(!top_filter_match(&f, &r));
	top_filter_parse(&f, "\"");
	ck_assert(top_filter_match(&f, &r));
}
END_TEST

RUN_TESTS("top_filter", NULL, NULL, ROWS(a_filter, sizeof filters / sizeof *filters),
	  ONCE(filters_that_are_wrong))
