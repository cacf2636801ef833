# SPDX-License-Identifier: MIT
"""Netdata's health.d from alerts.toml: its tables [[alert.netdata]], one template each.

  name, on       without the leading netflowscope_ and netflowscope.
  class          three words: class, type, component (_ stands for a space)
  lookup, calc, units, info, to, delay    as Netdata has them
  warn, crit     above these (with `low` below), a number or an expression; neither: a basis of others
  back           a raised one is over below this share of its limit (0.7; 1 where it is 0 or an expression)
  low            in place of the alert's
"""
import re

KEYS = {"name", "on", "class", "lookup", "calc", "units", "info", "to", "delay", "warn", "crit", "back", "low"}
PREFIX = "netflowscope"
TEXT = """#
# Alarms on the charts of netflowscope.plugin, for Netdata 1.37 and later.
#
# Install: copy to /etc/netdata/health.d/netflowscope.conf, then `netdatacli reload-health`.
#
# To change: a window is the time behind `lookup` (-5m), a threshold the number in `warn` and
# `crit`.  `to: silent` keeps an alarm on the dashboard and sends nothing.  An alarm is
# uninitialized until the chart is as old as its window, and undefined while there is no such
# traffic: neither is a fault.
#
# A line `of A,B` names dimensions; those of netflowscope are the values in docs/metrics.md.
# A template without `warn` and `crit` is the basis of the next one.
"""
STATUS = {"warn": ">= $WARNING", "crit": "== $CRITICAL"}


def number(x):
    return ("%f" % x).rstrip("0").rstrip(".") if x else "0"


def condition(word, limit, low, back):
    sign = "<" if low else ">"
    if re.fullmatch(r"-?[0-9.]+", limit) and float(limit) and not low and back != 1:
        limit = "(($status %s) ? (%s) : (%s))" % (STATUS[word], number(float(limit) * back), limit)
    return "$this %s %s" % (sign, limit)


def template(a, entry):
    if set(entry) - KEYS:
        raise ValueError("%s: unknown %s" % (entry.get("name"), set(entry) - KEYS))
    line = lambda key, value: "%10s: %s\n" % (key, a.put_in(str(value)))
    text = "%10s: %s_%s\n" % ("template", PREFIX, entry["name"]) + line("on", PREFIX + "." + entry["on"])
    for key, word in zip(("class", "type", "component"), entry.get("class", "").split()):
        text += line(key, word.replace("_", " "))
    for key in ("lookup", "calc"):
        text += line(key, entry[key]) if key in entry else ""
    text += line("every", "$every") + line("units", entry["units"])
    for key in ("warn", "crit"):
        if key in entry:
            text += line(key, condition(key, a.put_in(str(entry[key])), entry.get("low", bool(a.low)),
                                        entry.get("back", 0.7)))
    for key in ("delay", "info", "to"):
        text += line(key, entry[key]) if key in entry else ""
    return text


def names(alerts):
    """{template without prefix: title of its alert} of those that can be raised"""
    return {entry["name"]: a.title for a in alerts for entry in a.netdata or []
            if "warn" in entry or "crit" in entry}


def text(made, alerts):
    out = made + TEXT
    for a in alerts:
        out += "".join("\n%s%s" % ("# %s\n" % a.title if n == 0 else "", template(a, entry))
                        for n, entry in enumerate(a.netdata or []))
    return out
