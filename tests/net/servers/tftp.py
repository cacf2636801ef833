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
