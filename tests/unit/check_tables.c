/* SPDX-License-Identifier: MIT */
/* The tables of `netflowscope listen` and `connections`: as people see them, at any width. */
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "scope/direction.h"
#include "suite.h"

/* --- what the commands look at, in place of the core -------------------------------- */

static struct nsc_listener listener[16];
static struct nsc_connection connection[16];
static size_t listeners, connections;
static int result;			/* -errno of the look, or 0 */

int
nsc_look_listeners(const struct nsc_config *cfg, void (*tell)(void *arg, const struct nsc_listener *l),
		   void *arg, char err[NSC_ERR])
{
	(void)cfg;
	for (size_t n = 0; n < listeners; n++)
		tell(arg, &listener[n]);
	snprintf(err, NSC_ERR, "listeners: switched off by Listeners");
	return result < 0 ? result : (int)listeners;
}

int
nsc_look_connections(const struct nsc_config *cfg,
		     void (*tell)(void *arg, const struct nsc_connection *c), void *arg,
		     char err[NSC_ERR])
{
	(void)cfg;
	for (size_t n = 0; n < connections; n++)
		tell(arg, &connection[n]);
	snprintf(err, NSC_ERR, "sockets: Operation not permitted");
	return result < 0 ? result : (int)connections;
}

static char said[512];

int
cli_fail(const char *line)
{
	snprintf(said, sizeof said, "%s", line);
	return CLI_FAILED;
}

int
cli_source(int rc, const char *err)
{
	if (rc < 0)
		cli_fail(err);
	return rc < 0 && rc != -ENOTSUP ? CLI_FAILED : CLI_FINE;
}

int
cli_flush(int status)
{
	fflush(stdout);
	return status;
}

/* --- what they print ------------------------------------------------------------------ */

static char text[65536];

static const char *
run(int (*command)(struct cli *c), const char *columns, bool json, int *status)
{
	struct cli c = {.json = json};
	FILE *file = tmpfile();
	int old = dup(STDOUT_FILENO);
	size_t n;

	ck_assert_ptr_nonnull(file);
	setenv("COLUMNS", columns, 1);
	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	*status = command(&c);
	dup2(old, STDOUT_FILENO);
	close(old);
	rewind(file);
	n = fread(text, 1, sizeof text - 1, file);
	text[n] = '\0';
	fclose(file);
	return text;
}

static struct nsc_addr
addr(const char *s)
{
	struct nsc_addr a;

	ck_assert_int_eq(nsc_addr_parse(&a, s), 0);
	return a;
}

static struct nsc_process
process(const char *name, uint32_t pid, const char *unit)
{
	struct nsc_process p = {.pid = pid};

	snprintf(p.name, sizeof p.name, "%s", name);
	snprintf(p.unit, sizeof p.unit, "%s", unit);
	return p;
}

static struct nsc_listener *
listen_at(uint8_t proto, const char *address, uint16_t port, uint8_t families, uint8_t bind, uint8_t scope)
{
	struct nsc_listener *l = &listener[listeners++];

	*l = (struct nsc_listener){
		.socket = {.proto = proto, .local = addr(address), .local_port = port,
			   .families = families, .queue_max = 128, .netns = 4026531840},
		.sockets = 1, .bind = bind, .scope = scope, .address_present = true,
		.owner_state = NSC_OWNER_ANONYMOUS, .verdict = NSC_FW_UNKNOWN,
		.exposure = scope == NSC_SCOPE_LOOPBACK ? NSC_EXPOSURE_LOCAL_ONLY : NSC_EXPOSURE_UNKNOWN,
	};
	return l;
}

static void
reach(struct nsc_listener *l, unsigned family, uint8_t verdict, uint8_t exposure, uint64_t handle)
{
	l->reach[family] = (struct nsc_listener_reach){
		.verdict = verdict, .exposure = exposure,
		.reason = {"inet", "filter", "input", handle},
	};
	l->verdict = family == 0 ? verdict : nsc_fw_verdict_more(l->verdict, verdict);
	l->exposure = family == 0 ? exposure : nsc_exposure_more(l->exposure, exposure);
}

static void
some_listeners(void)
{
	struct nsc_listener *l;

	listeners = 0;
	l = listen_at(IPPROTO_TCP, "0.0.0.0", 22, NSC_FAMILY_IPV4, NSC_BIND_ANY, NSC_SCOPE_PUBLIC);
	l->owner_state = NSC_OWNER_KNOWN;
	l->process = process("sshd", 812, "ssh.service");
	reach(l, 0, NSC_FW_ALLOW, NSC_EXPOSURE_EXPOSED, 7);
	l = listen_at(IPPROTO_TCP, "::", 443, 3, NSC_BIND_ANY, NSC_SCOPE_PUBLIC);
	l->owner_state = NSC_OWNER_KNOWN;
	l->process = process("a-very-long-name-of-a-process-indeed", 4194304, "docker-0123456789ab");
	l->socket.queue = 4096;
	l->socket.queue_max = 4096;
	l->socket.drops = 12345;
	reach(l, 0, NSC_FW_DROP, NSC_EXPOSURE_LAN_ONLY, 0);
	reach(l, 1, NSC_FW_REJECT, NSC_EXPOSURE_LAN_ONLY, 9);
	l = listen_at(IPPROTO_TCP, "::", 444, NSC_FAMILY_IPV6, NSC_BIND_ANY, NSC_SCOPE_PUBLIC);
	l->owner_state = NSC_OWNER_DENIED;
	l = listen_at(IPPROTO_UDP, "fe80::1", 546, NSC_FAMILY_IPV6, NSC_BIND_INTERFACE, NSC_SCOPE_PRIVATE);
	strcpy(l->interface, "eth0");
	l = listen_at(IPPROTO_TCP, "0.0.0.0", 8080, NSC_FAMILY_IPV4, NSC_BIND_INTERFACE, NSC_SCOPE_LOOPBACK);
	strcpy(l->interface, "lo");
	l = listen_at(IPPROTO_TCP, "2001:db8:1234:5678:9abc:def0:1234:5678", 65535, NSC_FAMILY_IPV6,
		      NSC_BIND_ADDRESS, NSC_SCOPE_PUBLIC);
	l->address_present = false;
	l = listen_at(IPPROTO_TCP, "127.0.0.1", 5432, NSC_FAMILY_IPV4, NSC_BIND_LOOPBACK, NSC_SCOPE_LOOPBACK);
	l->owner_state = NSC_OWNER_KNOWN;
	l->process = process("post\x1b[2J\ngres", 99, "");
	l->sockets = 8;
}

START_TEST(listeners_at_80_columns)
{
	int status;

	some_listeners();
	result = 0;
	ck_assert_str_eq(run(cli_listen, "80", false, &status),
		"7 listeners, 2 for this host alone, 1 open to strangers\n"
		"\n"
		"PROTO ADDRESS                   BIND      EXPOSURE       QUEUE PROCESS\n"
		"tcp   0.0.0.0:22                any       exposed        0/128 sshd 812\n"
		"tcp   *:443                     any       lan_only   4096/4096 a-very-l..-indeed\n"
		"tcp   [::]:444                  any       unknown        0/128 ?\n"
		"udp   [fe80::1%eth0]:546        interface unknown              -\n"
		"tcp   0.0.0.0%lo:8080           interface local_only     0/128 -\n"
		"tcp   [2001:db8:12..5678]:65535 absent    unknown        0/128 -\n"
		"tcp   127.0.0.1:5432            loopback  local_only     0/128 post\\x1b[2J..gres\n"
		"\n"
		"OVERFLOWS  *:443 lost 12 345 connections to a full queue\n"
		"\n"
		"?  its process may not be seen (netflowscope doctor tells why)\n");
	ck_assert_int_eq(status, CLI_FINE);
}
END_TEST

static struct nsc_connection *
connect_to(uint8_t proto, uint8_t state, const char *local, uint16_t local_port, const char *remote,
	   uint16_t remote_port, uint8_t direction)
{
	struct nsc_connection *c = &connection[connections++];

	*c = (struct nsc_connection){
		.socket = {.proto = proto, .state = state, .local = addr(local), .remote = addr(remote),
			   .local_port = local_port, .remote_port = remote_port, .netns = 4026531840},
		.direction = direction,
		.owner_state = NSC_OWNER_ANONYMOUS,
	};
	return c;
}

static void
some_connections(void)
{
	struct nsc_connection *c;

	connections = 0;
	c = connect_to(IPPROTO_UDP, NSC_SOCKET_CLOSE, "::", 41000, "::", 0, NSC_DIRECTION_NONE);
	c->owner_state = NSC_OWNER_KNOWN;
	c->process = process("chronyd", 300, "chrony.service");
	connect_to(IPPROTO_UDP, NSC_SOCKET_ESTABLISHED, "10.0.0.1", 41001, "192.0.2.53", 53,
		   NSC_DIRECTION_OUTGOING);
	c = connect_to(IPPROTO_TCP, NSC_SOCKET_ESTABLISHED, "10.0.0.1", 22, "198.51.100.200", 65535,
		       NSC_DIRECTION_INCOMING);
	c->owner_state = NSC_OWNER_KNOWN;
	c->process = process("sshd", 4194304, "ssh.service");
	c->socket.measured = true;
	c->socket.totals = (struct nsc_socket_totals){1234567, 98765, 12, 1234, 500};
	c = connect_to(IPPROTO_TCP, NSC_SOCKET_ESTABLISHED, "2001:db8:1234:5678:9abc:def0:1234:5678", 50000,
		       "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", 443, NSC_DIRECTION_OUTGOING);
	c->owner_state = NSC_OWNER_KNOWN;
	c->process = process("a-very-long-name-of-a-process-indeed", 1, "docker-0123456789ab");
	c->socket.measured = true;
	c->socket.totals = (struct nsc_socket_totals){UINT64_MAX / 4, UINT64_MAX / 2, UINT32_MAX, UINT32_MAX, 1};
	c = connect_to(IPPROTO_TCP, NSC_SOCKET_SYN_SENT, "fe80::1", 50001, "fe80::2", 80,
		       NSC_DIRECTION_OUTGOING);
	strcpy(c->zone, "eth0");
	c->owner_state = NSC_OWNER_DENIED;
	c->socket.measured = true;
	connect_to(IPPROTO_TCP, NSC_SOCKET_ESTABLISHED, "127.0.0.1", 50002, "127.0.0.1", 5432,
		   NSC_DIRECTION_LOCAL);
}

START_TEST(connections_at_80_columns)
{
	int status;

	some_connections();
	result = 0;
	ck_assert_str_eq(run(cli_connections, "80", false, &status),
		"6 connections: 1 incoming, 3 outgoing, 1 within this host, 1 with no direction\n"
		"\n"
		"   LOCAL                REMOTE                PROCESS       SENT RECEIVED    RTT\n"
		"TCP ESTABLISHED\n"
		"-> [2001:db8..78]:50000 [2001:db8:..ffff]:443 a-ver..deed 4.6 EB   9.2 EB > 99 s\n"
		"<- 10.0.0.1:22          198.51.100.200:65535  sshd        1.2 MB    99 kB 1.2 ms\n"
		"== 127.0.0.1:50002      127.0.0.1:5432        -\n"
		"TCP SYN_SENT\n"
		"-> [fe80::1%eth0]:50001 [fe80::2%eth0]:80     ?              0 B      0 B\n"
		"UDP ESTABLISHED\n"
		"-> 10.0.0.1:41001       192.0.2.53:53         -\n"
		"UDP UNCONN\n"
		"   [::]:41000           [::]:*                chronyd 300\n"
		"\n"
		"?  its process may not be seen (netflowscope doctor tells why)\n");
	ck_assert_int_eq(status, CLI_FINE);
}
END_TEST

/* No line is wider than asked for, nor holds other octets than printable ASCII. */
START_TEST(no_line_is_too_wide)
{
	static const char *const columns[] = {"20", "80", "81", "87", "100", "105", "120", "132", "200", "999", "x"};
	unsigned long width = strtoul(columns[_i], NULL, 10);
	int status;

	some_listeners();
	some_connections();
	result = 0;
	for (int round = 0; round < 2; round++) {
		const char *p = run(round == 0 ? cli_listen : cli_connections, columns[_i], false, &status);

		for (size_t n; *p != '\0'; p += n + (p[n] == '\n')) {
			n = strcspn(p, "\n");
			ck_assert_msg(n <= (width < 80 ? 80 : width), "%.*s", (int)n, p);
			ck_assert(n == 0 || p[n - 1] != ' ');
			for (size_t i = 0; i < n; i++)
				ck_assert(p[i] >= ' ' && p[i] < 0x7f);
		}
	}
}
END_TEST

START_TEST(wide_terminals_show_units_and_whole_addresses)
{
	const char *p;
	int status;

	some_listeners();
	some_connections();
	result = 0;
	p = run(cli_listen, "200", false, &status);
	ck_assert_ptr_nonnull(strstr(p, " inet filter input handle 7\n"));
	ck_assert_ptr_nonnull(strstr(p, "[2001:db8:1234:5678:9abc:def0:1234:5678]:65535 "));
	ck_assert_ptr_nonnull(strstr(p, " ssh.service "));
	p = run(cli_connections, "200", false, &status);
	ck_assert_ptr_nonnull(strstr(p, "[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]:443 "));
	ck_assert_ptr_nonnull(strstr(p, " docker-0123456789ab\n"));
	ck_assert_ptr_nonnull(strstr(p, "     12 ssh.service\n"));
}
END_TEST

START_TEST(nothing_there_and_sources_off)
{
	int status;

	listeners = connections = 0;
	result = 0;
	ck_assert_str_eq(run(cli_listen, "80", false, &status), "0 listeners\n");
	ck_assert_str_eq(run(cli_connections, "80", false, &status), "0 connections\n");
	ck_assert_str_eq(run(cli_listen, "80", true, &status), "");
	result = -ENOTSUP;		/* off: one line, and that is fine */
	ck_assert_str_eq(run(cli_listen, "80", false, &status), "");
	ck_assert_int_eq(status, CLI_FINE);
	ck_assert_str_eq(said, "listeners: switched off by Listeners");
	result = -EPERM;
	ck_assert_str_eq(run(cli_connections, "80", true, &status), "");
	ck_assert_int_eq(status, CLI_FAILED);
	ck_assert_str_eq(said, "sockets: Operation not permitted");
}
END_TEST

/* --- JSON: row 0.6, byte for byte ----------------------------------------------------- */

START_TEST(row_0_6_listeners_as_json)
{
	int status;

	some_listeners();
	result = 0;
	ck_assert_str_eq(run(cli_listen, "80", true, &status),
		"{\"event\":\"listener\",\"proto\":\"tcp\",\"family\":\"ipv4\",\"address\":\"0.0.0.0\",\"port\":22,"
		"\"bind\":\"any\",\"scope\":\"public\",\"verdict\":\"allow\",\"exposure\":\"exposed\","
		"\"rule\":\"inet filter input handle 7\","
		"\"process\":\"sshd\",\"process_state\":\"known\",\"pid\":812,\"unit\":\"ssh.service\","
		"\"listeners\":1,\"queue\":0,\"queue_max\":128,\"overflows\":0,\"netns\":4026531840}\n"
		"{\"event\":\"listener\",\"proto\":\"tcp\",\"family\":\"dual\",\"address\":\"::\",\"port\":443,"
		"\"bind\":\"any\",\"scope\":\"public\",\"verdict\":\"reject\",\"exposure\":\"lan_only\","
		"\"verdict_ipv4\":\"drop\",\"verdict_ipv6\":\"reject\","
		"\"exposure_ipv4\":\"lan_only\",\"exposure_ipv6\":\"lan_only\","
		"\"rule\":\"inet filter input handle 9\","
		"\"process\":\"a-very-long-name-of-a-process-indeed\",\"process_state\":\"known\","
		"\"pid\":4194304,\"unit\":\"docker-0123456789ab\","
		"\"listeners\":1,\"queue\":4096,\"queue_max\":4096,\"overflows\":12345,\"netns\":4026531840}\n"
		"{\"event\":\"listener\",\"proto\":\"tcp\",\"family\":\"ipv6\",\"address\":\"::\",\"port\":444,"
		"\"bind\":\"any\",\"scope\":\"public\",\"verdict\":\"unknown\",\"exposure\":\"unknown\","
		"\"process_state\":\"denied\","
		"\"listeners\":1,\"queue\":0,\"queue_max\":128,\"overflows\":0,\"netns\":4026531840}\n"
		"{\"event\":\"listener\",\"proto\":\"udp\",\"family\":\"ipv6\",\"address\":\"fe80::1%eth0\","
		"\"port\":546,\"bind\":\"interface\",\"interface\":\"eth0\",\"scope\":\"private\","
		"\"verdict\":\"unknown\",\"exposure\":\"unknown\",\"process_state\":\"anonymous\","
		"\"listeners\":1,\"netns\":4026531840}\n"
		"{\"event\":\"listener\",\"proto\":\"tcp\",\"family\":\"ipv4\",\"address\":\"0.0.0.0\","
		"\"port\":8080,\"bind\":\"interface\",\"interface\":\"lo\",\"scope\":\"loopback\","
		"\"verdict\":\"unknown\",\"exposure\":\"local_only\",\"process_state\":\"anonymous\","
		"\"listeners\":1,\"queue\":0,\"queue_max\":128,\"overflows\":0,\"netns\":4026531840}\n"
		"{\"event\":\"listener\",\"proto\":\"tcp\",\"family\":\"ipv6\","
		"\"address\":\"2001:db8:1234:5678:9abc:def0:1234:5678\",\"port\":65535,\"bind\":\"address\","
		"\"address_present\":false,\"scope\":\"public\",\"verdict\":\"unknown\","
		"\"exposure\":\"unknown\",\"process_state\":\"anonymous\","
		"\"listeners\":1,\"queue\":0,\"queue_max\":128,\"overflows\":0,\"netns\":4026531840}\n"
		"{\"event\":\"listener\",\"proto\":\"tcp\",\"family\":\"ipv4\",\"address\":\"127.0.0.1\","
		"\"port\":5432,\"bind\":\"loopback\",\"scope\":\"loopback\",\"verdict\":\"unknown\","
		"\"exposure\":\"local_only\",\"process\":\"post\\u001b[2J\\u000agres\","
		"\"process_state\":\"known\",\"pid\":99,"
		"\"listeners\":8,\"queue\":0,\"queue_max\":128,\"overflows\":0,\"netns\":4026531840}\n");
}
END_TEST

START_TEST(row_0_9_connections_as_json)
{
	int status;

	some_connections();
	connections = 5;
	result = 0;
	ck_assert_str_eq(run(cli_connections, "80", true, &status),
		"{\"event\":\"connection\",\"proto\":\"udp\",\"state\":\"UNCONN\",\"local\":\"::\","
		"\"local_port\":41000,\"remote\":\"::\",\"remote_port\":0,\"direction\":\"none\","
		"\"scope\":\"none\",\"process\":\"chronyd\",\"process_state\":\"known\",\"pid\":300,"
		"\"unit\":\"chrony.service\",\"netns\":4026531840}\n"
		"{\"event\":\"connection\",\"proto\":\"udp\",\"state\":\"ESTABLISHED\",\"local\":\"10.0.0.1\","
		"\"local_port\":41001,\"remote\":\"192.0.2.53\",\"remote_port\":53,"
		"\"direction\":\"outgoing\",\"scope\":\"public\",\"process_state\":\"anonymous\","
		"\"netns\":4026531840}\n"
		"{\"event\":\"connection\",\"proto\":\"tcp\",\"state\":\"ESTABLISHED\",\"local\":\"10.0.0.1\","
		"\"local_port\":22,\"remote\":\"198.51.100.200\",\"remote_port\":65535,"
		"\"direction\":\"incoming\",\"scope\":\"public\",\"process\":\"sshd\","
		"\"process_state\":\"known\",\"pid\":4194304,\"unit\":\"ssh.service\",\"netns\":4026531840,"
		"\"bytes_sent\":1234567,\"bytes_received\":98765,\"retransmits\":12,"
		"\"rtt_us\":1234,\"rtt_var_us\":500}\n"
		"{\"event\":\"connection\",\"proto\":\"tcp\",\"state\":\"ESTABLISHED\","
		"\"local\":\"2001:db8:1234:5678:9abc:def0:1234:5678\",\"local_port\":50000,"
		"\"remote\":\"2001:db8:ffff:ffff:ffff:ffff:ffff:ffff\",\"remote_port\":443,"
		"\"direction\":\"outgoing\",\"scope\":\"public\","
		"\"process\":\"a-very-long-name-of-a-process-indeed\",\"process_state\":\"known\","
		"\"pid\":1,\"unit\":\"docker-0123456789ab\",\"netns\":4026531840,"
		"\"bytes_sent\":4611686018427387903,\"bytes_received\":9223372036854775807,"
		"\"retransmits\":4294967295,\"rtt_us\":4294967295,\"rtt_var_us\":1}\n"
		"{\"event\":\"connection\",\"proto\":\"tcp\",\"state\":\"SYN_SENT\",\"local\":\"fe80::1%eth0\","
		"\"local_port\":50001,\"remote\":\"fe80::2%eth0\",\"remote_port\":80,"
		"\"direction\":\"outgoing\",\"scope\":\"private\",\"process_state\":\"denied\","
		"\"netns\":4026531840,\"bytes_sent\":0,\"bytes_received\":0,\"retransmits\":0}\n");
}
END_TEST

START_TEST(row_0_9_a_handshake_alone_is_said)
{
	int status;

	connections = 0;
	connect_to(IPPROTO_TCP, NSC_SOCKET_ESTABLISHED, "127.0.0.1", 50002, "127.0.0.1", 5432,
		   NSC_DIRECTION_LOCAL);
	connection[0].socket.measured = true;
	connection[0].socket.totals.rtt = 37;
	result = 0;
	run(cli_connections, "80", true, &status);
	ck_assert_ptr_nonnull(strstr(text, "\"rtt_us\":37,\"rtt_var_us\":0,\"handshake_only\":true}\n"));
	ck_assert_ptr_nonnull(strstr(text, "\"scope\":\"loopback\""));
	connection[0].socket.totals.received = 1;
	run(cli_connections, "80", true, &status);
	ck_assert_ptr_null(strstr(text, "handshake_only"));
}
END_TEST

RUN_TESTS("tables", NULL, NULL, ONCE(listeners_at_80_columns),
	  ONCE(connections_at_80_columns), ROWS(no_line_is_too_wide, 11),
	  ONCE(wide_terminals_show_units_and_whole_addresses),
	  ONCE(nothing_there_and_sources_off), ONCE(row_0_6_listeners_as_json),
	  ONCE(row_0_9_connections_as_json), ONCE(row_0_9_a_handshake_alone_is_said))
