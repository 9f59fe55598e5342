# The program as it is installed: it needs no path of the machine that built it, and finds itself wherever it is.
# SPDX-License-Identifier: MIT
import glob
import os
import shutil
import subprocess
import unittest

from harness import DEADLINE, SIM800, AcceptanceTest

BUILD = os.path.dirname(SIM800)
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LOADER = "/lib64/ld-linux-x86-64.so.2"


class Installed(AcceptanceTest):
    def setUp(self):
        super().setUp()
        subprocess.run(["cmake", "--install", BUILD, "--strip", "--prefix", self.path("usr")], stdout=subprocess.DEVNULL, check=True,
                       timeout=DEADLINE)
        self.program = self.path("usr/bin/sim800")

    def run_it(self, *command):
        ran = subprocess.run(command, cwd=self.dir, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                             timeout=DEADLINE, check=False)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        return ran.stdout

    def play(self, *program):
        with open(self.path("csq.txt"), "w", encoding="ascii") as file:
            file.write("> AT+CSQ\n< +CSQ: 21,0\n< OK\n")
        self.assertEqual(self.run_it(*program, "play", "csq.txt"), "csq.txt: ok (3 steps)\n")

    def test_no_path_of_the_machine_that_built_it(self):
        files = [path for path in glob.glob(self.path("usr/**"), recursive=True) if os.path.isfile(path)]
        self.assertIn(self.program, files)
        paths = [path.encode() for path in (SOURCE, BUILD)]
        for name in files:
            with open(name, "rb") as file:
                content = file.read()
            if b"__asan_" in content:
                self.skipTest("AddressSanitizer keeps the names of source files")
            for path in paths:
                self.assertNotIn(path, content, "%s names %s" % (name, path.decode()))

    def test_it_finds_its_scenarios(self):
        files = self.run_it(self.program, "scenarios", "--json")
        self.assertIn(os.path.realpath(self.path("usr/share/sim800/scenarios/default.json")), files)

    def test_it_plays_against_itself(self):
        self.play(self.program)

    @unittest.skipUnless(os.path.exists(LOADER), LOADER + " is not there")
    def test_under_a_loader(self):
        self.play(LOADER, "--argv0", "else", self.program)
        files = self.run_it(LOADER, self.program, "scenarios", "--json")
        self.assertIn(os.path.realpath(self.path("usr/share/sim800/scenarios/default.json")), files)

    def test_moved_to_another_place(self):
        shutil.move(self.path("usr"), self.path("moved"))
        self.play(self.path("moved/bin/sim800"))


if __name__ == "__main__":
    unittest.main()
