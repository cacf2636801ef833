# SPDX-License-Identifier: MIT
"""HTTP/1: nginx, spoken to by curl and by a pipelining socket; its own log agrees."""
import collections
import re

from place import PEER, Failed

needs = ["nginx", "curl"]
PORTS = (80, 5432)		# a usual one, and one where another protocol is expected
TUNNEL = 8118			# answers CONNECT
PIPELINE = r"""
import socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 5)
s.sendall(sys.argv[3].encode().decode("unicode_escape").encode("latin1"))
while s.recv(65536):
    pass
"""

CONFIGURATION = """
daemon off; worker_processes 1; pid {w}/nginx.pid; error_log {w}/nginx.error;
events {{ worker_connections 256; }}
http {{
  log_format log '$server_port $server_protocol $request_method $http_host $status';
  access_log {w}/nginx.access log;
  client_body_temp_path {w}/nginx-body; proxy_temp_path {w}/nginx-proxy;
  fastcgi_temp_path {w}/nginx-fastcgi; uwsgi_temp_path {w}/nginx-uwsgi; scgi_temp_path {w}/nginx-scgi;
  default_type text/plain; lingering_close off;
  ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate {w}/cert.pem; ssl_certificate_key {w}/key.pem;
  server {{
    {listen}
    server_name _;
    location = /200 {{ return 200 "some text\\n"; }}
    location = /204 {{ return 204; }}
    location = /301 {{ return 301 /200; }}
    location = /304 {{ return 304; }}
    location = /500 {{ return 500; }}
    location = /503 {{ return 503; }}
    location = /trailers {{ add_trailer X-Trailer v; alias {w}/file; }}
    location = /file {{ alias {w}/file; }}
  }}
}}
"""
TLS_PORTS = (443, 6379)		# with HTTP/2 in TLS
CLEAR_H2_PORTS = (8080, 3306)	# HTTP/2 with prior knowledge


def serve(place):
    with open(place.path("file"), "wb") as f:
        f.write(b"0123456789abcdef" * 20000)
    listen = ["listen %d;" % p for p in PORTS]
    listen += ["listen %d ssl http2;" % p for p in TLS_PORTS]
    listen += ["listen %d http2;" % p for p in CLEAR_H2_PORTS]
    place.server("nginx", "nginx", "-e", place.path("nginx.error"), "-c", place.write(
        "nginx.conf", CONFIGURATION.format(w=place.folder, listen="\n    ".join(listen))))
    return ["tcp:%d" % p for p in PORTS + TLS_PORTS + CLEAR_H2_PORTS]


def curl(place, port, *requests, more=()):
    """Requests (host, METHOD, path, status, arguments) one after the other on one connection."""
    words = []
    for n, (host, method, path, _, arguments) in enumerate(requests):
        words += ["--next"] if n else []
        words += ["-s", "-o", "/dev/null", "-w", "%{http_code} %{num_connects}\n", "--http1.1"]
        words += {"HEAD": ["-I"], "POST": []}.get(method, ["-X", method])
        words += ["-H", "Host: " + host, *arguments, "http://%s:%d%s" % (PEER, port, path)]
    got = [line.split() for line in place.client("curl", *words, *more).splitlines()]
    if [status for status, _ in got] != [str(r[3]) for r in requests]:
        raise Failed("curl to port %d got %s" % (port, got))
    for host, method, _, status, _ in requests:
        place.count("http", port, method, host, status)
    for (_, connects), (host, method, _, status, _) in zip(got, requests):
        if connects == "1":			# nginx closes after some errors
            place.count("flow", port, "http", host, method)


def statuses(place, port):
    name = "www.example"
    curl(place, port, *[(name, "GET", "/%d" % s, s, ()) for s in (200, 204, 304, 404, 500, 301, 503)],
         (name, "HEAD", "/200", 200, ()), (name, "HEAD", "/file", 200, ()), (name, "GET", "/200", 200, ()))


def bodies(place, port):
    """Large ones end a connection: a head behind them may lie in what SnapLen cuts off a super-packet."""
    name, body = "bodies.example:%d" % port, ["--data-binary", "@" + place.path("file")]
    curl(place, port,
         (name, "POST", "/200", 200, ["-d", "a=b"]),
         (name, "POST", "/200", 200, ["-H", "Transfer-Encoding: chunked", "-d", "a=b"]),
         (name, "POST", "/200", 200, ["-H", "Expect: 100-continue", "-d", "a=b"]),
         (name, "OPTIONS", "/200", 200, ()), (name, "DELETE", "/204", 204, ()),
         (name, "PUT", "/200", 200, ["-d", "c=d"]),
         (name, "GET", "/trailers", 200, ["-H", "TE: trailers"]),
         (name, "GET", "/file", 206, ["-r", "100-99999"]),
         (name, "GET", "/file", 200, ()))
    curl(place, port, (name, "POST", "/200", 200, body))
    curl(place, port, (name, "POST", "/200", 200, ["-H", "Transfer-Encoding: chunked"] + body))
    curl(place, port, (name, "POST", "/200", 200, ["-H", "Expect: 100-continue"] + body))


def many(place, port):
    """A connection each, to several names."""
    for n in range(8):
        curl(place, port, ("host%d.example" % n, "GET", "/file", 200, ()))


def pipelined(place, port):
    asked = [("GET", 200), ("HEAD", 200), ("GET", 304), ("GET", 404), ("HEAD", 404), ("GET", 204), ("GET", 200)]
    text = ""
    for n, (method, status) in enumerate(asked):
        close = "Connection: close\r\n" if n == len(asked) - 1 else ""
        text += "%s /%d HTTP/1.1\r\nHost: pipe%d.example\r\n%s\r\n" % (method, status, n, close)
        place.count("http", port, method, "pipe%d.example" % n, status)
    place.client("/usr/bin/python3", "-c", PIPELINE, PEER, port, text)
    place.count("flow", port, "http", "pipe0.example", asked[0][0])


def old(place, port):
    """HTTP/1.0: the end of the connection ends the body; and what is no request."""
    place.client("/usr/bin/python3", "-c", PIPELINE, PEER, port, "GET /file HTTP/1.0\r\nHost: old.example\r\n\r\n")
    place.count("http", port, "GET", "old.example", 200)
    place.client("/usr/bin/python3", "-c", PIPELINE, PEER, port, "GET /200 HTTP/1.1\r\n\r\n")
    place.count("http", port, "GET", None, 400)
    place.count("flow", port, "http", "old.example", "GET")
    place.count("flow", port, "http", None, "GET")


def ask(place):
    for port in PORTS:
        statuses(place, port)
        bodies(place, port)
        many(place, port)
        pipelined(place, port)
        old(place, port)


def agrees(place):
    """nginx's log of HTTP/1 tells the same exchanges as the clients."""
    log, did = collections.Counter(), collections.Counter()
    for line in place.read("nginx.access").splitlines():
        port, version, method, host, status = line.split()
        if int(port) in PORTS and re.fullmatch(r"HTTP/1\.[01]", version):
            log["http", int(port), method, None if host == "-" else host, int(status)] += 1
    for key, n in place.did.items():
        if key[0] == "http" and key[1] in PORTS:
            did[key] = n
    if log != did:
        raise Failed("nginx tells %s, the clients %s" % (dict(log - did), dict(did - log)))
