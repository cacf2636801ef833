#!/bin/sh
# SPDX-License-Identifier: MIT
# Every source file begins with its licence (a script after its #! line).
. "$(dirname "$0")/files"

for f in $(files | grep -E '\.(c|h|def|sh|py|am|ac)$|^contrib/(test|quickstart)$|^\.ci/'); do
	head -n 2 "$f" | grep -q 'SPDX-License-Identifier: ' ||
		case $f in
		*.am) ;;	# fragments of Makefile.am
		*) fault "$f: no SPDX-License-Identifier in its first two lines" ;;
		esac
done
for f in $(files | grep -E '^(core|bpf|plugins|tests)/.*\.[ch]$'); do
	[ "$(head -n 1 "$f")" = '/* SPDX-License-Identifier: MIT */' ] ||
		fault "$f: its first line is not /* SPDX-License-Identifier: MIT */"
done
exit $bad
