# The scenarios and commands of docs/expectations.md, run as they stand there.
# SPDX-License-Identifier: MIT

import re
import unittest

from doc_page import DocPage
from harness import AcceptanceTest

TIME = re.compile(r"\b\d+\.\d{3} s")


class Page(AcceptanceTest):
    def setUp(self):
        super().setUp()
        self.page = DocPage("expectations.md", self.dir)
        self.assertEqual(len(self.page.files), len(self.page.blocks("json")))

    def test_every_command_says_what_the_page_says(self):
        shown = self.page.console()
        self.assertGreater(len(shown), 7)
        for command, output in shown:
            with self.subTest(command):
                self.assertEqual(TIME.sub("0.010 s", self.page.shell(command).stdout), TIME.sub("0.010 s", output))

    def test_without_strict_it_is_only_told(self):
        command = r"printf 'AT+CMGD=1,4\r' | sim800 run --stdio keeps-messages.json >/dev/null; echo $?"
        self.assertRegex(self.page.shell(command).stdout, r"(?s)expectation failed.*\n0\n$")


if __name__ == "__main__":
    unittest.main()
