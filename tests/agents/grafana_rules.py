# SPDX-License-Identifier: MIT
"""Evaluates Grafana's provisioned alert rules as Grafana does, where there is no Grafana (Debian has none).

Each query of a rule is sent to its store as it stands in the file, with Grafana's macros replaced; then come the
expressions reduce and math, the time that it must hold (`for`), and what is done without data.
"""
import json
import math
import re
import time
import urllib.parse
import urllib.request

import yaml

opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
REDUCERS = {"last": lambda v: v[-1], "min": min, "max": max, "mean": lambda v: sum(v) / len(v)}
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def ask(url, **query):
    with opener.open(url + "?" + urllib.parse.urlencode(query), timeout=20) as answer:
        return json.load(answer)


def prometheus(model, seconds):
    """{labels: [values]}"""
    found = ask("http://127.0.0.1:9090/api/v1/query", query=model["expr"])["data"]["result"]
    return {tuple(sorted(s["metric"].items())): [float(s["value"][1])] for s in found}


def influxdb(model, seconds):
    text = model["query"].replace("$timeFilter", "time > now() - %ds" % seconds)
    text = text.replace("$__interval", "%dms" % model["intervalMs"])
    result = ask("http://127.0.0.1:8086/query", db="collectd", epoch="s", q=text)["results"][0]
    if "error" in result:
        raise ValueError(result["error"])
    return {tuple(sorted(s.get("tags", {}).items())): [row[1] for row in s["values"] if row[1] is not None]
            for s in result.get("series", [])}


def graphite(model, seconds):
    found = ask("http://127.0.0.1:8080/render", target=model["target"], format="json", **{"from": "-%ds" % seconds})
    series = {(("name", s["target"]),): [v for v, _ in s["datapoints"] if v is not None] for s in found}
    return {k: v for k, v in series.items() if v}


STORES = {"prometheus": prometheus, "influxdb": influxdb, "graphite": graphite}
OPERATORS = {">": lambda a, b: a > b, "<": lambda a, b: a < b, "==": lambda a, b: a == b}


def term(text, values):
    """A name, a number, or the difference of two."""
    left, minus, right = text.strip().partition(" - ")
    one = lambda t: values[t[1:]] if t.startswith("$") else float(t)
    return one(left) - one(right) if minus else one(left)


def is_true(expression, values):
    """Comparisons, joined by &&; what is no number is never true."""
    for part in expression.split("&&"):
        left, operator, right = re.fullmatch(r"\s*(.+?)\s(>|<|==)\s(.+?)\s*", part).groups()
        a, b = term(left, values), term(right, values)
        if math.isnan(a) or math.isnan(b) or not OPERATORS[operator](a, b):
            return False
    return True


def evaluate(store, rule):
    """{labels: it is true}, or None without data"""
    sets = {}
    for d in rule["data"]:
        model = d["model"]
        if d["datasourceUid"] != "__expr__":
            sets[d["refId"]] = STORES[store](model, d["relativeTimeRange"]["from"])
        elif model["type"] == "reduce":
            sets[d["refId"]] = {labels: REDUCERS[model["reducer"]](v) if v else math.nan
                                for labels, v in sets[model["expression"]].items()}
        else:
            names = re.findall(r"\$([A-Z])", model["expression"])
            common = set.intersection(*[set(sets[name]) for name in names])
            sets[d["refId"]] = {labels: is_true(model["expression"], {n: sets[n][labels] for n in names})
                                for labels in common}
    return sets[rule["condition"]] if sets["A"] else None


class Grafana:
    """The rules of one store; each call is one evaluation."""

    def __init__(self, store, path):
        with open(path, encoding="utf-8") as f:
            self.rules = [rule for group in yaml.safe_load(f)["groups"] for rule in group["rules"]]
        self.store, self.since = store, {}

    def __call__(self):
        """{(title without severity, uid)} of what is raised"""
        raised, now = set(), time.monotonic()
        for rule in self.rules:
            found = evaluate(self.store, rule)
            if found is None:
                found = {(): rule["noDataState"] == "Alerting"}
            true = {(rule["uid"], labels) for labels, value in found.items() if value}
            for key in [k for k in self.since if k[0] == rule["uid"] and k not in true]:
                del self.since[key]
            wait = int(rule["for"][:-1]) * UNITS[rule["for"][-1]]
            if any(now - self.since.setdefault(key, now) >= wait for key in true):
                raised.add((rule["title"].removesuffix(" (critical)"), rule["uid"]))
        return raised
