# The Debian package: lintian finds no error, and what is in it works from where it is unpacked.
# SPDX-License-Identifier: MIT
import glob
import gzip
import os
import re
import shutil
import subprocess
import unittest

from harness import DEADLINE, SIM800, AcceptanceTest
from peers import require

BUILD = os.path.dirname(SIM800)


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for program in "cpack", "dpkg-deb", "dpkg-shlibdeps", "file":
            if not shutil.which(program):
                raise unittest.SkipTest("there is no %s (Debian's packages cmake, dpkg-dev and file)" % program)
        with open(SIM800, "rb") as file:
            if re.search(rb"__[at]san_", file.read()):
                raise unittest.SkipTest("nobody packs a program with sanitizers")
        cls.folder = AcceptanceTest("setUp")
        cls.folder.setUp()
        cls.addClassCleanup(cls.folder.doCleanups)
        ran = subprocess.run(["cpack", "--config", os.path.join(BUILD, "CPackConfig.cmake"), "-B", cls.folder.path("out")],
                             stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=10 * DEADLINE)
        if ran.returncode != 0:
            raise AssertionError(ran.stdout + ran.stderr)
        cls.package, = glob.glob(cls.folder.path("out/*.deb"))
        cls.root = cls.folder.path("root")
        subprocess.run(["dpkg-deb", "-x", cls.package, cls.root], check=True, timeout=DEADLINE)

    def run_it(self, *command):
        ran = subprocess.run(command, cwd=self.folder.dir, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                             timeout=DEADLINE, check=False)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        return ran.stdout

    def sim800(self, *arguments):
        return self.run_it(os.path.join(self.root, "usr/bin/sim800"), *arguments)

    def test_lintian_finds_no_error(self):
        require("lintian")
        ran = subprocess.run(["lintian", "--allow-root", "--fail-on", "error", self.package], capture_output=True, text=True, check=False,
                             stdin=subprocess.DEVNULL, timeout=10 * DEADLINE)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        self.assertNotRegex(ran.stdout, "(?m)^E:")
        # CPack calls ldconfig for any library below lib.
        self.assertLessEqual(set(re.findall(r"(?m)^W: sim800: (\S+)", ran.stdout)), {"maintscript-calls-ldconfig"})

    def test_what_it_depends_on(self):
        depends = self.run_it("dpkg-deb", "-f", self.package, "Depends")
        for library in "libc6", "libcurl4", "libmicrohttpd12", "libssl3", "libslirp0":
            self.assertIn(library, depends)
        self.assertNotIn("-dev", depends)

    def test_it_plays_against_itself(self):
        with open(self.folder.path("csq.txt"), "w", encoding="ascii") as file:
            file.write("> AT+CSQ\n< +CSQ: 21,0\n< OK\n")
        self.assertEqual(self.sim800("play", "csq.txt"), "csq.txt: ok (3 steps)\n")

    def test_the_scenarios_that_ship_are_those_in_it(self):
        self.assertIn(os.path.realpath(os.path.join(self.root, "usr/share/sim800/scenarios/slow-2g.json")),
                      self.sim800("scenarios", "--json"))
        self.sim800("check", "slow-2g")

    def test_the_manual_page_and_completion_are_those_of_the_program(self):
        with gzip.open(os.path.join(self.root, "usr/share/man/man1/sim800.1.gz"), "rt") as file:
            self.assertEqual(file.read(), self.sim800("man"))
        for shell, place in (("bash", "bash-completion/completions/sim800"), ("zsh", "zsh/vendor-completions/_sim800"),
                             ("fish", "fish/vendor_completions.d/sim800.fish")):
            with open(os.path.join(self.root, "usr/share", place), encoding="utf-8") as file:
                self.assertEqual(file.read(), self.sim800("completion", shell))

    def test_its_pages_speak_of_what_is_in_it(self):
        pages = glob.glob(os.path.join(self.root, "usr/share/doc/sim800/*.md"))
        self.assertGreater(len(pages), 15)
        for page in pages:
            with open(page, encoding="utf-8") as file:
                text = file.read()
            with self.subTest(os.path.basename(page)):
                for place in "./dev ", "build/release", "tests/dialogues", "<!-- sources", "](docs/":
                    if not page.endswith("CHANGELOG.md") or place.startswith("]"):
                        self.assertFalse(place in text, place)
                for link in re.findall(r"\]\(([\w./-]+\.(?:md|png))", text):
                    self.assertTrue(os.path.exists(os.path.join(os.path.dirname(page), link)), link)
                for path in re.findall(r"/usr/(?:lib|share)/[\w./-]*\w", text):
                    self.assertTrue(os.path.exists(self.root + path) or "sim800" not in path, path)


if __name__ == "__main__":
    unittest.main()
