# SPDX-License-Identifier: MIT
"""Our lines in the form in which the clients' doings are counted, and what differs."""
import collections
import json
import statistics

FLOW_KEYS = {"http": ("http_host", "http_method"), "http2": ("http_host", "http_method"),
             "tls": ("tls_version", "tls_sni"), "dtls": ("dtls_version", "dtls_sni"), "ssh": ("ssh_client", "ssh_server"),
             "quic": ("quic_version", "tls_sni")}


def form(o):
    """A line as tuples (event, server's port, ...) of which some clients count some."""
    event, port = o["event"], o.get("responder_port")
    if event == "http":
        yield event, port, o.get("method"), o.get("host"), o.get("status")
    elif event in ("tls", "dtls", "quic"):
        yield event, port, o.get("sni"), o.get("alpn")
    elif event == "ssh":
        yield event, port, o.get("client"), o.get("server")
    elif event == "operation":
        yield event, port, o["app"], o.get("operation"), o.get("error")
    elif event == "dns":
        yield (event, o["proto"], o["qr"], o["name"].lower(), o.get("qtype"), o.get("rcode"),
               tuple(sorted(o.get("answers", []))))
    elif event == "flow" and "app" in o:
        yield (event, port, o["app"]) + tuple(o.get(k) for k in FLOW_KEYS.get(o["app"], ()))
        yield ("handshake", port, o.get("tls_sni")) + tuple(
            o.get(k) for k in ("tls_cipher", "tls_group", "tls_alpn_chosen", "resumed", "cert_not_after"))


def lines(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def kind(t):
    """Event and port; of some the application too, as two may speak on one port, of a handshake its name."""
    return t[:3] if t[0] in ("flow", "handshake", "operation") else t[:2]


def counted(path, did):
    """Our events of the kinds of those in did."""
    wanted = set(map(kind, did))
    got = collections.Counter()
    for o in lines(path):
        got.update(t for t in form(o) if kind(t) in wanted)
    return got


def differences(did, got):
    """Up to eight texts."""
    out = ["the client did %d times what we saw %d times: %s" % (n, got[k], " ".join(map(str, k)))
           for k, n in sorted(did.items(), key=str) if got[k] != n]
    out += ["we saw %d times what no client did: %s" % (n, " ".join(map(str, k)))
            for k, n in sorted(got.items(), key=str) if k not in did]
    return out[:8] + (["and %d more" % (len(out) - 8)] if len(out) > 8 else [])


def times(path, port, app, operation, theirs):
    """Our median time of the operation and the clients' (seconds), who measured the last ones of that kind: within
    10 %, and 2 ms of a client's own work."""
    ours = [o.get("latency_us", 0) / 1e6 for o in lines(path) if o["event"] == "operation" and
            (o["responder_port"], o["app"], o.get("operation")) == (port, app, operation)]
    ours = ours[-len(theirs):]
    if len(ours) != len(theirs):
        return False, "%d answers, the clients had %d" % (len(ours), len(theirs))
    a, b = statistics.median(ours), statistics.median(theirs)
    return abs(a - b) <= b / 10 + 0.002, "median %.1f ms, the clients' %.1f ms" % (a * 1e3, b * 1e3)


# Of a flow, what does not hang on the order and the times of its packets, which differ between two captures
# of them; nor on a response's last octet, which SnapLen may cut off a super-packet (http_status).
SAME = ("proto", "vlan", "initiator", "responder", "packets_", "bytes_", "app", "http_host", "http_method", "tls_",
        "dtls_", "quic_", "ssh_", "ja4", "cert_", "resumed")


def events(path):
    out = collections.Counter()
    for o in lines(path):
        if o["event"] in ("ready", "started", "summary", "listener") or o.get("proto") == "icmp6":
            continue		# neighbour discovery may fall between the two starts
        if o["event"] == "flow":
            o = {k: v for k, v in o.items() if k.startswith(SAME)}
        out[json.dumps({k: v for k, v in o.items() if k != "time" and not k.endswith("_us")}, sort_keys=True)] += 1
    return out
