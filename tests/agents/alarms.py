#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What each backend says of each alert of contrib/dashboards/alerts.toml.

  alarms.py watch EVENTS LOG...            asks Prometheus and Netdata, reads collectd's logs, until it is ended;
                                           EVENTS: a line "TIME BACKEND STATE ALERT" for each change
  alarms.py grafana EVENTS STORE RULES     evaluates Grafana's rules
  alarms.py raised|clear EVENTS TIME ALERT...   names what has not been raised since, or is not clear (status 1)
  alarms.py table EVENTS MARKS WAVES       a line each and a table; MARKS: lines "NAME TIME" of healthy, faults-N,
                                           end-N and over-N; WAVES: lines "N ALERT"

ALARM_BACKENDS in the environment names those that run.  Only the standard library, the generator, and yaml.
"""
import json
import os
import re
import sys
import time
import urllib.request

contrib = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "contrib")
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(contrib, "dashboards"))
import alerts as rules  # noqa: E402
import generate  # noqa: E402
import health as templates  # noqa: E402

ALERTS = rules.alerts_of(generate.load("alerts.toml"))
TITLES = [a.title for a in ALERTS]
# What the plugin itself tells of, beside the threshold plugin.
OWN = ("New exposed listener", "Exposure changed", "Capture loss", "Nothing is captured")
CARRIED = {backend: carried for backend, carried in {
    "collectd": [a.title for a in ALERTS if a.threshold or a.title in OWN],
    "prometheus": TITLES,
    "netdata": [t for t in TITLES if t in templates.names(ALERTS).values()],
    "grafana-prometheus": TITLES, "grafana-influxdb": TITLES, "grafana-graphite": TITLES,
}.items() if backend in os.environ.get("ALARM_BACKENDS", "collectd prometheus netdata").split()}
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(url):
    with opener.open(url, timeout=10) as answer:
        return json.load(answer)


def prometheus():
    """{(alert, what of it)} that is raised"""
    titles = {a.name: a.title for a in ALERTS}
    return {(titles[a["labels"]["alertname"]], "") for a in ask("http://127.0.0.1:9090/api/v1/alerts")["data"]["alerts"]
            if a["state"] == "firing"}


def health():
    found = set()
    for alarm in ask("http://127.0.0.1:19999/api/v1/alarms?all")["alarms"].values():
        for name, title in templates.names(ALERTS).items():
            # foreach makes one of each dimension
            if re.fullmatch("netflowscope_%s(_cert_days-.*)?" % name, alarm["name"]) and \
                    alarm["status"] in ("WARNING", "CRITICAL"):
                found.add((title, alarm["name"]))
    return found


class Collectd:
    """The notifications in the log of one of them."""

    SHAPE = re.compile(r"Notification: severity = (\w+), host = \S+, plugin = netflowscope, plugin_instance = (\S+), "
                       r"type = (\w+)(?:, type_instance = (\S+))?, message = (.*)")

    def __init__(self, path):
        self.path, self.at, self.raised = path, 0, set()
        self.of = []
        for a in ALERTS:
            for word in a.threshold or []:
                m = re.fullmatch(r'Plugin "([^"]+)" Type "([^"]+)"(?: Instance "([^"]+)")?', word)
                if m:
                    self.of.append((m.groups(), a.title))

    def titles(self, instance, type_, value, text):
        """[(alert, what of it)]; of the plugin's own words begin and end have the same"""
        if (instance, type_) == ("listen", "bool"):
            who, _, what = text.rpartition(": ")
            if what == "listens no more":
                return [(title, who) for title in OWN[:2]]
            return [(OWN[", was " in what], who)]
        if (instance, type_) == ("self", "cache_eviction"):
            return [("Flow table filling", "own")]
        own = "" if text.startswith("Host ") or "has not been updated" in text else "own "
        return [(title, own + "%s/%s-%s" % (instance, type_, value)) for (i, t, v), title in self.of
                if (i, t) == (instance, type_) and v in (None, value)] or [("other", text)]

    def __call__(self):
        with open(self.path, "rb") as f:
            f.seek(self.at)
            new = f.read()
        end = new.rfind(b"\n") + 1
        self.at += end
        for line in new[:end].decode().splitlines():
            m = self.SHAPE.search(line)
            if m is None:
                continue
            severity, instance, type_, value, text = m.groups()
            for what in self.titles(instance, type_, value, text):
                if severity == "OKAY" or text.endswith("listens no more"):
                    self.raised.discard(what)
                else:
                    self.raised.add(what)
        return self.raised


def watch(path, sources):
    was = set()
    with open(path, "a", buffering=1) as f:
        while True:
            now = set()
            for backend, source in sources:
                try:
                    now |= {(backend, title) for title, _ in source()}
                except (OSError, ValueError, KeyError) as e:        # not up yet
                    print(backend, repr(e), file=sys.stderr)
                    now |= {w for w in was if w[0] == backend}
            for state, change in (("raised", now - was), ("clear", was - now)):
                for backend, title in sorted(change):
                    f.write("%.1f %s %s %s\n" % (time.time(), backend, state, title))
            was = now
            time.sleep(1 if sources[0][0].startswith("grafana") else 0.5)


def events(path):
    """[(time, backend, raised, alert)]"""
    with open(path) as f:
        found = [line.rstrip("\n").split(" ", 3) for line in f]
    return [(float(t), backend, state == "raised", title) for t, backend, state, title in found]


def lacking(state, path, since, titles):
    all_ = events(path)
    bad = []
    for backend, carried in CARRIED.items():
        for title in carried:
            if title not in titles:
                continue
            mine = [(t, raised) for t, b, raised, what in all_ if (b, what) == (backend, title)]
            good = any(raised and t >= since for t, raised in mine) if state == "raised" else \
                not mine or not mine[-1][1]
            if not good:
                bad.append("%s: %s" % (backend, title))
    return bad


def table(path, marks, waves):
    all_ = events(path)
    with open(marks) as f:
        mark = {name: float(t) for name, t in (line.split() for line in f)}
    with open(waves) as f:
        wave = {title: n for n, title in (line.rstrip("\n").split(" ", 1) for line in f)}
    failed = 0
    rows = []
    for backend in CARRIED:
        early = [title for t, b, raised, title in all_ if b == backend and raised and t < mark["faults-1"]]
        failed |= bool(early)
        print("%s alarms: %s: nothing is raised from the start through %d s of healthy traffic %s" % (
            "not ok" if early else "ok", backend, mark["faults-1"] - mark["healthy"], ", ".join(sorted(set(early)))))
    for title in TITLES:
        cells = []
        for backend, carried in CARRIED.items():
            if title not in carried:
                cells.append("-")
                continue
            begin, end, over = (mark[word + wave[title]] for word in ("faults-", "end-", "over-"))
            # Later waves may raise it again.
            mine = [(t, raised) for t, b, raised, what in all_ if (b, what) == (backend, title) and t <= over]
            silent = not any(raised for t, raised in mine if t < mark["faults-1"])
            fired = next((t for t, raised in mine if raised and begin <= t), None)
            cleared = max(mine[-1][0], end) if mine and not mine[-1][1] else None
            good = silent and fired and cleared
            failed |= not good
            words = "%s, %s, %s" % ("silent" if silent else "NOT SILENT",
                                    "fired after %.0f s" % (fired - begin) if fired else "NOT FIRED",
                                    "cleared after %.0f s" % (cleared - end) if cleared else "NOT CLEARED")
            print("%s alarms: %s: %s: %s" % ("ok" if good else "not ok", backend, title, words))
            cells.append("%s %s %s" % ("yes" if silent else "NO", "%.0f s" % (fired - begin) if fired else "NO",
                                       "%.0f s" % (cleared - end) if cleared else "NO"))
        rows.append((title, cells))
    print("# %-34s" % "silent, fired, cleared" + "".join("%-20s" % b for b in CARRIED))
    for title, cells in rows:
        print("# %-34s" % title + "".join("%-20s" % c for c in cells))
    return failed


def main(what, path, *args):
    if what == "watch":
        watch(path, [("prometheus", prometheus), ("netdata", health)] + [("collectd", Collectd(log)) for log in args])
    if what == "grafana":
        import grafana_rules
        store, file = args
        watch(path, [("grafana-" + store, grafana_rules.Grafana(store, file))])
    if what == "table":
        return table(path, *args)
    bad = lacking(what, path, float(args[0]), args[1:])
    print("; ".join(bad))
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
