#!/bin/sh
# SPDX-License-Identifier: MIT
# No path of somebody's machine in the tree: home directories, work places.
. "$(dirname "$0")/files"

pattern='(^|[^A-Za-z0-9_.$}/-])/(home/[a-z]|root/|work/|Users/|mnt/[a-z]|farm/)'
found=$(files | grep -v '^tests/fuzz/corpus/\|^tests/style/paths\.sh$\|\.pcap' | tr '\n' '\0' |
	xargs -0 grep -nIE "$pattern" /dev/null)
[ -z "$found" ] || fault "$found"
exit $bad
