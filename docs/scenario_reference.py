#!/usr/bin/env python3
# Writes the reference part of scenarios.md from the schema.
# SPDX-License-Identifier: MIT
"""./dev docs; with --check it only reports whether the text is up to date."""

import json
import os
import sys

from generated import bring_up_to_date

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(HERE, "scenarios.md")
SCHEMA = os.path.join(HERE, "..", "scenarios", "scenario.schema.json")
BEGIN, END = "<!-- reference: written by ./dev docs from the schema -->\n", "<!-- end of the reference -->\n"
# Tables of the reference: heading, and the place in the schema.
TABLES = [("The whole file", ()), ("module", ("module",)), ("module.quirks", ("module", "quirks")), ("sim", ("sim",)),
          ("network", ("network",)), ("serial", ("serial",)), ("timing", ("timing",)), ("board", ("board",)),
          ("faults: keys of a fault", "fault"), ("on: triggers", "trigger"), ("do: actions", "action"),
          ("events: keys of an event", "event"), ("expect: keys of an expectation", "expectation"),
          ("sim.toolkit: steps", "toolkit_step"), ("fleet", ("fleet",))]
OWN_TABLES = ("quirks", "on", "do", "never", "eventually", "order", "once")  # keys that have one elsewhere
NAMES = {"object": "object", "array": "list", "string": "string", "boolean": "`true`, `false`",
         "integer": "integer", "number": "number"}


class Reference:
    def __init__(self, schema):
        self.schema = schema

    def resolve(self, node):
        """The node merged with its $ref; keys beside the $ref win, because they describe this use."""
        if "$ref" not in node:
            return node
        target = self.schema
        for step in node["$ref"].split("/")[1:]:
            target = target[step]
        return {**target, **node}

    def values(self, node):
        """The values that a key may have, for readers."""
        if "x-expected" in node and len(node.get("enum", ())) != len(node.get("enum", ())[:12]):
            return node["x-expected"]
        if "enum" in node:
            return ", ".join("`%s`" % json.dumps(value) for value in node["enum"])
        if "x-expected" in node:
            return node["x-expected"].partition(" (")[0]
        types = node.get("type", "object")
        words = " or ".join(NAMES[name] for name in ([types] if isinstance(types, str) else types))
        if node.get("maximum", 10 ** 9) < 10 ** 9:
            words += " %s to %s" % (node["minimum"], node["maximum"])
        elif "minimum" in node:
            words += ", at least %s" % node["minimum"]
        return words

    def rows(self, node, prefix=""):
        """A row for each key under a node, including those of nested objects."""
        for key, child in node.get("properties", {}).items():
            if child.get("$ref", "").startswith("#/definitions/trigger/"):
                continue  # a trigger among other keys: they are in the table of triggers
            child = self.resolve(child)
            yield prefix + key, child
            if node is not self.schema and key not in OWN_TABLES:
                yield from self.inner(child, prefix + key)

    def inner(self, node, name):
        if "x-key" not in node:  # or there are as many as the program has settings, or latencies
            yield from self.rows(node, name + ".")
        for child, step in ((node.get("items"), "[]"), (node.get("additionalProperties"), "." + node.get("x-key", ""))):
            if isinstance(child, dict):
                yield from self.rows(self.resolve(child), name + step + ".")

    def table(self, node):
        lines = ["| key | value | default | meaning |", "|---|---|---|---|"]
        for name, child in self.rows(node):
            default = "`%s`" % json.dumps(child["default"], ensure_ascii=False) if "default" in child else ""
            meaning = child["description"]
            if "examples" in child and "enum" not in child:
                meaning += " Example: `%s`" % json.dumps(child["examples"][0], ensure_ascii=False)
            lines.append("| `%s` | %s | %s | %s |" % (name, self.values(child), default, meaning))
        return "\n".join(lines) + "\n"

    def text(self):
        parts = []
        for heading, place in TABLES:
            node = self.schema
            if isinstance(place, str):
                node = self.schema["definitions"][place]
            else:
                for key in place:
                    node = node["properties"][key]
            parts.append("### %s\n\n%s" % (heading, self.table(node)))
        return "\n".join(parts)


def main():
    with open(SCHEMA, encoding="utf-8") as file:
        reference = Reference(json.load(file)).text()
    return bring_up_to_date(PAGE, BEGIN, END, reference, "the schema")


if __name__ == "__main__":
    sys.exit(main())
