#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""ssh.py - makes ssh.pcap anew and says in ssh.txt what tshark reads in it.

A connection a case, side by side with its port (RFC 4253, 4.2): text before the banner,
versions, odd ports, one direction only, the server as the one that connects, and what is none.
"""
import subprocess

from scapy.all import IP, TCP, Ether, Raw, wrpcap

C, S = b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", b"SSH-2.0-dropbear_2022.83\r\n"
KEX = bytes.fromhex("0000001c0a14") + bytes(range(26))
HELLO = bytes.fromhex("16030100390100003503039a0f5b") + bytes(30) + bytes.fromhex("000002130101000006002b0003020304")
LONG = b"SSH-2.0-" + b"a" * 245 + b"\r\n"
TALKS = {
    # port: what side 0 (the one that connects) and side 1 say
    22: [(1, S), (0, C), (0, KEX), (1, KEX)],
    80: [(0, C), (1, S), (1, KEX)],
    2201: [(1, b"Authorised use only\r\n"), (1, b"\r\n"), (1, "Zugang nur f\u00fcr Befugte\n".encode()), (1, S), (0, C)],
    2202: [(1, b"one line\r\nand another\r\n" + S), (0, C)],
    2203: [(0, S), (1, C), (0, KEX)],
    2204: [(0, C), (0, KEX), (0, KEX)],
    2205: [(1, S), (1, KEX)],
    2206: [(1, b"SSH-1.99-Cisco-1.25\n"), (0, b"SSH-1.99-2.0.13 (non-commercial)\n")],
    2207: [(1, b"SSH-1.5-1.2.27\n"), (0, b"SSH-1.5-OpenSSH_1.2\n")],
    443: [(0, C), (1, S), (0, KEX)],
    444: [(0, HELLO)],
    2208: [(1, S[:3]), (1, S[3:9]), (1, S[9:]), (0, C + KEX)],
    2209: [(1, LONG), (0, C)],
    2210: [(1, S), (0, b"SSH-2.0-noend")],
    2211: [(1, S), (0, b"GET / HTTP/1.0\r\n\r\n")],
    2212: [(1, b"banners follow:\r\n" + S + b"more text\r\n")],
    2213: [(0, b"SSH-two-x\r\n"), (1, b"SSH-\r\n")],
    2214: [(0, b"SSH-2.0-\r\n"), (1, b"SSH-2.0-a b c \r\n")],
}


def packets():
    for i, (port, talk) in enumerate(TALKS.items()):
        seq, t = [1000, 5000], 1700000000 + i

        def send(side, flags, data=b""):
            nonlocal t
            t += 0.001
            ends = [("10.0.0.1", 40000 + i), ("10.0.0.2", port)]
            (a, ap), (b, bp) = ends[side], ends[not side]
            p = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / IP(src=a, dst=b) / TCP(
                sport=ap, dport=bp, flags=flags, seq=seq[side], ack=seq[not side] if "A" in flags else 0) / Raw(data)
            seq[side] += len(data) + ("S" in flags or "F" in flags)
            p.time = t
            return p

        yield send(0, "S")
        yield send(1, "SA")
        yield send(0, "A")
        for side, data in talk:
            yield send(side, "PA", data)
        yield send(0, "FA")
        yield send(1, "FA")
        yield send(0, "A")


def banners():
    """Per port what each side's identification string is, in tshark's eyes."""
    args = ["tshark", "-n", "-r", "ssh.pcap", "-Y", "ssh.protocol", "-T", "fields", "-E", "separator=/t"]
    for port in TALKS:
        args += ["-d", "tcp.port==%d,ssh" % port]
    for f in ("tcp.srcport", "tcp.dstport", "ssh.protocol"):
        args += ["-e", f]
    found = {port: ["", ""] for port in TALKS}
    for line in subprocess.run(args, capture_output=True, text=True, check=True).stdout.splitlines():
        source, port, banner = line.split("\t")
        side = int(source) in TALKS
        found[int(source if side else port)][side] = banner
    # It looks where a segment begins, and needs four octets there; and it takes what is no version.
    assert found[2202][1] == found[2208][1] == "" and found[2213] == ["SSH-two-x", "SSH-"]
    found[2202][1] = found[2208][1] = S.decode().strip()
    found[2213] = ["", ""]
    return found


if __name__ == "__main__":
    wrpcap("ssh.pcap", list(packets()))
    with open("ssh.txt", "w") as to:
        for port, (client, server) in banners().items():
            to.write("%d|%s|%s\n" % (port, client, server))
