#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Healthy traffic all the time, and the faults whose names are files of a folder.

  alarms_talk.py out FAULTS ADDRESS NEAR    the host asks: DNS, HTTP, TLS, redis, transfers
  alarms_talk.py in FAULTS ADDRESS NEAR     a stranger asks the host; NEAR: a private address of the peer's
  alarms_talk.py listen ADDRESS:PORT...     listeners that answer with one octet; prints "ready"
  alarms_talk.py tls ADDRESS PORT CERT KEY  a server that shows that certificate; prints "ready"
  alarms_talk.py sink ADDRESS PORT          takes transfers in; prints "ready"

Faults: servfail, refused, wrongtype, certificate, renewed, contradiction, flows.  Loss, rules and listeners
are the shell's.  Only the standard library.
"""
import collections
import os
import socket
import ssl
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "net"))
import talk  # noqa: E402

PACE = 0.1                                  # seconds between two rounds
did = collections.defaultdict(collections.Counter)


def forever(round_, *args):
    """Whatever a lossy line makes of it."""
    turn = 0
    while True:
        try:
            round_(turn, *args)
        except (OSError, EOFError, ValueError, talk.http.client.HTTPException):
            pass
        turn += 1
        time.sleep(PACE)


def together(*rounds):
    for round_ in rounds:
        threading.Thread(target=forever, args=round_, daemon=True).start()
    threading.Event().wait()


def is_on(faults, name):
    return os.path.exists(os.path.join(faults, name))


def dns(turn, faults, address):
    talk.ask_dns(address, turn, 3 if turn % 10 == 9 else 0, did)
    for i in range(3 if is_on(faults, "servfail") else 0):
        talk.ask_dns(address, turn + i + 1, 2, did)


def web(turn, faults, address):
    c = talk.http.client.HTTPConnection(address, 80, timeout=3)
    c.request("GET", "/200", headers={"Host": "www.example"})
    c.getresponse().read()
    c.close()
    if turn % 5 == 0:
        talk.ask_tls(address, turn // 5, did)


def shake(address, port):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2    # the last one to show it in the clear
    with socket.create_connection((address, port), 3) as s, context.wrap_socket(s):
        pass


def certificate(turn, faults, address, name):
    if is_on(faults, name):
        shake(address, 8443)


def refused(turn, faults, address):
    for _ in range(15 if is_on(faults, "refused") else 0):
        with socket.socket() as s:
            s.settimeout(2)
            s.connect_ex((address, 9))


def redis(turn, faults, address):
    with socket.create_connection((address, 6379), 3) as s:
        for _ in range(20):
            lines = [b"SET a text", b"GET a"] + [b"LPUSH a x"] * (3 if is_on(faults, "wrongtype") else 0)
            for line in lines:
                words = line.split()
                s.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words))
                s.recv(4096)
            time.sleep(PACE)


def pour(turn, address):
    """A transfer that never ends."""
    with socket.create_connection((address, 5001), 3) as s:
        while True:
            s.sendall(b"z" * 30000)
            time.sleep(PACE)


def contradiction(turn, faults, address):
    if is_on(faults, "contradiction"):
        with socket.create_connection((address, 8082), 3) as s:
            s.recv(1)


def flows(turn, faults, near):
    if is_on(faults, "flows"):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            for i in range(300):
                try:
                    s.sendto(b"one", (near, 20000 + (300 * turn + i) % 30000))
                except OSError:
                    pass                    # of an answer that the port is closed


def serve(c):
    try:
        c.sendall(b"x")
        while c.recv(1 << 20):
            pass
    except OSError:
        pass
    c.close()


def accept(s, then):
    while True:
        try:
            threading.Thread(target=then, args=(s.accept()[0],), daemon=True).start()
        except OSError:
            pass


def listen(places, then=serve):
    for place in places:
        address, port = place.rsplit(":", 1)
        s = socket.create_server((address, int(port)))
        threading.Thread(target=accept, args=(s, then), daemon=True).start()
    print("ready", flush=True)
    threading.Event().wait()


def tls(address, port, cert, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)

    def answer(c):
        try:
            with context.wrap_socket(c, server_side=True) as s:
                s.recv(1)
        except OSError:
            c.close()
    listen(["%s:%s" % (address, port)], answer)


def main(what, *args):
    if what == "out":
        faults, address, near = args
        together((dns, faults, address), (web, faults, address), (refused, faults, address), (redis, faults, address),
                 (certificate, faults, address, "certificate"), *[(pour, address)] * 8)
    elif what == "in":
        faults, address, near = args
        together((web, faults, address), (contradiction, faults, address), (flows, faults, near),
                 (certificate, faults, near, "renewed"))
    elif what == "listen":
        listen(args)
    elif what == "sink":
        listen(["%s:%s" % args])
    elif what == "tls":
        tls(*args)


main(*sys.argv[1:])
