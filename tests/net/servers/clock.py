# SPDX-License-Identifier: MIT
"""NTP: chronyd as server and as client; requests as the server counted them, and a server that has no time."""
import os
import re
import subprocess

from place import PEER, SERVERS, Failed

needs = ["chronyd", "chronyc", "python3"]
PORT, LOST = 123, 10123

# RFC 5905, 7.3: a client that hides its own clock.
ASK = """
import os, socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(15)
s.connect((sys.argv[1], int(sys.argv[2])))
for i in range(int(sys.argv[3])):
    sent = os.urandom(8)
    began = time.monotonic()
    s.send(b"\\x23" + bytes(39) + sent)
    assert s.recv(2000)[24:32] == sent
    print(time.monotonic() - began)
"""


def serve(place):
    for name, port, more in (("chrony", PORT, "local stratum 8\n"), ("lost", LOST, "")):
        conf = place.write("%s.conf" % name, (
            "port %d\ncmdport 0\nbindaddress %s\nallow\n%sbindcmdaddress %s\npidfile %s\n" % (
                port, PEER, more, place.path(name + "-run", "sock"), place.path(name + ".pid"))))
        os.makedirs(place.path(name + "-run"), mode=0o750)
        place.server(name, "chronyd", "-d", "-x", "-u", "root", "-f", conf)
    return ["udp:%d" % p for p in (PORT, LOST)]


def counted(place):
    """What the server says that it was asked (with its own eyes)."""
    out = subprocess.run(place.inside(SERVERS, ["chronyc", "-h", place.path("chrony-run", "sock"), "serverstats"]),
                         stdout=subprocess.PIPE, text=True, timeout=120, check=True).stdout
    found = re.search(r"NTP packets received\s*:\s*(\d+)", out)
    if found is None:
        raise Failed("serverstats: " + out)
    return int(found.group(1))


def ask(place):
    place.client("chronyd", "-Q", "-t", 15, "-f", place.write("client.conf", "server %s iburst maxsamples 3\n" % PEER +
                                                             "cmdport 0\npidfile %s\n" % place.path("client.pid")))
    place.client("python3", "-c", ASK, PEER, PORT, 5)
    n = counted(place)
    if n < 6:
        raise Failed("the server was asked %d times" % n)
    place.operation(PORT, "ntp", "client", n=n)
    place.client("python3", "-c", ASK, PEER, LOST, 3)
    place.operation(LOST, "ntp", "client", "unsynchronized", n=3)


def slow(place):
    for line in place.client("python3", "-c", ASK, PEER, PORT, 5).splitlines():
        place.operation(PORT, "ntp", "client")
        place.took(PORT, "ntp", "client", float(line))
