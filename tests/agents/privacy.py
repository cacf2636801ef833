#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Traffic with names, paths and logins that are nobody else's, and the search for them.

  privacy.py login ADDRESS PORT         a server that asks for a login; prints "ready"
  privacy.py talk ADDRESS PORT SECONDS  HTTP, TLS and DNS of that host, and the login, again and again
  privacy.py search WORDS FILE...       fails on each of the words (a file of them) that is in a file or
                                        its path, also as a token of metrics; prints them
"""
import http.client
import re
import socket
import ssl
import struct
import sys
import time

HOST, SNI, QUERY = "www.alice-private.example", "mail.bob-secret.example", "carol0hidden.example"
PATH, COOKIE, USER, PASSWORD = "/200/erin-path", "frank-cookie", "dave-login", "grace-password"
WORDS = (HOST, SNI, QUERY, "alice-private", "bob-secret", "carol0hidden", "erin-path", COOKIE, USER, PASSWORD)


def login(address, port):
    s = socket.create_server((address, int(port)))
    print("ready", flush=True)
    while True:
        c, _ = s.accept()
        with c:
            c.settimeout(5)
            try:
                c.sendall(b"220 ftp ready\r\n")
                for answer in (b"331 password\r\n", b"230 in\r\n"):
                    c.recv(1000)
                    c.sendall(answer)
                c.recv(1000)
            except OSError:
                pass


def ask(address, port):
    c = http.client.HTTPConnection(address, 80, timeout=5)
    c.request("GET", PATH, headers={"Host": HOST, "Cookie": "id=" + COOKIE})
    c.getresponse().read()
    c.close()
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    c = http.client.HTTPConnection(address, 443, timeout=5)
    c.sock = context.wrap_socket(socket.create_connection((address, 443), 5), server_hostname=SNI)
    c.request("GET", PATH, headers={"Host": SNI})
    c.getresponse().read()
    c.close()
    question = b"".join(bytes([len(l)]) + l.encode() for l in QUERY.split(".")) + b"\0\0\1\0\1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(5)
        s.sendto(struct.pack("!HHHHHH", 7, 0x0100, 1, 0, 0, 0) + question, (address, 53))
        s.recv(4096)
    with socket.create_connection((address, int(port)), 5) as s:
        s.recv(1000)
        for line in ("USER " + USER, "PASS " + PASSWORD):
            s.sendall(line.encode() + b"\r\n")
            s.recv(1000)


def talk(address, port, seconds):
    end, done = time.monotonic() + float(seconds), 0
    while time.monotonic() < end or done == 0:
        try:
            ask(address, port)
            done += 1
        except OSError:
            pass
        time.sleep(0.05)
    print(done, flush=True)


def forms(word):
    """As it is, and as a token: [A-Za-z0-9_], at most 32 octets."""
    return {word.lower(), re.sub(r"[^a-z0-9_]", "_", word.lower())[:32]}


def search(words, files):
    wanted = {f for w in list(WORDS) + open(words).read().split() for f in forms(w)}
    found = set()
    for name in files:
        text = (name + "\n" + open(name, errors="replace").read()).lower()
        found |= {w for w in wanted if re.search(r"(?<![0-9a-z])" + re.escape(w) + r"(?![0-9a-z])", text)}
    print(" ".join(sorted(found)))
    return bool(found)


if __name__ == "__main__":
    command, rest = sys.argv[1], sys.argv[2:]
    sys.exit(search(rest[0], rest[1:]) if command == "search" else {"login": login, "talk": talk}[command](*rest))
