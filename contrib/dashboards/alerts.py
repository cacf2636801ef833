# SPDX-License-Identifier: MIT
"""Alert rules of Prometheus, Grafana, Netdata and collectd's threshold plugin; see alerts.toml."""
import json
import re

import health
import queries
from queries import Question

MADE = "# SPDX-License-Identifier: MIT\n# Made from contrib/dashboards/alerts.toml by generate.py: edit that.\n"
STORES = ("graphite", "influxdb", "prometheus")
KEYS = {"name", "title", "severity", "summary", "text", "query", "warn", "bad", "low", "least", "prometheus",
        "compare", "window", "for", "rate", "threshold", "silence", "netdata"}


def seconds(text):
    return int(text[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[text[-1]]


def yaml(value, indent=0):
    """Enough of it: maps, lists, and scalars as JSON writes them."""
    space = "  " * indent
    if isinstance(value, dict) and value:
        return "".join("%s%s:%s" % (space, k, below(v, indent)) for k, v in value.items())
    lines = []
    for v in value:
        inner = yaml(v, indent + 1) if isinstance(v, (dict, list)) and v else "  " * (indent + 1) + json.dumps(
            v, ensure_ascii=False) + "\n"
        lines.append(space + "- " + inner[2 * (indent + 1):])
    return "".join(lines)


def below(v, indent):
    if isinstance(v, (dict, list)) and v:
        return "\n" + yaml(v, indent + 1)
    if isinstance(v, str) and "\n" in v:
        return " |-\n" + "".join("%s%s\n" % ("  " * (indent + 1), line) for line in v.split("\n"))
    return " " + json.dumps(v, ensure_ascii=False) + "\n"


class Alert:
    def __init__(self, entry, variables):
        unknown = set(entry) - KEYS
        if unknown:
            raise ValueError("%s: unknown %s" % (entry.get("name"), unknown))
        self.__dict__.update(dict.fromkeys(KEYS), **entry)
        self.variables = dict(variables)
        for key in ("warn", "bad", "least"):
            if key in entry:
                self.variables[key] = queries.number(entry[key]) or "0"
        if self.rate:
            self.variables.update(zip(("rate_warn", "rate_bad"), (queries.number(n) or "0" for n in self.rate)))
        for key in ("window", "for"):
            if key in entry:
                self.variables[key] = self.put_in(entry[key])
        self.q = Question(self.query)

    def put_in(self, text):
        """The variables in it; names that are none stay as they are."""
        return re.sub(r"\$([a-z_]+)\b", lambda m: self.variables.get(m[1], m[0]), text)

    def expression(self):
        """PromQL of what is compared, or all of it."""
        if self.prometheus:
            return self.put_in(self.prometheus.strip())
        window = self.variables["window"]
        add = lambda ids: queries.prometheus_sum(ids, self.q.counters, self.q.by, None, window)
        if self.q.kind == "share":
            text = "100 * %s\n/ (%s > 0)" % (add(self.q.what), add(self.q.of))
            return text + ("\nand %s > %s" % (add(self.q.what), queries.number(self.least)) if self.least else "")
        return queries.promql(self.q, None, window)

    def limits(self):
        """(severity, limit): a critical one stands beside its warning."""
        found = []
        if self.warn is not None:
            found.append(("warning", self.warn))
        if self.bad is not None:
            found.append(("critical", self.bad))
        return found


### Prometheus

def prometheus(alerts):
    rules = []
    for a in alerts:
        text = a.expression()
        each = [(a.severity, text)]
        if not a.prometheus:
            compare = "<" if a.low else ">"
            first, *rest = text.split("\nand ")
            each = [(severity, "\nand ".join(["(%s)\n%s %s" % (first, compare, queries.number(limit) if limit else "0")]
                                             + rest)) for severity, limit in a.limits()]
        for severity, text in each:
            rules.append({"alert": a.name, "expr": text, "for": a.variables["for"],
                          "labels": {"severity": severity},
                          "annotations": {"summary": a.summary, "description": a.text}})
    return MADE + yaml({"groups": [{"name": "netflowscope", "rules": rules}]})


### Grafana

RULE_UIDS = {"prometheus": "p", "influxdb": "i", "graphite": "g"}
# Grafana's own words for expressions
EXPRESSION = {"type": "__expr__", "uid": "__expr__"}


def uid_of(store, a, severity):
    name = re.sub(r"(?<!^)(?=[A-Z])", "-", a.name.removeprefix("Netflowscope")).lower()
    return "nsc-%s-%s%s" % (RULE_UIDS[store], name, "-critical" if severity == "critical" and a.warn is not None else "")


def asked(store, a, letter, q):
    window = a.variables["memory"] if a.compare else a.variables["window"]
    if store == "prometheus":
        model = {"expr": a.expression() if letter == "A" else None, "instant": True, "range": False}
    elif store == "influxdb":
        model = {"query": queries.influxql(q, ".*"), "rawQuery": True, "resultFormat": "time_series"}
    else:
        model = {"target": queries.graphite(q, "*"), "textEditor": True}
    return {"refId": letter, "relativeTimeRange": {"from": max(seconds(window), seconds(a.variables["look"])), "to": 0},
            "datasourceUid": "netflowscope-" + store,
            "model": dict(model, refId=letter, intervalMs=1000 * seconds(a.variables["step"]), maxDataPoints=10000)}


def expr(letter, **model):
    return {"refId": letter, "datasourceUid": "__expr__",
            "model": dict(refId=letter, datasource=EXPRESSION, **model)}


def reduced(letter, of, how):
    return expr(letter, type="reduce", expression=of, reducer=how, settings={"mode": "dropNN"})


def grafana_data(store, a, limit):
    data = [asked(store, a, "A", a.q)]
    if a.prometheus and store == "prometheus":
        # The expression brings only what is wrong.
        return data + [reduced("B", "A", "last"), expr("C", type="math", expression="$B == $B")]
    if a.compare:
        other = ("min", "$B - $D > 0") if a.compare == "rise" else ("max", "$D - $E > 0")
        data += [reduced("B", "A", "last"), reduced("D", "A", other[0])]
        data += [reduced("E", "A", "min")] if a.compare == "change" else []
        return data + [expr("C", type="math", expression=other[1])]
    data.append(reduced("B", "A", "last" if a.q.kind == "level" else "mean"))
    condition = "$B %s %s" % ("<" if a.low else ">", queries.number(limit) if limit else "0")
    if a.least and store == "influxdb":
        data.append(asked(store, a, "L", Question({"rate": a.query["share"], "by": a.query["by"]})))
        data.append(reduced("M", "L", "mean"))
        condition += " && $M > " + queries.number(a.least)
    return data + [expr("C", type="math", expression=condition)]


def grafana_rules(store, alerts):
    rules = []
    for a in alerts:
        raw = a.compare or a.prometheus and store == "prometheus"
        for severity, limit in [(a.severity, None)] if raw else a.limits():
            rules.append({
                "uid": uid_of(store, a, severity), "title": a.title + (
                    " (critical)" if severity == "critical" and a.warn is not None else ""),
                "condition": "C", "data": grafana_data(store, a, limit),
                # What never happened has no series; but silence is what one of them is about.
                "noDataState": "Alerting" if a.silence and store != "prometheus" else "OK",
                "execErrState": "Error", "for": a.variables["for"],
                "annotations": {"summary": a.title, "description": a.text},
                "labels": {"severity": severity, "source": "netflowscope"}, "isPaused": False})
    return rules


def grafana(store, alerts):
    return MADE + "# Grafana: /etc/grafana/provisioning/alerting/.  The data source is that of datasources.yaml.\n" + yaml(
        {"apiVersion": 1, "groups": [{"orgId": 1, "name": "netflowscope (%s)" % store, "folder": "netflowscope",
                                      "interval": alerts[0].variables["eval"], "rules": grafana_rules(store, alerts)}]})


### collectd

def threshold(alerts):
    text = MADE + """# Notifications of collectd's own threshold plugin.  It knows no ratios and no yesterday: rates a second
# stand for shares, and what is new or has changed the plugin itself tells (option Notifications).  Where
# they go: notify.conf.

LoadPlugin threshold
<Plugin threshold>
  <Plugin "netflowscope">
"""
    blocks = {}
    for a in alerts:
        for word in a.threshold or []:
            m = re.fullmatch(r'Plugin "([^"]+)" Type "([^"]+)"(?: Instance "([^"]+)")?', word)
            if m:
                lines = []
                blocks.setdefault(m[1], []).append((a, m[2], m[3], lines))
            else:
                lines.append(a.put_in(word))
    first = True
    for instance, types in blocks.items():
        # A block of Plugin has one instance: each is a block of its own.
        text += "" if first else "  </Plugin>\n  <Plugin \"netflowscope\">\n"
        first = False
        text += '    Instance "%s"\n' % instance
        for a, type_, value, lines in types:
            text += "    # %s\n    <Type \"%s\">\n" % (a.title, type_)
            text += '      Instance "%s"\n' % value if value else ""
            # A value that is told no more is one alert, not one of each.
            text += "".join("      %s\n" % line for line in lines + ([] if a.silence else ["Interesting false"]))
            text += "    </Type>\n"
    return text + "  </Plugin>\n</Plugin>\n"


def alerts_of(description):
    return [Alert(entry, description["variables"]) for entry in description["alert"]]


def files(description):
    alerts = alerts_of(description)
    made = {"grafana/%s/alerts.yaml" % store: grafana(store, alerts) for store in STORES}
    made["prometheus/netflowscope.rules.yml"] = prometheus(alerts)
    made["collectd/threshold.conf"] = threshold(alerts)
    made["netdata/health.d/netflowscope.conf"] = health.text(MADE, alerts)
    return made
