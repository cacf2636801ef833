#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""labels.py TOOL CAPTURE... - what is in an identifier (features.md, row 1.25).

Each one that `read --metrics` prints is of the table of metrics: family, type and
value as it says; a group is a scope, the capture's one interface, the network that was
named, an application that the option Dissect knows, `other` or `unknown`.  So no address, port,
flow, process or name of a host is ever a label.  PORT of gauge-cert_days is the one
number, and is a server's port of the capture.
"""
import collections
import functools
import re
import subprocess
import sys

tool, captures = sys.argv[1], sys.argv[2:]
wrong = 0


def run(*words):
    return subprocess.run([tool, *words], capture_output=True, encoding="utf-8", errors="replace").stdout


def fault(text):
    global wrong
    wrong = 1
    print(text)


@functools.lru_cache(maxsize=None)
def is_application(name):
    """Dissect takes its name, a usage error (status 2) says that there is none."""
    words = [tool, "read", "--summary", "--dissect", name, captures[0]]
    return name in ("other", "unknown") or subprocess.run(words, capture_output=True).returncode != 2


table = {}                  # (family, group placeholder, type): values
for line in run("metrics", "--markdown").splitlines():
    row = re.match(r"\| `(\w+)(-\w+)?/(\w+)` \| ([^|]*) \|", line)
    if row:
        family, group, kind, values = row.groups()
        table.setdefault((family, group or "", kind), set()).update(values.split() or [""])
# What a protocol counts: its name, "operations" or "errors", its words.
protocols = collections.defaultdict(set)
for line in run("protocols", "--markdown").splitlines():
    row = re.match(r"- (?:Operations|Errors) \(`db-(\w+)/(\w+)-[A-Z]+`\): (.*)", line)
    if row:
        protocols[row[1], row[2]] = set(row[3].replace("`", "").split())
if len(table) < 20:
    fault("netflowscope metrics --markdown: only %d rows" % len(table))

# Values of several words, and those with the port of what listens here (DESIGN 4.2).
WORDS = re.compile(r"[A-Z_12]+-(none|incoming|outgoing|local)")
PORTS = {("tls", "gauge", "cert_days-PORT"), ("listen", "queue_length", "PROTO-PORT"),
         ("listen", "errors", "PROTO-PORT-accept_overflow"),
         ("listen", "bool", "PROTO-PORT-FAMILY-SCOPE-PROCESS-EXPOSURE"),
         ("listen", "connections", "PROTO-PORT-observed_public"),
         ("listen", "connections", "PROTO-PORT-observed_unexpected")}

# The table itself: only these placeholders, numbers only where a protocol or a quantile has them.
for (family, group, kind), values in table.items():
    if group not in ("", "-IF", "-SCOPE", "-NAME", "-APP", "-PROTO", "-DOMAIN"):
        fault("%s%s: an open set that nobody has thought about" % (family, group))
    for value in values:
        if "PORT" in value:
            if (family, kind, value) not in PORTS:
                fault("%s/%s-%s: a port that nobody has thought about" % (family, kind, value))
        elif (family, kind) == ("connections", "tcp_connections"):
            if not WORDS.fullmatch(value):
                fault("%s/%s-%s is odd" % (family, kind, value))
        elif not re.fullmatch(r"\w*", value) or re.search(r"\d{3}|\b(pid|port|addr|ip)\b", value):
            fault("%s/%s-%s is odd" % (family, kind, value))

known = {"-SCOPE": {"loopback", "private", "public"}, "-IF": {"capture", "other"}, "-NAME": {"lab", "other"}}
identifiers = set()
for capture in captures:
    text = run("read", "--metrics", "--interval", "3600", "--network", "lab 10.0.0.0/8 192.168.0.0/16", capture)
    if not text:
        continue
    ports = None
    for name in {line.split()[1] for line in text.splitlines()}:
        identifiers.add(name)
        parts = re.fullmatch(r"netflowscope-([a-z]+)(?:-(\w+))?/([a-z_]+)(?:-([\w-]+))?", name)
        if not parts or len(name) > 127:
            fault("%s: %s" % (capture, name))
            continue
        family, group, kind, value = parts.groups()
        rows = [(g, v) for (f, g, t), v in table.items() if (f, t) == (family, kind)]
        if value and re.fullmatch(r"cert_days-[0-9]+", value):
            if ports is None:
                ports = set(re.findall(r'"(?:src|dst|initiator|responder)_port":(\d+)', run("read", "--json", capture)))
            if value[10:] not in ports:
                fault("%s: %s is no port of it" % (capture, name))
            value = "cert_days-PORT"
        if family == "db" and kind in ("operations", "errors"):
            if value not in protocols[group, kind]:
                fault("%s: %s: not among the protocol's words" % (capture, name))
            continue
        if not any((value or "") in values for _, values in rows):
            fault("%s: %s is not in the table" % (capture, name))
        place = rows[0][0] if rows else ""
        if place == "-APP":
            fine = is_application(group or "")
        elif place == "-PROTO":
            fine = (group, "operations") in protocols
        elif family == "scope":
            fine = group in known["-SCOPE"] | {"forwarded"}
        else:
            fine = group in known.get(place, {None})
        if not fine:
            fault("%s: %s: no such group" % (capture, name))
print("%d identifiers of %d captures" % (len(identifiers), len(captures)))
sys.exit(wrong)
