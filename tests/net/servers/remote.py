# SPDX-License-Identifier: MIT
"""NFS 3 and 4, mount and the port mapper: nfs-ganesha with its files in memory, calls by hand (RFC 5531, 1813, 7530)."""
import json

from place import PEER, Failed

needs = ["ganesha.nfsd", "rpcbind", "unshare", "python3"]
NFS, MOUNT, PORTMAP = 2049, 20048, 111

CONF = """
NFS_CORE_PARAM { Protocols = 3, 4; NFS_Port = %d; MNT_Port = %d; Enable_NLM = false; Enable_RQUOTA = false; }
NFSV4 { Graceless = true; RecoveryBackend = fs; RecoveryRoot = %s; }
EXPORT { Export_Id = 1; Path = /mem; Pseudo = /mem; Access_Type = RW; Squash = None; SecType = sys; FSAL { Name = MEM; } }
"""

# The port mapper's socket has a fixed place.
START = """mount -t tmpfs none /run && mkdir /run/ganesha && rpcbind -r || exit 1
while [ ! -S /run/rpcbind.sock ]; do sleep 0.05; done
exec ganesha.nfsd -F -f "$0" -p "$1" -L STDOUT"""

ASK = r'''
import json, os, socket, struct, sys
host, did = sys.argv[1], []
def word(*n): return struct.pack(">%dI" % len(n), *n)
def text(t): return word(len(t)) + t + bytes(-len(t) % 4)
def call(s, port, program, version, procedure, arguments, kind, want, cuts=()):
    """The results behind the status, which is the one wanted: (denied or accepted, its status, nfsstat or None)."""
    xid = os.urandom(4)
    message = xid + word(0, 2, program, version, procedure, 1, 20, 0, 0, 0, 0, 0, 0, 0) + arguments
    if s.type == socket.SOCK_STREAM:
        out, at = b"", 0
        for cut in list(cuts) + [len(message)]:
            out += word(cut - at | (cut == len(message)) << 31) + message[at:cut]
            at = cut
        s.sendall(out)
        answer, last = b"", 0
        while not last:
            mark = struct.unpack(">I", exactly(s, 4))[0]
            last, answer = mark >> 31, answer + exactly(s, mark & 0x7fffffff)
    else:
        s.sendto(message, (host, port))
        answer = s.recv(9000)
    assert answer[:4] == xid
    reply = struct.unpack(">I", answer[8:12])[0]
    if reply == 0:
        answer = answer[20:]			# an empty verifier
        accepted = struct.unpack(">I", answer[:4])[0]
        got, rest = (0, accepted, None), answer[4:]
        if accepted == 0 and len(want) == 3 and want[2] is not None:
            got, rest = (0, 0, struct.unpack(">I", rest[:4])[0]), rest[4:]
    else:
        got, rest = (1,) + struct.unpack(">I", answer[12:16]) + (None,), b""
    assert got == want, (kind, got, want)
    did.append((port, kind, got))
    return rest
def exactly(s, n):
    b = b""
    while len(b) < n:
        more = s.recv(n - len(b))
        assert more
        b += more
    return b
def tcp(port):
    s = socket.create_connection((host, port))
    s.settimeout(20)
    return s
FINE, PLAIN = (0, 0, 0), (0, 0, None)
def failed(status): return (0, 0, status)
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.settimeout(20)
port = call(udp, 111, 100000, 2, 3, word(100003, 3, 6, 0), "portmap", PLAIN)
assert port == word(2049)
call(udp, 111, 100000, 2, 0, b"", "null", PLAIN)
call(udp, 111, 100099, 1, 1, b"", "other", (0, 1, None))		# no such program
m = tcp(20048)
root = call(m, 20048, 100005, 3, 1, text(b"/mem"), "mount", FINE)
root = root[4:4 + struct.unpack(">I", root[:4])[0]]
call(m, 20048, 100005, 3, 1, text(b"/none"), "mount", failed(13))
n = tcp(2049)
def three(procedure, arguments, kind, want=FINE, cuts=()):
    return call(n, 2049, 100003, 3, procedure, text(root) + arguments, kind, want, cuts)
call(n, 2049, 100003, 3, 0, b"", "null", PLAIN)
three(1, b"", "getattr")
three(1, b"", "getattr", cuts=(20, 24, 60))			# a record in four fragments
three(18, b"", "fs")
three(4, word(63), "access")
three(3, text(b"nothing"), "lookup", failed(2))
made = three(8, text(b"file") + word(0, 0, 0, 0, 0, 0, 0), "create")
assert made[:4] == word(1)
file = made[8:8 + struct.unpack(">I", made[4:8])[0]]
call(n, 2049, 100003, 3, 7, text(file) + word(0, 0, 8000, 2) + text(b"x" * 8000), "write", FINE)
call(n, 2049, 100003, 3, 6, text(file) + word(0, 0, 8000), "read", FINE)
call(n, 2049, 100003, 3, 16, text(file) + word(0, 0, 0, 0, 4096), "readdir", failed(20))
three(3, text(b"file"), "lookup")
three(9, text(b"inner") + word(0, 0, 0, 0, 0, 0), "create")
three(9, text(b"inner") + word(0, 0, 0, 0, 0, 0), "create", failed(17))
three(16, word(0, 0, 0, 0, 4096), "readdir")
three(13, text(b"inner"), "remove")
three(12, text(b"file"), "remove")
three(12, text(b"file"), "remove", failed(2))
call(n, 2049, 100003, 3, 1, text(b"no handle of its"), "getattr", failed(10001))
call(n, 2049, 100003, 3, 99, b"", "other", (0, 3, None))
call(n, 2049, 100003, 9, 1, b"", "other", (0, 2, None))
def four(operations, kind, want=FINE):
    return call(f, 2049, 100003, 4, 1, text(b"tag") + word(0, len(operations)) + b"".join(operations), kind, want)
f = tcp(2049)
rootfh, getattr = word(24), word(9, 1, 1 << 4)
four([rootfh, getattr], "getattr")
four([rootfh, word(10), getattr], "getattr")
four([rootfh, word(15) + text(b"mem"), word(10)], "lookup")
four([rootfh, word(15) + text(b"nothing"), word(10)], "lookup", failed(2))
four([word(30) + b"no login"], "session", failed(10022))
print(json.dumps(did))
'''

# RFC 5531, 9; RFC 1813, 3.3.0: procedures that do nothing.
TIMED = """
import os, socket, struct, sys, time
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
for _ in range(5):
    xid = os.urandom(4)
    began = time.monotonic()
    s.sendall(struct.pack(">I", 0x80000028) + xid + struct.pack(">9I", 0, 2, 100003, 3, 0, 0, 0, 0, 0))
    got = b""
    while len(got) < 28:
        got += s.recv(28 - len(got))
    print(time.monotonic() - began)
    assert got[4:8] == xid
"""

# What the client was answered, in our words.
ERRORS = {2: "noent", 13: "access", 17: "exist", 20: "notdir", 10001: "badhandle", 10022: "state"}
REFUSED = {1: "rpc_unavail", 2: "rpc_mismatch", 3: "rpc_unavail"}


def serve(place):
    place.write("ganesha/made", "")
    conf = place.write("ganesha.conf", CONF % (NFS, MOUNT, place.path("ganesha")))
    place.server("ganesha", "unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", START, conf,
                 place.path("ganesha.pid"))
    return ["tcp:%d" % NFS, "tcp:%d" % MOUNT, "udp:%d" % PORTMAP]


def ask(place):
    did = json.loads(place.client("python3", "-c", ASK, PEER))
    if len(did) < 30:
        raise Failed("%d calls" % len(did))
    for port, kind, (denied, accepted, status) in did:
        error = REFUSED[accepted] if accepted else ERRORS[status] if status else None
        place.operation(port, "sunrpc" if port == PORTMAP else "nfs", kind, error)


def slow(place):
    for line in place.client("python3", "-c", TIMED, PEER, NFS).splitlines():
        place.operation(NFS, "nfs", "null")
        place.took(NFS, "nfs", "null", float(line))
