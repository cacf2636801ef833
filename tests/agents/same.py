#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every series that csv has is in every store, with the same values at the same times.

  same.py CSV RRD SCRAPES STATE [prometheus]

SCRAPES: what scrapes.py kept of write_prometheus' text.  STATE: lines "start TIME" (collectd was started again),
"until TIME" (what is later is not asked for), and "STORE from|to TIME": an outage of that store.

A value is the same within 2 % and half of csv's last decimal.  A value that lacks within an outage is lost, and
counted as that; one that lacks otherwise is missing.  What a store has and csv has not is told, and so is a value
above ten times the largest that csv ever has.
"""
import collections
import json
import math
import os
import re
import subprocess
import sys
import time

import stores
from csv_series import Csv, expect_raw, expect_rates, expect_rrd, expect_seconds, token
from values import tell

SHARE, DECIMAL = 0.02, 1.1e-6
IN_HAND = 3			# seconds
TRIES = 10			# two seconds each: batches and caches


def near(a, b):
    return abs(a - b) <= SHARE * max(abs(a), abs(b)) + DECIMAL


### The stores: {(instance, kind, value, name): {time: value}}

def graphite(csv):
    found = {}
    since = int(time.time() - min(rows[0][0] for rows in csv.sources.values())) + 10
    for depth in ("*.*", "*.*.*"):
        answer = json.loads(stores.get(stores.GRAPHITE + "/render", target="collectd.%s.%s" % (stores.HOST, depth),
                                       format="json", noCache="1", **{"from": "-%ds" % since}))
        for s in answer:
            words = s["target"].split(".")
            kind, _, value = words[3].partition("-")
            # A type with one data source stands without its name.
            key = (words[2][len("netflowscope-"):], kind, value, words[4] if len(words) > 4 else min(PARTS[kind]))
            found[key] = {t: v for v, t in s["datapoints"] if v is not None}
    return found


def influx(database, query):
    answer = json.loads(stores.get(stores.INFLUX + "/query", db=database, q=query, epoch="ns"))["results"][0]
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer.get("series", [])


def influx_network(csv):
    found = {}
    for s in influx("collectd", 'SELECT "value" FROM /^netflowscope_/ GROUP BY *'):
        tags = s["tags"]
        key = (tags.get("instance", ""), tags["type"], tags.get("type_instance", ""),
               s["name"][len("netflowscope_"):])
        found[key] = {t / 1e9: v for t, v in s["values"]}
    return found


def influx_lines(csv):
    found = collections.defaultdict(dict)
    for s in influx("lines", 'SELECT * FROM "netflowscope" GROUP BY *'):
        tags = s["tags"]
        for n, name in enumerate(s["columns"][1:], 1):
            key = (tags.get("instance", ""), tags["type"], tags.get("type_instance", ""), name)
            values = {row[0] / 1e9: row[n] for row in s["values"] if row[n] is not None}
            if values:
                found[key] = values
    return dict(found)


def rrd(path):
    def ask(csv):
        """One rrdtool for all files, by its pipe mode."""
        folder = os.path.join(path, stores.HOST)
        files = [(d, f) for d in sorted(os.listdir(folder)) if d.startswith("netflowscope-")
                 for f in sorted(os.listdir(os.path.join(folder, d)))]
        since = int(min(rows[0][0] for rows in csv.sources.values())) - 2
        words = "".join("fetch %s AVERAGE -s %d -e %d\n" % (os.path.join(folder, d, f), since, time.time())
                        for d, f in files)
        told = subprocess.run(["rrdtool", "-"], input=words + "quit\n", capture_output=True, text=True, check=True)
        found = {}
        parts = re.split(r"^OK .*\n", told.stdout, flags=re.M)[:-1]
        if len(parts) != len(files):
            raise RuntimeError("rrdtool answered %d of %d: %s" % (len(parts), len(files), told.stdout[-300:]))
        for (d, f), text in zip(files, parts):
            kind, _, value = f[:-len(".rrd")].partition("-")
            lines = text.splitlines()
            names = lines[0].split()
            for n, name in enumerate(names):
                rows = (line.split(": ") for line in lines[1:] if line)
                numbers = {int(t): float(v.split()[n]) for t, v in rows}
                found[d[len("netflowscope-"):], kind, value, name] = {t: v for t, v in numbers.items() if v == v}
        return found
    return ask


def labelled(name, labels):
    """write_prometheus' names: collectd_netflowscope_TYPE[_PART][_total], instance and value in labels."""
    words = name[len("collectd_netflowscope_"):]
    if words.endswith("_total"):
        words = words[:-len("_total")]
    for kind, parts in PARTS.items():
        for part in parts:
            if words == kind + ("" if part == "value" else "_" + part):
                return labels.get("netflowscope", ""), kind, labels.get("type", ""), part
    raise RuntimeError("a name of no type: " + name)


PARTS = {}


def scraped(path):
    def ask(csv):
        """Lines NAME{LABELS} VALUE MILLISECONDS, each once."""
        found = collections.defaultdict(dict)
        with open(path) as f:
            for line in f:
                m = re.fullmatch(r"(collectd_netflowscope_\w+)\{([^}]*)\} (\S+) (\d+)\n", line)
                if m:
                    key = labelled(m[1], dict(re.findall(r'(\w+)="([^"]*)"', m[2])))
                    found[key][int(m[4]) / 1000] = float(m[3])
                elif line.strip():
                    raise RuntimeError("a line of the scrape that is no sample with a number: " + line)
        return dict(found)
    return ask


def prometheus(csv):
    found = collections.defaultdict(dict)
    since = int(time.time() - min(rows[0][0] for rows in csv.sources.values())) + 10
    answer = json.loads(stores.get(stores.PROMETHEUS + "/api/v1/query",
                                   query='{__name__=~"collectd_netflowscope_.+"}[%ds]' % since))
    if answer["status"] != "success":
        raise RuntimeError(answer.get("error", "no success"))
    for s in answer["data"]["result"]:
        key = labelled(s["metric"]["__name__"], s["metric"])
        found[key].update({t: float(v) for t, v in s["values"]})
    return dict(found)


### Comparing

class Verdict:
    def __init__(self):
        self.values = 0
        self.missing, self.differ, self.beyond, self.absurd = [], [], [], []
        self.lost = 0

    def faults(self):
        return self.missing + self.differ + self.beyond + self.absurd


def to_milliseconds(points):
    return {round(t, 3): v for t, v in points.items()}


def find(points, when, whole):
    """csv has milliseconds, others have more."""
    if whole:
        return points.get(when)
    for shift in (0, 0.001, -0.001):
        v = points.get(round(when + shift, 3))
        if v is not None:
            return v
    return None


def in_outage(when, outages):
    """carbon's cache, InfluxDB's listeners and collectd's buffers lose what they have in hand when it begins."""
    return any(a - IN_HAND <= when <= b for a, b in outages)


def name_of(source):
    return "%s/%s%s %s" % (source.instance, source.kind, "-" + source.value if source.value else "", source.name)


def compare(csv, found, expect, whole, outages, sampled, raw):
    """sampled: the store takes what is there when it asks, not each value."""
    verdict = Verdict()
    keys = {(s.instance, s.kind, s.value, s.name) for s in csv.sources}
    for key in set(found) - keys:
        # A series may have begun after the last time that counts.
        if min(found[key]) <= csv.until - 1:
            verdict.beyond.append("%s/%s-%s %s is not in csv" % key)
    for source in csv.sources:
        want, optional = expect(csv, source)
        points = found.get((source.instance, source.kind, source.value, source.name), {})
        points = {t: v for t, v in points.items() if t <= csv.until + 1}
        points = points if whole else to_milliseconds(points)
        if sampled and want and not points:
            verdict.missing.append("%s: none of %d values" % (name_of(source), len(want)))
        met = set()
        for when, value in want.items():
            got = find(points, when, whole)
            if got is not None:
                verdict.values += 1
                met.update((when,) if whole else (round(when + d, 3) for d in (0, 0.001, -0.001)))
                if not near(value, got) and when not in optional:
                    verdict.differ.append("%s at %.3f: csv %r, it has %r" % (name_of(source), when, value, got))
            elif in_outage(when, outages):
                verdict.lost += 1
            elif when not in optional and not sampled:
                verdict.missing.append("%s at %.3f: csv %r" % (name_of(source), when, value))
        odd = sorted(t for t in set(points) - met if t <= csv.until and t not in optional and not in_outage(t, outages))
        if odd:
            verdict.beyond.append("%s at %s: %r" % (name_of(source), odd[0], points[odd[0]]))
        most = 10 * csv.most(source) + DECIMAL
        values = rates_of(points) if raw and source.counter else [abs(v) for v in points.values()]
        if max(values, default=0) > most:
            verdict.absurd.append("%s: %r, ten times the most of csv is %r" % (name_of(source), max(values), most))
    return verdict


def rates_of(points):
    """As non_negative_derivative() and rate() have them."""
    times = sorted(points)
    return [(points[u] - points[t]) / (u - t) for t, u in zip(times, times[1:]) if points[u] >= points[t]]


def state_of(path):
    starts, until, outages = [], math.inf, collections.defaultdict(list)
    with open(path) as f:
        for line in f:
            words = line.split()
            if words[0] == "start":
                starts.append(float(words[1]))
            elif words[0] == "until":
                until = float(words[1])
            elif words[1] == "from":
                outages[words[0]].append((float(words[2]), math.inf))
            elif words[1] == "to":
                outages[words[0]][-1] = (outages[words[0]][-1][0], float(words[2]))
    return starts, until, outages


def main(path, rrds, scrapes, state, server=""):
    starts, until, outages = state_of(state)
    csv = Csv(path, starts, until)
    for source in csv.sources:
        PARTS.setdefault(source.kind, set()).add(source.name)
    odd = [s for s in csv.sources if not all(map(token, s[:4]))]
    rows = sum(map(len, csv.sources.values()))
    tell(csv.series > 150 and not odd,
         "csv: %d series, %d data sources, %d values, of %d lives of collectd; names need no escaping %s" %
         (csv.series, len(csv.sources), rows, len(starts) + 1, odd[:2]))
    asked = [("rrdtool", rrd(rrds), expect_rrd, True, False, False),
             ("Graphite", graphite, expect_seconds, True, False, False),
             ("InfluxDB", influx_network, expect_raw, False, False, True),
             ("InfluxDB's lines", influx_lines, expect_rates, False, False, False),
             ("Prometheus' text", scraped(scrapes), expect_raw, False, True, True)]
    if server:
        asked.append(("Prometheus", prometheus, expect_raw, False, True, True))
    for store, ask, expect, whole, sampled, raw in asked:
        gaps = outages[store.split("'")[0]]
        for left in reversed(range(TRIES)):
            found = ask(csv)
            verdict = compare(csv, found, expect, whole, gaps, sampled, raw)
            if not verdict.missing or not left:
                break
            time.sleep(2)
        lost = "".join("; an outage of %.1f s" % (b - a) for a, b in gaps)
        lost += " lost %d" % verdict.lost if gaps else ""
        tell(verdict.values > 1000 and not verdict.faults(),
             "%s: %d series, %d values, %d missing, %d differ, %d beyond csv, %d absurd%s" %
             (store, len({k[:3] for k in found}), verdict.values, len(verdict.missing), len(verdict.differ),
              len(verdict.beyond), len(verdict.absurd), lost))
        for kind in ("missing", "differ", "beyond", "absurd"):
            for text in getattr(verdict, kind)[:4]:
                print("# %s: %s: %s" % (store, kind, text))
        if gaps:
            tell(0 < verdict.lost, "%s: nothing came while it was away, and all of what was later" % store)


if __name__ == "__main__":
    main(*sys.argv[1:])
