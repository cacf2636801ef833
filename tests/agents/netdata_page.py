#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Reads Netdata's page as a browser left it (--dump-dom) from standard input.

  netdata_page.py CHART...    each is drawn: a title, canvases with a size, and a scale of the
                              y axis that goes beyond 1, which is the one of no data

Prints a line a chart; status 1 if one is not drawn.  Only the standard library.
"""
import html.parser
import sys


class Page(html.parser.HTMLParser):
    """By chart: sizes of canvases, texts by the class of the element that they stand in."""

    def __init__(self):
        super().__init__()
        self.chart, self.classes, self.charts = None, "", {}

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.classes = attrs.get("class", "") or ""
        if "data-netdata" in attrs:
            self.chart = self.charts.setdefault(attrs["data-netdata"], {"canvas": [], "y": [], "title": ""})
        if tag == "canvas" and self.chart is not None:
            self.chart["canvas"].append(int(attrs.get("width", 0)) * int(attrs.get("height", 0)))

    def handle_data(self, data):
        if self.chart is None:
            return
        if "dygraph-axis-label-y" in self.classes:
            try:
                self.chart["y"].append(abs(float(data.replace(",", ""))))
            except ValueError:
                pass
        elif "dygraph-title" in self.classes:
            self.chart["title"] += data


page = Page()
page.feed(sys.stdin.read())
bad = 0
for name in sys.argv[1:]:
    chart = page.charts.get(name)
    drawn = chart is not None and name in chart["title"] and any(chart["canvas"]) and max(chart["y"], default=0) > 1
    bad |= not drawn
    print("%s: %s" % (name, chart["title"] + ", up to %g" % max(chart["y"], default=0) if drawn
                      else "not drawn: %s" % (chart,)))
sys.exit(bad)
