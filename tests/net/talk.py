#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Real HTTP, DNS and TLS between two hosts of a test, counted by the client.

  talk.py serve ADDRESS CERT KEY     HTTP 80, HTTPS 443, DNS 53 (UDP and TCP); prints "ready"
  talk.py ask ADDRESS SECONDS        asks all the time; prints what it did as one JSON object
  talk.py send ADDRESS PORT OCTETS   one TCP transfer; prints the octets, and those sent once more
  talk.py sink ADDRESS PORT          takes one TCP transfer in; prints "ready", then the octets

A name rcodeN.example asks for that response code, a path /NNN for that status.
Only the standard library.
"""
import collections
import http.client
import http.server
import json
import socket
import ssl
import struct
import sys
import threading
import time

RCODES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 5: "REFUSED"}
STATUSES = (200, 200, 204, 301, 404, 500)
METHODS = ("GET", "POST", "HEAD")
BYTES_RETRANS = 208                         # of struct tcp_info, linux/tcp.h since Linux 4.19


class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status = int(self.path[1:4])
        body = b"" if status == 204 else b"x" * 20000
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_HEAD = answer

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


def dns_answer(query):
    end = 12
    while query[end]:
        end += query[end] + 1
    question = query[12:end + 5]
    rcode = int(query[18:19])               # \x0drcodeN: the digit
    answers = 1 if rcode == 0 else 0
    head = query[:2] + struct.pack("!HHHHH", 0x8580 | rcode, 1, answers, 0, 0)
    record = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + socket.inet_aton("192.0.2.80")
    return head + question + record * answers


def exactly(s, n):
    data = b""
    while len(data) < n:
        piece = s.recv(n - len(data))
        if not piece:
            raise OSError("closed")
        data += piece
    return data


def dns_udp(address):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((address, 53))
    while True:
        query, peer = s.recvfrom(4096)
        s.sendto(dns_answer(query), peer)


def dns_tcp(address):
    s = socket.create_server((address, 53))
    while True:
        c, _ = s.accept()
        try:
            while True:
                query = exactly(c, struct.unpack("!H", exactly(c, 2))[0])
                answer = dns_answer(query)
                c.sendall(struct.pack("!H", len(answer)) + answer)
        except OSError:
            c.close()


def serve(address, cert, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    plain, secret = Server((address, 80), Page), Server((address, 443), Page)
    secret.socket = context.wrap_socket(secret.socket, server_side=True, do_handshake_on_connect=False)
    for target in (plain.serve_forever, secret.serve_forever, lambda: dns_tcp(address)):
        threading.Thread(target=target, daemon=True).start()
    threading.Timer(0.3, lambda: print("ready", flush=True)).start()
    dns_udp(address)


def query(number, rcode):
    name = b"\x06rcode%d\x07example\0" % rcode
    return struct.pack("!HHHHHH", number & 0xffff, 0x0100, 1, 0, 0, 0) + name + struct.pack("!HH", 1, 1)


def ask_dns(address, number, rcode, did):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(3)
        s.sendto(query(number, rcode), (address, 53))
        s.recv(4096)
    did["rcode"][RCODES[rcode]] += 1


def ask_dns_tcp(address, number, did):
    """Two queries in one segment on one connection."""
    with socket.create_connection((address, 53), 3) as s:
        one, two = query(number, 0), query(number + 1, 3)
        s.sendall(struct.pack("!H", len(one)) + one + struct.pack("!H", len(two)) + two)
        for _ in range(2):
            exactly(s, struct.unpack("!H", exactly(s, 2))[0])
    did["rcode"]["NOERROR"] += 1
    did["rcode"]["NXDOMAIN"] += 1


def ask_http(address, turn, did):
    """Several exchanges on one connection."""
    c = http.client.HTTPConnection(address, 80, timeout=3)
    for i in range(3):
        method, status = METHODS[(turn + i) % len(METHODS)], STATUSES[(turn + i) % len(STATUSES)]
        c.request(method, "/%d" % status, body=b"y" * 100 if method == "POST" else None,
                  headers={"Host": "www.example"})
        c.getresponse().read()
        did["method"][method] += 1
        did["status"]["%dxx" % (status // 100)] += 1
    c.close()


def ask_tls(address, turn, did):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if turn % 2:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    c = http.client.HTTPConnection(address, 443, timeout=3)
    c.sock = context.wrap_socket(socket.create_connection((address, 443), 3), server_hostname="www.example")
    did["tls"][c.sock.version()] += 1
    c.request("GET", "/200", headers={"Host": "www.example"})
    c.getresponse().read()
    c.close()


def ask(address, seconds):
    did = {k: collections.Counter() for k in ("rcode", "method", "status", "tls")}
    end, turn = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        for rcode in RCODES:
            ask_dns(address, turn * 10 + rcode, rcode, did)
        ask_dns_tcp(address, turn * 10, did)
        ask_http(address, turn, did)
        ask_tls(address, turn, did)
        turn += 1
        time.sleep(0.02)
    print(json.dumps(did))


def send(address, port, octets):
    piece = b"z" * 65536
    with socket.create_connection((address, port), 10) as s:
        left = octets
        while left:
            left -= s.send(piece[:min(left, len(piece))])
        s.shutdown(socket.SHUT_WR)
        s.settimeout(20)
        s.recv(1)                           # the sink has everything: no more retransmissions
        info = s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        print(octets, *struct.unpack_from("=Q", info, BYTES_RETRANS))


def sink(address, port):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    s = socket.create_server((address, port), family=family)
    s.settimeout(20)
    print("ready", flush=True)
    c, _ = s.accept()
    total = 0
    while True:
        n = len(c.recv(1 << 20))
        if not n:
            break
        total += n
    print(total, flush=True)


def main(words):
    commands = {"serve": serve, "ask": lambda a, s: ask(a, float(s)),
                "send": lambda a, p, n: send(a, int(p), int(n)), "sink": lambda a, p: sink(a, int(p))}
    commands[words[1]](*words[2:])


if __name__ == "__main__":
    main(sys.argv)
