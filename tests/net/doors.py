#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""doors.py serve ADDR | connect ADDR | back ADDR OWN - other ways to an SSH server at ADDR, port 22.

serve: port 2223 says something first, 3128 opens by HTTP's CONNECT, 2224 makes the server's
side connect to whoever knocked, port 2300.  connect and back are ssh's ProxyCommand for the latter two.
"""
import os
import socket
import sys
import threading


def pump(a, b):
    while data := a.recv(65536):
        b.sendall(data)
    b.shutdown(socket.SHUT_WR)


def join(a, b):
    threading.Thread(target=pump, args=(a, b), daemon=True).start()
    pump(b, a)


def text(c, ssh):
    c.sendall(b"This machine is private.\r\n\r\nLeave now, or be recorded\n")
    join(c, socket.create_connection(ssh))


def proxy(c, ssh):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += c.recv(65536)
    c.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    join(c, socket.create_connection(ssh))


def reverse(c, ssh):
    peer = c.getpeername()[0]
    c.close()
    join(socket.create_connection((peer, 2300)), socket.create_connection(ssh))


def serve(addr):
    def run(door, way):
        while True:
            threading.Thread(target=way, args=(door.accept()[0], (addr, 22)), daemon=True).start()
    for port, way in ((2223, text), (3128, proxy), (2224, reverse)):
        threading.Thread(target=run, args=(socket.create_server((addr, port)), way), daemon=True).start()
    print("ready", flush=True)
    threading.Event().wait()


def standard(s):
    """The connection as ssh's standard input and output."""
    def out():
        while data := s.recv(65536):
            os.write(1, data)
        os._exit(0)
    threading.Thread(target=out, daemon=True).start()
    while data := os.read(0, 65536):
        s.sendall(data)
    s.shutdown(socket.SHUT_WR)
    threading.Event().wait(5)


def connect(addr):
    s = socket.create_connection((addr, 3128))
    s.sendall(b"CONNECT private.example:22 HTTP/1.1\r\nHost: private.example:22\r\n\r\n")
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += s.recv(1)
    standard(s)


def back(addr, own):
    door = socket.create_server((own, 2300))
    socket.create_connection((addr, 2224)).close()
    standard(door.accept()[0])


{"serve": serve, "connect": connect, "back": back}[sys.argv[1]](*sys.argv[2:])
