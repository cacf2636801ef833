#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Asks the stores that stores.sh filled.

  stores.py same CSV                            the same datum is the same in every store
  stores.py panels FILE FAMILIES [prometheus]   every query of FILE for FAMILY/TYPE... brings data

Counters are running sums in csv, InfluxDB's collectd database and Prometheus, and rates in Graphite
and InfluxDB's lines: with one second between reads their sum is the same number.
"""
import csv as table
import json
import os
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from values import last, load, tell

HOST = "testhost"
GRAPHITE = "http://127.0.0.1:8080"
INFLUX = "http://127.0.0.1:8086"
SCRAPE = "http://127.0.0.1:9103/metrics"
PROMETHEUS = "http://127.0.0.1:9090"
SINCE = 240		# seconds: back to before collectd's start, also on a slow machine
# What cannot have happened within a test, and why.
MAY_BE_EMPTY = {"B3": "there is no yesterday"}


def get(url, **words):
    query = urllib.parse.urlencode(words)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url + ("?" + query if query else ""), timeout=15) as r:
            return r.read().decode()
    except urllib.error.HTTPError as e:
        raise RuntimeError("%d %s" % (e.code, e.read().decode(errors="replace")[:300])) from e


def graphite(target):
    """{name: [values that are]}"""
    answer = json.loads(get(GRAPHITE + "/render", target=target, format="json", **{"from": "-%ds" % SINCE}))
    return {s["target"]: [v for v, _ in s["datapoints"] if v is not None] for s in answer}


def influx(query, database="collectd"):
    """{tags: [last column's values that are]}"""
    answer = json.loads(get(INFLUX + "/query", db=database, q=query))["results"][0]
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return {json.dumps(s.get("tags", {}), sort_keys=True): [r[-1] for r in s["values"] if r[-1] is not None]
            for s in answer.get("series", [])}


def promql(query):
    now = time.time()
    answer = json.loads(get(PROMETHEUS + "/api/v1/query_range", query=query, start=now - SINCE, end=now, step=1))
    if answer["status"] != "success":
        raise RuntimeError(answer.get("error", "no success"))
    return {json.dumps(s["metric"], sort_keys=True): [float(v) for _, v in s["values"] if float(v) == float(v)]
            for s in answer["data"]["result"]}


def scrape():
    """{name{labels}: value} of the text; a line that is none of its grammar is told."""
    found, odd = {}, []
    for line in get(SCRAPE).splitlines():
        if not line or line.startswith("#"):
            continue
        m = re.fullmatch(r'([a-z_][a-zA-Z0-9_]*)\{([^}]*)\} (\S+)( \d+)?', line)
        if m is None or not re.fullmatch(r"[-+0-9.e]+", m[3]):
            odd.append(line)
        else:
            labels = dict(re.findall(r'([a-z_]+)="([^"]*)"', m[2]))
            found[m[1], labels.get("netflowscope", ""), labels.get("type", "")] = float(m[3])
    ours = [o for o in odd if o.startswith("collectd_netflowscope")]
    tell(not ours, "every line of the scrape is a sample with a number %s" % ours[:2])
    return found


def rates_of(series, column):
    """The sum of all rates, and of those that Graphite can hold: of two reads in one whole second (to which
    collectd rounds for it) the later one."""
    times, every, held = sorted(series), 0, {}
    for a, b in zip(times, times[1:]):
        held[int(b + 0.5)] = (series[b][column] - series[a][column]) / (b - a)
        every += held[int(b + 0.5)]
    return every, sum(held.values())


def near(a, b):
    """Within 2 %; a few events may lie in a line that csv lost when two threads made its file."""
    return abs(a - b) <= max(0.02 * max(abs(a), abs(b)), 4)


def same(path):
    have = load(path)
    first = scrape()
    time.sleep(2)
    text = scrape()
    fallen = [k for k, v in first.items() if k[0].startswith("collectd_netflowscope") and k[0].endswith("_total")
              and text.get(k, 0) < v]
    tell(not fallen, "no counter of the scrape falls, of %d samples %s" % (len(text), fallen[:3]))

    data = [("scope-private", "if_octets", "", "rx", 0), ("scope-private", "if_octets", "", "tx", 1),
            ("scope-public", "if_octets", "", "rx", 0)]
    data += [("dns", "dns_rcode", rcode, None, 0) for rcode in ("NOERROR", "NXDOMAIN", "SERVFAIL", "REFUSED")]
    data += [("http", "http_request_methods", "HEAD", None, 0), ("tls", "connections", "1_3", None, 0)]
    for instance, kind, value, part, column in data:
        name = kind + ("-" + value if value else "")
        want = last(have["%s/%s" % (instance, name)], column)
        every, held = rates_of(have["%s/%s" % (instance, name)], column)
        rates = graphite(".".join(["collectd", HOST, "netflowscope-" + instance, name] + ([part] if part else [])))
        where = '"host"=\'%s\' AND "instance"=\'%s\' AND "type"=\'%s\'' % (HOST, instance, kind)
        where += ' AND "type_instance"=\'%s\'' % value if value else ""
        raw = influx('SELECT last("value") FROM "netflowscope_%s" WHERE %s' % (part or "value", where))
        lines = influx('SELECT sum("%s") FROM "netflowscope" WHERE %s' % (part or "value", where), "lines")
        points = sum(map(sum, rates.values()))
        lined = sum(map(sum, lines.values()))
        got = {"InfluxDB": sum(map(sum, raw.values())),
               "Prometheus' text": text.get(("collectd_netflowscope_%s%s_total" % (kind, "_" + part if part else ""),
                                             instance, value), 0)}
        tell(want > 0 and near(every, lined) and held > want / 2 and near(held, points) and
             all(near(want, g) for g in got.values()),
             "%s/%s %s: csv %d, %s; its rates %.0f, InfluxDB's lines %.0f; in whole seconds %.0f, Graphite %.0f" %
             (instance, name, part or "", want, ", ".join("%s %.0f" % g for g in got.items()), every, lined, held,
              points))
        if not near(held, points):
            print("# csv", sorted((t, v[column]) for t, v in have["%s/%s" % (instance, name)].items()))
            print("# Graphite", rates)
    names = [n for n in json.loads(get(GRAPHITE + "/metrics/index.json")) if n.startswith("collectd.")]
    odd = [n for n in names if not re.fullmatch(r"[A-Za-z0-9_.-]+", n)]
    tell(len(names) > 100 and not odd, "%d names in Graphite, all of letters, digits, _ . and - %s" %
         (len(names), odd[:3]))
    measurements = influx("SHOW MEASUREMENTS")
    tell(sorted(sum(measurements.values(), [])) == ["netflowscope_" + part for part in
                                                    ("rx", "seconds", "syst", "tx", "user", "value")],
         "measurements in InfluxDB: %s" % sorted(sum(measurements.values(), [])))


def panels(path, families, prometheus=""):
    ask = {"graphite": lambda q: graphite(q.replace("$host", HOST)),
           "influxql": lambda q: influx(q.replace("$timeFilter", "time > now() - %ds" % SINCE)
                                        .replace("$__interval", "2s").replace("$host", HOST)),
           "promql": lambda q: promql(q.replace("$__rate_interval", "10s").replace("$host", HOST))}
    with open(path, newline="") as f:
        rows = list(table.DictReader(f, delimiter="\t", quoting=table.QUOTE_NONE))
    brought = {store: [] for store in ask}
    for row in rows:
        asked = re.findall(r"netflowscope-([a-z]+)[^.,()]*\.([a-z_]*)", row["graphite"])
        known = set(families.split()) | {f.split("/")[0] for f in families.split()}
        lacking = sorted({"%s/%s" % (family, kind) if kind else family for family, kind in asked} - known)
        if lacking:
            print("skip %s: panel %s %s: there is no family %s yet" %
                  (os.environ.get("test"), row["id"], row["title"], ", ".join(lacking)))
            continue
        for store, query in ask.items():
            if store == "promql" and not prometheus:
                continue
            try:
                answer = query(row[store])
                points = sum(map(len, answer.values()))
                if points or row["id"] in MAY_BE_EMPTY:
                    brought[store].append("%s %d" % (row["id"], len(answer)))
                    continue
                tell(False, "panel %s in %s brings no data (%d series): %s" %
                     (row["id"], store, len(answer), row[store]))
            except RuntimeError as e:
                tell(False, "panel %s in %s: %s: %s" % (row["id"], store, e, row[store]))
    for store, told in brought.items():
        if told:
            tell(True, "%d panels bring data in %s (series: %s)" % (len(told), store, ", ".join(told)))


if __name__ == "__main__":
    command, rest = sys.argv[1], sys.argv[2:]
    {"same": same, "panels": panels}[command](*rest)
