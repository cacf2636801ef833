#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes the dashboards and alerts of all stores from dashboards.toml and alerts.toml.

  generate.py            names the files that differ from what they should be; status 1 if any does
  generate.py --write    writes them
  generate.py --into DIR [NAME=VALUE...]    writes the alerts into DIR, with those variables of alerts.toml

Only the standard library (Python 3.11, for tomllib).
"""
import json
import os
import sys
import tomllib

sys.dont_write_bytecode = True
import alerts  # noqa: E402
import grafana  # noqa: E402
import graphite_web  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
CONTRIB = os.path.dirname(HERE)


def load(name):
    with open(os.path.join(HERE, name), "rb") as f:
        return tomllib.load(f)


def as_json(value):
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def files():
    """{path below contrib: text}"""
    made = {}
    description = load("dashboards.toml")
    for entry in description["dashboard"]:
        for store in grafana.STORES:
            made["grafana/%s/%s.json" % (store, entry["name"])] = as_json(
                grafana.dashboard(store, entry, description["colours"]))
        made["graphite/%s.json" % entry["name"]] = as_json(graphite_web.dashboard(entry))
    made.update(alerts.files(load("alerts.toml")))
    return made


def alerts_into(folder, settings):
    """With other windows: `window=10m for=30s`."""
    description = load("alerts.toml")
    for setting in settings:
        name, _, value = setting.partition("=")
        if name not in description["variables"] or not value:
            print("%s: no variable of alerts.toml" % setting, file=sys.stderr)
            return 2
        description["variables"][name] = value
    for name, text in alerts.files(description).items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
    return 0


def main(arguments):
    if len(arguments) >= 2 and arguments[0] == "--into":
        return alerts_into(arguments[1], arguments[2:])
    write = arguments == ["--write"]
    if arguments and not write:
        print(__doc__, file=sys.stderr)
        return 2
    differ = 0
    made = files()
    for name, text in sorted(made.items()):
        path = os.path.join(CONTRIB, name)
        try:
            with open(path, encoding="utf-8") as f:
                same = f.read() == text
        except FileNotFoundError:
            same = False
        if same:
            continue
        differ = 1
        if write:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
        print("contrib/%s%s" % (name, ": written" if write else " is not what the description says"))
    # What nobody makes any more
    for folder in sorted({os.path.dirname(name) for name in made if name.endswith(".json")}):
        there = os.path.join(CONTRIB, folder)
        for name in sorted(os.listdir(there)) if os.path.isdir(there) else []:
            if name.endswith(".json") and folder + "/" + name not in made:
                differ = 1
                print("contrib/%s/%s is in no description" % (folder, name))
    return 0 if write else differ


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
