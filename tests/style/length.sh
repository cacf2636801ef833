#!/bin/sh
# SPDX-License-Identifier: MIT
# A file of over 400 lines warns, of over 700 fails (look for the missing
# concept instead of cutting by length); tests, which are lists, may be longer.
# A line of over 100 columns warns, of over 120 fails.  Tables (*.def) may be long.
. "$(dirname "$0")/files"

for f in $(files | grep -E '^(core|plugins|tests|bpf)/.*\.[ch]$'); do
	lines=$(wc -l <"$f")
	case $f in
	tests/*) better=600 most=800 ;;
	*) better=400 most=700 ;;
	esac
	if [ "$lines" -gt $most ]; then
		fault "$f: $lines lines, at most $most"
	elif [ "$lines" -gt $better ]; then
		echo "warning: $f: $lines lines, better at most $better"
	fi
	# Columns with tabs of 8.
	long=$(expand "$f" | awk 'length($0) > 100 { printf " %d", NR }')
	[ -z "$long" ] || echo "warning: $f: over 100 columns in line$long"
	long=$(expand "$f" | awk 'length($0) > 120 { printf " %d", NR }')
	[ -z "$long" ] || fault "$f: over 120 columns in line$long"
done
exit $bad
