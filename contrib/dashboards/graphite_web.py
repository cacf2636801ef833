# SPDX-License-Identifier: MIT
"""Dashboards of graphite-web itself: what /dashboard/save/NAME takes as `state`."""
import urllib.parse

import grafana
import queries
from queries import Question

SIZE = {"width": 640, "height": 320}
# Read one after another on white, and told apart
COLOURS = "1f77b4,ff7f0e,2ca02c,d62728,9467bd,8c564b,e377c2,7f7f7f,bcbd22,17becf,393b79,637939"
UNITS = {"bps": "bits/s", "pps": "packets/s", "cps": "per second", "reqps": "per second", "ops": "per second",
         "s": "seconds", "percent": "%", "d": "days", "bool_on_off": "1: yes"}


def graph(panel):
    targets = [queries.graphite(Question(entry), host="*", downwards=True) for entry in panel["query"]]
    params = {"target": targets, "title": panel["title"], "hideLegend": "false", "lineMode": "connected",
              "colorList": COLOURS, "bgcolor": "white", "fgcolor": "black", "majorGridLineColor": "d0d0d0",
              "minorGridLineColor": "f0f0f0", "fontSize": "9"}
    if panel["unit"] in UNITS:
        params["vtitle"] = UNITS[panel["unit"]]
    if panel["unit"] == "bytes":
        params["yUnitSystem"] = "binary"
    if panel.get("stack"):
        params["areaMode"] = "stacked"
    if grafana.floor(panel) is not None:
        params["yMin"] = str(grafana.floor(panel))
    if panel.get("show") == "states":
        params.update(yMin="0", yMax="1")
    if "max" in panel:
        params["yMax"] = str(panel["max"])
    # How dashboard.js names a graph
    name = "target=" + "&target=".join(urllib.parse.quote(t) for t in targets)
    return [name, params, "/render?" + urllib.parse.urlencode(dict(params, **SIZE), doseq=True)]


def dashboard(entry):
    return {
        "name": "netflowscope-" + entry["name"],
        "graphs": [graph(p) for p in entry["panel"] if p.get("show", "lines") != "stat"],
        "graphSize": SIZE,
        "defaultGraphParams": {"from": "-3hours", "until": "now", **{k: str(v) for k, v in SIZE.items()}},
        "timeConfig": {"type": "relative", "relativeStartQuantity": "3", "relativeStartUnits": "hours",
                       "relativeUntilQuantity": "", "relativeUntilUnits": "now", "startDate": "2026-01-01T00:00:00",
                       "startTime": "00:00", "endDate": "2026-01-01T00:00:00", "endTime": "23:59"},
        "refreshConfig": {"enabled": True, "interval": 60000},
    }
