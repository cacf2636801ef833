#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The table of `netflowscope read`: as committed in tests/golden/cli/NAME.txt,
# with tshark's figures, and never wider than 80 columns.  After a change that
# is meant, `tests/golden/cli.sh --update` writes the tables anew.
set -u
export LC_ALL=C
tool=${NETFLOWSCOPE:-${top_builddir:-.}/plugins/cli/netflowscope}
case $tool in /*) ;; *) tool=$PWD/$tool ;; esac
cd "$(dirname "$0")" || exit 99
shared=${NSC_SHARED:-../../../shared}
[ -x "$tool" ] || { echo "$tool: not built"; exit 77; }
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
bad=0

not_ok() { echo "not ok cli: $*"; bad=1; }

# The tables as they are committed.
for capture in protocols/dns.pcap protocols/http.pcap decode/tunnels.pcap cli/mixed.pcap; do
	name=$(basename "$capture" .pcap)
	"$tool" read "$capture" >"$tmp/$name" 2>"$tmp/err" || not_ok "$name: status $?"
	[ ! -s "$tmp/err" ] || not_ok "$name: standard error: $(head -n 1 "$tmp/err")"
	if [ "${1-}" = --update ]; then
		cp "$tmp/$name" "cli/$name.txt"
	elif diff -u "cli/$name.txt" "$tmp/$name"; then
		echo "ok cli: $name is its golden file"
	else
		not_ok "$name differs from its golden file"
	fi
	[ "$name" != tunnels ] || continue	# decode/tunnels.txt has tshark's view of it
	if ! command -v tshark >/dev/null; then
		echo "skip cli: $name: tshark is not installed"
	elif python3 cli/check.py "$capture" "$tmp/$name"; then
		echo "ok cli: $name has tshark's figures"
	else
		not_ok "$name: figures are not tshark's"
	fi
done

# No line is wider than 80 columns but the first, the path; nor are there other
# octets than printable ASCII.
count=0
while read -r capture; do
	count=$((count + 1))
	timeout 60 "$tool" read "$capture" 2>/dev/null | tail -n +2 >"$tmp/table"
	if grep -nE '^.{81}' "$tmp/table" || grep -n '[^ -~]' "$tmp/table"; then
		not_ok "$capture: a line is too wide or not printable"
	fi
done < <(find . ../unit/data "$shared/pcaps" -type f -name '*.pcap*' 2>/dev/null | sort)
[ $bad != 0 ] || echo "ok cli: 80 columns for $count captures"

# Paths are printed as given, only control characters are not.
path="$tmp/a caf"$'\xc3\xa9'" \\ \""
cp protocols/http.pcap "$path"$'\e\x9b.pcap'
[ "$("$tool" read "$path"$'\e\x9b.pcap' | head -n 1)" = "$path"'\x1b'$'\x9b.pcap' ] ||
	not_ok "a path is not printed as given"
cp protocols/http.pcap "$tmp/one"$'\xc2\x9b\n'".pcap"
[ "$("$tool" read "$tmp/one"$'\xc2\x9b\n'".pcap" | head -n 1)" = "$tmp/one"'\xc2\x9b\x0a.pcap' ] ||
	not_ok "control characters of a path are printed"
exit $bad
