# SPDX-License-Identifier: MIT
"""Ways to a server: SOCKS5 (microsocks), SOCKS4 (Dante), CONNECT (tinyproxy), PROXY (HAProxy), WebSocket."""
from place import CLIENTS, HOST, PEER, Failed
import starttls

needs = ["microsocks", "danted", "tinyproxy", "haproxy", "nginx", "exim4", "openssl", "curl"]
SOCKS, SOCKS_USER, SOCKS4, TUNNEL, PROXY1, PROXY2, WEBSOCKET = 1080, 1081, 1082, 3128, 8445, 8446, 8765
INNER_TLS, INNER_HTTP, INNER_SMTP = 4443, 8000, 2525	# behind the proxies: never seen

TINYPROXY = """
Port {tunnel}
Listen {peer}
Timeout 30
MaxClients 20
LogFile "{w}/tinyproxy.say"
PidFile "{w}/tinyproxy.pid"
ConnectPort {tls}
ConnectPort {smtp}
"""
DANTE = """
logoutput: stderr
internal: {peer} port = {socks4}
external: {peer}
clientmethod: none
socksmethod: none
user.privileged: root
user.unprivileged: nobody
client pass {{ from: 0.0.0.0/0 to: 0.0.0.0/0 }}
socks pass {{ from: 0.0.0.0/0 to: 0.0.0.0/0 }}
"""
# Beside the client; it says to nginx who that is.
HAPROXY = """
defaults
  mode tcp
  timeout connect 5s
  timeout client 20s
  timeout server 20s
listen one
  bind {host}:{proxy1}
  server s {peer}:{proxy1} send-proxy
listen two
  bind {host}:{proxy2}
  server s {peer}:{proxy2} send-proxy-v2
"""
NGINX = """
daemon off; worker_processes 1; pid {w}/far.pid; error_log {w}/far.error;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {w}/far-body; proxy_temp_path {w}/far-proxy; fastcgi_temp_path {w}/far-fastcgi;
  uwsgi_temp_path {w}/far-uwsgi; scgi_temp_path {w}/far-scgi;
  ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate {w}/cert.pem; ssl_certificate_key {w}/key.pem;
  server {{
    listen {peer}:{proxy1} ssl proxy_protocol;
    listen {peer}:{proxy2} ssl proxy_protocol;
    default_type text/plain;
    location / {{ return 200 "$proxy_protocol_addr\n"; }}
  }}
}}
"""
SOCKET = r"""
import base64, hashlib, os, socket, sys
role, addr, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
def head(f):
    lines = []
    while (line := f.readline().strip()):
        lines.append(line.decode())
    return lines
def accept(key):
    return base64.b64encode(hashlib.sha1(key.encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()).decode()
if role == "serve":
    door = socket.create_server((addr, port))
    while True:
        s = door.accept()[0]
        f = s.makefile("rwb")
        key = [h.split(": ")[1] for h in head(f) if h.startswith("Sec-WebSocket-Key")][0]
        f.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Accept: %s\r\n\r\n" % accept(key).encode())
        f.flush()
        got = f.read(11)                        # a masked text of five octets
        f.write(b"\x81\x05" + bytes(a ^ b for a, b in zip(got[6:], got[2:6] * 2)))
        f.flush()
        f.read(1)
        s.close()
else:
    s = socket.create_connection((addr, port), 5)
    f = s.makefile("rwb")
    key = base64.b64encode(os.urandom(16)).decode()
    f.write(("GET /chat HTTP/1.1\r\nHost: socket.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n" % key).encode())
    f.flush()
    assert any(h == "Sec-WebSocket-Accept: " + accept(key) for h in head(f))
    f.write(b"\x81\x85abcd" + bytes(x ^ y for x, y in zip(b"hello", b"abcda")))
    f.flush()
    assert f.read(7) == b"\x81\x05hello"
"""


def serve(place):
    values = {"w": place.folder, "peer": PEER, "host": HOST, "tunnel": TUNNEL, "tls": INNER_TLS,
              "smtp": INNER_SMTP, "socks4": SOCKS4, "proxy1": PROXY1, "proxy2": PROXY2}

    def conf(name, text):
        return place.write(name, text.format(**values))
    starttls.open_files(place)
    place.server("inner-tls", "openssl", "s_server", "-www", "-accept", "%s:%d" % (PEER, INNER_TLS), "-cert",
                 place.path("cert.pem"), "-key", place.path("key.pem"))
    place.server("inner-http", "/usr/bin/python3", "-m", "http.server", "-b", PEER, INNER_HTTP,
                 cwd=place.path("empty"))
    starttls.exim(place, INNER_SMTP)
    place.server("microsocks", "microsocks", "-i", PEER, "-p", SOCKS)
    place.server("microsocks-user", "microsocks", "-i", PEER, "-p", SOCKS_USER, "-u", "me", "-P", "secret")
    place.server("danted", "danted", "-f", conf("danted.conf", DANTE), "-p", place.path("danted.pid"))
    place.server("tinyproxy", "tinyproxy", "-d", "-c", conf("tinyproxy.conf", TINYPROXY))
    place.server("haproxy", "haproxy", "-db", "-f", conf("haproxy.cfg", HAPROXY), space=CLIENTS)
    place.server("nginx-far", "nginx", "-e", place.path("far.error"), "-c", conf("far.conf", NGINX))
    place.server("websocket", "/usr/bin/python3", "-c", SOCKET, "serve", PEER, WEBSOCKET)
    return ["tcp:%d" % p for p in (SOCKS, SOCKS_USER, SOCKS4, TUNNEL, PROXY1, PROXY2, WEBSOCKET, INNER_TLS, INNER_HTTP,
                                   INNER_SMTP)]


def curl(place, *words, status="200"):
    out = place.client("curl", "-sSk", "--http1.1", "--tls-max", "1.2", "-o", "/dev/null", "-w", "%{http_code}",
                       *words, status=(0, 56) if status != "200" else (0,))
    if not out.endswith(status):
        raise Failed("curl %s: %s" % (" ".join(words), out))


def inside(place, port, name):
    """TLS was seen behind what came first."""
    place.count("tls", port, name, "http/1.1")
    place.count("flow", port, "tls", "1.2", name)


def socks(place):
    to = "%s:%d:%s:%d"
    for n, (port, option) in enumerate(((SOCKS, "socks5"), (SOCKS, "socks5-hostname"),
                                        (SOCKS_USER, "socks5"), (SOCKS_USER, "socks5-hostname"),
                                        (SOCKS4, "socks4"))):
        name = "socks%d.example" % n
        user = "me:secret@" if port == SOCKS_USER else ""
        way = ["--%s" % option, "%s%s:%d" % (user, PEER, port)]
        curl(place, *way, "--connect-to", to % (name, INNER_TLS, PEER, INNER_TLS),
             "https://%s:%d/" % (name, INNER_TLS))
        inside(place, port, name)
        curl(place, *way, "http://%s:%d/" % (PEER, INNER_HTTP))
        place.count("http", port, "GET", "%s:%d" % (PEER, INNER_HTTP), 200)
        place.count("flow", port, "http", "%s:%d" % (PEER, INNER_HTTP), "GET")


def tunnel(place):
    proxy = ["-x", "http://%s:%d" % (PEER, TUNNEL)]
    asked = "%s:%d" % (PEER, INNER_TLS)
    name = "tunnel.example"
    curl(place, *proxy, "--connect-to", "%s:%d:%s" % (name, INNER_TLS, asked), "https://%s:%d/" % (name, INNER_TLS))
    place.count("http", TUNNEL, "CONNECT", asked, 200)
    inside(place, TUNNEL, name)
    # What the proxy fetches by itself, and what it refuses.
    curl(place, *proxy, "http://%s:%d/" % (PEER, INNER_HTTP))
    place.count("http", TUNNEL, "GET", "%s:%d" % (PEER, INNER_HTTP), 200)
    place.count("flow", TUNNEL, "http", "%s:%d" % (PEER, INNER_HTTP), "GET")
    curl(place, *proxy, "https://%s:%d/" % (PEER, INNER_HTTP), status="000")
    place.count("http", TUNNEL, "CONNECT", "%s:%d" % (PEER, INNER_HTTP), 403)
    place.count("flow", TUNNEL, "http", "%s:%d" % (PEER, INNER_HTTP), "CONNECT")
    # Mail through the tunnel, in clear and with TLS in it.
    letter = place.write("letter-tunnel", "Subject: hello\r\n\r\nhello\r\n")
    mail = ["curl", "-sSk", "--proxytunnel", *proxy, "--tls-max", "1.2", "--mail-from", "a@b.example",
            "--mail-rcpt", "c@d.example", "-T", letter]
    place.client(*mail, "smtp://%s:%d/" % (PEER, INNER_SMTP))
    place.count("http", TUNNEL, "CONNECT", "%s:%d" % (PEER, INNER_SMTP), 200)
    place.count("flow", TUNNEL, "smtp")
    name = "mail-tunnel.example"
    place.client(*mail, "--ssl-reqd", "--connect-to", "%s:%d:%s:%d" % (name, INNER_SMTP, PEER, INNER_SMTP),
                 "smtp://%s:%d/" % (name, INNER_SMTP))
    place.count("http", TUNNEL, "CONNECT", "%s:%d" % (PEER, INNER_SMTP), 200)
    place.count("tls", TUNNEL, name, None)
    place.count("flow", TUNNEL, "tls", "1.2", name)


def introduced(place):
    for port in (PROXY1, PROXY2):
        name = "proxy%d.example" % port
        curl(place, "--connect-to", "%s:%d:%s:%d" % (name, port, HOST, port), "https://%s:%d/" % (name, port))
        inside(place, port, name)
        out = place.client("openssl", "s_client", "-connect", "%s:%d" % (HOST, port), "-tls1_3", "-servername",
                           "s_client." + name)
        if "New, TLSv1.3" not in out:
            raise Failed("s_client: " + out[-300:])
        place.count("tls", port, "s_client." + name, None)
        place.count("flow", port, "tls", "1.3", "s_client." + name)


def socket(place):
    for _ in range(2):
        place.client("/usr/bin/python3", "-c", SOCKET, "ask", PEER, WEBSOCKET)
        place.count("http", WEBSOCKET, "GET", "socket.example", 101)
        place.count("flow", WEBSOCKET, "websocket")


def ask(place):
    socks(place)
    tunnel(place)
    introduced(place)
    socket(place)
