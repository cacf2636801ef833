#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/rows is true: every test on it exists and is run, every row that must be shown has one, and
# no test is named after such a row without being on it.
. "$(dirname "$0")/files"

tab=$(printf '\t')
rows=$(grep -v '^#' tests/rows)

# Bare or as the last thing of a list: what is only defined is never run.
is_run() {
	[ "$(grep -cE "(^|[^a-z0-9_])$2([^a-z0-9_]|\$)" "$1")" -ge 2 ]
}

while IFS=$tab read -r row file test; do
	case $file in
	*.c)
		grep -q "^START_TEST($test)" "$file" || fault "tests/rows: $row: $file has no test $test"
		is_run "$file" "$test" || fault "tests/rows: $row: $file does not run $test"
		;;
	*)
		grep -qF -e "$test" "$file" || fault "tests/rows: $row: $file does not say \"$test\""
		;;
	esac
done <<EOF
$rows
EOF

for row in 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 0.10 2.1 2.2 2.3 2.4 2.5 2.6 2.7 2.8 2.9 2.10 3.1 3.2 3.3 3.4 3.5 3.6 3.7 3.8 3.9 3.10 \
	3.12 3.13 3.14 3.16 4.14 4.15 4.16 'algorithm 3b' \
	1.13 1.14 1.15 1.16 1.17 1.18 1.19 1.20 1.21 1.22 1.23 1.24 3.11 3.15 3.17 4.2 4.3 4.4 4.5 4.6 4.7 4.8 4.9 \
	4.10 4.11 4.12 4.13 'algorithm 5' 'algorithm 7' 'algorithm 8' 'quic a' 'quic b' 'quic c' 'quic d' 'quic e' \
	'quic f' 'quic g' 'quic h' 'quic i' 'quic j' 'quic k' 'quic l'; do
	printf '%s\n' "$rows" | grep -qF "$row$tab" || fault "tests/rows: no test for row $row"
done

named=$(grep -hoE '^START_TEST\((row_(1_1[3-9]|1_2[0-4]|3_1[15]|4_[2-9]|4_1[0-3])|algorithm_[578]|quic_[a-l])_[a-z0-9_]*' \
	tests/unit/check_*.c | sed 's/.*(//')
for test in $named; do
	printf '%s\n' "$rows" | grep -q "$tab$test\$" || fault "tests/rows: $test is not on the list"
done
exit $bad
