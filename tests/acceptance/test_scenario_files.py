# Scenario files: the schema as other validators see it, and the subcommands that read them without a module.
# SPDX-License-Identifier: MIT
import functools
import glob
import json
import os
import re
import subprocess
import sys
import unittest

import jsonschema

from harness import DEADLINE, SIM800, AcceptanceTest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCENARIOS = os.path.join(ROOT, "scenarios")


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


SCHEMA = json.loads(read(SCENARIOS, "scenario.schema.json"))
SHIPPED = sorted((path for path in glob.glob(SCENARIOS + "/*.json") if not path.endswith(".schema.json")),
                 key=lambda path: path.removesuffix(".json"))


def nodes(node, path=""):
    """Every key of the schema, with its path."""
    for name, child in node.get("properties", {}).items():
        yield path + "/" + name, child
        yield from nodes(child, path + "/" + name)
    for below in ("items", "additionalProperties"):
        if isinstance(node.get(below), dict):
            yield from nodes(node[below], path + "/" + below)
    for name, child in node.get("definitions", {}).items():
        yield from nodes(child, path + "#" + name)


class Schema(unittest.TestCase):
    validator = jsonschema.Draft7Validator(SCHEMA)

    def test_it_is_draft_07(self):
        jsonschema.Draft7Validator.check_schema(SCHEMA)

    def test_editors_can_explain_every_key(self):
        for path, node in nodes(SCHEMA):
            while "description" not in node and "$ref" in node:
                node = functools.reduce(lambda part, step: part[step], node["$ref"].split("/")[1:], SCHEMA)
            with self.subTest(path):
                self.assertRegex(node.get("description", ""), r"\.\Z")

    def test_no_object_takes_unknown_keys(self):
        for path, node in [("", SCHEMA), *nodes(SCHEMA), *SCHEMA["definitions"].items()]:
            if "properties" in node:
                with self.subTest(path):
                    # A map has keys of the user's, of which some may be known.
                    self.assertTrue("x-key" in node or "propertyNames" in node or node.get("additionalProperties") is False)

    def test_examples_and_defaults_are_valid(self):
        for path, node in nodes(SCHEMA):
            for value in [*node.get("examples", ()), *([node["default"]] if "default" in node else ())]:
                with self.subTest(path, value=value):
                    jsonschema.Draft7Validator({**node, "definitions": SCHEMA["definitions"]}).validate(value)

    def test_another_validator_takes_every_scenario_that_ships(self):
        for path in SHIPPED:
            with self.subTest(path):
                scenario = json.loads(read(path))
                self.validator.validate(scenario)
                self.assertEqual(scenario["$schema"], "./scenario.schema.json")
                self.assertEqual(scenario["name"] + ".json", os.path.basename(path))
                self.assertTrue(scenario["description"].endswith("."))

    def test_another_validator_refuses_the_same_broken_ones(self):
        blocks = re.sub(r"(?m)^#.*\n", "", read(ROOT, "tests", "scenarios", "broken.txt")).strip().split("\n\n")
        self.assertGreaterEqual(len(blocks), 40)
        for block in blocks:
            text, mark, _ = re.split(r"(?m)^([=-])> ", block, maxsplit=1)
            with self.subTest(text):
                self.assertEqual(self.validator.is_valid(json.loads(text)), mark == "-")

    def test_the_default_scenario_spells_out_every_default(self):
        def defaults(node):
            return {name: child["default"] if "default" in child else defaults(child)
                    for name, child in node["properties"].items()
                    # These are there only if a scenario has them: their defaults are not a module's.
                    if name not in ("toolkit", "tariff", "board")
                    if "default" in child or ("properties" in child and defaults(child))}

        def within(wanted, given):
            for name, value in wanted.items():
                if isinstance(value, dict) and value:
                    within(value, given[name])
                else:
                    self.assertEqual(given[name], value, name)

        within(defaults(SCHEMA), json.loads(read(SCENARIOS, "default.json")))

    def test_the_guide_is_valid(self):
        guide = read(ROOT, "docs", "scenarios.md").partition("## Reference")[0]
        scenarios = [json.loads(re.sub(r"(?m)\s+//.*$", "", text)) for text in re.findall(r"```json\n(.*?)```", guide, re.DOTALL)]
        faults = [json.loads(text) for text in re.findall(r"(?m)^\| `(\{.*\})` \|", guide)]
        self.assertGreaterEqual((len(scenarios), len(faults)), (2, 5))
        for scenario in [*scenarios, {"faults": faults}]:
            self.validator.validate(scenario)

    def test_the_toolkit_page_shows_an_exchange_that_is_played(self):
        page = read(ROOT, "docs", "toolkit.md")
        blocks = re.findall(r"```(json|)\n(.*?)```", page.partition("## Toolkit")[2], re.DOTALL)
        shipped = json.loads(read(SCENARIOS, "toolkit-credit.json"))
        self.assertEqual(json.loads(blocks[0][1]), {key: shipped[key] for key in ("module", "sim", "network")})
        played = iter(read(ROOT, "tests", "scenarios", "toolkit-credit.txt").splitlines())
        for line in blocks[1][1].splitlines():
            self.assertIn(("> " if line.startswith("AT") else "< ") + line, played)

    def test_the_reference_says_what_the_schema_says(self):
        script = os.path.join(ROOT, "docs", "scenario_reference.py")
        ran = subprocess.run([sys.executable, "-B", script, "--check"], capture_output=True, text=True, check=False)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))


class Program(AcceptanceTest):
    def sim800(self, *arguments):
        return subprocess.run([SIM800, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=DEADLINE, check=False, cwd=self.dir)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def test_files_that_are_well(self):
        self.write("mine.json", '{"name": "mine"}')
        ran = self.sim800("check", "mine.json", "hermetic", *SHIPPED)
        lines = ["mine.json: ok", "hermetic: ok", *(path + ": ok" for path in SHIPPED)]
        self.assertEqual((ran.returncode, ran.stderr, ran.stdout.splitlines()), (0, "", lines))

    def test_every_mistake_of_every_file(self):
        self.write("one.json", '{"sim": {"pin": 1234},\n "nmae": "x"}')
        self.write("two.json", "{}")
        self.write("three.json", '{"timing": {"scale": 0}')
        ran = self.sim800("check", "one.json", "two.json", "three.json", "four.json")
        self.assertEqual((ran.returncode, ran.stdout), (2, "two.json: ok\n"))
        self.assertEqual(ran.stderr.splitlines()[:2], ["one.json:1:17: /sim/pin: expected 4 to 8 digits, found 1234",
                         'one.json:2:2: /nmae: expected a known key, found "nmae" (did you mean "name"?)'])
        self.assertRegex(ran.stderr.splitlines()[2], r"\Athree\.json:1:24: /timing: expected '}', found end of input\Z")
        self.assertRegex(ran.stderr.splitlines()[3], r"\Afour\.json: expected a file, or the name of a scenario")

    def test_mistakes_for_github(self):
        self.write("a,b.json", '{"sim": {"pin": "1%"}}')
        ran = self.sim800("check", "--format", "github", "a,b.json")
        self.assertEqual((ran.returncode, ran.stderr), (2, ""))
        self.assertEqual(ran.stdout, '::error file=a%2Cb.json,line=1,col=17::/sim/pin: expected 4 to 8 digits, found "1%25"\n')
        ran = self.sim800("check", "--format", "github", "nowhere.json")
        self.assertRegex(ran.stdout, r"\A::error file=nowhere\.json::expected a file, or the name of a scenario")

    def test_a_file_that_extends_others(self):
        self.write("base.json", '// our servers\n{"network": {"hosts": {"*": "refuse"}}}')
        self.write("mine.json", '{"extends": ["slow-2g", "base.json"], "network": {"hosts": {"a.b": "127.0.0.1:1"}}}')
        self.assertEqual(self.sim800("check", "mine.json").stdout, "mine.json: ok\n")
        ran = self.sim800("scenarios", "show", "mine.json", "http-timeout", "--set", "network.signal.rssi=3")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        shown = json.loads(ran.stdout)
        self.assertEqual(shown["network"]["hosts"]["a.b"], "127.0.0.1:1")
        self.assertEqual(shown["network"]["signal"], {"rssi": 3, "ber": 3})
        self.assertEqual((shown["name"], "extends" in shown), ("http-timeout", False))
        self.assertIn("link", shown["network"])
        self.assertEqual(list(shown), [name for name in SCHEMA["properties"] if name in shown])
        self.validator_takes(shown)

    def validator_takes(self, scenario):
        jsonschema.Draft7Validator(SCHEMA).validate(scenario)

    def test_a_mistake_in_what_is_extended_stops_a_run(self):
        self.write("base.json", '{"network": {"gprs": 1}}')
        self.write("mine.json", '{"extends": "base.json"}')
        for command in (["run", "--stdio", "mine.json"], ["scenarios", "show", "mine.json"], ["check", "mine.json"]):
            ran = self.sim800(*command)
            self.assertEqual((ran.returncode, ran.stdout, ran.stderr),
                             (2, "", "base.json:1:22: /network/gprs: expected true or false, found 1\n"), command)

    def test_scenarios_are_found_by_words(self):
        ran = self.sim800("scenarios", "FTP", "upload")
        names = [line.split(" ")[0] for line in ran.stdout.splitlines()]
        self.assertIn("ftp-reset-mid-upload", names)
        self.assertNotIn("http-timeout", names)
        ran = self.sim800("scenarios", "no-such-word")
        self.assertEqual((ran.returncode, ran.stdout), (2, ""))
        self.assertIn('found none with "no-such-word"', ran.stderr)

    def test_the_schema_comes_with_the_program(self):
        self.assertEqual(json.loads(self.sim800("schema").stdout), SCHEMA)
        self.assertEqual(SCHEMA["$id"], "urn:sim800:scenario:1")

    def test_what_re2_refuses_is_a_mistake(self):
        for pattern, wrong in ("A(?=T)", "invalid perl operator: (?="), ("(A)\\1", "invalid escape sequence: \\1"):
            self.write("mine.json", json.dumps({"faults": [{"on": {"line": pattern}, "do": {"cme": 3}}]}))
            ran = self.sim800("check", "mine.json")
            expected = "mine.json:1:29: /faults/0/on/line: expected a regular expression in RE2 syntax " \
                       "(no look-around, no back-references), found %s (%s)\n" % (json.dumps(pattern), wrong)
            self.assertEqual((ran.returncode, ran.stdout, ran.stderr), (2, "", expected))

    def test_what_would_hang_or_fill_the_memory_is_refused(self):
        def event(**keys):
            return json.dumps({"timing": {"scale": keys.pop("scale", 1)}, "events": [{**keys, "do": {"reset": True}}]})

        rows = [(event(period="1us"), [], "/events/0/period: expected a duration of at least 1ms, found"),
                (event(period="1ms", scale=1e-6), [], "/events/0/period: expected a duration of at least 100000ms"),
                (event(after="1001h"), [], "/events/0/after: expected a duration of at most 1000h, found"),
                (event(period="5ms"), ["--time-scale", "0.001"],
                 "/events/0/period: expected a duration of at least 100ms for 1 action with a time scale of 0.001, found 5ms"),
                ("{" + ",".join('"same": 1' for _ in range(200_000)) + "}", [], "expected at most 100 mistakes, found more"),
                ("[" * 100_000, [], "expected nesting of at most 64 levels"),
                (" " * (4 << 20) + "{}", [], "expected a scenario file of at most 4 MiB, found more")]
        for text, options, mistake in rows:
            self.write("mine.json", text)
            for command in [["run", "--pty", "line", *options]] + ([] if options else [["check"]]):
                with self.subTest(text[:80], command=command):
                    ran = self.sim800(*command, "mine.json")
                    self.assertEqual((ran.returncode, ran.stdout), (2, ""))
                    self.assertIn(mistake, ran.stderr)
                    self.assertLess(len(ran.stderr), 50_000)

    def test_the_list_for_programs(self):
        ran = self.sim800("scenarios", "--json")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        listed = json.loads(ran.stdout)
        self.assertEqual([os.path.basename(row["file"]) for row in listed], [os.path.basename(path) for path in SHIPPED])
        for row in listed:
            scenario = json.loads(read(row["file"]))
            self.assertEqual(row, {"name": scenario["name"], "description": scenario["description"],
                                   "file": row["file"]})

    def test_the_list_for_people(self):
        ran = self.sim800("scenarios")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertRegex(ran.stdout, r"(?m)^hermetic +A healthy module with no servers to reach: .*\.$")
        self.assertEqual(len(ran.stdout.splitlines()), len(SHIPPED))


if __name__ == "__main__":
    unittest.main()
