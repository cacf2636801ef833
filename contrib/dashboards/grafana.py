# SPDX-License-Identifier: MIT
"""Dashboards as Grafana's classic JSON (schemaVersion 39, which Grafana 10 to 13 import)."""
import re

import queries
from queries import Question

# What differs between the stores: Grafana's name of the plugin, where the hosts' names come from.
STORES = {
    "graphite": ("graphite", "collectd.*"),
    "influxdb": ("influxdb", 'SHOW TAG VALUES FROM "netflowscope_value" WITH KEY = "host"'),
    "prometheus": ("prometheus", "label_values(collectd_netflowscope_packets_total,instance)"),
}
COLUMNS = 24
# show: Grafana's panel, width, height
SHOWS = {
    "lines": ("timeseries", 12, 8),
    "stat": ("stat", 4, 4),
    "bars": ("bargauge", 12, 8),
    "states": ("state-timeline", 12, 8),
}
KEYS = {"title", "unit", "text", "show", "row", "stack", "min", "max", "width", "height", "decimals", "warn", "bad",
        "low", "calc", "empty", "query"}
# Legends say "HOST INSTANCE VALUE"; the family of an instance goes.
SHORT_LEGEND = [{"id": "renameByRegex", "options": {"regex": r"^(\S+) [a-z]+-(\S+)(.*)$", "renamePattern": "$1 $2$3"}}]


def target(store, q, letter):
    base = {"refId": letter, "datasource": {"type": STORES[store][0], "uid": "${DS}"}}
    if store == "graphite":
        return dict(base, target=queries.graphite(q), textEditor=True)
    parts = ["instance"] if "instance" in q.by else []
    parts += ["value"] if "value" in q.by else []
    if store == "influxdb":
        tags = {"instance": "$tag_instance", "value": "$tag_type_instance"}
        alias = " ".join(["$tag_host"] + [tags[p] for p in parts] + ([q.name] if q.name else []))
        return dict(base, query=queries.influxql(q), rawQuery=True, resultFormat="time_series", alias=alias)
    tags = {"instance": "{{netflowscope}}", "value": "{{type}}"}
    legend = " ".join(["{{instance}}"] + [tags[p] for p in parts] + ([q.name] if q.name else []))
    return dict(base, expr=queries.promql(q), legendFormat=legend, range=True, editorMode="code")


def thresholds(panel):
    warn, bad = panel.get("warn"), panel.get("bad")
    ends = [(bad, "orange"), (warn, "green")] if panel.get("low") else [(warn, "orange"), (bad, "red")]
    steps = [{"color": "red" if panel.get("low") else "green", "value": None}]
    for value, colour in ends:
        if value is not None:
            if panel.get("low") and steps[-1]["value"] == value:
                steps.pop()
            if steps and steps[-1]["value"] == value:
                steps.pop()
            steps.append({"color": colour, "value": value})
    return {"mode": "absolute", "steps": steps}


def overrides(panel, colours, letters):
    found = []
    for letter, q in letters:
        if q.below:
            found.append({"matcher": {"id": "byFrameRefID", "options": letter},
                          "properties": [{"id": "custom.transform", "value": "negative-Y"}]})
    if panel.get("show", "lines") == "lines":
        for name, colour in colours.items():
            # Colours that could be met: of series named by what is wild, or listed.
            if any(could_be(q, name) for _, q in letters):
                found.append({"matcher": {"id": "byRegexp", "options": "/(^|[ -])%s( |$)/" % re.escape(name)},
                              "properties": [{"id": "color", "value": {"mode": "fixed", "fixedColor": colour}}]})
    return found


# Families whose members have colours, by the begin of the identifier.
COLOURED = {
    "scope-*": ("public", "private", "loopback", "forwarded"),
    "tcp-*": ("public", "private", "loopback"),
    "app-*": ("unknown", "other"), "process-*": ("unknown", "other"), "unit-*": ("unknown", "other"),
    "listen/count-": ("exposed", "lan_only", "local_only", "unknown"),
    "dns/dns_rcode-": ("NOERROR", "NXDOMAIN", "SERVFAIL", "REFUSED", "other"),
    "dns/dns_qtype-": ("other",),
    "dns/errors-": ("timeout",),
    "http/http_response_codes-": ("2xx", "3xx", "4xx", "5xx"),
    "tls/connections-": ("1_3", "1_2"),
}


def could_be(q, name):
    for i in q.what:
        if (i.value or "").endswith("{p50,p90,p99}") and name in ("p50", "p90", "p99"):
            return True
        text = "%s/%s-" % (i.instance, i.type)
        if any(text.startswith(begin) and name in names for begin, names in COLOURED.items()):
            return "instance" in q.by or "value" in q.by
    return False


def options(panel, show):
    if show == "lines":
        calcs = ["mean", "max", "lastNotNull"]
        return {"legend": {"displayMode": "table", "placement": "bottom", "showLegend": True, "calcs": calcs},
                "tooltip": {"mode": "multi", "sort": "desc"}}
    reduce = {"calcs": [panel.get("calc", "lastNotNull")], "fields": "", "values": False}
    if show == "stat":
        return {"reduceOptions": reduce, "colorMode": "value", "graphMode": "area", "justifyMode": "auto",
                "orientation": "auto", "textMode": "value"}
    if show == "bars":
        return {"reduceOptions": reduce, "displayMode": "basic", "orientation": "horizontal", "showUnfilled": True}
    return {"mergeValues": True, "showValue": "never", "rowHeight": 0.8,
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": False}}


def custom(panel, show):
    if show == "lines":
        c = {"drawStyle": "line", "lineWidth": 1, "fillOpacity": 30 if panel.get("stack") else 8, "showPoints": "never",
             "spanNulls": 60000, "stacking": {"mode": "normal" if panel.get("stack") else "none", "group": "A"}}
        if "warn" in panel or "bad" in panel:
            c["thresholdsStyle"] = {"mode": "dashed"}
        return {"custom": c}
    if show == "states":
        return {"custom": {"fillOpacity": 80, "lineWidth": 0}, "mappings": [{"type": "value", "options": {
            "1": {"text": "yes", "color": "red" if "listen/" in str(panel["query"]) else "green", "index": 0},
            "0": {"text": "no", "color": "#808080" if "listen/" in str(panel["query"]) else "red", "index": 1}}}]}
    return {}


def make_panel(store, panel, colours, number, x, y):
    show = panel.get("show", "lines")
    kind, w, h = SHOWS[show]
    letters = [(chr(ord("A") + n), Question(entry)) for n, entry in enumerate(panel["query"])]
    defaults = {"unit": panel["unit"], "thresholds": thresholds(panel),
                "color": {"mode": "palette-classic" if show == "lines" else "thresholds"}}
    if floor(panel) is not None:
        defaults["min"] = floor(panel)
    for key in ("max", "decimals"):
        if key in panel:
            defaults[key] = panel[key]
    if panel.get("empty", "").startswith("the good case"):
        defaults["noValue"] = "none"
    defaults.update(custom(panel, show))
    made = {
        "id": number, "type": kind, "title": panel["title"], "description": description(panel),
        "datasource": {"type": STORES[store][0], "uid": "${DS}"},
        "gridPos": {"h": panel.get("height", h), "w": panel.get("width", w), "x": x, "y": y},
        # Not finer than collectd's own interval by default
        "interval": "10s",
        "fieldConfig": {"defaults": defaults, "overrides": overrides(panel, colours, letters)},
        "options": options(panel, show),
        "targets": [target(store, q, letter) for letter, q in letters],
    }
    if store != "graphite" and any("instance" in q.by for _, q in letters):
        made["transformations"] = SHORT_LEGEND
    return made


def floor(panel):
    """Lines begin at 0, but where some are drawn downwards."""
    if panel.get("show", "lines") != "lines" or any(q.get("below") for q in panel["query"]):
        return None
    return panel.get("min", 0)


def description(panel):
    return ("May be empty: %s. " % panel["empty"] if "empty" in panel else "") + panel["text"]


def variables(store):
    kind, hosts = STORES[store]
    query = {"graphite": hosts, "influxdb": hosts,
             "prometheus": {"query": hosts, "refId": "hosts", "qryType": 1}}[store]
    return [
        {"name": "DS", "label": "Data source", "type": "datasource", "query": kind, "refresh": 1, "hide": 0,
         "multi": False, "includeAll": False, "options": [], "regex": ""},
        {"name": "host", "label": "Host", "type": "query", "datasource": {"type": kind, "uid": "${DS}"},
         "query": query, "refresh": 2, "sort": 1, "hide": 0, "multi": True, "includeAll": True,
         "current": {"text": ["All"], "value": ["$__all"]}, "options": [], "regex": ""},
    ]


def dashboard(store, entry, colours):
    panels, x, y, high, number = [], 0, 0, 0, 0
    for panel in entry["panel"]:
        unknown = set(panel) - KEYS
        if unknown:
            raise ValueError("%s: %s: unknown %s" % (entry["name"], panel.get("title"), unknown))
        _, w, h = SHOWS[panel.get("show", "lines")]
        w, h = panel.get("width", w), panel.get("height", h)
        if x + w > COLUMNS or "row" in panel:
            x, y, high = 0, y + high, 0
        if "row" in panel:
            number += 1
            panels.append({"id": number, "type": "row", "title": panel["row"], "collapsed": False,
                           "gridPos": {"h": 1, "w": COLUMNS, "x": 0, "y": y}, "panels": []})
            y += 1
        number += 1
        panels.append(make_panel(store, panel, colours, number, x, y))
        x, high = x + w, max(high, h)
    return {
        "uid": "netflowscope-%s-%s" % (store, entry["name"]),
        "title": entry["title"],
        "description": entry["text"],
        "tags": ["netflowscope", store],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "timezone": "browser",
        "links": [{"title": "netflowscope", "type": "dashboards", "tags": ["netflowscope", store], "asDropdown": True,
                   "includeVars": True, "keepTime": True, "icon": "external link", "targetBlank": False,
                   "tooltip": "", "url": ""}],
        "annotations": {"list": []},
        "templating": {"list": variables(store)},
        "panels": panels,
    }
