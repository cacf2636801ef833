#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Ends of connections for connections.sh, and what ss says of them beside ours.

  connections.py serve PORT                 accepts, and answers each octet with two
  connections.py many ADDRESS PORT N        N connections, each with another number of octets
  connections.py states ADDRESS PORT        one connection in each state that can be held
  connections.py pair ADDRESS PORT FROM     one connection from a port, both ends here
  connections.py same OURS SS               OURS: lines of connections --json; SS: of ss -tinHO
"""
import json, re, select, socket, sys, time


def ready(text=""):
    print("ready", text, flush=True)


def serve(port):
    """Keeps what it accepts; "half" is answered by closing, "keep" by never closing."""
    s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("::", port))
    s.listen(1100)
    p = select.epoll()
    p.register(s, select.EPOLLIN)
    open_ = {}
    ready()
    while True:
        for fd, _ in p.poll():
            if fd == s.fileno():
                c, _ = s.accept()
                open_[c.fileno()] = c
                p.register(c, select.EPOLLIN)
                continue
            c = open_[fd]
            data = c.recv(1 << 20)
            if data == b"stop listening":
                p.unregister(s)
                s.close()
            elif data == b"half":
                c.shutdown(socket.SHUT_WR)
            elif data:
                c.sendall(data * 2)
            else:
                p.unregister(c)         # the other end has closed: CLOSE_WAIT, as long as we live


def connect(address, port, source=0):
    c = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    if source:
        c.bind((address, source))
    c.connect((address, port))
    return c


def talk(c, n):
    c.sendall(b"x" * n)
    left = 2 * n
    while left:
        left -= len(c.recv(left))


def many(address, port, n):
    ends = [connect(address, port) for _ in range(n)]
    for i, c in enumerate(ends):
        talk(c, i * 37 % 3000 + (100000 if i % 50 == 0 else 0))
    ready(n)
    time.sleep(600)


def states(address, port):
    kept = [connect(address, port)]                     # ESTABLISHED
    talk(kept[0], 10)
    half = connect(address, port)                       # CLOSE_WAIT here, FIN_WAIT2 there
    half.sendall(b"half")
    half.recv(1)
    ours = connect(address, port)                       # FIN_WAIT2 here, CLOSE_WAIT there
    ours.shutdown(socket.SHUT_WR)
    lost = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    lost.setblocking(False)                             # SYN_SENT: nobody has that address
    lost.connect_ex(("10.77.0.99", 9))
    kept += [half, ours, lost]
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.connect(("10.77.0.1", 9))
    loose = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    loose.sendto(b"x", ("10.77.0.1", 9))
    ready()
    time.sleep(600)


def pair(address, port, source):
    s = socket.create_server((address, port))
    c = connect(address, port, source)
    a, _ = s.accept()
    talk_to = b"x" * source
    c.sendall(talk_to)
    n = 0
    while n < source:
        n += len(a.recv(1 << 16))
    ready()
    time.sleep(600)


def ss_line(line):
    """State, ends and figures of one line of ss -tinHO."""
    f = line.split()
    ends = []
    for e in f[3:5]:
        a, p = e.rsplit(":", 1)
        a = a.strip("[]").replace("::ffff:", "")
        ends.append((a, int(p)))
    num = lambda k: int((re.search(r"[ \t]" + k + r":(\d+)", line) or [0, 0])[1])
    retrans = re.search(r"[ \t]retrans:\d+/(\d+)", line)
    rtt = re.search(r"[ \t]rtt:([\d.]+)/([\d.]+)", line)
    names = {"ESTAB": "ESTABLISHED", "SYN-SENT": "SYN_SENT", "SYN-RECV": "SYN_RECV", "FIN-WAIT-1": "FIN_WAIT1",
             "FIN-WAIT-2": "FIN_WAIT2", "CLOSE-WAIT": "CLOSE_WAIT", "LAST-ACK": "LAST_ACK", "CLOSING": "CLOSING"}
    return tuple(ends), {
        "state": names.get(f[0], f[0]),
        "bytes_sent": num("bytes_sent") - num("bytes_retrans"),
        # bytes_received counts the FIN, which is no octet of a byte stream
        "bytes_received": num("bytes_received") - (f[0] in ("CLOSE-WAIT", "LAST-ACK", "CLOSING")),
        "retransmits": int(retrans[1]) if retrans else 0,
        "rtt_us": round(float(rtt[1]) * 1000) if rtt else 0,
        "rtt_var_us": round(float(rtt[2]) * 1000) if rtt else 0,
    }


def same(ours, theirs):
    a, b = {}, {}
    for line in open(ours):
        o = json.loads(line)
        if o["proto"] == "tcp":
            a[((o["local"], o["local_port"]), (o["remote"], o["remote_port"]))] = o
    for line in open(theirs):
        if line.strip():
            k, v = ss_line(line)
            b[k] = v
    bad = 0
    for k in sorted(set(a) | set(b)):
        if k not in a or k not in b:
            print(k, "is told by", "ss" if k in b else "us", "alone")
            bad += 1
            continue
        for name, want in b[k].items():
            got = a[k].get(name, 0)
            # Within a minute the kernel measures a round trip again only if data goes: none does.
            if got != want:
                print(k, name, "ss", want, "ours", got)
                bad += 1
    print(len(b), "connections,", bad, "differences")
    return 1 if bad or not b else 0


def main():
    what, rest = sys.argv[1], sys.argv[2:]
    numbers = [int(x) if x.isdigit() else x for x in rest]
    return {"serve": serve, "many": many, "states": states, "pair": pair, "same": same}[what](*numbers)


if __name__ == "__main__":
    sys.exit(main())
