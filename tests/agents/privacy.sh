#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# row 4.17: of names, addresses, paths and logins of real traffic nothing is in any identifier, log line or
# notification of a real collectd at defaults, nor in what the command line tells with --hide-names.
test=privacy
. "$(dirname "$0")/common.sh"
under_limit 170
two_hosts && certificate || { not_ok "two hosts"; exit 1; }
secrets=("$python" "$here/privacy.py")

# What must not leave, beside the words of privacy.py: addresses, MACs, who runs it.
{
	printf '%s\n' 10.77.0.1 10.77.0.2 fd77::1 fd77::2 192.0.2.80 nobody
	ip -n "${P}h" -o link show h0 | grep -oE 'ether [0-9a-f:]{17}' | cut -d' ' -f2
	ip -n "${P}p" -o link show p0 | grep -oE 'ether [0-9a-f:]{17}' | cut -d' ' -f2
	ip -n "${P}h" -o -6 addr show dev h0 scope link | grep -oE 'fe80[0-9a-f:]*'
} >"$W/words"
chmod 644 "$W/words"
serving p 10.77.0.2 && serving h 10.77.0.1 || { not_ok "servers"; exit 1; }
for ns in h p; do
	a=10.77.0.1; [ $ns = h ] || a=10.77.0.2
	background "$W/login-$ns" $ns "${secrets[@]}" login $a 21
	wait_for 10 grep -q ready "$W/login-$ns" || { not_ok "a server with a login"; exit 1; }
done
# talks SECONDS: in both directions, as another user
talks() {
	background "$W/talk-p" p setpriv --reuid=65534 --regid=65534 --clear-groups "${secrets[@]}" talk 10.77.0.1 21 "$1"
	local other=$last
	in_ns h setpriv --reuid=65534 --regid=65534 --clear-groups "${secrets[@]}" talk 10.77.0.2 21 "$1" >"$W/talk-h"
	wait "$other"
	[ "$(cat "$W/talk-h")" -gt 0 ] && [ "$(cat "$W/talk-p")" -gt 0 ]
}
# hidden TEXT FILE...: none of the words is there
hidden() {
	local text=$1 found
	shift
	found=$("${secrets[@]}" search "$W/words" "$@")
	check $? "row 4.17: $text: ${found:-nothing found}"
}

### A real collectd, LoadPlugin netflowscope alone, every level of its log that it is built with

A=$W/a
configure "$A"
sed -i 's/LogLevel info/LogLevel debug/' "$A/collectd.conf"
start "$A" h || { not_ok "collectd writes values: $(cat "$A/out.err" "$A/log")"; exit 1; }
daemon=$last
another_read "$A" 2
talks 4
check $? "$(cat "$W/talk-h") rounds out, $(cat "$W/talk-p") in"
# A notification: one more listener, at an address of its own
background "$W/late" h "$python" -c 'import socket, time; s = socket.create_server(("10.77.0.1", 8080)); time.sleep(100)'
told_of() { grep -q 'tcp 8080 .*new listener' "$A/log"; }
wait_for 20 told_of
check $? "a notification: $(grep -m 1 -o 'message = .*8080.*' "$A/log")"
above "$A" http/http_response_codes-2xx 0 && above "$A" dns/dns_qtype-A 0 && above "$A" app-tls/connections-opened 0 &&
	above "$A" app-ftp/connections-opened 0
check $? "HTTP, DNS, TLS and FTP were seen"
ends_well $daemon "ended by SIGTERM"
mapfile -t written < <(find "$A/csv" -type f)
hidden "${#written[@]} identifiers at defaults" "${written[@]}"
hidden "$(wc -l <"$A/log") lines of log and notifications" "$A/log" "$A/out" "$A/out.err"
! compgen -G "$A/csv/testhost/netflowscope-name-*" >/dev/null
check $? "no family name at defaults"

### On demand: registered domains, and no more of a name than that

B=$W/b
configure "$B" '<Plugin netflowscope>
  Names "registered_domain"
</Plugin>'
start "$B" h || { not_ok "collectd with Names: $(cat "$B/out.err" "$B/log")"; exit 1; }
daemon=$last
another_read "$B" 2
talks 3
for domain in alice_private_example bob_secret_example; do
	wait_for 10 above "$B" name-$domain/if_octets 1000
	check $? "Names: $domain: $(value "$B" name-$domain/if_octets) octets"
done
wait_for 10 above "$B" name-carol0hidden_example/dns_query 0
check $? "Names: $(value "$B" name-carol0hidden_example/dns_query) queries"
ends_well $daemon "Names: ended by SIGTERM"
! find "$B/csv" | grep -qE 'www_alice|mail_bob|10_77|www.alice|mail.bob'
check $? "Names: neither hosts nor addresses"
[ -z "$(complaints "$B")" ]
check $? "Names: no warning in the log $(complaints "$B" | head -n 2)"

### The command line, with and without --hide-names

background "$W/plain" h "$N" live --json --duration 60
plain=$last
background "$W/hidden" h "$N" live --json --duration 60 --hide-names true
hiding=$last
wait_for 10 grep -q ready "$W/plain" && wait_for 10 grep -q ready "$W/hidden"
talks 2
background "$W/open" h "$python" -c 'import socket, time
s = socket.create_connection(("10.77.0.2", 21)); print("ready", flush=True); time.sleep(100)'
wait_for 10 grep -q ready "$W/open"
in_ns h "$N" connections --json --hide-names true >"$W/connections"
in_ns h "$N" connections --hide-names true >>"$W/connections"
in_ns h "$N" listen --json --hide-names true >"$W/listen"
in_ns h "$N" listen --hide-names true >>"$W/listen"
kill -INT $plain $hiding && wait $plain $hiding
found=$("${secrets[@]}" search "$W/words" "$W/plain")
grep -q alice-private <<<"$found" && grep -q bob-secret <<<"$found" && grep -q 10.77.0.2 <<<"$found"
check $? "without it names and addresses are told: $found"
hidden "live: $(wc -l <"$W/hidden") lines" "$W/hidden"
grep -q '"remote_port":21' "$W/connections"
check $? "an open connection is there"
hidden "connections: $(wc -l <"$W/connections") lines" "$W/connections"
hidden "listen: $(wc -l <"$W/listen") lines" "$W/listen"
[ "$(grep -c '"port":443' "$W/listen")" -ge 1 ] && grep -q '"name-[0-9a-f]*"' "$W/hidden"
check $? "what hides them: $(grep -om 1 '"remote_name":"[^"]*"' "$W/hidden")"
in_ns h "$N" live --names registered_domain --hide-names true --duration 1 >"$W/both" 2>&1
rc=$?
[ $rc != 0 ] && grep -q 'Names: .*HideNames' "$W/both"
check $? "both options: status $rc, $(head -n 1 "$W/both")"
exit $failed
