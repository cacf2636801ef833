# SPDX-License-Identifier: MIT
"""RADIUS: freeradius; radtest's and radclient's requests, rejects, challenges, accounting, a retransmission."""
from place import PEER

needs = ["freeradius", "radclient", "radtest", "python3"]
AUTH, ACCT, SLOW, SECRET = 1812, 1813, 11812, "testing123"

SERVER = """
security { max_attributes = 200, reject_delay = 0, status_server = yes }
modules {
    pap { }
    always ok { rcode = ok }
    always reject { rcode = reject }
    always handled { rcode = handled }
    exec slowly { wait = yes, program = "/bin/sleep 0.05", input_pairs = request, shell_escape = yes, timeout = 5 }
}
client all { ipaddr = 10.77.0.0/24, secret = %(secret)s }
server default {
    listen { type = auth, ipaddr = %(peer)s, port = %(auth)d }
    listen { type = auth, ipaddr = %(peer)s, port = %(slow)d }
    listen { type = acct, ipaddr = %(peer)s, port = %(acct)d }
    authorize {
        if (Packet-Dst-Port == %(slow)d) {
            slowly
        }
        if (User-Name == "alice") {
            update control { Cleartext-Password := "wonder" }
        }
        if (User-Name == "token") {
            update control { Response-Packet-Type := Access-Challenge }
            update reply { State := 0x0102, Reply-Message := "number" }
            handled
        }
        pap
    }
    authenticate {
        pap
    }
    accounting {
        ok
    }
}
"""

# What is timed, and what is sent twice at once: the second one is the same datagram.
ASK = """
import socket, struct, sys, os, hashlib, time
host, port, secret, copies, n = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode(), int(sys.argv[4]), int(sys.argv[5])
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(15)
s.connect((host, port))
for i in range(n):
    auth = os.urandom(16)
    word = bytes(a ^ b for a, b in zip(b"wonder".ljust(16, b"\\0"), hashlib.md5(secret + auth).digest()))
    text = b"\\1\\7alice" + b"\\2\\22" + word
    packet = struct.pack(">BBH", 1, i, 20 + len(text)) + auth + text
    began = time.monotonic()
    for _ in range(copies):
        s.send(packet)
    answer = s.recv(4096)
    while answer[1] != i:		# the one before, again: both its datagrams had an answer
        answer = s.recv(4096)
    assert answer[0] == 2
    print(time.monotonic() - began)
"""


def serve(place):
    place.write("raddb/radiusd.conf", (
        'name = freeradius\nraddbdir = "%(folder)s/raddb"\nlogdir = "%(folder)s"\nrun_dir = "%(folder)s"\n'
        'libdir = "/usr/lib/freeradius"\nlog { destination = stdout }\n' + SERVER) % {
            "folder": place.folder, "secret": SECRET, "peer": PEER, "auth": AUTH, "slow": SLOW, "acct": ACCT})
    place.write("raddb/dictionary", "")
    place.server("freeradius", "freeradius", "-f", "-l", "stdout", "-d", place.path("raddb"))
    return ["udp:%d" % p for p in (AUTH, ACCT, SLOW)]


def radclient(place, port, what, text, n=1):
    place.client("radclient", "-c", n, "-r", 1, "-t", 15, "%s:%d" % (PEER, port), what, SECRET, given=text,
                 status=(0, 1))		# (1: rejected)


def ask(place):
    place.client("radtest", "alice", "wonder", PEER, 0, SECRET)
    place.operation(AUTH, "radius", "access")
    radclient(place, AUTH, "auth", "User-Name=alice\nUser-Password=wonder\n", 20)
    place.operation(AUTH, "radius", "access", n=20)
    radclient(place, AUTH, "auth", "User-Name=alice\nUser-Password=wrong\n", 3)
    place.operation(AUTH, "radius", "access", "reject", n=3)
    radclient(place, AUTH, "auth", "User-Name=token\nUser-Password=x\n")
    place.operation(AUTH, "radius", "access")		# a challenge is no error
    radclient(place, AUTH, "status", "Message-Authenticator=0x00\n")
    place.operation(AUTH, "radius", "status")
    for what in ("Start", "Interim-Update", "Stop"):
        radclient(place, ACCT, "acct", "User-Name=alice\nAcct-Status-Type=%s\nAcct-Session-Id=1\n" % what)
    place.operation(ACCT, "radius", "accounting", n=3)
    for copies in (1, 2):
        out = place.client("python3", "-c", ASK, PEER, SLOW, SECRET, copies, 6)
        place.operation(SLOW, "radius", "access", n=6)
        for seconds in out.split():
            place.took(SLOW, "radius", "access", float(seconds))
