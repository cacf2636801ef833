#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The traffic that contrib/quickstart makes, and its table.

  example.py serve ADDRESS CERT KEY      HTTP, DNS and TLS on their own ports
  example.py ask ADDRESS SECONDS NAME    asks such a server all the time
  example.py report CSVDIR HOST          what collectd wrote, in words and a table

Only the standard library.  Nothing but ADDRESS is spoken to.
"""
import glob
import http.client
import http.server
import os
import socket
import ssl
import struct
import sys
import threading
import time

PAGE = b"x" * 60000


class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self):
        found = self.path.startswith("/page")
        body = PAGE if found else b"no such page\n"
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


def name_end(query):
    at = 12
    while query[at]:
        at += query[at] + 1
    return at + 1


def dns(address):
    """Answers A with 192.0.2.80, and NXDOMAIN to names that begin with `no`."""
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((address, 53))
    while True:
        query, peer = s.recvfrom(2048)
        try:
            end = name_end(query)
            question = query[12:end + 4]
            missing = query[13:15] == b"no"
            head = query[:2] + struct.pack("!HHHHH", 0x8583 if missing else 0x8580, 1,
                                           0 if missing else 1, 0, 0)
            answer = b"" if missing else b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + \
                socket.inet_aton("192.0.2.80")
            s.sendto(head + question + answer, peer)
        except (IndexError, OSError):
            pass


def serve(address, cert, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    plain = Server((address, 80), Page)
    secret = Server((address, 443), Page)
    secret.socket = context.wrap_socket(secret.socket, server_side=True,
                                        do_handshake_on_connect=False)
    for target in (plain.serve_forever, secret.serve_forever):
        threading.Thread(target=target, daemon=True).start()
    print("ready", flush=True)
    dns(address)


def ask_name(address, name):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(1)
    labels = b"".join(bytes([len(p)]) + p.encode() for p in name.split("."))
    s.sendto(os.urandom(2) + struct.pack("!HHHHH", 0x0100, 1, 0, 0, 0) + labels +
             b"\0" + struct.pack("!HH", 1, 1), (address, 53))
    s.recv(2048)
    s.close()


def ask_page(connection, name, path):
    connection.request("GET", path, headers={"Host": name})
    connection.getresponse().read()
    connection.close()


def ask_secret(address, name, path):
    context = ssl.create_default_context()
    context.check_hostname = False          # the certificate is the example's own
    context.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPConnection(address, 443, timeout=3)
    connection.sock = context.wrap_socket(socket.create_connection((address, 443), 3),
                                          server_hostname=name)
    ask_page(connection, name, path)


def ask(address, seconds, name):
    end = time.monotonic() + seconds
    turn = 0
    failed = 0
    while time.monotonic() < end:
        for what in (lambda: ask_name(address, "no.%s" % name if turn % 4 == 3 else name),
                     lambda: ask_page(http.client.HTTPConnection(address, 80, timeout=3), name,
                                      "/nothing" if turn % 5 == 4 else "/page/%d" % turn),
                     lambda: ask_secret(address, name, "/page")):
            try:
                what()
            except OSError:
                failed += 1
        turn += 1
        time.sleep(0.1)
    print("%d turns, %d failed" % (turn, failed))
    return 1 if failed > turn else 0


# --- report ---


def last(path):
    """Newest line of the newest day: the values behind its time."""
    rows = []
    for name in sorted(glob.glob(glob.escape(path) + "-[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]")):
        with open(name) as f:
            rows += [line.strip().split(",") for line in f][1:]
    rows = [[float(v) for v in row[1:]] for row in rows if "nan" not in row]
    return rows[-1] if rows else None


def octets(n):
    for unit in ("B", "KB", "MB", "GB"):
        if n < 1000 or unit == "GB":
            return "%d %s" % (n, unit) if unit == "B" else "%.1f %s" % (n, unit)
        n /= 1000


def read_all(csv, host):
    """{(family, group): {type[-instance]: values}}"""
    seen = {}
    base = os.path.join(csv, host)
    for folder in sorted(os.listdir(base)) if os.path.isdir(base) else []:
        if not folder.startswith("netflowscope-"):
            continue
        family, _, group = folder[len("netflowscope-"):].partition("-")
        for name in sorted({f[:-11] for f in os.listdir(os.path.join(base, folder))}):
            values = last(os.path.join(base, folder, name))
            if values:
                seen.setdefault((family, group), {})[name] = values
    return seen


def rows_of(seen, family):
    return [(group, values) for (f, group), values in seen.items() if f == family]


def counts(values, kind):
    """HTTP 2xx 40, 4xx 10"""
    named = [(k[len(kind) + 1:], v[0]) for k, v in values.items() if k.startswith(kind + "-") and v[0]]
    return ", ".join("%s %d" % (k, v) for k, v in named)


def line_of(title, group, values, out):
    traffic = values.get("if_octets")
    flows = sum(v[0] for k, v in values.items() if k.startswith("connections-"))
    if traffic and sum(traffic):
        out.append((title, group, octets(traffic[0]), octets(traffic[1]), "%d" % flows if flows else ""))


def report(csv, host):
    seen = read_all(csv, host)
    out = []
    if not seen:
        print("nothing was written by the plugin", file=sys.stderr)
        return 1
    for title, family in (("interface", "interface"), ("scope of the peer", "scope"),
                          ("application", "app"), ("process", "process")):
        for group, values in sorted(rows_of(seen, family),
                                    key=lambda r: -sum(r[1].get("if_octets", [0]))):
            line_of(title, group, values, out)
    heads = ("", "", "received", "sent", "flows")
    width = [max(len(r[i]) for r in out + [heads]) for i in range(5)]
    print("%-*s  %-*s  %*s  %*s  %*s" % sum(((w, h) for w, h in zip(width, heads)), ()))
    shown = None
    for row in out:
        row = ("" if row[0] == shown else row[0],) + row[1:]
        shown = row[0] or shown
        print("%-*s  %-*s  %*s  %*s  %*s" % sum(((w, c) for w, c in zip(width, row)), ()))
    print()
    for family, words in (("dns", (("queries", "dns_qtype"), ("answers", "dns_rcode"), ("errors", "errors"))),
                          ("http", (("requests", "http_request_methods"), ("answers", "http_response_codes"))),
                          ("tls", (("handshakes by version", "connections"),))):
        values = seen.get((family, ""), {})
        text = ["%s: %s" % (word, counts(values, kind)) for word, kind in words if counts(values, kind)]
        times = [(k, v[0]) for k, v in values.items() if k.startswith("response_time-") and k.endswith("p50")]
        text += ["median %.1f ms" % (v * 1000) for k, v in times if v == v]
        if text:
            print("%-4s  %s" % (family.upper(), "; ".join(text)))
    own = seen.get(("self", ""), {})
    print("\n%d packets captured, %d lost by the kernel." %
          (own.get("packets-captured", [0])[0], own.get("packets-dropped", [0])[0]))
    return 0 if any(r[0] == "application" for r in out) else 1


if __name__ == "__main__":
    command, rest = sys.argv[1], sys.argv[2:]
    if command == "serve":
        serve(*rest)
    elif command == "ask":
        sys.exit(ask(rest[0], float(rest[1]), rest[2]))
    elif command == "report":
        sys.exit(report(*rest))
    sys.exit(2)
