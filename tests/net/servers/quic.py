# SPDX-License-Identifier: MIT
"""QUIC: ngtcp2's client, its server and caddy's, with what the client printed as the truth."""
import re

from place import PEER, Failed

needs = ["gtlsserver", "gtlsclient", "caddy"]
PORTS = (443, 5060)
RETRY = 4436			# validates addresses
CADDY = 8443
V1, V2_DRAFT, RESERVED = "0x00000001", "0x709a50c4", "0x1a2a3a4a"
CADDYFILE = """{{
	admin off
	auto_https off
	servers {{
		protocols h1 h2 h3
	}}
}}
https://:{port} {{
	bind {peer}
	tls {w}/cert.pem {w}/key.pem
	respond /file "some text" 200
}}
"""
# The client names a host whose address it finds in a hosts file of its own; `ip netns exec` gave it mounts.
NAMED = 'printf "%s %s\\n" "$0" "$1" >"$2" && mount --bind "$2" /etc/hosts && shift 2 && exec "$@"'


def serve(place):
    for port in PORTS + (RETRY,):
        place.server("quic-%d" % port, "gtlsserver", "-q", "-d", place.folder, *(["-V"] if port == RETRY else []),
                     PEER, port, place.path("key.pem"), place.path("cert.pem"))
    conf = place.write("Caddyfile3", CADDYFILE.format(port=CADDY, peer=PEER, w=place.folder))
    place.server("caddy3", "caddy", "run", "--adapter", "caddyfile", "--config", conf,
                 env={"HOME": place.folder, "XDG_DATA_HOME": place.folder, "XDG_CONFIG_HOME": place.folder})
    return ["udp:%d" % p for p in PORTS + (RETRY, CADDY)]


def ask_one(place, port, name, *more, version=V1):
    out = place.client("sh", "-c", NAMED, PEER, name, place.path("hosts"), "gtlsclient", "--no-quic-dump",
                       "--no-http-dump", "--exit-on-all-streams-close", *more, name, port,
                       "https://%s:%d/file" % (name, port))
    if version != RESERVED and "[:status: 200]" not in out:
        raise Failed("gtlsclient %s: %s" % (name, out[-400:]))
    negotiated = re.search(r"negotiated version is (\w+)", out)
    if negotiated and negotiated[1] != version:
        raise Failed("gtlsclient %s: version %s" % (name, negotiated[1]))
    place.count("quic", port, name, "h3")
    place.count("flow", port, "quic", "v1" if version == V1 else version, name)
    return out


def ask(place):
    for port in PORTS:
        for n in range(3):
            ask_one(place, port, "quic%d.example" % n)
        ask_one(place, port, "v2.example", "-v", "v2draft", version=V2_DRAFT)
        kept = ["--session-file=" + place.path("session-%d" % port), "--tp-file=" + place.path("tp-%d" % port)]
        ask_one(place, port, "first.example", *kept)
        if "type=0RTT" not in ask_one(place, port, "early.example", *kept):
            raise Failed("no 0-RTT")
        ask_one(place, port, "long-" + "x" * 58 + ".example", "--groups=-GROUP-ALL:+GROUP-SECP521R1")
    if "type=Retry" not in ask_one(place, RETRY, "retry.example"):
        raise Failed("no Retry")
    if "type=VN" not in ask_one(place, PORTS[0], "reserved.example", "-v", RESERVED, version=RESERVED):
        raise Failed("no version negotiation")
    ask_one(place, CADDY, "caddy.example")
