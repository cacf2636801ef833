#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""expect.py NETFLOWSCOPE - what must be read from the captures of make.py, which says what it wrote.

A flow is (initiator, app, name, version), then its packets of both sides; a name is
one of a `quic` line; a figure is a metric's sum. tshark, where it is installed, must
read the same names from the same packets.
"""
import json
import shutil
import subprocess
import sys

C, MOVED = "10.0.0.1", "10.0.0.77"
NONE = (None, None, None)
V = "tls/connections-quic_"
ONE = {V + "v1": 1}
LATER = dict(ONE, **{"tls/response_time-handshake_p50": 0.021})


def q(name, version="v1"):
    return ("quic", name, version)


# name: flows, quic lines' names, figures (others of tls/ and quic must not be there)
CASES = {
    # (a) Initial, 0-RTT, Handshake and a short header coalesced: all of one flow.
    "a_coalesced": ([(C, *q("a.example"), 1, 1)], ["a.example"], ONE),
    # (b) What follows the last packet is neither malformed nor another packet.
    "b_garbage": ([(C, *q("b.example"), 1, 1)], ["b.example"], ONE),
    # (c) CRYPTO in any order, twice, overlapping with a new tail; 11 KB.
    "c_overlap": ([(C, *q("c.example"), 4, 0)], ["c.example"], {}),
    "c_shuffled": ([(C, *q("shuffled.example"), 1, 0)], ["shuffled.example"], {}),
    "c_large": ([(C, *q("large.example"), 12, 0)], ["large.example"], {}),
    # (d) Keys of the first id for the server, and for what goes to the id that it chose.
    "d_other_id": ([(C, *q("d.example"), 2, 2)], ["d.example"], ONE),
    # (e) Retry: new keys, one flow, one hello; its time does not count. A forged one is none.
    "e_retry": ([(C, *q("e.example"), 2, 2)], ["e.example"], dict(ONE, **{"tls/operations-quic_retry": 1})),
    "e_forged": ([(C, *q("forged.example"), 1, 2)], ["forged.example"], ONE),
    # (f) Version negotiation: another version, other keys, other types; or none at all.
    "f_negotiation": ([(C, *q("f.example", "v2"), 2, 2)], ["f.example"] * 2,
                      {V + "v2": 1, "tls/operations-quic_version_negotiation": 1}),
    "f_reserved": ([(C, *q("reserved.example", "0x1a2a3a4a"), 1, 1)], ["reserved.example"],
                   {"tls/operations-quic_version_negotiation": 1}),
    "f_compatible": ([(C, *q("compatible.example", "v2"), 1, 1)], ["compatible.example"],
                     {V + "v2": 1}),
    # (g) 0-RTT in front of the Initial, or alone: no name, no time.
    "g_early_first": ([(C, *q("g.example"), 2, 1)], ["g.example"], ONE),
    "g_early_only": ([(C, *q(None), 3, 0)], [], {}),
    # (h) The same id from another address is the same connection; another id cannot be known.
    "h_rebound": ([(C, *q("h.example"), 2, 1), (MOVED, *q("h.example"), 4, 4)], ["h.example"],
                  dict(LATER, **{"tls/operations-quic_migrated": 1})),
    "h_new_id": ([(C, *q("h.example"), 2, 1), (MOVED, *NONE, 4, 0)], ["h.example"], LATER),
    # (i) The fixed bit may be 0 once the flow is known (RFC 9287).
    "i_fixed_bit": ([(C, *q("i.example"), 2, 2)], ["i.example"], ONE),
    # (j) The client's max_idle_timeout, 180 s at the most: 40 s, 600 s, none.
    "j_idle": ([("10.0.1.1", *q("j0.example"), n, m) for n, m in ((2, 1), (1, 0), (1, 0))] +
               [("10.0.1.%d" % (i + 1), *q("j%d.example" % i), n, m) for i in (1, 2) for n, m in ((3, 1), (1, 0))],
               ["j0.example", "j1.example", "j2.example"], None),
    # (k) A client's first datagram of less than 1200 octets is read, and counted.
    "k_short_datagram": ([(C, *q("k.example"), 1, 1)], ["k.example"],
                         dict(ONE, **{"self/operations-quic_short_initial": 1})),
    # (l) Short headers alone tell nothing.
    "l_midstream": ([(C, *NONE, 8, 8)], [], {}),
    # Row 4.13: from the first hello, a Retry's round trip with it, until the client's first packet behind the
    # handshake: alone, coalesced, or after Retry. Half of them take 90 ms at the most.
    "complete": ([("10.0.7.%d" % n, *q("complete%d.example" % n), 2 + (n != 2) + (n == 3), 2 + (n == 3)) for n in (1, 2, 3)],
                 ["complete%d.example" % n for n in (1, 2, 3)],
                 {V + "v1": 3, "tls/operations-quic_retry": 1, "tls/response_time-handshake_p50": 0.090}),
    # Row 4.9: closed in an Initial, gone after 10 s; no handshake.
    "closed": ([(C, *q("closed.example"), 1, 1), ("10.0.0.2", *NONE, 1, 0)], ["closed.example"], {}),
    # RFC 9001, A.2; RFC 9369, A.2.
    "rfc": ([("10.0.6.1", *q("example.com"), 1, 0), ("10.0.6.2", *q("example.com", "v2"), 1, 0)], ["example.com"] * 2, {}),
    # The ninth is SSDP.
    "lookalikes": ([("10.0.5.%d" % n, {5: "stun", 9: "ssdp"}.get(n), *NONE[1:], 1, 0) for n in range(1, 11)], [], {}),
}
# Row 4.13: microseconds from a hello to its answer, without 0-RTT, Retry and version negotiation.
RTT = {"d_other_id": [50000], "f_negotiation": [30000], "complete": [20000, 50000, 20000], "j_idle": [20000] * 3,
       **{name: [20000] for name in ("a_coalesced b_garbage e_retry e_forged f_compatible g_early_first h_rebound "
                                     "h_new_id i_fixed_bit k_short_datagram").split()}}
TEXT = {1: "v1", 0x6b3343cf: "v2", 0x709a50c4: "0x709a50c4", 0xfaceb001: "0xfaceb001", 0xfaceb002: "0xfaceb002",
        **{0xff000000 + d: "draft-%d" % d for d in range(22, 35)}}
# Row 4.13: until the client's first packet behind the handshake.
HANDSHAKE = {"complete": {"10.0.7.1": 45000, "10.0.7.2": 90000, "10.0.7.3": 125000},
             "h_rebound": {C: 21000}, "h_new_id": {C: 21000},
             "j_idle": {"10.0.1.%d" % n: 21000 for n in (1, 2, 3)}}
GOOGLE = ["T050", "T051", "Q050", "Q035", "Q039", "Q043", "Q046"]
VERSIONS = [("10.0.2.%d" % (n + 1), v, text) for n, (v, text) in enumerate(TEXT.items())] + \
    [(at, int.from_bytes(t.encode(), "big"), t)
     for at, t in zip(["10.0.3.1", "10.0.3.2", "10.0.4.1", "10.0.4.2", "10.0.4.3", "10.0.4.4", "10.0.4.5"], GOOGLE)]
CASES["versions"] = ([(at, *q("v%08x.example" % v, text), 1, 0) for at, v, text in VERSIONS],
                     ["v%08x.example" % v for _, v, _ in VERSIONS], {})
# What tshark 4.0 cannot: keys of these versions, the draft of version 2, a reserved version of ours.
BEYOND = {"v709a50c4.example", "reserved.example", "compatible.example"}


def run(*argv):
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout


def check(tool, name):
    flows, hellos, figures = CASES[name]
    lines = [json.loads(x) for x in run(tool, "read", name + ".pcap", "--json").splitlines()]
    got = [tuple(o.get(k) for k in ("initiator", "app", "tls_sni", "quic_version", "packets_initiator",
                                    "packets_responder")) for o in lines if o["event"] == "flow"]
    assert sorted(map(str, got)) == sorted(map(str, flows)), "flows %s" % got
    names = [o.get("sni") for o in lines if o["event"] == "quic"]
    assert names == hellos, "hellos %s" % names
    assert all(o.get("ja4", "q").startswith("q") for o in lines)
    rtt = [o["rtt_us"] for o in lines if o["event"] == "flow" and "rtt_us" in o]
    assert rtt == RTT.get(name, []), "rtt_us %s" % rtt
    times = {o["initiator"]: o["tls_handshake_us"] for o in lines if "tls_handshake_us" in o}
    assert times == HANDSHAKE.get(name, {}), "tls_handshake_us %s" % times
    moved = [o.get("quic_migrated_from") for o in lines if o["event"] == "flow" and o["initiator"] == MOVED]
    assert name != "h_rebound" or moved == [C + ":40000"], moved
    if figures is None:
        return
    sums = {}
    for x in run(tool, "read", "--metrics", "--local", "10.0.0.2/32", name + ".pcap").splitlines():
        _, key, value = x.split()
        key = key[len("netflowscope-"):]
        if (key.startswith("tls/") or "quic_short" in key) and not key.endswith(("_p90", "_p99")):
            sums[key] = max(sums.get(key, 0), float(value))
    assert set(sums) == set(figures), sums
    for key, want in figures.items():
        assert abs(sums[key] - want) <= want * 0.04, (key, sums[key])  # a histogram's cell is 1/32 wide


def by_tshark(name):
    out = run("tshark", "-r", name + ".pcap", "-o", "quic.reassemble_crypto_out_of_order:TRUE", "-T", "fields",
              "-e", "tls.handshake.extensions_server_name", "-e", "gquic.tag.sni")
    theirs = {x for x in out.replace("\t", "\n").replace(",", "\n").split("\n") if x}
    ours = {x for x in CASES[name][1] if x} - BEYOND
    assert ours == theirs - BEYOND, "tshark has %s" % sorted(theirs ^ ours)


bad = 0
for case in CASES:
    try:
        check(sys.argv[1], case)
        if shutil.which("tshark"):
            by_tshark(case)
        print("ok quic:", case)
    except AssertionError as e:
        print("not ok quic: %s: %s" % (case, e))
        bad = 1
sys.exit(bad)
