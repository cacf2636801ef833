#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Asks the stores that stores.sh filled.

  stores.py panels FILE FAMILIES [prometheus]   every query of FILE for FAMILY/TYPE... brings data
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

from values import tell

HOST = "testhost"
GRAPHITE = "http://127.0.0.1:8080"
INFLUX = "http://127.0.0.1:8086"
SCRAPE = "http://127.0.0.1:9103/metrics"
PROMETHEUS = "http://127.0.0.1:9090"
SINCE = 400		# seconds: back to before collectd's start, also on a slow machine
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
    {"panels": panels}[command](*rest)
