#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""compare.py TOOL CAPTURE... - `read --json` of captures of real programs against CAPTURE.json (truth.py)."""
import json
import os
import subprocess
import sys

TYPES = {"A": 1, "AAAA": 28, "TXT": 16, "HTTPS": 65}
RCODES = {"NOERROR": 0, "NXDOMAIN": 3, "REFUSED": 5}
QUIC = {"v1": 1}


def ours(tool, path):
    """The same form as truth.py's, by (protocol, ports); DNS lines have no ports: by their order."""
    out = subprocess.run([tool, "read", "--json", path], capture_output=True, text=True, check=True).stdout
    flows, told, dns = {}, {}, []
    for o in map(json.loads, out.splitlines()):
        if o["event"] == "dns":
            dns.append([o["proto"], [o["qr"], o["name"], TYPES[o["qtype"]], RCODES[o.get("rcode", "NOERROR")],
                                     sorted(o.get("answers", []))]])
            continue
        if "initiator_port" not in o:
            continue
        t = told.setdefault((o["proto"], o["initiator_port"], o["responder_port"]), {})
        if o["event"] == "http":
            t.setdefault("http", []).append([o.get("method"), o.get("host"), o.get("status")])
        elif o["event"] in ("tls", "quic"):
            t["hellos"] = t.get("hellos", 0) + 1
        elif o["event"] == "flow":
            flows[o["proto"], o["initiator_port"], o["responder_port"]] = t
            for key, label in (("app", "app"), ("sni", "tls_sni"), ("alpn", "tls_alpn"), ("tls", "tls_version")):
                if label in o:
                    t[key] = o[label].split(",")[0] if key == "alpn" else o[label]
            if "quic_version" in o:
                v = o["quic_version"]
                t["quic"] = QUIC[v] if v in QUIC else int(v, 0)
            if "ssh_client" in o:
                t["banners"] = [o["ssh_client"], o.get("ssh_server")]
    return flows, dns


def compare(tool, path):
    with open(path[:-5] + ".json", encoding="utf-8") as f:
        truth = json.load(f)
    flows, dns = ours(tool, path)
    wrong = []
    for proto, a, b, want in truth:
        got = flows.pop((proto, a, b), {})
        want_dns = [[proto, x] for x in want.pop("dns", [])]
        for x in want_dns:
            if x in dns:
                dns.remove(x)
            else:
                wrong.append("%s %d %d: DNS lacks %s" % (proto, a, b, x))
        for t in (want, got):		# streams side by side end in any order
            t["http"] = sorted(t.get("http", []), key=str)
        if got != want:
            wrong.append("%s %d %d: %s, tshark has %s" % (proto, a, b, got, want))
    wrong += ["no flow of tshark's: %s" % x for x in flows.items()] + ["no message of tshark's: %s" % x for x in dns]
    name = os.path.basename(path)
    for w in wrong:
        print("not ok %s: %s" % (name, w))
    if not wrong:
        print("ok %s: %d flows as tshark reads them" % (name, len(truth)))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(max([compare(sys.argv[1], path) for path in sys.argv[2:]]))
