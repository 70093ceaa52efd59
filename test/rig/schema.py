# SPDX-License-Identifier: BSD-3-Clause
"""Holds JSON against a JSON Schema, as far as doc/events.schema.json goes; other words of schemas are errors."""

import json
import os
import re

SOURCE = os.environ.get("SEEP_SRC", os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
TYPES = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
}
SAYS_NOTHING = {"$schema", "$defs", "title", "description"}


def of_events():
    with open(os.path.join(SOURCE, "doc", "events.schema.json"), encoding="utf-8") as file:
        return json.load(file)


def faults(value, schema, root=None, at="$"):
    """What of the value the schema does not allow, as text."""
    root = root or schema
    for word, wanted in schema.items():
        if word in SAYS_NOTHING or word == "then":
            continue
        yield from CHECKS[word](value, wanted, schema, root, at)


def _ref(value, wanted, _, root, at):
    yield from faults(value, root["$defs"][wanted.rpartition("/")[2]], root, at)


def _type(value, wanted, _, __, at):
    if not TYPES[wanted](value):
        yield "%s: %r is no %s" % (at, value, wanted)


def _const(value, wanted, _, __, at):
    if value != wanted:
        yield "%s: %r is not %r" % (at, value, wanted)


def _enum(value, wanted, _, __, at):
    if value not in wanted:
        yield "%s: %r is none of %r" % (at, value, wanted)


def _pattern(value, wanted, _, __, at):
    # Python's $ also stands before a last line feed.
    if isinstance(value, str) and not re.search(wanted.replace("$", r"\Z"), value):
        yield "%s: %r is not as %s" % (at, value, wanted)


def _minimum(value, wanted, _, __, at):
    if isinstance(value, (int, float)) and value < wanted:
        yield "%s: %r is below %r" % (at, value, wanted)


def _items(value, wanted, _, root, at):
    for number, item in enumerate(value if isinstance(value, list) else ()):
        yield from faults(item, wanted, root, "%s[%d]" % (at, number))


def _count(compare, what):
    def check(value, wanted, _, __, at):
        if isinstance(value, list) and compare(len(value), wanted):
            yield "%s: too %s" % (at, what)
    return check


def _required(value, wanted, _, __, at):
    for key in wanted:
        if isinstance(value, dict) and key not in value:
            yield "%s: lacks %s" % (at, key)


def _properties(value, wanted, _, root, at):
    for key in wanted:
        if isinstance(value, dict) and key in value:
            yield from faults(value[key], wanted[key], root, "%s.%s" % (at, key))


def _additional(value, wanted, schema, _, at):
    assert wanted is False
    for key in value if isinstance(value, dict) else ():
        if key not in schema["properties"]:
            yield "%s: has %s" % (at, key)


def _all_of(value, wanted, _, root, at):
    for part in wanted:
        yield from faults(value, part, root, at)


def _if(value, wanted, schema, root, at):
    if not list(faults(value, wanted, root, at)):
        yield from faults(value, schema["then"], root, at)


CHECKS = {
    "$ref": _ref, "type": _type, "const": _const, "enum": _enum, "pattern": _pattern,
    "minimum": _minimum, "items": _items, "required": _required, "properties": _properties,
    "additionalProperties": _additional, "allOf": _all_of, "if": _if,
    "minItems": _count(lambda size, least: size < least, "few"),
    "maxItems": _count(lambda size, most: size > most, "many"),
}
