#!/bin/sh
# SPDX-License-Identifier: MIT
# Every header of the core compiles alone, with its own name as guard.
. "$(dirname "$0")/files"

for f in $(files | grep -E '^core/.*\.h$'); do
	echo "#include \"${f#core/}\"" |
		${CC:-cc} -std=c11 -D_GNU_SOURCE -Icore -Wall -Wextra -Werror -fsyntax-only -x c - ||
		fault "$f: does not compile alone"
	guard=NSC_$(echo "${f#core/}" | tr 'a-z/.' 'A-Z__')
	case $guard in NSC_NSC_*) guard=NSC_NSC_H ;; esac
	grep -q "^#ifndef $guard\$" "$f" || fault "$f: its guard is not $guard"
done
exit $bad
