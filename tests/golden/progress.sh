#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The progress bar: on a terminal, for a file that takes long, and gone at the
# end; nothing of it where standard error is no terminal.
set -u
export LC_ALL=C
tool=${NETFLOWSCOPE:-${top_builddir:-.}/plugins/cli/netflowscope}
case $tool in /*) ;; *) tool=$PWD/$tool ;; esac
cd "$(dirname "$0")" || exit 99
[ -x "$tool" ] || { echo "$tool: not built"; exit 77; }
command -v script >/dev/null || { echo "script (util-linux) is not installed"; exit 77; }
command -v python3 >/dev/null || { echo "python3 is not installed"; exit 77; }
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
bad=0

not_ok() { echo "not ok progress: $*"; bad=1; }

# The packets of mixed.pcap as gzip members, so many that reading takes two
# seconds, as fast as this machine is.
python3 - cli/mixed.pcap "$tmp" "$tool" <<'PY'
import gzip
import subprocess
import sys
import time
data = open(sys.argv[1], "rb").read()
head, part = gzip.compress(data[:24]), data[24:] * 200
member = gzip.compress(part, 1)
with open(sys.argv[2] + "/part.pcap", "wb") as f:
    f.write(data[:24] + part)


def write(path, members):
    with open(path, "wb") as f:
        f.write(head + member * members)


write(sys.argv[2] + "/one.pcap.gz", 8)
began = time.monotonic()
subprocess.run([sys.argv[3], "read", sys.argv[2] + "/one.pcap.gz", "--summary"], stdout=subprocess.DEVNULL, check=True)
write(sys.argv[2] + "/long.pcap.gz", int(16 / (time.monotonic() - began)) + 1)
PY

# How it looks on a terminal: what is drawn, and what is left of it.
terminal() {
	timeout 15 script -qec "'$tool' read '$1' --summary >'$tmp/out'" "$tmp/typescript" </dev/null \
		>"$tmp/screen"
}

# What was drawn, by a pattern of one number that only grows, and that it is gone.
screen() {
	python3 - "$tmp/screen" "$1" "$2" <<'PY' || bad=1
import re
import sys
screen = open(sys.argv[1], "rb").read().decode("ascii")
drawn = [int(n) for n in re.findall(sys.argv[2], screen)]
line, column = [], 0
for c in screen:
    if c == "\r":
        column = 0
    elif c == "\n":
        print("not ok progress: a line is left on the terminal: %r" % "".join(line))
        sys.exit(1)
    else:
        line[column:column + 1] = [c]
        column += 1
if not drawn:
    print("not ok progress: no bar was drawn")
    sys.exit(1)
if drawn != sorted(drawn):
    print("not ok progress: it goes back: %s" % drawn)
    sys.exit(1)
if "".join(line).strip() or column:
    print("not ok progress: left on the terminal: %r, column %d" % ("".join(line), column))
    sys.exit(1)
print("ok progress: %s: drawn %d times on a terminal, and gone" % (sys.argv[3], len(drawn)))
PY
}

terminal "$tmp/long.pcap.gz" || not_ok "status $? or longer than 15 s"
[ "$(grep -c '"event":"summary"' "$tmp/out")" = 1 ] || not_ok "no summary"
screen '\r\[[#.]{40}\] +(\d+) %' "a file"

# How long a pipe is nobody knows: what has been read is told instead.
mkfifo "$tmp/pipe"
for i in 1 2 3 4 5 6 7; do
	[ $i != 1 ] || cat "$tmp/part.pcap"
	tail -c +25 "$tmp/part.pcap"
	sleep 0.2
done >"$tmp/pipe" &
terminal "$tmp/pipe" || not_ok "a pipe: status $? or longer than 15 s"
wait
screen '\r(\d+) MB read' "a pipe"

# A short file has no bar, though there is a terminal.
terminal cli/mixed.pcap || not_ok "status $?"
if [ -s "$tmp/screen" ]; then
	not_ok "a short file draws: $(head -c 100 "$tmp/screen")"
else
	echo "ok progress: none for a short file"
fi

timeout 15 "$tool" read "$tmp/long.pcap.gz" --summary >/dev/null 2>"$tmp/err" || not_ok "status $?"
if [ -s "$tmp/err" ]; then
	not_ok "standard error, which is no terminal, has $(head -c 100 "$tmp/err")"
else
	echo "ok progress: none where there is no terminal"
fi
exit $bad
