#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The plugin for Netdata beside the one for collectd: the same traffic, the same numbers.

  beside.py quiet CSV              succeeds, and prints a time, if nothing has happened for some reads
  beside.py levels CSV CORE        what both show is the same, as soon as both have looked
  beside.py quantiles CSV CORE FILE [last]   succeeds if every quantile (last: one of each kind) has been the
                                   same once; FILE remembers
  beside.py same CSV CORE STATE    what was counted between the times of STATE ("window TIME") is the same

Two programs that read once a second don't read at the same moment.  So a counter's sum over Netdata's seconds between two
times is compared with what csv's counter rose by, from EDGE seconds inside of both times to EDGE seconds outside: where
traffic rests at both that is one number.  Which chart and dimension a series is, metrics.def and charts.def say.
"""
import bisect
import collections
import json
import os
import re
import sys
import time

import netdata
from csv_series import Csv
from values import load, tell

QUIET = 6			# reads
EDGE = 2.4			# seconds: Netdata learns of a new counter two reads late
PATIENCE, RECENT = 60, 12	# seconds
SHARE, LITTLE = 0.02, 0.02
# What each of the two programs says of itself.
OWN = re.compile(r"self/(operations|ps_cputime|duration)")
# Whose a flow is, and of which application, is found while it lasts; each program was started at a moment of its own
# and looks at moments of its own.  So what the one has under a name the other may have as unknown: of these families all
# rows together are the same, and each but for what is unknown.
SHARED = {"app", "process", "unit"}
# And a process that has ended before its name was asked for has the name of its task in place of its program's.
NAMED_LATE = {"process"}
BEFORE = 3			# flows that were open before both were started, and are told of when they end

Metric = collections.namedtuple("Metric", "family kind value shape unit context")


def quiet(path):
    have = load(path)
    times = sorted(have["self/packets-captured"])[-QUIET:]
    if len(times) < QUIET:
        return 1
    for key, rows in have.items():
        if key.startswith(("scope-private/if_p", "scope-public/if_p", "flow/", "app-dns", "app-http", "app-redis")):
            if len({tuple(rows.get(t, ())) for t in times}) > 1:
                print("%s still moves" % key)
                return 1
    print("%.3f" % ((times[0] + times[-1]) / 2))
    return 0


def metrics(core):
    """Metrics of metrics.def with charts.def's contexts."""
    with open(os.path.join(core, "metrics.def")) as f:
        text = f.read()
    with open(os.path.join(core, "charts.def")) as f:
        words = dict(re.findall(r'^NSC_CHART\((\w+), "(\w*)"', f.read(), re.M))
    found = []
    for m in re.finditer(r'^NSC_METRIC\((\w+), "(\w+)", \w+, "(\w+)", "(\w*)", \w+, (\w+), "(\w+)"', text, re.M):
        word = words[m[1]]
        found.append(Metric(m[2], m[3], m[4], m[5], m[6], m[2] + ("_" + word if word else "")))
    return found


def places(known, source):
    """(chart, dimension, factor) where it may stand."""
    family, _, group = source.instance.partition("-")
    for m in known:
        if (m.family, m.kind) != (family, source.kind):
            continue
        factor, part = 1.0, ""
        if m.shape == "PAIR":
            part = {"rx": "received", "tx": "sent", "user": "user", "syst": "system"}[source.name]
            if m.unit == "octets":
                factor = 8 / 1000
            elif m.unit == "microseconds":
                factor = 1 / 1000
            if source.name == "tx":
                factor = -factor
        elif m.unit == "octets":
            factor = 1 / (1 << 20)
        dimension = "_".join(filter(None, (source.value, part))) or m.unit
        yield "netflowscope." + m.context + ("-" + group if group else ""), dimension, factor


class Netdata:
    def __init__(self):
        self.charts = netdata.ours()
        self.data = {}

    def has(self, chart, dimension):
        return chart in self.charts and dimension in self.charts[chart]["dimensions"]

    def seconds(self, chart, dimension):
        """[(second, value)]"""
        if chart not in self.data:
            answer = json.loads(netdata.ask("data", chart=chart, after=-1200, points=0, group="average",
                                            format="json", options="nonzero|seconds".split("|")[1]))
            rows = sorted(answer["data"])
            self.data[chart] = {name: [(r[0], r[n]) for r in rows if r[n] is not None]
                                for n, name in enumerate(answer["labels"]) if n}
        return self.data[chart].get(dimension, [])


def count_at(csv, source, time, life):
    """Of the life that is meant; 0 before its first value."""
    rows = csv.sources[source]
    n = bisect.bisect_right(rows, (time, float("inf"))) - 1
    return rows[n][1] if n >= 0 and csv.life(rows[n][0]) == life else 0


def told(name, texts, count=8):
    for text in texts[:count]:
        print("# Netdata: %s: %s" % (name, text))


class Window:
    """What was counted between two times, by csv from `low` to `high`, and by Netdata."""

    def __init__(self, csv, there, begin, end):
        self.csv, self.there, self.begin, self.end, self.life = csv, there, begin, end, csv.life(end)

    def of_csv(self, source):
        def count(time):
            return count_at(self.csv, source, time, self.life)
        return (count(self.end - EDGE) - count(self.begin + EDGE),
                count(self.end + EDGE) - count(self.begin - EDGE))

    def at_edges(self, source):
        """Netdata has an event in the second after, and part of it in the next; small counters show that."""
        def count(time):
            return count_at(self.csv, source, time, self.life)
        return sum(min(1, count(t + EDGE) - count(t - 3 * EDGE)) for t in (self.begin, self.end))

    def of_netdata(self, place):
        chart, dimension, factor = place
        return [v / factor for t, v in self.there.seconds(chart, dimension) if self.begin < t <= self.end]


def in_unknown(window, known, source):
    unknown = source._replace(instance=source.instance.partition("-")[0] + "-unknown")
    return max(window.of_csv(unknown)[1] if unknown in window.csv.sources else 0,
               sum(sum(window.of_netdata(p)) for p in places(known, unknown)))


def counters(csv, known, there, begin, end):
    window = Window(csv, there, begin, end)
    missing, differ, absurd, still, moving, gone = [], [], [], 0, 0, 0
    whole = collections.defaultdict(lambda: [0, 0])
    for source, rows in csv.sources.items():
        low, high = window.of_csv(source)
        name = "%s/%s%s %s" % (source.instance, source.kind, "-" + source.value if source.value else "", source.name)
        if not source.counter or high == 0 or OWN.match(name):
            continue
        place = [p for p in places(known, source) if there.has(p[0], p[1])]
        family, slack = source.instance.partition("-")[0], LITTLE + window.at_edges(source)
        if family in SHARED:
            slack += BEFORE + in_unknown(window, known, source)
            context, dimension, factor = next(places(known, source))
            for n, v in enumerate((low, high)):
                whole[context.partition("-")[0], dimension, factor][n] += v
        if family in NAMED_LATE:
            still += 1
            continue
        if not place and rows[-1][0] < end:
            gone += 1
            continue
        if not place and low * (1 - SHARE) > slack:
            missing.append(name)
            continue
        seconds = window.of_netdata(place[0]) if place else []
        got = sum(seconds)
        if not low * (1 - SHARE) - slack <= got <= high * (1 + SHARE) + slack:
            differ.append("%s: csv %g to %g, Netdata %s %g" % (name, low, high, place[0][:2] if place else "", got))
        still += low == high
        moving += low != high
        most = 10 * csv.most(source) + slack + 1
        if max(seconds, default=0) > most:
            absurd.append("%s: %g, ten times the most of csv is %g" % (name, max(seconds), most))
    for (context, dimension, factor), (low, high) in whole.items():
        got = sum(sum(window.of_netdata((chart, dimension, factor))) for chart in there.charts
                  if chart.startswith(context + "-"))
        if not low * (1 - SHARE) - BEFORE <= got <= high * (1 + SHARE) + BEFORE:
            differ.append("all of %s %s: csv %g to %g, Netdata %g" % (context, dimension, low, high, got))
    tell(still > 50 and not missing and not differ and not absurd,
         "Netdata, %.0f s: %d counters the same, %d more that never rest; %d missing, %d differ, %d absurd; %d rows left" %
         (end - begin, still, moving, len(missing), len(differ), len(absurd), gone))
    told("missing", missing)
    told("differ", differ)
    told("absurd", absurd)


def levels(path, core):
    """At rest, as soon as both have looked: what is read of the host may be seconds old, on a busy machine more."""
    known, end = metrics(core), time.monotonic() + PATIENCE
    while True:
        missing, differ, same = [], [], 0
        there, csv = Netdata(), Csv(path, [], float("inf"))
        now = max(rows[-1][0] for rows in csv.sources.values())
        for source, rows in csv.sources.items():
            text = "%s/%s-%s" % source[:3]
            if source.counter or source.kind == "response_time" or OWN.match(text) or rows[-1][0] < now - 3:
                continue
            place = [p for p in places(known, source) if there.has(p[0], p[1])]
            if not place:
                chart = next(places(known, source))[0]
                has = sorted(there.charts[chart]["dimensions"]) if chart in there.charts else "no such chart"
                missing += ["%s, %s has %s" % (text, chart, has)] if rows[-1][1] else []
                continue
            chart, dimension, factor = place[0]
            got = [v / factor for t, v in there.seconds(chart, dimension) if t > now - RECENT]
            if near(rows[-1][1], got) or (got and near(got[-1], [v for t, v in rows if t > now - RECENT])):
                same += 1
            else:
                differ.append("%s: csv %g, %s %s %s" % (text, rows[-1][1], chart, dimension, got[-4:]))
        if (same > 30 and not missing and not differ) or time.monotonic() > end:
            break
        time.sleep(1)
    tell(same > 30 and not missing and not differ, "Netdata at rest: %d levels the same, %d missing, %d differ" %
         (same, len(missing), len(differ)))
    told("missing", missing)
    told("differ", differ)


def near(value, others):
    """Within what the other one had of late."""
    slack = SHARE * abs(value) + 1e-5
    return min(others, default=0) - slack <= value <= max(others, default=0) + slack


def collected():
    """{(chart, dimension): the last integer}"""
    found = {}
    for line in netdata.ask("allmetrics", format="prometheus", source="as-collected").splitlines():
        labels = dict(re.findall(r'(\w+)="([^"]*)"', line))
        if labels.get("chart", "").startswith("netflowscope.") and "dimension" in labels:
            found[labels["chart"], labels["dimension"]] = float(line.rpartition("}")[2].split()[0])
    return found


def quantiles(path, core, kept, at_last=""):
    """A quantile covers one read: those of traffic that lies within one read of both are the same."""
    with open(kept, "a+") as f:
        f.seek(0)
        seen = set(f.read().splitlines())
    csv, known, last, left = Csv(path, [], float("inf")), metrics(core), collected(), []
    for source, rows in csv.sources.items():
        if source.kind != "response_time":
            continue
        name = "%s/%s-%s" % source[:3]
        got = [last[p[:2]] / 1e6 for p in places(known, source) if p[:2] in last]
        if got and abs(got[0] - rows[-1][1]) <= SHARE * rows[-1][1] + 1.1e-6:
            seen.add(name)
        elif name not in seen:
            left.append("%s: csv %.6f, Netdata %s" % (name, rows[-1][1], got))
    with open(kept, "w") as f:
        f.write("".join(s + "\n" for s in sorted(seen)))
    kinds = {re.sub("_?p[0-9]+$", "", s) for s in seen}
    none = [text for text in left if re.sub("_?p[0-9]+$", "", text.split(":")[0]) not in kinds]
    print("%d of %d kinds the same, %d not within one read of both %s" % (len(seen), len(kinds), len(left), "; ".join(left[:4])))
    return bool(none if at_last else left) or len(seen) < 10


def same(path, core, state):
    with open(state) as f:
        words = [line.split() for line in f]
    starts = [float(w[1]) for w in words if w[0] == "start"]
    windows = [float(w[1]) for w in words if w[0] == "window"]
    csv, known, there = Csv(path, starts, float("inf")), metrics(core), Netdata()
    for begin, end in zip(windows[::2], windows[1::2]):
        counters(csv, known, there, begin, end)


if __name__ == "__main__":
    sys.exit({"quiet": quiet, "levels": levels, "quantiles": quantiles, "same": same}[sys.argv[1]](*sys.argv[2:]))
