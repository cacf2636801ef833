# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# A host behind one interface (namespace h, h0), and a peer (p) that has addresses of strangers, public and
# private; $verdicts says what the host's firewall would do.
verdicts=${top_builddir:?}/tests/host/verdicts
[ -x "$verdicts" ] || make -s -C "$top_builddir" tests/host/verdicts >/dev/null 2>&1
[ -x "$verdicts" ] || { not_ok "tests/host/verdicts is not built"; exit 1; }

two_hosts || { not_ok "two namespaces"; exit 1; }
ip -n "${P}h" addr flush dev h0 && ip -n "${P}p" addr flush dev p0	# one address of each family
ip -n "${P}h" addr add 11.0.0.1/24 dev h0 && ip -n "${P}p" addr add 11.0.0.2/24 dev p0
ip -n "${P}h" addr add 2600:1::1/64 dev h0 nodad && ip -n "${P}p" addr add 2600:1::2/64 dev p0 nodad
for a in 93.184.216.34 203.0.113.9 10.1.2.3 172.16.0.9 192.168.7.7 100.64.0.2; do
	ip -n "${P}p" addr add $a/32 dev p0
done
for a in 2a00:1450::5 2001:db8::9 fd00::2 fc01:2::3; do ip -n "${P}p" addr add $a/128 dev p0 nodad; done
ip -n "${P}h" route add default via 11.0.0.2 dev h0 && ip -n "${P}h" -6 route add default via 2600:1::2 dev h0
# Rules may drop neighbour discovery: the two know each other.
mac() { in_ns "$1" cat "/sys/class/net/$2/address"; }
ip -n "${P}h" neigh replace 2600:1::2 lladdr "$(mac p p0)" dev h0 nud permanent
ip -n "${P}p" neigh replace 2600:1::1 lladdr "$(mac h h0)" dev p0 nud permanent
# Else rejects are rate limited, and look like drops.
for n in h p; do
	in_ns $n sysctl -qw net.ipv4.icmp_ratelimit=0
	in_ns $n sysctl -qw net.ipv6.icmp.ratelimit=0
	in_ns $n sysctl -qw net.ipv4.icmp_msgs_per_sec=100000
	in_ns $n sysctl -qw net.ipv4.icmp_msgs_burst=100000
done >/dev/null 2>&1
