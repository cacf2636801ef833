# SPDX-License-Identifier: MIT
"""HTTP/2 in clear: nginx, nghttpd and caddy, spoken to by curl, nghttp and h2load."""
import collections
import re

from place import PEER, Failed
from web import CLEAR_H2_PORTS

needs = ["nginx", "nghttpd", "nghttp", "h2load", "caddy", "curl"]
STATUSES = (200, 204, 304, 404, 500, 301, 503)
NGHTTPD, CADDY = 8082, 27017
CADDYFILE = """{{
	admin off
	auto_https off
	servers {{
		protocols h1 h2c
	}}
}}
http://:{port} {{
	bind {peer}
	respond /200 "some text" 200
	respond /404 404
	respond /204 204
}}
"""


def serve(place):
    place.server("nghttpd", "nghttpd", "--no-tls", "-a", PEER, "-d", place.folder, NGHTTPD)
    conf = place.write("Caddyfile", CADDYFILE.format(port=CADDY, peer=PEER))
    place.server("caddy", "caddy", "run", "--adapter", "caddyfile", "--config", conf,
                 env={"HOME": place.folder, "XDG_DATA_HOME": place.folder, "XDG_CONFIG_HOME": place.folder})
    return ["tcp:%d" % NGHTTPD, "tcp:%d" % CADDY]


def curl(place, port, host, method, path, status, *more):
    """A connection of one request: this curl cannot take one of HTTP/2 in clear again."""
    out = place.client("curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %{http_version}",
                       "--http2-prior-knowledge", *{"HEAD": ["-I"], "POST": []}.get(method, ["-X", method]),
                       "-H", "Host: " + host, *more, "http://%s:%d%s" % (PEER, port, path))
    if out != "%d 2" % status:
        raise Failed("curl %s %s: %s" % (method, path, out))
    place.count("http", port, method, host, status)
    place.count("flow", port, "http2", host, method)


def one_by_one(place, port):
    for status in STATUSES:
        curl(place, port, "www.example", "GET", "/%d" % status, status)
    curl(place, port, "head.example", "HEAD", "/file", 200)
    curl(place, port, "options.example", "OPTIONS", "/200", 200)
    curl(place, port, "delete.example", "DELETE", "/204", 204)


def side_by_side(place, port):
    """One connection, its dynamic table filling."""
    for method in ("GET", "HEAD"):
        name = method.lower() + ".side.example"
        nghttp(place, port, name, [("/%d?%d" % (s, n), s) for n in range(3) for s in STATUSES],
               "-H:method: " + method, method=method)


def at_once(place, port):
    """Streams side by side, of files larger than the window."""
    nghttp(place, port, "at-once.example", [("/file?%d" % n, 200) for n in range(12)])


def nghttp(place, port, name, paths, *more, method="GET"):
    """paths: (path, status); what nghttp -v prints agrees."""
    out = place.client("nghttp", "-nv", "-H:authority: " + name, *more,
                       *["http://%s:%d%s" % (PEER, port, path) for path, _ in paths])
    said = sorted(int(s) for s in re.findall(r"recv \(stream_id=\d+\) :status: (\d+)", out) if s != "100")
    if said != sorted(status for _, status in paths):
        raise Failed("nghttp %s: statuses %s" % (name, said))
    for _, status in paths:
        place.count("http", port, method, name, status)
    place.count("flow", port, "http2", name, method)


def ask(place):
    for port in CLEAR_H2_PORTS:
        one_by_one(place, port)
        side_by_side(place, port)
        at_once(place, port)
    for name, more in (("plain.example", []), ("padded.example", ["-b", "64"]), ("no-table.example", ["-c", "0"])):
        nghttp(place, NGHTTPD, name, [("/file?%d" % n, 200) for n in range(9)] + [("/none", 404)], *more)
    nghttp(place, NGHTTPD, "trailer.example", [("/file", 200)], "-d", place.path("cert.pem"), "--trailer", "x-end: 1",
           method="POST")
    curl(place, NGHTTPD, "form.example", "POST", "/file", 200, "-d", "a=b")
    curl(place, NGHTTPD, "upload.example", "POST", "/file", 200, "--data-binary", "@" + place.path("file"))
    curl(place, NGHTTPD, "long.example", "PUT", "/file", 200, "-H", "X-Long: " + "v" * 20000)
    load(place)
    upgraded(place)


def load(place):
    out = place.client("h2load", "-n", "120", "-c", "3", "-m", "10", "-H:authority: load.example",
                       "http://%s:%d/file" % (PEER, NGHTTPD))
    if "120 total, 120 started, 120 done, 120 succeeded" not in out:
        raise Failed("h2load: " + out[-500:])
    for _ in range(120):
        place.count("http", NGHTTPD, "GET", "load.example", 200)
    for _ in range(3):
        place.count("flow", NGHTTPD, "http2", "load.example", "GET")


def upgraded(place):
    """HTTP/1.1 asks for h2c, by the name in the URI: the answer to the first request is stream 1."""
    nghttp(place, CADDY, "known.example", [("/200", 200), ("/404", 404)])
    nghttp(place, CADDY, "%s:%d" % (PEER, CADDY), [("/200", 200), ("/404", 404), ("/204", 204)], "-u")


def agrees(place):
    """nginx's log of HTTP/2 in clear."""
    log, did = collections.Counter(), collections.Counter()
    for line in place.read("nginx.access").splitlines():
        port, version, method, host, status = line.split()
        if int(port) in CLEAR_H2_PORTS and version == "HTTP/2.0":
            log["http", int(port), method, host, int(status)] += 1
    for key, n in place.did.items():
        if key[0] == "http" and key[1] in CLEAR_H2_PORTS:
            did[key] = n
    if log != did:
        raise Failed("nginx tells %s, the clients %s" % (dict(log - did), dict(did - log)))
