#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Asks a private Netdata's API on 127.0.0.1:19999.

  netdata.py charts             id, context, units, labels, dimensions of our charts, one a line
  netdata.py sum CHART DIM      a dimension's rate summed up over all of its seconds
  netdata.py last CHART DIM     its last value that is none
  netdata.py alarms             name, chart, status, value of our alarms
  netdata.py metrics            lines of allmetrics in Prometheus's format that are ours

Only the standard library.
"""
import json
import sys
import urllib.parse
import urllib.request

opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(path, **query):
    url = "http://127.0.0.1:19999/api/v1/" + path + ("?" + urllib.parse.urlencode(query) if query else "")
    with opener.open(url, timeout=10) as answer:
        return answer.read().decode()


def data(chart, dimension):
    """Newest first; None where there was no value."""
    answer = json.loads(ask("data", chart=chart, dimensions=dimension, after=-600, points=0,
                            group="average", format="json"))
    return [row[1] for row in answer["data"]]


def ours():
    charts = json.loads(ask("charts"))["charts"]
    return {k: v for k, v in charts.items() if k.startswith("netflowscope.")}


def main(what, *args):
    if what == "charts":
        for chart in ours().values():
            labels = ["%s=%s" % item for item in chart["chart_labels"].items() if item[0][0] != "_"]
            print(chart["id"], chart["context"], chart["units"].replace(" ", "_"),
                  ",".join(labels) or "-", ",".join(chart["dimensions"]))
    elif what == "sum":
        print("%.3f" % sum(v for v in data(*args) if v is not None))
    elif what == "last":
        print(next(v for v in data(*args) if v is not None))
    elif what == "alarms":
        for alarm in json.loads(ask("alarms?all"))["alarms"].values():
            print(alarm["name"], alarm["chart"], alarm["status"], alarm["value_string"].replace(" ", ""))
    elif what == "metrics":
        print("\n".join(line for line in ask("allmetrics", format="prometheus").splitlines()
                        if line.startswith("netdata_netflowscope_")))


if __name__ == "__main__":
    main(*sys.argv[1:])
