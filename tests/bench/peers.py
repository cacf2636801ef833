#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""peers.py [CAPTURE] [--rounds N] [--packets N] - what reading a capture costs, beside others.

Each program found here reads the same capture, in turns, N rounds (3); told are the least
CPU time (user and system) and the largest memory of each, as ratios to ours of the same run.  No
figure is an absolute one, and none passes or fails a test: machines differ, and so do the programs'
jobs.  Without CAPTURE, one of 400,000 packets is made: TCP flows of 20 packets with an HTTP exchange
each, and as many DNS queries, with addresses and times that repeat from run to run.

NETFLOWSCOPE or top_builddir names our program.
"""
import argparse
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time

LIMIT = 60                  # seconds of one run
TOP = os.environ.get("top_builddir", ".")
TOOL = os.environ.get("NETFLOWSCOPE", os.path.join(TOP, "plugins/cli/netflowscope"))


def peers(capture, scratch):
    """Name, command, what its job is."""
    yield "netflowscope read --summary", [TOOL, "read", "--summary", capture], "flows, reassembly, applications"
    yield "netflowscope read --metrics", [TOOL, "read", "--metrics", capture], "the same, values every 10 s"
    yield "netflowscope read --json", [TOOL, "read", "--json", capture], "the same, a line a flow and message"
    yield "netflowscope, Dissect none", [TOOL, "read", "--summary", "--dissect", "none", capture], "flows alone"
    yield "tcpdump", ["tcpdump", "-n", "-r", capture, "-w", "/dev/null"], "reads and writes, looks at nothing"
    yield "tcpdump --count", ["tcpdump", "-n", "--count", "-r", capture, "tcp port 80"], "a filter that counts"
    yield "softflowd", ["softflowd", "-d", "-r", capture, "-6", "-m", "1000000", "-n", "127.0.0.1:9", "-c",
                        "none", "-p", os.path.join(scratch, "pid")], "flows alone"
    yield "nfpcapd", ["nfpcapd", "-r", capture, "-l", scratch], "flows alone, to files"
    yield "ndpiReader", ["ndpiReader", "-q", "-i", capture], "flows, applications"
    yield "tshark", ["tshark", "-n", "-q", "-z", "conv,tcp", "-r", capture], "dissects every packet whole"


def ipv4(src, dst, proto, body):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 0, 0x4000, 64, proto, 0, src, dst)
    return b"\x02\0\0\0\0\1\x02\0\0\0\0\2\x08\0" + head + body


def tcp(sport, dport, seq, ack, flags, data=b""):
    return struct.pack("!HHIIBBHHH", sport, dport, seq, ack, 0x50, flags, 65000, 0, 0) + data


def make(path, packets):
    """Flows of 20 packets, 64 at a time, and a query with its answer for each."""
    request = b"GET /index.html HTTP/1.1\r\nHost: www.example.net\r\nAccept: */*\r\n\r\n"
    response = b"HTTP/1.1 200 OK\r\nContent-Length: 14480\r\n\r\n"
    name = b"\3www\7example\3net\0\0\1\0\1"
    now = 1700000000000000
    written = flow = 0
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))

        def put(frame):
            nonlocal now, written
            now += 7
            written += 1
            out.write(struct.pack("<IIII", now // 1000000, now % 1000000, len(frame), len(frame)) + frame)

        while written < packets:
            steps = [[] for _ in range(22)]
            for _ in range(64):
                flow += 1
                client = struct.pack("!I", 0x0a000000 + flow % 50000)
                server = struct.pack("!I", 0xcb007100 + flow % 200)
                port = 1024 + flow % 60000
                up = lambda *rest, c=client, s=server, p=port: ipv4(c, s, 6, tcp(p, 80, *rest))
                down = lambda *rest, c=client, s=server, p=port: ipv4(s, c, 6, tcp(80, p, *rest))
                query = struct.pack("!HHHHHH", flow & 0xffff, 0x0100, 1, 0, 0, 0) + name
                answer = struct.pack("!HHHHHH", flow & 0xffff, 0x8180, 1, 1, 0, 0) + name + \
                    b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1"
                frames = [ipv4(client, b"\x0a\0\0\x35", 17, struct.pack("!HHHH", port, 53, 8 + len(query), 0) + query),
                          ipv4(b"\x0a\0\0\x35", client, 17, struct.pack("!HHHH", 53, port, 8 + len(answer), 0) + answer),
                          up(1000, 0, 2), down(5000, 1001, 18), up(1001, 5001, 16), up(1001, 5001, 24, request)]
                seq, got = 5001, 1001 + len(request)
                frames.append(down(seq, got, 24, response))
                seq += len(response)
                for n in range(10):
                    frames.append(down(seq, got, 16, bytes(1448)))
                    seq += 1448
                    if n % 5 == 4:
                        frames.append(up(got, seq, 16))
                frames += [up(got, seq, 17), down(seq, got + 1, 17), up(got + 1, seq + 1, 16)]
                for step, frame in zip(steps, frames):
                    step.append(frame)
            for step in steps:
                for frame in step:
                    put(frame)


def memory_of(pid):
    """KiB at its peak so far.  (wait4's maximum begins with this program's own.)"""
    try:
        with open("/proc/%d/status" % pid, encoding="ascii", errors="replace") as f:
            return next((int(line.split()[1]) for line in f if line.startswith("VmHWM")), 0)
    except OSError:
        return 0


def run(command, log):
    """CPU seconds, KiB, status."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    end, memory, done = time.monotonic() + LIMIT, 0, 0
    while not done:
        if time.monotonic() > end:
            child.kill()
        memory = max(memory, memory_of(child.pid))
        time.sleep(0.005)
        done, status, used = os.wait4(child.pid, os.WNOHANG)
    return used.ru_utime + used.ru_stime, memory, os.waitstatus_to_exitcode(status)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("capture", nargs="?")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--packets", type=int, default=400000)
    args = parser.parse_args()
    scratch = tempfile.mkdtemp(prefix="nsc-bench-")
    os.chmod(scratch, 0o755)    # some give up root and read all the same
    try:
        capture = args.capture or os.path.join(scratch, "made.pcap")
        if not args.capture:
            make(capture, args.packets)
        cost = {}
        with open(os.path.join(scratch, "log"), "wb") as log:
            for _ in range(args.rounds):        # in turns: a busy machine is busy for all
                for name, command, _ in peers(capture, scratch):
                    if shutil.which(command[0]) and cost.get(name, [0, 0, 0])[2] == 0:
                        cpu, memory, status = run(command, log)
                        best = cost.get(name, [cpu, 0, 0])
                        cost[name] = [min(best[0], cpu), max(best[1], memory), status]
        ours = cost[next(peers(capture, scratch))[0]]
        if ours[2] != 0:
            print("netflowscope: status %d" % ours[2])
            return 1
        print("%d octets, %d rounds; ratios to the first line" % (os.path.getsize(capture), args.rounds))
        print("%-30s %7s %7s  %s" % ("", "CPU", "memory", "what it does"))
        for name, command, job in peers(capture, scratch):
            if name not in cost:
                print("%-30s %15s  %s" % (name, "not here", job))
            elif cost[name][2] != 0:
                print("%-30s %15s  %s" % (name, "status %d" % cost[name][2], job))
            else:
                print("%-30s %7.2f %7.2f  %s" % (name, cost[name][0] / ours[0], cost[name][1] / ours[1], job))
        return 0
    finally:
        shutil.rmtree(scratch)


sys.exit(main())
