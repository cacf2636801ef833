# SPDX-License-Identifier: MIT
"""What must hold of every dashboard, for dashboards.sh; run from the tree's top."""
import glob
import json
import re
import sys
import tomllib

sys.path.insert(0, "contrib/dashboards")
import alerts  # noqa: E402
import queries  # noqa: E402

bad = False


def fault(text):
    global bad
    bad = True
    print(text)


def alternatives(glob_text):
    """a-{b,c} → a-b, a-c; a part with * stays as it is."""
    m = re.search(r"\{([^}]*)\}", glob_text)
    if m is None:
        return [glob_text]
    return [x for word in m[1].split(",") for x in alternatives(glob_text[:m.start()] + word + glob_text[m.end():])]


def known_metrics():
    """{(family, type): [patterns of values]} of docs/metrics.md"""
    found = {}
    with open("docs/metrics.md", encoding="utf-8") as f:
        for line in f:
            m = re.match(r"\| `([a-z]+)(?:-([A-Z]+))?/([a-z_]+)` \| ([^|]*) \| ([a-z ]*)", line)
            if m:
                words = m[4].split()
                # Words in capitals at a '-' are filled in: PORT, PROTO-PORT-observed_public.
                places = re.compile(r"(?<![A-Za-z])(PROTO|PORT|FAMILY|SCOPE|PROCESS|EXPOSURE|KIND|NAME)(?![A-Za-z_])")
                found.setdefault((m[1], m[3]), []).append(
                    ([re.compile(places.sub("[A-Za-z0-9_*-]+", w)) for w in words], m[5], m[2]))
    return found


def check_names(where, entry, known):
    q = queries.Question(entry)
    for i in q.what + q.of:
        for instance in alternatives(i.instance):
            family, _, group = instance.partition("-")
            rows = known.get((family, i.type))
            if rows is None:
                fault("%s: docs/metrics.md has no %s/%s" % (where, family, i.type))
                continue
            if bool(group) != any(row[2] for row in rows):
                fault("%s: %s has %s group" % (where, family, "no" if group else "a"))
            if not any(kind.startswith("counter") == q.counters for _, kind, _ in rows):
                fault("%s: %s/%s is %s" % (where, family, i.type, rows[0][1]))
            for value in alternatives(i.value or ""):
                every = [w for words, _, _ in rows for w in words]
                like = re.compile(re.escape(value).replace(r"\*", ".+"))
                sample = value.replace("*", "x-x-x-x-x")  # a listener has so many parts
                if value and not any(w.fullmatch(value) or w.fullmatch(sample) or like.fullmatch(w.pattern)
                                     for w in every):
                    fault("%s: %s/%s has no value %s" % (where, family, i.type, value))


def check_board(store, path):
    with open(path, encoding="utf-8") as f:
        board = json.load(f)
    if not (8 <= len(board["uid"]) <= 40 and board["title"] and board["description"]):
        fault("%s: uid, title or description" % path)
    names = {v["name"]: v for v in board["templating"]["list"]}
    if set(names) != {"DS", "host"} or names["DS"]["type"] != "datasource":
        fault("%s: variables DS and host" % path)
    taken, ids, queries_of = set(), set(), 0
    for p in board["panels"]:
        where = "%s: %s" % (path, p["title"])
        g = p["gridPos"]
        cells = {(x, y) for x in range(g["x"], g["x"] + g["w"]) for y in range(g["y"], g["y"] + g["h"])}
        if g["x"] + g["w"] > 24 or cells & taken or p["id"] in ids:
            fault("%s: over another panel or the edge, or an id twice" % where)
        taken |= cells
        ids.add(p["id"])
        if p["type"] == "row":
            continue
        if not (p["title"] and len(p["description"]) > 30 and p["fieldConfig"]["defaults"]["unit"]):
            fault("%s: title, description or unit" % where)
        for d in [p] + p["targets"]:
            if d["datasource"] != {"type": store, "uid": "${DS}"}:
                fault("%s: a data source that cannot be chosen" % where)
        if len({t["refId"] for t in p["targets"]}) != len(p["targets"]) or not p["targets"]:
            fault("%s: queries" % where)
        for t in p["targets"]:
            text = t.get("target") or t.get("query") or t.get("expr")
            if "$host" not in text or re.search(r"\{[^}{]*\.[^}{]*\}", text) and store == "graphite":
                fault("%s: %s" % (where, text))
        queries_of += len(p["targets"])
    return board["uid"], queries_of


def check_alerts(known):
    with open("contrib/dashboards/alerts.toml", "rb") as f:
        every = alerts.alerts_of(tomllib.load(f))
    uids = []
    for a in every:
        check_names(a.name, a.query, known)
        if not (a.title and a.summary and len(a.text) > 60 and a.severity in ("warning", "critical")):
            fault("%s: title, summary, text or severity" % a.name)
    for store in alerts.STORES:
        for rule in alerts.grafana_rules(store, every):
            uids.append(rule["uid"])
            known_letters = set()
            for d in rule["data"]:
                used = set(re.findall(r"\$([A-Z])\b", d["model"].get("expression", ""))) | (
                    {d["model"]["expression"]} if d["model"].get("type") == "reduce" else set())
                if not used <= known_letters:
                    fault("%s: %s uses what is not before it" % (rule["uid"], d["refId"]))
                known_letters.add(d["refId"])
            if rule["condition"] not in known_letters or len(known_letters) != len(rule["data"]):
                fault("%s: its condition, or a letter twice" % rule["uid"])
    if len(set(uids)) != len(uids) or any(not 8 <= len(u) <= 40 for u in uids):
        fault("uids of alerts: %s" % uids)


def main():
    known = known_metrics()
    check_alerts(known)
    with open("contrib/dashboards/dashboards.toml", "rb") as f:
        boards = tomllib.load(f)["dashboard"]
    number = marked = 0
    for b in boards:
        for p in b["panel"]:
            number += len(p["query"])
            marked += len(p["query"]) if "empty" in p else 0
            for entry in p["query"]:
                check_names("%s: %s" % (b["name"], p["title"]), entry, known)
    if marked > 0.15 * number:
        fault("%d of %d queries are of panels that may be empty" % (marked, number))
    uids = []
    for store in ("graphite", "influxdb", "prometheus"):
        paths = sorted(glob.glob("contrib/grafana/%s/*.json" % store))
        if len(paths) != len(boards):
            fault("contrib/grafana/%s: %d files of %d" % (store, len(paths), len(boards)))
        for path in paths:
            uids.append(check_board(store, path)[0])
    if len(set(uids)) != len(uids):
        fault("a uid is there twice")
    if len(glob.glob("contrib/graphite/*.json")) != len(boards):
        fault("contrib/graphite lacks some")
    sys.exit(bad)


if __name__ == "__main__":
    main()
