# SPDX-License-Identifier: MIT
"""TFTP: tftpd-hpa and tftp-hpa; the client has a port of its own, which is the responder's of the transfer."""
import os

from place import PEER

needs = ["in.tftpd", "tftp"]
PORT, FIRST = 69, 40100


def serve(place):
    place.write("tftp/small", "small\n")
    place.write("tftp/large", "x" * 20000)
    place.write("tftp/taken", "")
    os.chmod(place.path("tftp"), 0o777)
    os.chmod(place.path("tftp", "taken"), 0o444)
    place.server("tftpd", "in.tftpd", "--foreground", "--user", "root", "--address", "%s:%d" % (PEER, PORT), "--create",
                 "--secure", place.path("tftp"))
    return ["udp:%d" % PORT]


TIMED = """
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(60)
s.bind(("", int(sys.argv[3])))
began = time.monotonic()
s.sendto(b"\\0\\1small\\0octet\\0", (sys.argv[1], int(sys.argv[2])))
data, peer = s.recvfrom(999)
print(time.monotonic() - began)
assert data == b"\\0\\3\\0\\1small\\n"
s.sendto(b"\\0\\4\\0\\1", peer)
"""

# Command, kind, error.
TALK = (
    ("get small", "read", None),
    ("get large", "read", None),
    ("get nothing", "read", "file_not_found"),
    ("put here new", "write", None),
    ("put here taken", "write", "access_violation"),
)


def ask(place):
    place.write("here", "y" * 3000)
    for i, (command, kind, error) in enumerate(TALK):
        port = FIRST + i
        place.client("tftp", "-4", "-R", "%d:%d" % (port, port), PEER, str(PORT), "-m", "binary", "-c",
                     *command.split(), status=None)
        place.operation(port, "tftp", kind, error)


def slow(place):
    for port in range(FIRST + len(TALK), FIRST + len(TALK) + 3):
        took = place.client("python3", "-c", TIMED, PEER, PORT, port)
        place.operation(port, "tftp", "read")
        place.took(port, "tftp", "read", float(took))
