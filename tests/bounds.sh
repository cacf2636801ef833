#!/bin/sh
# SPDX-License-Identifier: MIT
# Ten thousand names of a generated capture under the option Names: MaxSeries holds, sums are
# exact, series stay; and at defaults no name leaves.
here=$(cd "$(dirname "$0")" && pwd -P)
N=${NETFLOWSCOPE:-${top_builddir:-.}/plugins/cli/netflowscope}
python=/usr/bin/python3
W=$(mktemp -d) || exit 1
trap 'rm -rf "$W"' EXIT

"$python" "$here/bounds.py" make "$W/names.pcap" "$W/truth" || exit 1
failed=0
"$N" read --metrics --interval 1 "$W/names.pcap" >"$W/off" || failed=1
if grep -qE 'made.up|netflowscope-name' "$W/off"; then
	echo "not ok bounds: a name at defaults: $(grep -m 1 -E 'made.up|netflowscope-name' "$W/off")"
	failed=1
else
	echo "ok bounds: no name at defaults"
fi
"$N" read --metrics --interval 1 --names registered_domain "$W/names.pcap" >"$W/on" 2>"$W/err" || failed=1
if grep -q 'Names: ' "$W/err"; then
	echo "skip bounds: $(cat "$W/err")"
	exit $failed
fi
"$python" "$here/bounds.py" check 256 "$W/truth" <"$W/on" || failed=1
"$N" read --metrics --interval 1 --names registered_domain --max-series 64 --top-n 8 "$W/names.pcap" >"$W/few" || failed=1
"$python" "$here/bounds.py" check 64 "$W/truth" <"$W/few" | sed 's/bounds:/bounds: few:/' >"$W/told"
cat "$W/told"
! grep -q '^not ok' "$W/told" || failed=1
exit $failed
