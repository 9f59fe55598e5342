# The scenarios and commands of docs/expectations.md, run as they stand there.
# SPDX-License-Identifier: MIT

import os
import re
import subprocess
import unittest

from harness import DEADLINE, SIM800, AcceptanceTest
from peers import ROOT

TIME = re.compile(r"\b\d+\.\d{3} s")


class Page(AcceptanceTest):
    def setUp(self):
        super().setUp()
        with open(os.path.join(ROOT, "docs/expectations.md"), encoding="utf-8") as file:
            self.page = file.read()
        files = re.findall(r"(?ms)^`(\S+\.json)`\n\n```json\n(.*?)^```$", self.page)
        self.assertEqual(len(files), self.page.count("```json"))
        for name, text in files:
            with open(self.path(name), "w", encoding="utf-8") as file:
                file.write(text)
        os.symlink(SIM800, self.path("sim800"))

    def shell(self, command):
        path = os.path.dirname(self.path("sim800")) + os.pathsep + os.environ["PATH"]
        ran = subprocess.run(["sh", "-c", command], cwd=self.dir, env={**os.environ, "PATH": path}, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=DEADLINE, check=False)
        return ran.stdout

    def test_every_command_says_what_the_page_says(self):
        shown = re.findall(r"(?ms)^\$ (.*?)\n(.*?)(?=^\$ |^```$)", self.page)
        self.assertGreater(len(shown), 7)
        for command, output in shown:
            with self.subTest(command):
                self.assertEqual(TIME.sub("0.010 s", self.shell(command)), TIME.sub("0.010 s", output))

    def test_without_strict_it_is_only_told(self):
        command = r"printf 'AT+CMGD=1,4\r' | sim800 run --stdio keeps-messages.json >/dev/null; echo $?"
        self.assertRegex(self.shell(command), r"(?s)expectation failed.*\n0\n$")


if __name__ == "__main__":
    unittest.main()
