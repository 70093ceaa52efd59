#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Events: lines of every kind, with every byte in a name, against their schema and document. TAP."""
import json
import os
import re
import subprocess
import sys

SOURCE = os.environ.get("SEEP_SRC", ".")
BUILD = os.environ.get("SEEP_BUILD", ".")
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(SOURCE, "test", "rig"))
import schema  # noqa: E402
from tap import Tap  # noqa: E402

LINES = os.path.join(BUILD, "test", "event_lines")


def read(name):
    with open(os.path.join(SOURCE, name), encoding="utf-8") as file:
        return file.read()


def shown(byte):
    """A byte of a label as zone files have it."""
    char = chr(byte)
    if byte <= 32 or byte >= 127:
        return "\\%03d" % byte
    return "\\" + char if char in '.\\"' else char


def paths(value, at=""):
    """The fields of an event, with dots; an estimate is one field."""
    if isinstance(value, dict) and not {"count", "error_percent"} <= set(value):
        for key in value:
            yield from paths(value[key], at + "." + key if at else key)
    else:
        yield at


def check_lines(tap):
    wanted = schema.of_events()
    lines = subprocess.run((LINES,), capture_output=True, check=True, timeout=60).stdout
    events = [json.loads(line) for line in lines.splitlines()]
    tap.ok(lines.isascii(), "lines are ASCII")
    faults = [fault for event in events for fault in schema.faults(event, wanted)]
    tap.ok(not faults, "%d lines are as the schema has it" % len(events), faults[:5])
    names = {event["seep"]["count"] - 1: event["dns"]["question"]["name"] for event in events
             if event["event"]["action"] == "query-refused" and "source" in event}
    odd = [names[byte] for byte in range(256)
           if names.get(byte) != "x%sx.evil.example" % shown(byte)]
    tap.ok(not odd, "names are as zone files have them, whatever their bytes", odd[:5])
    private = lines[lines.index(b'"hash"'):]
    for part in b"10.0.", b"x.evil", b'"source"', b'"question":{"name"':
        tap.ok(part in lines and part not in private, "with pseudonyms there is no %r" % part)
    return events, wanted


def check_schema(tap, event, wanted):
    """The negative twins: what is wrong is found."""
    for change, text in ((lambda e: e.pop("@timestamp"), "a time is missing"),
                         (lambda e: e["event"].update(action="other"), "an unknown action"),
                         (lambda e: e["seep"].update(level_bits="1"), "a number as text"),
                         (lambda e: e["seep"].update(level_bits=-1), "a number below 0"),
                         (lambda e: e["seep"].pop("budget_bits"), "a crossing without a budget"),
                         (lambda e: e["event"].update(category=[]), "no category"),
                         (lambda e: e["source"].update(ip="a\n"), "an address that is none"),
                         (lambda e: e.update(more=1), "a field of no name")):
        other = json.loads(json.dumps(event))
        change(other)
        tap.ok(list(schema.faults(other, wanted)), "the schema finds: " + text)


def check_document(tap, events, wanted):
    text = read("doc/EVENTS.md")
    words = set(re.findall(r"`([^`\s]+)`", text))
    actions = wanted["properties"]["event"]["properties"]["action"]["enum"]
    tap.equal(sorted({event["event"]["action"] for event in events}), sorted(actions),
              "each action of the schema has lines, and no other")
    tap.equal([action for action in actions if action not in words], [],
              "the document has each action")
    fields = {path for event in events for path in paths(event)}
    named = words | {"seep.learned." + word for word in words}
    tap.equal(sorted(fields - named), [], "and each field")
    example = "".join(text[text.index("    {"):text.index("It is on one line")].split())
    faults = list(schema.faults(json.loads(example), wanted))
    tap.ok(not faults, "its example is as the schema has it", faults)


def main():
    with Tap() as tap:
        if os.path.exists(LINES):
            events, wanted = check_lines(tap)
            check_schema(tap, events[0], wanted)
            check_document(tap, events, wanted)
        else:
            tap.skip("lines of events", "there is no %s" % LINES)


if __name__ == "__main__":
    main()
