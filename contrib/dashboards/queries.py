# SPDX-License-Identifier: MIT
"""One question, in the words of three stores.

A question says which identifiers of collectd it is about, and what is done with them (see
dashboards.toml).  Names are those of docs/metrics.md, as write_graphite (StoreRates true), InfluxDB's
collectd listener (split) and write_prometheus make of them:

  scope-public/if_octets:rx   collectd.HOST.netflowscope-scope-public.if_octets.rx
                              measurement netflowscope_rx, instance scope-public, type if_octets
                              collectd_netflowscope_if_octets_rx_total{netflowscope="scope-public"}
"""
import re

PREFIX = "collectd"
# Columns that are their type's only one: Graphite and Prometheus have no part of a name for them,
# but InfluxDB and Prometheus do for those that are not called "value".
ONLY_COLUMN = ("seconds",)


class Identifiers:
    """INSTANCE/TYPE[-VALUE][:COLUMN]"""

    def __init__(self, text):
        m = re.fullmatch(r"([A-Za-z0-9_*{},-]+)/([a-z_]+)(?:-([A-Za-z0-9_*{},-]+))?(?::([a-z]+))?", text)
        if m is None:
            raise ValueError("%s: not INSTANCE/TYPE[-VALUE][:COLUMN]" % text)
        self.instance, self.type, self.value, self.column = m.groups()

    def wild(self):
        """What of it names several series."""
        return [part for part in ("instance", "value") if re.search(r"[*{]", getattr(self, part) or "")]


def is_wild(glob):
    return re.search(r"[*{]", glob) is not None


def expression(glob):
    """The same as a regular expression, which all stores read alike."""
    return re.sub(r"[*{},]", lambda m: {"*": ".+", "{": "(", "}": ")", ",": "|"}[m[0]], glob)


class Question:
    """What a panel or an alert asks."""

    def __init__(self, entry):
        known = {"rate", "level", "share", "of", "by", "as", "scale", "top", "below"}
        kind = [k for k in ("rate", "level", "share") if isinstance(entry.get(k), (str, list))]
        if len(kind) != 1 or not set(entry) <= known or ("of" in entry) != (kind == ["share"]):
            raise ValueError("%s: not a query" % entry)
        one = lambda text: [Identifiers(t) for t in ([text] if isinstance(text, str) else text)]
        self.kind = kind[0]
        self.what = one(entry[self.kind])
        self.of = one(entry.get("of", []))
        # Of counters, or of numbers that stand for themselves
        self.counters = self.kind == "rate" or self.kind == "share" and not entry.get("level", False)
        wild = [part for part in ("instance", "value") if any(part in i.wild() for i in self.what)]
        self.by = entry.get("by", wild)
        # A series each: nothing has to be added up
        self.plain = len(self.what) == 1 and set(wild) <= set(self.by)
        self.name = entry.get("as")
        self.scale = entry.get("scale")
        self.top = entry.get("top")
        self.below = entry.get("below", False)


def number(x):
    return ("%f" % x).rstrip("0").rstrip(".")


### Graphite

NODES = {"instance": 2, "value": 3}


def graphite_path(i, host):
    leaf = i.type + ("-" + i.value if i.value else "")
    column = "." + i.column if i.column and i.column not in ONLY_COLUMN else ""
    return "%s.%s.netflowscope-%s.%s%s" % (PREFIX, host, i.instance, leaf, column)


def graphite(q, host="$host", downwards=False):
    """downwards: what is drawn below the line is negative (Grafana turns it itself)."""
    paths = lambda ids: ",".join(graphite_path(i, host) for i in ids)
    # The node of a type without a value is no name, so it is not in the alias.
    nodes = [1] + [NODES[part] for part in q.by]
    added = lambda inner: "groupByNodes(%s,'sum',%s)" % (inner, ",".join(map(str, nodes)))
    count = ",".join(str(n) for n in range(len(nodes)))
    if q.kind == "share":
        # 0 for what has no series yet, because it never happened.
        text = "asPercent(%s,%s,%s)" % (added("group(%s,scale(group(%s),0))" % (paths(q.what), paths(q.of))),
                                        added("group(%s)" % paths(q.of)), count)
        nodes = count
    elif q.plain:
        text = paths(q.what)
        nodes = ",".join(map(str, nodes))
    else:
        text = added("group(%s)" % paths(q.what))
        nodes = count
    scale = (q.scale or 1) * (-1 if downwards and q.below else 1)
    if scale != 1:
        text = "scale(%s,%s)" % (text, number(scale))
    if q.top:
        text = "highestAverage(%s,%d)" % (text, q.top)
    text = "aliasSub(aliasByNode(%s,%s),'[.](?:netflowscope-)?(?:[a-z_]+-)?',' ')" % (text, nodes)
    return "aliasSub(%s,'$',' %s')" % (text, q.name) if q.name else text


### InfluxQL

SERIES = '"host","instance","type","type_instance"'


def influx_where(i, host):
    def is_(tag, glob):
        return "\"%s\"=~/^%s$/" % (tag, expression(glob)) if is_wild(glob) else "\"%s\"='%s'" % (tag, glob)
    parts = [is_("instance", i.instance), is_("type", i.type)]
    if i.value:
        parts.append(is_("type_instance", i.value))
    return '%s AND "host"=~/^%s$/ AND $timeFilter' % (" AND ".join(parts), host)


def influx_from(i):
    return '"netflowscope_%s"' % (i.column or "value")


def influxql(q, host="$host"):
    # last: a mean would halve the buckets at the edges before their difference is taken.
    value = 'non_negative_derivative(last("value"),1s)' if q.counters else 'last("value")'
    tags = {"instance": '"instance"', "value": '"type_instance"'}
    group = ",".join(['GROUP BY time($__interval)', '"host"'] + [tags[part] for part in q.by]) + " fill(none)"
    scaled = lambda text: text + ("*" + number(q.scale) if q.scale else "")
    inner = lambda i, what: "(SELECT %s FROM %s WHERE %s GROUP BY time($__interval),%s fill(none))" % (
        what, influx_from(i), influx_where(i, host), SERIES)
    if q.kind == "share":
        return 'SELECT 100*sum("n")/sum("d") FROM %s WHERE $timeFilter %s' % (",".join(
            [inner(i, value + ' AS "n"') for i in q.what] +
            [inner(i, '%s AS "d",0*%s AS "n"' % (value, value)) for i in q.of]), group)
    if q.plain:
        return "SELECT %s FROM %s WHERE %s %s" % (scaled(value), influx_from(q.what[0]),
                                                  influx_where(q.what[0], host), group)
    return "SELECT %s FROM %s WHERE $timeFilter %s" % (
        scaled('sum("v")'), ",".join(inner(i, value + ' AS "v"') for i in q.what), group)


### PromQL

def prometheus_metric(i, counters, host):
    name = "_".join(["collectd_netflowscope", i.type] + ([i.column] if i.column else []) +
                    (["total"] if counters else []))
    is_ = lambda label, glob: "%s%s\"%s\"" % ((label, "=~", expression(glob)) if is_wild(glob) else
                                              (label, "=", glob))
    labels = [is_("netflowscope", i.instance)] + ([is_("type", i.value)] if i.value else [])
    if host is not None:
        labels.append('instance=~"%s"' % host)
    return "%s{%s}" % (name, ",".join(labels))


LABELS = {"instance": "netflowscope", "value": "type"}


def prometheus_sum(ids, counters, by, host, window, back=""):
    """Of several identifiers, those that are there."""
    def one(i):
        metric = prometheus_metric(i, counters, host)
        return "rate(%s[%s]%s)" % (metric, window, back) if counters else metric + back
    each = [one(i) for i in ids]
    if len(each) > 1:
        # `or` takes one of two with the same labels, and rates have no name: they get a label.
        each = ['label_replace(%s,"part","%d","","")' % (e, n) for n, e in enumerate(each)]
    return "sum by(%s)(%s)" % (",".join(["instance"] + [LABELS[part] for part in by]), " or ".join(each))


def promql(q, host="$host", window="$__rate_interval"):
    add = lambda ids: prometheus_sum(ids, q.counters, q.by, host, window)
    if q.kind == "share":
        text = "100*(%s or 0*%s)/(%s>0)" % (add(q.what), add(q.of), add(q.of))
    elif q.plain:
        text = prometheus_metric(q.what[0], q.counters, host)
        if q.counters:
            text = "rate(%s[%s])" % (text, window)
    else:
        text = add(q.what)
    if q.scale:
        text = "%s*%s" % (number(q.scale), text)
    if q.top:
        text = "topk(%d,%s)" % (q.top, text)
    return text
