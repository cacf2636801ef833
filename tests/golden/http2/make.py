#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make.py - makes http2.pcap anew; expect.py then says what tshark reads in it.

To be run as root in a network namespace of its own whose loopback device is up.  Needs
nghttp2-client, nghttp2-server, curl, tcpdump and python3-h2.  nghttpd serves files with
trailers and a push; a server of a few lines answers as gRPC does, after an upgrade, with
interim answers and resets.
"""
import os
import socket
import subprocess
import tempfile
import threading
import time

import h2.config
import h2.connection
import h2.events

work = tempfile.mkdtemp()
for name, size in (("a", 10), ("b", 3000), ("c", 0)):
    with open(os.path.join(work, name), "wb") as f:
        f.write(b"x" * size)


def answer(c, ev):
    h = {k.decode(): v.decode() for k, v in ev.headers}
    sid, path = ev.stream_id, h[":path"]
    if path.startswith("/grpc/"):
        code = path[6:]
        if code == "7":         # headers that are trailers, too
            c.send_headers(sid, [(":status", "200"), ("content-type", "application/grpc"),
                                 ("grpc-status", code)], end_stream=True)
            return
        c.send_headers(sid, [(":status", "200"), ("content-type", "application/grpc+proto")])
        c.send_data(sid, b"\0\0\0\0\5hello")
        c.send_headers(sid, [("grpc-status", code), ("grpc-message", "m")], end_stream=True)
    elif path == "/reset":
        c.reset_stream(sid, 2)
    elif path == "/early":
        c.send_headers(sid, [(":status", "103"), ("link", "</s>")])
        c.send_headers(sid, [(":status", "204")], end_stream=True)
    else:
        c.send_headers(sid, [(":status", "418"), ("x-long", "y" * 20000)])
        c.send_data(sid, b"z" * 100, end_stream=True)


def serve(s):
    c = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    text = s.recv(65536, socket.MSG_PEEK)
    if text.startswith(b"PRI"):
        c.initiate_connection()
        s.sendall(c.data_to_send())
    else:
        head = s.recv(65536).split(b"\r\n")
        settings = [line.split(b": ", 1)[1] for line in head if line.lower().startswith(b"http2-settings")][0]
        c.initiate_upgrade_connection(settings)
        s.sendall(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + c.data_to_send())
        c.send_headers(1, [(":status", "202"), ("server", "few-lines")])
        c.send_data(1, b"upgraded\n", end_stream=True)
        s.sendall(c.data_to_send())
    while data := s.recv(65536):
        for ev in c.receive_data(data):
            if isinstance(ev, h2.events.RequestReceived):
                answer(c, ev)
        s.sendall(c.data_to_send())
        time.sleep(0.01)
    s.close()


def server():
    listener = socket.create_server(("127.0.0.1", 8082))
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


dump = subprocess.Popen(["tcpdump", "--immediate-mode", "-i", "lo", "-U", "-s", "0", "-w", "http2.pcap", "tcp"],
                        stderr=subprocess.DEVNULL)
nghttpd = subprocess.Popen(["nghttpd", "--no-tls", "-d", work, "--trailer", "x-after: 1", "-p/a=/b", "8081"],
                           stdout=subprocess.DEVNULL)
threading.Thread(target=server, daemon=True).start()
time.sleep(1)
one, two = "http://127.0.0.1:8081", "http://127.0.0.1:8082"
for command in (
        ["nghttp", "-n", one + "/a", one + "/b", one + "/c", one + "/none"],
        ["nghttp", "-n", "-m", "4", "--continuation", "-b", "20", "-H", ":authority: pad.example.test", one + "/b"],
        ["nghttp", "-n", "-c", "256", "--encoder-header-table-size=100", "-H", ":method: PUT", "-d",
         work + "/b", "--trailer", "x-end: 2", one + "/c", one + "/a"],
        ["curl", "-s", "-o", work + "/o", "--http2-prior-knowledge", one + "/a", one + "/b", one + "/c",
         "-H", "Host: web.example.test", "-X", "BREW"],
        ["curl", "-s", "-o", work + "/o", "-I", "--http2-prior-knowledge", one + "/b"],
        ["curl", "-s", "-o", work + "/o", "--http2", two + "/up", two + "/early", two + "/other"],
        ["nghttp", "-n", "-H", "content-type: application/grpc", "-H", ":method: POST", "-d", work + "/a",
         two + "/grpc/0", two + "/grpc/5", two + "/grpc/7", two + "/grpc/14"],
        ["nghttp", "-n", two + "/reset", two + "/early", two + "/other"]):
    subprocess.run(command, stdout=subprocess.DEVNULL, timeout=10)
time.sleep(0.5)
nghttpd.terminate()
dump.terminate()
dump.wait()
