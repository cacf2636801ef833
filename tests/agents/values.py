#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What collectd's csv plugin wrote, compared with what is known from elsewhere.

  values.py last CSV ID [COLUMN]       last value of FAMILY[-GROUP]/TYPE[-VALUE]
  values.py talk CSV DID...            counts of DNS, HTTP and TLS are those that talk.py says
  values.py octets CSV RX TX SHARE     scope-private has that many octets, but for SHARE
  values.py sums CSV                   applications, scopes and interfaces add up at every read
  values.py sound CSV INTERVAL         no NaN, no time twice, late counters begin with 0
  values.py names CSV FILE             the names of FILE were written; every name is a clean one

Prints "ok" and "not ok" lines that begin with the environment's `test`.
"""
import collections
import glob
import json
import os
import re
import sys

failed = 0


def tell(good, text):
    global failed
    failed |= not good
    print("%s %s: %s" % ("ok" if good else "not ok", os.environ.get("test", "values"), text))


def load(csv, plugin="netflowscope"):
    """{ID: {time: [values]}}; a time that is there twice is told."""
    found = collections.defaultdict(dict)
    base = os.path.join(csv, "testhost")
    for path in sorted(glob.glob(os.path.join(glob.escape(base), plugin + "-*", "*"))):
        folder, name = os.path.split(path)
        key = os.path.basename(folder)[len(plugin) + 1:] + "/" + name[:-11]
        with open(path) as f:
            text = f.read()
        # The last line may be half written, and a file that two write threads made at once is odd at its begin.
        for line in re.findall(r"^([0-9]{10}\.[0-9]{3}(?:,[-+.0-9a-z]+)+)\n", text, re.M):
            cells = [float(c) for c in line.split(",")]
            if cells[0] in found[key]:
                tell(False, "%s: %s is there twice" % (key, cells[0]))
            found[key][cells[0]] = cells[1:]
    return found


def last(series, column=0):
    return series[max(series)][column] if series else 0


def plain(number):
    return "%d" % number if number == int(number) else repr(number)


def talk(csv, files):
    """talk.py's own words for what it did, and ours for the same."""
    did = collections.Counter()
    for name in files:
        for kind, counts in json.load(open(name)).items():
            for value, n in counts.items():
                did[kind, value] += n
    have = load(csv)
    ours = {"rcode": "dns/dns_rcode-", "method": "http/http_request_methods-",
            "status": "http/http_response_codes-", "tls": "tls/connections-"}
    for kind, prefix in ours.items():
        want = {v: n for (k, v), n in did.items() if k == kind}
        if kind == "tls":
            want = {v.replace("TLSv", "").replace(".", "_"): n for v, n in want.items()}
        got = {k[len(prefix):]: int(last(s)) for k, s in have.items() if k.startswith(prefix)}
        tell(got == want, "%s are what the client did: %s" %
             (prefix, ", ".join("%s %d" % w for w in sorted(want.items())) if got == want else
              "it did %s, told were %s" % (want, got)))


def octets(csv, want, share):
    have = load(csv)["scope-private/if_octets"]
    for column, name in enumerate(("rx", "tx")):
        got = last(have, column)
        tell(abs(got - want[column]) <= share * want[column],
             "scope-private %s: %d octets, the interface's own counter says %d (%+.2f %%)" %
             (name, got, want[column], 100 * (got / want[column] - 1)))


def total(have, pattern, time, column):
    """Of all series that match; one that is not there yet is 0."""
    return sum(s[time][column] for k, s in have.items() if re.fullmatch(pattern, k) and time in s)


def sums(csv):
    """A local packet is in rx and in tx of its scope, and once on lo: rx and tx are compared as one there."""
    have = load(csv)
    times = sorted(have["self/packets-captured"])
    for kind in ("if_octets",):
        wrong = []
        for time in times:
            app = [total(have, r"app-.*/" + kind, time, c) for c in (0, 1)]
            scope = [total(have, r"scope-(?!forwarded).*/" + kind, time, c) for c in (0, 1)]
            if app != scope:
                wrong.append("%s: app %s scope %s" % (time, app, scope))
        tell(not wrong and app[0] > 0, "%s: app-* = scope-* in each of %d reads %s" %
             (kind, len(times), "; ".join(wrong[:3])))
    for kind in ("if_octets", "if_packets"):
        private = [last(have["scope-private/" + kind], c) for c in (0, 1)]
        device = [last(have["interface-h0/" + kind], c) for c in (0, 1)]
        tell(all(abs(d - p) <= 0.01 * d for d, p in zip(device, private)),
             "%s: interface-h0 %s, scope-private %s" % (kind, device, private))


def sound(csv, interval):
    have = load(csv)
    tell(len(have) > 20, "%d series in %d reads" % (len(have), len(have["self/packets-captured"])))
    bad = [k for k, s in have.items() for v in s.values() if any(x != x or x < 0 for x in v)]
    tell(not bad, "no value is NaN or negative %s" % sorted(set(bad))[:5])
    falling = {}
    counter = re.compile(r".*/(if_octets|if_packets|connections|dns_rcode|dns_qtype|http_re|protocol_counter|"
                         r"packets|errors|cache_eviction|ps_cputime|operations)\b")
    late, wrong = 0, []
    begin = min(have["self/packets-captured"])
    for key, series in have.items():
        if not counter.match(key):
            continue
        times = sorted(series)
        for a, b in zip(times, times[1:]):
            if any(y < x for x, y in zip(series[a], series[b])):
                falling[key] = "%s: %s at %.3f, %s at %.3f" % (key, series[a], a, series[b], b)
        if times[0] > begin + interval / 2:
            late += 1
            gap = times[1] - times[0] if len(times) > 1 else 0
            if any(series[times[0]]) or abs(gap - interval) > 0.5 * interval:
                wrong.append("%s begins with %s, then %.2f s" % (key, series[times[0]], gap))
    tell(not falling, "no counter falls %s" % "; ".join(sorted(falling.values())[:5]))
    # collectd's csv plugin may make one file in two write threads, and then one of both lines is lost.
    tell(10 * len(wrong) <= late > 0, "%d late counters begin with 0 one interval before%s" %
         (late, ", but for " + "; ".join(wrong[:5]) if wrong else ""))


def names(csv, path):
    have = set(load(csv))
    want = {l.strip() for l in open(path) if l.strip() and not l.startswith("#")}
    tell(want <= have, "the %d names of the contract were written %s" % (len(want), sorted(want - have)))
    odd = [n for n in have if not re.fullmatch(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+", n)]
    tell(not odd, "every name is letters, digits, _ and - %s" % odd[:5])


def main(command, csv, *rest):
    if command == "last":
        series = load(csv).get(rest[0])
        print(plain(last(series, int(rest[1]) if len(rest) > 1 else 0)) if series else "none")
    elif command == "talk":
        talk(csv, rest)
    elif command == "octets":
        octets(csv, [float(rest[0]), float(rest[1])], float(rest[2]))
    elif command == "sums":
        sums(csv)
    elif command == "sound":
        sound(csv, float(rest[0]))
    elif command == "names":
        names(csv, rest[0])
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
