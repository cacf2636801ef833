#!/bin/sh
# SPDX-License-Identifier: MIT
# The doctor's lines, for people and as JSON: the same words, and the library that names by registered
# domain need. A file that is no library stands in its place: missing, it is a failure only if wanted.
tool=${NETFLOWSCOPE:-${top_builddir:-.}/plugins/cli/netflowscope}
[ -x "$tool" ] || { echo "$tool: not built"; exit 77; }
"$tool" doctor | grep -q 'built without libpsl' && { echo "built without libpsl"; exit 77; }
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
: >"$dir/libpsl.so.5"

bad=0
# expect NAME PATTERN FILE
expect() {
	grep -qE "$2" "$3" || { echo "$1: no line like $2"; cat "$3"; bad=1; }
}
# What stands on the machine changes while one looks: everything off but what no look changes.
without() {
	LD_LIBRARY_PATH=$dir "$tool" doctor --capture off --listeners off --connections off --processes off \
		--units off --firewall off --conntrack off --bpf off "$@"
}

without >"$dir/text"
[ $? = 0 ] || { echo "status $?: nobody wanted names"; bad=1; }
expect "nobody wants it" '^names +off +no metrics by registered domain: libpsl\.so\.5 is missing$' "$dir/text"
expect "the remedy" '^ +remedy: install libpsl5; only the option Names needs it$' "$dir/text"
without --names registered_domain >"$dir/wanted"
[ $? = 1 ] || { echo "names are wanted and missing: status is not 1"; bad=1; }
expect "wanted" '^names +FAILED +no metrics by' "$dir/wanted"
without --names registered_domain --json >"$dir/json"
[ $? = 1 ] || { echo "the same as JSON: status is not 1"; bad=1; }
expect "as JSON" '"source":"names","state":"failed","wanted":true,"finding":"no metrics by registered domain: libpsl\.so\.5 is missing","remedy":"install libpsl5' "$dir/json"

command -v python3 >/dev/null || exit $bad
python3 - "$dir/wanted" "$dir/json" <<'END' || bad=1
import json, sys
lines = []
for c in map(json.loads, open(sys.argv[2])):
    assert c["event"] == "check" and type(c["wanted"]) is bool, c
    state = {"failed": "FAILED"}.get(c["state"], c["state"])
    lines.append("%-12s %-7s %s" % (c["source"], state, c["finding"]))
    if "remedy" in c:
        lines.append("%-12s %-7s remedy: %s" % ("", "", c["remedy"]))
text = open(sys.argv[1]).read().splitlines()
if lines != text:
    sys.exit("JSON says %s, the text %s" % (lines, text))
END
exit $bad
