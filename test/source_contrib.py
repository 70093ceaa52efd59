#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What contrib/ makes of statistics: it can be read, and each name is one of theirs. TAP."""
import json
import os
import re
import sys

SOURCE = os.environ.get("SEEP_SRC", ".")
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(SOURCE, "test", "rig"))
from tap import Tap  # noqa: E402


def read(name):
    with open(os.path.join(SOURCE, name), encoding="utf-8") as file:
        return file.read()


def keys():
    """The statistics, as Telegraf's unbound input gives them to Prometheus."""
    found = re.findall(r'SEEP_(?:COUNTER|GAUGE)\(\w+, "([a-z_.]+)"', read("include/seep_counters.def"))
    return {"unbound_" + key.replace(".", "_") for key in found}


def check_metrics(tap, name, expressions, known):
    used = {metric for text in expressions for metric in re.findall(r"\bunbound_\w+", text)}
    tap.ok(used, name + ": it has metrics")
    tap.equal(sorted(used - known), [], name + ": each is a statistic of Seep")


def check_dashboard(tap, known):
    name = "contrib/grafana-dashboard.json"
    board = json.loads(read(name))
    panels = [panel for panel in board["panels"] if panel["type"] != "row"]
    check_metrics(tap, name, [target["expr"] for panel in panels for target in panel["targets"]],
                  known)
    tap.equal(len({panel["id"] for panel in panels}), len(panels), name + ": panels differ in id")
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in panels]
    tap.equal(len(set(places)), len(places), name + ": and in place")
    tap.ok(all(p["title"] and p["description"] for p in panels), name + ": each says what it is")


def check_alerts(tap, known):
    name = "contrib/prometheus-alerts.yml"
    try:
        import yaml
    except ImportError:
        tap.skip(name + ": is YAML", "there is no python3-yaml")
        check_metrics(tap, name, [read(name)], known)
        return
    rules = [rule for group in yaml.safe_load(read(name))["groups"] for rule in group["rules"]]
    check_metrics(tap, name, [rule["expr"] for rule in rules], known)
    tap.ok(all(set(rule) == {"alert", "expr", "for", "labels", "annotations"} for rule in rules),
           name + ": rules are whole")
    tap.ok(all({"summary", "description"} == set(rule["annotations"]) for rule in rules),
           name + ": each says what to do")
    tap.equal(len({rule["alert"] for rule in rules}), len(rules), name + ": names differ")


def main():
    with Tap() as tap:
        known = keys()
        tap.ok(len(known) > 40, "there are statistics", len(known))
        check_dashboard(tap, known)
        check_alerts(tap, known)


if __name__ == "__main__":
    main()
