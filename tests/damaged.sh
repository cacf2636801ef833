#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Damaged and odd inputs: never a signal or a hang, one clear line, the exit status of the contract.
#   NETFLOWSCOPE=program tests/damaged.sh
set -u
N=${NETFLOWSCOPE:?NETFLOWSCOPE is not set}
W=$(mktemp -d)
trap 'rm -rf "$W"' EXIT
cd "$W" || exit 1

# A capture of ten DNS queries in every form, from bytes written out here.
/usr/bin/python3 - <<'PY'
import gzip, struct
def frame(i):
    dns = struct.pack(">6H", i, 0x100, 1, 0, 0, 0) + b"\7example\3org\0" + struct.pack(">2H", 1, 1)
    udp = struct.pack(">4H", 5000 + i, 53, 8 + len(dns), 0) + dns
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), i, 0, 64, 17, 0, bytes((10, 0, 0, 1)), bytes((10, 0, 0, 2)))
    return b"\2\0\0\0\0\1\2\0\0\0\0\2\x08\0" + ip + udp
frames = [frame(i) for i in range(10)]
def pcap(magic=0xa1b2c3d4, order="<", link=1, version=(2, 4), snap=65535):
    return struct.pack(order + "IHHiIII", magic, *version, 0, 0, snap, link)
def record(f, i, order="<", cap=None, orig=None):
    return struct.pack(order + "IIII", 1700000000 + i, 5, len(f) if cap is None else cap, len(f) if orig is None else orig) + f
def write(name, data):
    with open(name, "wb") as out:
        out.write(data)
body = b"".join(record(f, i) for i, f in enumerate(frames))
good = pcap() + body
write("good.pcap", good)
write("good_be.pcap", pcap(order=">") + b"".join(record(f, i, ">") for i, f in enumerate(frames)))
write("good_ns.pcap", pcap(0xa1b23c4d) + body)
def block(kind, data, order="<"):
    data += b"\0" * (-len(data) % 4)
    n = 12 + len(data)
    return struct.pack(order + "II", kind, n) + data + struct.pack(order + "I", n)
def ng(order="<", link=1):
    shb = block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)
    return shb + block(1, struct.pack(order + "HHI", link, 0, 0), order)
def epb(f, i, order="<", iface=0, cap=None):
    t = (1700000000 + i) * 1000000
    return block(6, struct.pack(order + "IIIII", iface, t >> 32, t & 0xffffffff, len(f) if cap is None else cap, len(f)) + f, order)
ngbody = b"".join(epb(f, i) for i, f in enumerate(frames))
write("good.pcapng", ng() + ngbody)
write("good_be.pcapng", ng(">") + b"".join(epb(f, i, ">") for i, f in enumerate(frames)))
write("good.pcap.gz", gzip.compress(good))
write("header.pcap", pcap())
write("header.pcapng", ng())
# cut in the header, in a record's header, in a packet
for n in (1, 3, 4, 10, 23):
    write("cut_header_%d.pcap" % n, good[:n])
for n in (25, 39, 41, 80, len(good) - 1):
    write("cut_%d.pcap" % n, good[:n])
g = ng() + ngbody
for n in (5, 12, 27, 30, 47, 60, 100, len(g) - 1, len(g) - 5):
    write("cut_%d.pcapng" % n, g[:n])
write("cut.pcap.gz", gzip.compress(good)[:-12])
z = bytearray(gzip.compress(good)); z[-6] ^= 0xff
write("crc.pcap.gz", z)
write("noise.gz", b"\x1f\x8b\x08\0" + bytes(range(256)))
write("empty.pcap", b"")
write("zeros.pcap", bytes(4096))
write("text.pcap", b"This is not a capture.\n" * 40)
write("elf.pcap", b"\x7fELF" + bytes(200))
write("huge_caplen.pcap", pcap() + record(frames[0], 0) + record(frames[1], 1, cap=0x7fffffff))
write("minus_caplen.pcap", pcap() + record(frames[0], 0) + record(frames[1], 1, cap=0xffffffff))
write("link_147.pcap", pcap(link=147) + body)
write("link_147.pcapng", ng(link=147) + ngbody)
write("link_147_header.pcap", pcap(link=147))
write("version_9.pcap", pcap(version=(9, 9)) + body)
write("no_interface.pcapng", block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)) + ngbody)
write("interface_7.pcapng", ng() + epb(frames[0], 0) + epb(frames[1], 1, iface=7))
write("block_len.pcapng", ng() + epb(frames[0], 0) + struct.pack("<II", 6, 13) + bytes(20))
write("block_trailer.pcapng", ng() + epb(frames[0], 0) + epb(frames[1], 1)[:-4] + struct.pack("<I", 4))
write("block_huge.pcapng", ng() + epb(frames[0], 0) + struct.pack("<II", 6, 0xfffffff0) + bytes(64))
write("epb_caplen.pcapng", ng() + epb(frames[0], 0) + epb(frames[1], 1, cap=9000))
write("magic.pcapng", block(0x0A0D0D0A, struct.pack("<IHHq", 0x11111111, 1, 0, -1)) + ngbody)
write("spaces and\nnewline.pcap", b"")
PY
zstd -q good.pcap -o good.pcap.zst
head -c 90 good.pcap.zst >cut.pcap.zst
mkdir directory
ln -s nowhere.pcap dangling.pcap

# expect STATUS PACKETS FILE: PACKETS "-" means no summary line is owed
expect() {
	local status=$1 packets=$2 file=$3 got out lines
	out=$(timeout 10 "$N" read "$file" --summary 2>err </dev/null)
	got=$?
	lines=$(wc -l <err)
	if [ $got -ne "$status" ]; then
		echo "not ok damaged: $file: status $got, expected $status: $(head -c 200 err)"
	elif [ "$status" = 0 ] && [ -s err ]; then
		echo "not ok damaged: $file: standard error: $(head -c 200 err)"
	elif [ "$status" = 1 ] && [ "$lines" != 1 ]; then
		echo "not ok damaged: $file: $lines lines on standard error: $(head -c 300 err)"
	elif [ "$status" = 1 ] && ! grep -qF -- "$(printf %s "$file" | sed 's/\n.*//;q' | head -c 12)" err; then
		echo "not ok damaged: $file: the line does not name it: $(cat err)"
	elif [ "$(wc -c <err)" -gt 401 ]; then
		echo "not ok damaged: $file: a line of more than 400 octets"
	elif [ "$packets" != - ] && ! printf %s "$out" | grep -q "\"packets\":$packets,"; then
		echo "not ok damaged: $file: expected $packets packets: $out"
	else
		echo "ok damaged: $(printf %q "$file") ends with $got, $packets packets"
	fi
}

for f in good.pcap good_be.pcap good_ns.pcap good.pcapng good_be.pcapng good.pcap.gz good.pcap.zst; do
	expect 0 10 $f
done
expect 0 0 header.pcap
expect 0 0 header.pcapng
for n in 1 3 4 10 23; do expect 1 - cut_header_$n.pcap; done
expect 1 - cut_25.pcap
expect 1 - cut_39.pcap
expect 1 - cut_41.pcap
expect 1 - cut_80.pcap
expect 1 9 cut_$(($(stat -c %s good.pcap) - 1)).pcap
for n in 5 12 27; do expect 1 - cut_$n.pcapng; done
for n in 30 47 60 100; do expect 1 - cut_$n.pcapng; done
expect 1 9 cut_$(($(stat -c %s good.pcapng) - 1)).pcapng
expect 1 9 cut_$(($(stat -c %s good.pcapng) - 5)).pcapng
expect 1 - cut.pcap.gz
expect 1 - crc.pcap.gz
expect 1 - noise.gz
expect 1 - cut.pcap.zst
expect 1 - empty.pcap
expect 1 - zeros.pcap
expect 1 - text.pcap
expect 1 - elf.pcap
expect 1 1 huge_caplen.pcap
expect 1 1 minus_caplen.pcap
expect 1 - link_147.pcap
expect 1 - link_147.pcapng
expect 1 - link_147_header.pcap
expect 1 - version_9.pcap
expect 1 - no_interface.pcapng
expect 1 1 interface_7.pcapng
expect 1 1 block_len.pcapng
expect 1 1 block_trailer.pcapng
expect 1 1 block_huge.pcapng
expect 1 1 epb_caplen.pcapng
expect 1 - magic.pcapng
expect 1 - directory
expect 1 - dangling.pcap
expect 1 - nowhere.pcap
expect 1 - "spaces and
newline.pcap"

# standard input, and a pipe that is cut
out=$("$N" read - --summary <good.pcap 2>err) && [ ! -s err ] && [[ $out == *'"packets":10,'* ]] &&
	echo "ok damaged: standard input" || echo "not ok damaged: standard input: $out $(cat err)"
out=$(cat good.pcap.gz | "$N" read - --summary 2>err) && [[ $out == *'"packets":10,'* ]] &&
	echo "ok damaged: compressed standard input" || echo "not ok damaged: compressed standard input: $out $(cat err)"
"$N" read - --summary </dev/null >out 2>err
[ $? = 1 ] && [ "$(wc -l <err)" = 1 ] && echo "ok damaged: empty standard input" ||
	echo "not ok damaged: empty standard input: $(cat err)"

# wrong usage is status 2, with one line
usage() {
	timeout 10 "$N" "$@" >out 2>err </dev/null
	local got=$?
	[ $got = 2 ] && [ -s err ] && echo "ok usage: $*" || echo "not ok usage: $*: status $got: $(head -c 200 err)"
}
usage
usage frobnicate
usage read
usage read good.pcap header.pcap
usage read --nonsense good.pcap
usage read good.pcap --flow-table-size 12
usage read good.pcap --flow-table-size
usage read good.pcap --flow-table-size -5
usage read good.pcap --local 10.0.0.0/99
usage live --duration soon
usage doctor extra
for words in --version --help "read --help" "live --help" metrics options; do
	# shellcheck disable=SC2086
	out=$("$N" $words 2>err) && [ -n "$out" ] && [ ! -s err ] && echo "ok usage: $words" ||
		echo "not ok usage: $words: $(cat err)"
done
timeout 10 "$N" live -i nosuch0 --duration 1 >out 2>err
[ $? = 1 ] && [ "$(wc -l <err)" = 1 ] && grep -q nosuch0 err && echo "ok usage: an absent interface is status 1" ||
	echo "not ok usage: an absent interface: $(cat err)"
