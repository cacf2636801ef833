#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What went wrong in TCP flows, beside what tshark's analysis says of the same captures.

  tcp_truth.py TOOL CAPTURES [-j JOBS] [--list]

Counts are compared for each 5-tuple and kind.  `raw` is agreement as it stands: the sum of the
smaller counts over the sum of the greater ones.  Where tshark guesses by time and the packets
themselves know better, its count is moved by a rule (docs/accuracy.md, TCP), each of which is an
independent reading of tshark's plain fields; `ruled` is agreement after that.  Fails below 95 %.
Status 77: no tshark.  Only the standard library.
"""
import collections
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys

BOUND = 0.95
MARKS = {"retransmission": "retransmits", "fast_retransmission": "fast_retransmits",
         "spurious_retransmission": "spurious_retransmits", "out_of_order": "out_of_order",
         "duplicate_ack": "dup_acks", "zero_window": "zero_windows", "window_full": "window_fulls",
         "keep_alive": "keepalives"}
PLAIN = ["tcp.stream", "frame.protocols", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport",
         "tcp.dstport", "tcp.flags", "tcp.seq", "tcp.ack", "tcp.len", "ip.id", "frame.time_epoch",
         "tcp.options.timestamp.tsval", "tcp.options.timestamp.tsecr", "tcp.options.sack_le",
         "tcp.options.sack_re", "tcp.analysis.ack_rtt", "tcp.analysis.initial_rtt"]
FIELDS = PLAIN + ["tcp.analysis." + m for m in MARKS]
KINDS = list(MARKS.values()) + ["resets"]
HALVES = ("fast_retransmits", "spurious_retransmits")	# kinds of a kind
# Longer than any capture: tshark knows no timeout.
OPTIONS = ["--timeout-tcp", "86400", "--timeout-http", "86400", "--timeout-ssh", "86400", "--timeout-syn", "3600"]
FIN, SYN, RST = 1, 2, 4


def diff(a, b):
    return (a - b + (1 << 31)) % (1 << 32) - (1 << 31)


class Side:
    """What one end has sent, and what it has acknowledged, read from the plain fields alone."""

    def __init__(self):
        self.seen, self.top, self.id, self.acked = [], None, None, None
        self.duplicates, self.sack, self.copies, self.shut, self.recover = 0, False, [], False, None
        self.heard, self.loss, self.lists = None, None, False

    def has(self, start, end):
        for a, b in self.seen:
            if diff(start, a) >= 0 and diff(start, b) < 0:
                if diff(end, b) <= 0:
                    return True
                start = b
        return False

    def add(self, start, end):
        self.seen = sorted(self.seen[-2000:] + [(start, end)], key=lambda r: diff(r[0], self.seen[0][0] if self.seen else 0))
        if self.top is None or diff(end, self.top) > 0:
            self.top = end


class Flow:
    """Counts of one 5-tuple: as tshark marks, and as the rules move them."""

    def __init__(self):
        self.marked, self.ruled, self.moves = collections.Counter(), collections.Counter(), collections.Counter()
        self.initial, self.acks, self.side, self.stream, self.asked = [], [], None, None, 0

    def move(self, rule, less, more):
        self.moves[rule] += 1
        for kind, n in [(k, -1) for k in less] + [(k, 1) for k in more]:
            self.ruled[kind] += n

    def prompt(self, x, y, p):
        """The answer to an acknowledgement, not the timer's: soon, and not the next try of one in vain."""
        rtt = self.initial[-1] if self.initial else 0.2
        again = any(not c["acked"] and diff(p["seq"], c["seq"]) >= 0 > diff(p["seq"], c["end"]) for c in x.copies)
        if y.heard is None or p["time"] - y.heard > (0.05 if again and not y.sack else rtt * 1.25 + 0.05):
            y.loss = x.top		# until this is acknowledged (RFC 5681, 3.1; RFC 6582, 4)
        return y.loss is None or diff(y.acked, y.loss) >= 0

    def late(self, marks, x, y, p):
        """A segment that tshark calls late, or that is a copy."""
        copy, older = x.has(p["seq"], p["end"]), x.id is not None and p["id"] is not None and 0 < (x.id - p["id"]) % 65536 < 8192
        again = "retransmission" in marks
        if "out_of_order" in marks and (copy or not older and p["id"]):
            self.move("seen before: sent again" if copy else "newer IP id: sent again", ["out_of_order"], ["retransmits"])
            again = True
        elif again and not copy and older and not (y.acked is not None and diff(p["end"], y.acked) <= 0) and not p["flags"] & SYN:
            self.move("older IP id: overtaken", ["retransmits"] + [MARKS[m] for m in marks if "_retr" in m], ["out_of_order"])
            again = False
        if again and (y.duplicates > 0 or y.sack):
            y.recover = x.top		# until this is acknowledged, partial ones ask, too (RFC 6582)
        if again and y.acked is not None and p["len"]:
            prompt = self.prompt(x, y, p)
            self.asked += prompt and y.recover is not None and diff(y.acked, y.recover) < 0
        if again and p["len"] and y.acked is not None and diff(p["end"], y.acked) <= 0 and "spurious_retransmission" not in marks:
            self.move("already acknowledged: spurious", [], ["spurious_retransmits"])
            marks = marks | {"spurious_retransmission"}
        if again and p["len"] > 0:
            x.copies.append(dict(p, told="spurious_retransmission" in marks, edge=y.acked, acked=False, named=False))

    @staticmethod
    def lists(x, y, block):
        """A receiver whose first block is what it has just acknowledged, more than was ever sent twice."""
        start = block[0]
        for c in sorted(y.copies, key=lambda c: diff(c["seq"], block[0])):
            if diff(c["seq"], start) <= 0 < diff(c["end"], start):
                start = c["end"]
        x.lists = x.lists or diff(start, block[1]) < 0
        return x.lists

    def acked(self, x, y, p, marks):
        """x acknowledges what y sent."""
        x.heard = p["time"]
        sacks = list(zip(p["sack_le"], p["sack_re"]))
        dsack = sacks and (diff(sacks[0][1], p["ack"]) <= 0 or len(sacks) > 1 and
                           diff(sacks[0][0], sacks[1][0]) >= 0 and diff(sacks[0][1], sacks[1][1]) <= 0)
        named = dsack and sacks[0] != (x.acked, p["ack"]) or dsack and not self.lists(x, y, sacks[0])
        told = [c for c in y.copies[::-1] if named and not c["named"] and diff(sacks[0][0], c["end"]) < 0 < diff(sacks[0][1], c["seq"])][:1]
        for c in told:
            c["named"] = True
        told = [c for c in told if not c["told"]]
        rule = "D-SACK: spurious"
        if x.acked is None or diff(p["ack"], x.acked) > 0:
            for c in y.copies:
                if c["acked"] or diff(p["ack"], c["end"]) < 0:
                    continue
                c["acked"] = True
                if not c["told"] and c["seq"] == x.acked and None not in (c["tsval"], p["tsecr"]) and diff(p["tsecr"], c["tsval"]) < 0:
                    told, rule = [c], "timestamp echoed: spurious"
            x.acked, x.duplicates, x.sack = p["ack"], 0, False
        elif "duplicate_ack" in marks:
            x.duplicates += 1
        x.sack = x.sack or any(diff(r, p["ack"]) > 0 for _, r in sacks)
        for c in told:
            c["told"] = True
            self.move(rule, [], ["spurious_retransmits"])

    def packet(self, key, p, marks):
        if self.stream != p["stream"]:
            self.stream, self.side = p["stream"], {key[0]: Side(), key[1]: Side()}
        x, y = self.side[key[0]], self.side[key[1]]
        for m in marks:
            self.marked[MARKS[m]] += 1
            self.ruled[MARKS[m]] += 1
        shut = "zero_window" in marks
        if shut and x.shut:			# the window is still the one that was closed before
            self.move("still closed", ["zero_windows"], [])
        if shut or not p["flags"] & (SYN | FIN | RST):
            x.shut = shut
        if p["flags"] & RST:
            self.marked["resets"] += 1
            self.ruled["resets"] += 1
            return
        p["end"] = (p["seq"] + p["len"] + bool(p["flags"] & SYN) + bool(p["flags"] & FIN)) % (1 << 32)
        if "keep_alive" not in marks and p["end"] != p["seq"]:
            if {"retransmission", "out_of_order"} & marks:
                self.late(marks, x, y, p)
            x.add(p["seq"], p["end"])
        if p["id"] and (x.id is None or (p["id"] - x.id) % 65536 < 8192):
            x.id = p["id"]
        if p["ack"] is not None:
            self.acked(x, y, p, marks)


def number(text):
    return int(text, 0) if text else None


def theirs(capture):
    out = subprocess.run(["tshark", "-n", "-r", capture, "-o", "tcp.relative_sequence_numbers:FALSE", "-Y",
                          "tcp && !icmp && !icmpv6", "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a"] +
                         [a for f in FIELDS for a in ("-e", f)], capture_output=True, text=True, check=False).stdout
    flows = collections.defaultdict(Flow)
    for line in out.splitlines():
        v = dict(zip(FIELDS, line.split("\t")))
        last = {k: t.split(",")[-1] for k, t in v.items()}
        if not last["tcp.flags"] or not last["tcp.len"]:
            continue			# cut off
        inner = [w for w in v["frame.protocols"].split(",")[0].split(":") if w in ("ip", "ipv6")][-1]
        key = ((last[inner + ".src"], last["tcp.srcport"]), (last[inner + ".dst"], last["tcp.dstport"]))
        marks = {m for m in MARKS if v["tcp.analysis." + m]}
        flow = flows[tuple(sorted(key))]
        p = {"stream": v["tcp.stream"], "time": float(last["frame.time_epoch"]), "flags": number(last["tcp.flags"]) & 63, "len": number(last["tcp.len"]) or 0,
             "seq": number(last["tcp.seq"]), "ack": number(last["tcp.ack"]), "id": number(last["ip.id"]) if inner == "ip" else None,
             "tsval": number(last["tcp.options.timestamp.tsval"]), "tsecr": number(last["tcp.options.timestamp.tsecr"]),
             "sack_le": [int(e) for e in v["tcp.options.sack_le"].split(",") if e],
             "sack_re": [int(e) for e in v["tcp.options.sack_re"].split(",") if e]}
        if not p["flags"] & 16:
            p["ack"] = None
        if last["tcp.analysis.ack_rtt"]:
            flow.acks.append(float(last["tcp.analysis.ack_rtt"]))
        if last["tcp.analysis.initial_rtt"]:
            flow.initial.append(float(last["tcp.analysis.initial_rtt"]))
        flow.packet(key, p, marks)
    return flows


def ours(tool, capture):
    out = subprocess.run([tool, "read", capture, "--json"] + OPTIONS, capture_output=True, text=True, check=False).stdout
    flows = collections.defaultdict(list)
    for line in out.splitlines():
        o = json.loads(line)
        if o["event"] == "flow" and o["proto"] == "tcp":
            ends = (o["initiator"], str(o.get("initiator_port"))), (o["responder"], str(o.get("responder_port")))
            flows[tuple(sorted(ends))].append(o)
    return flows


def compare(tool, capture):
    """Rows of (capture, tuple, kind, ours, marked, ruled); and of round trips (agrees, ours, theirs)."""
    a, t = ours(tool, capture), theirs(capture)
    rows, trips, moves = [], [], collections.Counter()
    for key in sorted(set(a) | set(t)):
        flow = t[key]
        moves.update(flow.moves)
        for kind in KINDS:
            n, marked, ruled = sum(o.get(kind, 0) for o in a[key]), flow.marked[kind], flow.ruled[kind]
            if kind == "fast_retransmits" and ruled < flow.asked:
                moves["acknowledgements asked: fast"] += flow.asked - ruled
                ruled = flow.asked
            rows.append((os.path.basename(capture), key, kind, n, marked, ruled))
        for o in a[key]:
            rtt = o.get("rtt_us", 0) / 1e6
            if not rtt:
                continue
            if flow.initial and o.get("history", "")[:2] == "Sh":
                trips.append(("initial_rtt", min(abs(rtt - i) for i in flow.initial) < 2e-6, key, rtt, flow.initial[-1]))
            elif flow.acks and not flow.initial and not {"S", "h"} & set(o.get("history", "")):
                trips.append(("ack_rtt", min(flow.acks) - 2e-6 <= rtt <= max(flow.acks) + 2e-6, key, rtt, flow.acks))
    return rows, trips, moves


def share(pairs):
    pairs = list(pairs)
    most = sum(max(p) for p in pairs)
    return sum(min(p) for p in pairs) / most if most else 1.0


def main():
    args = sys.argv[1:]
    listing = "--list" in args
    jobs = int(args[args.index("-j") + 1]) if "-j" in args else os.cpu_count()
    tool, folder = args[:2]
    if shutil.which("tshark") is None:
        print("tshark is not installed")
        return 77
    captures = sorted(os.path.join(folder, f) for f in os.listdir(folder) if "cap" in os.path.splitext(f)[1])
    rows, trips, moves, failed = [], [], collections.Counter(), False
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for r, s, m in pool.map(lambda c: compare(tool, c), captures):
            rows += r
            trips += s
            moves.update(m)
    flows = collections.defaultdict(bool)
    print("%-22s %7s %7s %7s %7s %7s" % ("kind", "ours", "tshark", "raw", "moved", "ruled"))
    for kind in KINDS:
        of = [r for r in rows if r[2] == kind]
        raw, ruled = share((r[3], r[4]) for r in of), share((r[3], r[5]) for r in of)
        print("%-22s %7d %7d %6.1f%% %7d %6.1f%%" % (kind, sum(r[3] for r in of), sum(r[4] for r in of), 100 * raw,
                                                     sum(abs(r[5] - r[4]) for r in of), 100 * ruled))
        failed |= ruled < BOUND
        for r in of:
            flows[r[:2]] |= r[3] != r[5]
            if listing and (r[3] != r[5] or r[4] != r[5]):
                print("  %s %s:%s %s:%s ours %d, tshark %d, ruled %d" % ((r[0],) + r[1][0] + r[1][1] + r[3:]))
    for rule, n in sorted(moves.items()):
        print("rule: %-34s %d" % (rule, n))
    whole = share((r[3], r[4]) for r in rows if r[2] not in HALVES)
    print("raw agreement of all but fast and spurious: %.1f %%" % (100 * whole))
    same = 1 - sum(flows.values()) / max(len(flows), 1)
    print("flows with every kind equal (ruled): %.2f %% of %d" % (100 * same, len(flows)))
    failed |= whole < BOUND or same < BOUND
    for name in ("initial_rtt", "ack_rtt"):
        of = [t for t in trips if t[0] == name]
        good = sum(t[1] for t in of) / max(len(of), 1)
        print("%s: %.1f %% of %d flows" % (name, 100 * good, len(of)))
        failed |= good < BOUND
        if listing:
            for t in of:
                if not t[1]:
                    print("  ", t[2], "ours %.6f" % t[3], "tshark", t[4])
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
