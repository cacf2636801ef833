# SPDX-License-Identifier: MIT
"""Memcached: text with meta commands, noreply and several keys; binary with quiet commands; datagrams; the
tools of libmemcached by both protocols; a server that is held."""
import json
import os
import signal
import time

from place import PEER, Failed

needs = ["memcached", "memccp", "memccat", "memcrm"]
PORT, TOOLS, BINARY, SLOW = 11211, 11212, 11213, 11214		# one server each; the first by datagrams, too

BIG = 1100000		# more than an item may have

# What is sent in one piece, the answer, and what it counts as: (kind, error), or a list of these.
TALK = (
    ("set k 0 0 5\r\nhello\r\n", "STORED\r\n", "set"),
    ("get k\r\n", "VALUE k 0 5\r\nhello\r\nEND\r\n", "get"),
    ("get k nothing k2\r\n", "VALUE k 0 5\r\nhello\r\nEND\r\n", "get"),
    ("get nothing\r\n", "END\r\n", "get"),				# a miss is no error
    ("set k2 0 0 3 noreply\r\nabc\r\n", "", "set"),
    ("get k k2\r\n", "VALUE k 0 5\r\nhello\r\nVALUE k2 0 3\r\nabc\r\nEND\r\n", "get"),
    ("add k 0 0 1\r\nx\r\n", "NOT_STORED\r\n", "add"),
    ("replace k 0 0 6\r\nget k2\r\n", "STORED\r\n", "replace"),	# a value that looks like a command
    ("append k 0 0 1\r\n2\r\n", "STORED\r\n", "append"),
    ("prepend k 0 0 1\r\n1\r\n", "STORED\r\n", "prepend"),
    ("cas k 0 0 1 999999\r\n7\r\n", "EXISTS\r\n", "cas"),
    ("set n 0 0 1\r\n7\r\n", "STORED\r\n", "set"),
    ("incr n 3\r\n", "10\r\n", "incr"),
    ("decr n 1\r\n", "9\r\n", "decr"),
    ("incr k2 1\r\n", "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n", ("incr", "client_error")),
    ("incr nothing 1\r\n", "NOT_FOUND\r\n", "incr"),
    ("touch n 100\r\n", "TOUCHED\r\n", "touch"),
    ("gat 100 n\r\n", "VALUE n 0 2\r\n9 \r\nEND\r\n", "gat"),
    ("delete k\r\n", "DELETED\r\n", "delete"),
    ("delete k\r\n", "NOT_FOUND\r\n", "delete"),
    ("delete n noreply\r\nversion\r\n", "VERSION ", ["delete", "version"]),
    ("nosuch command\r\n", "ERROR\r\n", ("other", "unknown_command")),
    ("set %s 0 0 1\r\n" % ("k" * 251), "CLIENT_ERROR bad command line format\r\n", ("set", "client_error")),
    ("set k 0 0 2\r\nabcde\r\n", "CLIENT_ERROR bad data chunk\r\nERROR\r\n",
     [("set", "client_error"), ("other", "unknown_command")]),
    ("set big 0 0 %d\r\n%s\r\n" % (BIG, "x" * BIG), "SERVER_ERROR object too large for cache\r\n", ("set", "too_large")),
    ("set long 0 0 20000\r\n%s\r\n" % ("get k\r\n" * 2858)[:20000], "STORED\r\n", "set"),
    ("get long\r\n", "VALUE long 0 20000\r\n%s\r\nEND\r\n" % ("get k\r\n" * 2858)[:20000], "get"),
    ("verbosity 1 noreply\r\nstats reset\r\n", "RESET\r\n", ["admin", "stats"]),
    ("get %s\r\n" % " ".join("key%05d" % i for i in range(400)), "END\r\n", "get"),	# a line of 3600 octets
    # Meta commands: quiet ones are silent about what is usual.
    ("ms m 2 T90\r\nab\r\n", "HD\r\n", "set"),
    ("mg m v t\r\n", "VA 2 t90\r\nab\r\n", "get"),
    ("mg nothing v\r\n", "EN\r\n", "get"),
    ("mg m\r\n", "HD\r\n", "get"),
    ("ma m\r\n", "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n", ("incr", "client_error")),
    ("mg m v q\r\nmg nothing v q\r\nmg m v q\r\nmn\r\n", "VA 2\r\nab\r\nVA 2\r\nab\r\nMN\r\n",
     ["get", "get", "get", "noop"]),
    ("ms m 1 q\r\nx\r\nmd m q\r\nmd nothing q\r\nma nothing q\r\nmg nothing v\r\n", "NF\r\nNF\r\nEN\r\n",
     ["set", "delete", "delete", "incr", "get"]),
    ("ms m 1 ME\r\nx\r\nms m 1 ME q\r\nx\r\nmn\r\n", "HD\r\nNS\r\nMN\r\n", ["set", "set", "noop"]),
    ("".join("get key%d\r\n" % i for i in range(100)), "END\r\n" * 100, ["get"] * 100),
    ("flush_all\r\n", "OK\r\n", "flush"),
    ("quit\r\n", "", []),
)

# name: opcode, key, value, extras; what it counts as. All go out in one piece; what comes is counted by NOOP.
BINARY_TALK = (
    ((0x01, b"k", b"hello", bytes(8)), "set", None),
    ((0x00, b"k", b"", b""), "get", None),
    ((0x00, b"nothing", b"", b""), "get", None),
    ((0x09, b"k", b"", b""), "get", None),				# quiet: a hit
    ((0x09, b"nothing", b"", b""), "get", None),			# a miss: no answer
    ((0x0d, b"k", b"", b""), "get", None),
    ((0x11, b"q", b"7", bytes(8)), "set", None),			# quiet, done
    ((0x12, b"q", b"7", bytes(8)), "add", None),			# quiet, refused: it is there
    ((0x05, b"k", b"", bytes(15) + b"\1" + bytes(4)), "incr", "client_error"),
    ((0x15, b"k", b"", bytes(15) + b"\1" + bytes(4)), "incr", "client_error"),
    ((0x05, b"n", b"", bytes(15) + b"\1" + bytes(4)), "incr", None),
    ((0x06, b"n", b"", bytes(15) + b"\1" + bytes(4)), "decr", None),
    ((0x0e, b"k", b"x", b""), "append", None),
    ((0x0f, b"nothing", b"x", b""), "prepend", None),			# not stored
    ((0x03, b"nothing", b"x", bytes(8)), "replace", None),
    ((0x1c, b"k", b"", bytes(3) + b"\x40"), "touch", None),
    ((0x1d, b"k", b"", bytes(3) + b"\x40"), "gat", None),
    ((0x04, b"k", b"", b""), "delete", None),
    ((0x14, b"nothing", b"", b""), "delete", None),
    ((0x0b, b"", b"", b""), "version", None),
    ((0x10, b"", b"", b""), "stats", None),				# many answers
    ((0x55, b"", b"", b""), "other", "unknown_command"),
    ((0x08, b"", b"", b""), "flush", None),
    ((0x0a, b"", b"", b""), "noop", None),
)

SPEAK = r"""
import json, socket, struct, sys
host, port, what = sys.argv[1], int(sys.argv[2]), json.load(open(sys.argv[3]))
s = socket.create_connection((host, port), 15)
if what["binary"]:
    s.sendall(bytes.fromhex(what["binary"]))
    got = b""
    while True:
        while len(got) < 24 or len(got) < 24 + struct.unpack(">I", got[8:12])[0]:
            part = s.recv(65536)
            assert part, "the server closed"
            got += part
        opcode, got = got[1], got[24 + struct.unpack(">I", got[8:12])[0]:]
        if opcode == 10:
            break
for say, want in what["talk"]:
    s.sendall(say.encode())
    want, got = want.encode(), b""
    while len(got) < len(want) or (want.endswith(b" ") and not got.endswith(b"\n")):
        try:
            part = s.recv(65536)
        except TimeoutError:
            part = b""
        assert part, "no more behind %r: %r" % (say[:60], got[-60:])
        got += part
    assert got.startswith(want), (say[:60], got[:200])
for at, say in enumerate(what["datagrams"]):
    u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    u.settimeout(15)
    u.sendto(struct.pack(">HHHH", at, 0, 1, 0) + say.encode(), (host, port))
    of = 1
    while of > 0:
        id, number, all, _ = struct.unpack(">HHHH", u.recv(65536)[:8])
        of = all - 1 if number == 0 else of - 1
"""

HELD = """
import socket, sys, time
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
s.sendall(b"set k 0 0 1 noreply\\r\\nx\\r\\n")
began = time.monotonic()
s.sendall(b"get nothing\\r\\n")
print("sent", flush=True)
assert s.recv(100) == b"END\\r\\n"
print(time.monotonic() - began)
"""

DATAGRAMS = (("set u 0 0 2\r\nab\r\n", "set", None), ("get u\r\n", "get", None), ("get long\r\n", "get", None),
             ("incr u 1\r\n", "incr", "client_error"))


def binary(opcode, key, value, extras):
    body = extras + key + value
    return (bytes([0x80, opcode]) + len(key).to_bytes(2, "big") + bytes([len(extras), 0, 0, 0]) +
            len(body).to_bytes(4, "big") + bytes(12) + body)


def serve(place):
    for port in (PORT, TOOLS, BINARY, SLOW):
        place.server("memcached-%d" % port, "memcached", "-l", PEER, "-p", port, "-U", PORT if port == PORT else 0,
                     "-u", "nobody", "-t", 1, "-m", 16)
    return ["tcp:%d" % p for p in (PORT, TOOLS, BINARY, SLOW)]


def speak(place, port, talk=(), octets=b"", datagrams=()):
    name = place.write("memcached.json", json.dumps({"talk": talk, "binary": octets.hex(), "datagrams": datagrams}))
    place.client("python3", "-c", SPEAK, PEER, port, name)


def ask(place):
    speak(place, PORT, [t[:2] for t in TALK])
    for _, _, counts in TALK:
        for what in counts if isinstance(counts, list) else [counts]:
            kind, error = what if isinstance(what, tuple) else (what, None)
            place.operation(PORT, "memcached", kind, error)
    speak(place, BINARY, octets=b"".join(binary(*what) for what, _, _ in BINARY_TALK))
    for _, kind, error in BINARY_TALK:
        place.operation(BINARY, "memcached", kind, error)
    speak(place, PORT, [("set long 0 0 5000\r\n%s\r\n" % ("y" * 5000), "STORED\r\n")], datagrams=[d[0] for d in DATAGRAMS])
    place.operation(PORT, "memcached", "set")
    for _, kind, error in DATAGRAMS:
        place.operation(PORT, "memcached", kind, error)
    tools(place)
    held(place)


def tools(place):
    """libmemcached's, by text and by octets, as the server counted them."""
    name = place.write("memcached.value", "v" * 3000)
    at = ["--servers=%s:%d" % (PEER, TOOLS)]
    before = stats(place)
    for options in ([], ["--binary"]):
        place.client("memccp", *at, *options, name)
        place.client("memccat", *at, *options, "memcached.value")
        place.client("memcrm", *at, *options, "memcached.value")
    after = stats(place)
    gets, sets = (after[k] - before[k] for k in ("cmd_get", "cmd_set"))
    deleted = after["delete_hits"] + after["delete_misses"] - before["delete_hits"] - before["delete_misses"]
    if min(gets, sets, deleted) < 2:
        raise Failed("the tools did %d gets, %d sets, %d deletions" % (gets, sets, deleted))
    for kind, n in (("get", gets), ("set", sets), ("delete", deleted), ("stats", 2)):
        place.operation(TOOLS, "memcached", kind, n=n)


def stats(place):
    out = place.client("python3", "-c", "import socket, sys\n"
                       "s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 15)\n"
                       "s.sendall(b'stats\\r\\n')\ngot = b''\n"
                       "while not got.endswith(b'END\\r\\n'): got += s.recv(65536)\nprint(got.decode())", PEER, TOOLS)
    words = [line.split() for line in out.splitlines()]
    return {w[1]: int(w[2]) for w in words if len(w) == 3 and w[2].isdigit()}


def held(place):
    """The server stands still for 40 ms; the client's own clock says how long it waited."""
    server = dict(place.servers)["memcached-%d" % SLOW]
    for _ in range(9):
        os.kill(server.pid, signal.SIGSTOP)
        try:
            client = place.started("python3", "-c", HELD, PEER, SLOW)
            client.stdout.readline()
            time.sleep(0.04)
        finally:
            os.kill(server.pid, signal.SIGCONT)
        out, _ = client.communicate(timeout=120)
        place.operation(SLOW, "memcached", "set")
        place.operation(SLOW, "memcached", "get")
        place.took(SLOW, "memcached", "get", float(out))
