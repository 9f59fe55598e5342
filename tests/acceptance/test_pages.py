# What README, docs and changelog say about files, bytes, rooms and versions, compared with program and tree.
# SPDX-License-Identifier: MIT

import glob
import os
import re
import subprocess
import unittest

from harness import DEADLINE, SIM800, AcceptanceTest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def text_of(*names):
    with open(os.path.join(ROOT, *names), encoding="utf-8") as file:
        return file.read()


class StateFile(AcceptanceTest):
    def test_the_example_of_the_page_byte_for_byte(self):
        page = text_of("docs", "nvram.md")
        example = re.search(r"^```json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)[1]
        commands = re.findall(r"^> (.*)\n< OK$", page, re.MULTILINE)
        self.assertGreater(len(commands), 3)
        state = self.path("state")
        module = self.module("--state", state)
        self.assertFalse(os.path.exists(os.path.join(state, "nvram.json")))
        self.host(module).ok(*commands)
        self.assertEqual(module.end(), 0)
        with open(os.path.join(state, "nvram.json"), "rb") as file:
            self.assertEqual(file.read(), example.encode("utf-8"))
        self.assertEqual(sorted(os.listdir(state)), ["files", "nvram.json"])

    def test_a_start_from_the_example_reads_it_back(self):
        example = re.search(r"^```json\n(.*?)^```$", text_of("docs", "nvram.md"), re.MULTILINE | re.DOTALL)[1]
        os.mkdir(self.path("state"))
        with open(self.path("state/nvram.json"), "w", encoding="utf-8") as file:
            file.write(example)
        host = self.host(self.module("--state", self.path("state")))
        host.ok('AT+CPBS="ME"', 'AT+CSCS="UCS2"')
        self.assertIn('"005A006F00EB"', host.ask("AT+CPBR=1"))
        self.assertIn('"26/12/24,18:00:00",1', host.ask("AT+CALA?"))


class TraceFile(AcceptanceTest):
    def documented(self):
        """The keys of each event, in the order of the page's table."""
        rows = re.findall(r"^\| (`[^|]*) \|([^|]*)\|", text_of("docs", "trace.md"), re.MULTILINE)
        return {name: re.findall(r"`(\w+)`", keys) for names, keys in rows for name in re.findall(r"`(\w+)`", names)}

    def test_every_line_has_the_form_and_the_keys_of_the_page(self):
        trace = self.path("run.jsonl")
        module = self.module("--trace", trace, scenario={
            "faults": [{"on": {"command": "AT+CSQ"}, "do": {"cme": 3}}],
            "events": [{"after": "0s", "do": {"signal": {"rssi": 3}}}]})
        host = self.host(module)
        host.ok("AT")
        host.ask("AT+CSQ")
        host.ok('AT+CSTT="CMNET"')
        host.send('AT+HTTPPARA="\xe9\x01\\"\r')
        host.until(b"ERROR\r\n")
        self.assertEqual(module.end(), 0)
        with open(trace, "rb") as file:
            lines = file.read().decode("ascii").splitlines(keepends=True)
        value = r'(?:"(?:[ !#-\[\]-~]|\\["\\rn]|\\u00[0-9a-f]{2})*"|-?\d+|true|false)'
        form = re.compile(r'\{"t":\d+\.\d{6},"event":"(\w+)"((?:,"\w+":%s)*)\}\n' % value)
        keys = self.documented()
        seen = set()
        for line in lines:
            with self.subTest(line):
                found = form.fullmatch(line)
                self.assertTrue(found)
                names = re.findall(r',"(\w+)":', found[2])
                seen.add(found[1])
                self.assertEqual(names, [key for key in keys[found[1]] if key in names])
        self.assertLessEqual({"start", "power", "client", "rx", "tx", "command", "result", "urc", "fault", "happening",
                              "end"}, seen)
        self.assertTrue(any(r"\u00e9\u0001\\\"" in line for line in lines), "any byte survives")


class Tree(unittest.TestCase):
    PAGES = sorted(glob.glob(os.path.join(ROOT, "*.md")) + glob.glob(os.path.join(ROOT, "docs", "*.md")))
    TOP = ("protocol/", "emulator/", "backends/", "scenarios/", "tests/", "docs/", "cmake/", "bench/", "packaging/")
    INVENTED = {"emulator/board/beeper.hpp", "emulator/internet/quote_service.hpp", "backends/NAME"}  # by the guides

    @staticmethod
    def prose(page):
        """The page without its blocks of code."""
        return re.sub(r"(?ms)^( *)```.*?^\1```$", "", text_of(page))

    def test_links_lead_to_files(self):
        for page in self.PAGES:
            for target in re.findall(r"\]\((?!https?:)([^)#]+)", self.prose(page)):
                with self.subTest(page=os.path.relpath(page, ROOT), target=target):
                    self.assertTrue(os.path.exists(os.path.join(os.path.dirname(page), target)))

    def test_paths_lead_to_files(self):
        for page in self.PAGES:
            for path in set(re.findall(r"`((?:%s)[\w./-]+)`" % "|".join(self.TOP), self.prose(page))) - self.INVENTED:
                with self.subTest(page=os.path.relpath(page, ROOT), path=path):
                    self.assertTrue(os.path.exists(os.path.join(ROOT, path)))

    def test_the_architecture_names_every_room(self):
        rooms = set(re.findall(r"^room\((\S+?)[ )]", text_of("cmake", "rooms.cmake"), re.MULTILINE))
        table = re.findall(r"^\| (`.*?) \|", text_of("docs", "architecture.md"), re.MULTILINE)
        self.assertEqual(sorted(re.findall(r"`(\S+)`", " ".join(table))), sorted(rooms))


class Version(unittest.TestCase):
    def test_the_program_the_build_and_the_changelog_agree(self):
        ran = subprocess.run([SIM800, "--version"], capture_output=True, text=True, timeout=DEADLINE, check=False)
        released = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$", text_of("CHANGELOG.md"), re.MULTILINE)
        built = re.search(r"^project\(\S+ VERSION (\S+)", text_of("CMakeLists.txt"), re.MULTILINE)[1]
        self.assertEqual((ran.returncode, ran.stdout.strip(), built), (0, released[0], released[0]))


if __name__ == "__main__":
    unittest.main()
