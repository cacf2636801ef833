#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every query of every dashboard, asked of the stores that stores.sh filled.

  dashboards.py CONTRIB PICTURES [prometheus]

The queries are those of the dashboards' files, with what Grafana puts in for their variables.  A query
that brings nothing is a fault, but for panels that say "May be empty: ..." (at most 15 % of a dashboard).
graphite-web keeps its own dashboards and draws each graph; one PNG of each goes to PICTURES.
"""
import glob
import json
import math
import os
import sys
import time
import tomllib
import urllib.parse
import urllib.request

import stores
from values import tell

MAY_BE_EMPTY = 0.15


def panels_of(board):
    return [p for p in board["panels"] if p["type"] != "row"]


def ask(store, target):
    """Points that it brings."""
    if store == "graphite":
        answer = stores.graphite(target["target"].replace("$host", "{%s}" % stores.HOST))
    elif store == "influxdb":
        answer = stores.influx(target["query"].replace("$timeFilter", "time > now() - %ds" % stores.SINCE)
                               .replace("$__interval", "2s").replace("$host", "(%s)" % stores.HOST))
    else:
        answer = stores.promql(target["expr"].replace("$__rate_interval", "10s").replace("$host", stores.HOST))
    return sum(map(len, answer.values()))


def board_in(store, path):
    with open(path, encoding="utf-8") as f:
        board = json.load(f)
    queries, empty, marked, errors = 0, [], 0, []
    for panel in panels_of(board):
        may = panel["description"].startswith("May be empty: ")
        for target in panel["targets"]:
            queries += 1
            marked += may
            try:
                if not ask(store, target):
                    empty.append(panel["title"])
                    if not may:
                        errors.append("%s brings nothing: %s" % (panel["title"], text_of(target)))
            except RuntimeError as e:
                errors.append("%s: %s: %s" % (panel["title"], e, text_of(target)))
    few = len(empty) <= math.ceil(MAY_BE_EMPTY * queries)
    tell(not errors and few, "%s in %s: %d panels, %d queries, %d empty%s, %d errors%s" % (
        board["title"], store, len(panels_of(board)), queries, len(empty),
        " (%s)" % ", ".join(empty) if empty else "", len(errors), "".join("; " + e for e in errors[:3])))
    return queries, marked


def text_of(target):
    return target.get("target") or target.get("query") or target.get("expr")


def alert_rules(store, contrib):
    """Grafana's alerts: their questions are understood.  What they ask for may well not have happened."""
    sys.path.insert(0, os.path.join(contrib, "dashboards"))
    import alerts
    with open(os.path.join(contrib, "dashboards", "alerts.toml"), "rb") as f:
        rules = alerts.grafana_rules(store, alerts.alerts_of(tomllib.load(f)))
    asked, brought, errors = 0, 0, []
    for rule in rules:
        for d in rule["data"]:
            if d["datasourceUid"] != "__expr__":
                asked += 1
                try:
                    brought += ask(store, d["model"]) > 0
                except RuntimeError as e:
                    errors.append("%s: %s: %s" % (rule["title"], e, text_of(d["model"])))
    # In PromQL most bring something only when there is something to tell.
    tell(not errors and brought >= asked / 3, "alerts of Grafana in %s: %d rules, %d queries, %d with data, %d errors%s" %
         (store, len(rules), asked, brought, len(errors), "".join("; " + e for e in errors[:3])))


def prometheus_rules():
    """Loaded, and evaluated without an error."""
    end = time.time() + 30
    while True:
        groups = json.loads(open_url(stores.PROMETHEUS + "/api/v1/rules"))["data"]["groups"]
        rules = [r for g in groups for r in g["rules"]]
        if all(r["health"] != "unknown" for r in rules) or time.time() > end:
            break
        time.sleep(1)
    bad = ["%s: %s" % (r["name"], r.get("lastError", r["health"])) for r in rules if r["health"] != "ok"]
    tell(len(rules) >= 12 and not bad, "Prometheus evaluates %d rules %s; firing: %s" % (
        len(rules), bad[:2], ", ".join(sorted({r["name"] for r in rules if r["state"] == "firing"})) or "none"))


def open_url(url, data=None):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, data=data), timeout=20) as r:
        return r.read()


def graphite_web(path, pictures):
    """Saved and loaded as a person's browser does; each graph is drawn."""
    with open(path, encoding="utf-8") as f:
        state = json.load(f)
    name = state["name"]
    open_url("%s/dashboard/save/%s" % (stores.GRAPHITE, name), urllib.parse.urlencode(
        {"state": json.dumps(state)}).encode())
    kept = json.loads(open_url("%s/dashboard/load/%s" % (stores.GRAPHITE, name)))["state"]
    drawn, empty = 0, []
    for number, (_, params, _) in enumerate(kept["graphs"]):
        words = dict(params, **state["graphSize"])
        words["from"] = "-%ds" % stores.SINCE
        png = open_url(stores.GRAPHITE + "/render?" + urllib.parse.urlencode(words, doseq=True))
        if png[:8] == b"\x89PNG\r\n\x1a\n":
            drawn += 1
        if not any(stores.graphite(t) for t in params["target"]):
            empty.append(params["title"])
        if number == 0 or os.environ.get("NSC_ALL_PICTURES"):
            with open(os.path.join(pictures, "%s-%02d.png" % (name, number)), "wb") as f:
                f.write(png)
    tell(kept == state and drawn == len(kept["graphs"]) and len(empty) <= 3,
         "%s in graphite-web: saved and loaded, %d of %d graphs drawn%s" %
         (name, drawn, len(kept["graphs"]), ", without data: " + ", ".join(empty) if empty else ""))


def main(contrib, pictures, prometheus=""):
    os.makedirs(pictures, exist_ok=True)
    queries = marked = 0
    for store in ("graphite", "influxdb") + (("prometheus",) if prometheus else ()):
        for path in sorted(glob.glob(os.path.join(contrib, "grafana", store, "*.json"))):
            q, m = board_in(store, path)
            queries, marked = queries + q, marked + m
        alert_rules(store, contrib)
    if prometheus:
        prometheus_rules()
    tell(queries > 200 and marked <= MAY_BE_EMPTY * queries,
         "%d queries in all, %d of them of panels that may be empty" % (queries, marked))
    for path in sorted(glob.glob(os.path.join(contrib, "graphite", "*.json"))):
        graphite_web(path, pictures)


if __name__ == "__main__":
    main(*sys.argv[1:])
