#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Traffic for top.sh: `serve` takes, `talk` sends; then both hold what they opened.

One TCP connection to port 9100 sends 1,000,000 octets, one to 8080 asks by HTTP for a host whose
name is hostile, a UDP socket sends to 9200; the process that talks has a hostile name, too."""
import socket
import sys
import threading
import time


def take(connection):
    while connection.recv(65536):
        pass


def answer(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    take(connection)


def listen(address, port, handle):
    s = socket.create_server((address, port))

    def accept():
        while True:
            threading.Thread(target=handle, args=(s.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def serve(address):
    listen(address, 9100, take)
    listen(address, 8080, answer)
    u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    u.bind((address, 9200))
    print("ready", flush=True)
    while True:
        u.recv(2048)


def talk(address):
    listen("0.0.0.0", 7001, take)
    bulk = socket.create_connection((address, 9100))
    bulk.sendall(bytes(1000000))
    web = socket.create_connection((address, 8080))
    web.sendall(b"GET / HTTP/1.1\r\nHost: evil\x1b[31m\xc3\xa9.example\r\n\r\n")
    web.recv(4096)
    u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    u.connect((address, 9200))
    u.send(bytes(100))
    print("ready", flush=True)
    while True:
        time.sleep(3600)


{"serve": serve, "talk": talk}[sys.argv[1]](sys.argv[2])
