#!/bin/sh
# SPDX-License-Identifier: MIT
# What is made from metrics.def and options.def is up to date.  `--update`
# writes it anew: top_builddir=BUILD tests/style/generated.sh --update
update=${1-}
tool=${NETFLOWSCOPE:-${top_builddir:-.}/plugins/cli/netflowscope}
case $tool in /*) ;; *) tool=$PWD/$tool ;; esac
. "$(dirname "$0")/files"
[ -x "$tool" ] || { echo "$tool: not built"; exit 77; }
new=$(mktemp -d) || exit 99
trap 'rm -rf "$new"' EXIT

same() {
	cmp -s "$new/$2" "$1" && return
	if [ "$update" = --update ]; then
		cp "$new/$2" "$1" && echo "$1: written"
	else
		diff -u "$1" "$new/$2" | head -n 20
		fault "$1 is not up to date: run tests/style/generated.sh --update"
	fi
}

"$tool" metrics --markdown >"$new/metrics" || fault "netflowscope metrics --markdown: status $?"
"$tool" options --markdown >"$new/options" || fault "netflowscope options --markdown: status $?"
"$tool" protocols --markdown >"$new/protocols" || fault "netflowscope protocols --markdown: status $?"
"$tool" options --man >"$new/list" || fault "netflowscope options --man: status $?"
[ $bad = 0 ] || exit 1

# The man page holds the list between two comments.
awk -v list="$new/list" '
	/^\.\\" END OPTIONS/ { skip = 0 }
	!skip { print }
	/^\.\\" BEGIN OPTIONS/ { skip = 1; while ((getline line < list) > 0) print line }
' plugins/cli/netflowscope.8 >"$new/man"

same docs/metrics.md metrics
same docs/options.md options
same docs/protocols.md protocols
same plugins/cli/netflowscope.8 man
exit $bad
