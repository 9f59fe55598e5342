# The package pytest-sim800: its own tests, with Debian's pytest, by Debian's Python and by the oldest that it is for.
# SPDX-License-Identifier: MIT
import ast
import glob
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import unittest

from harness import SIM800, AcceptanceTest
from peers import ROOT

PACKAGE = os.path.join(ROOT, "clients", "python")


OLDEST = (3, 9)  # requires-python
PYTEST = "pytest", "_pytest", "pluggy", "iniconfig", "packaging", "attr", "attrs", "py"
BELOW_3_11 = "tomli", "exceptiongroup"  # of python3-tomli and python3-exceptiongroup, which Debian's Python does without


def oldest_python():
    """Its path; None where there is none."""
    for path in [shutil.which("python3.9"), *glob.glob(os.path.expanduser("~/.pyenv/versions/3.9.*/bin/python3.9"))]:
        if path and subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0:
            return path
    return None


def modules_for_oldest():
    """Folders of Debian's pytest and what it needs; None where something is missing."""
    found = [importlib.util.find_spec(name) for name in PYTEST + BELOW_3_11]
    return None if None in found else [os.path.dirname(one.origin) if one.submodule_search_locations else one.origin for one in found]


def run_pytest(folder, *arguments, python=sys.executable, modules=""):
    """pytest with the package, as if that were installed; leaves nothing in the tree."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [os.path.join(PACKAGE, "src"), modules])), "SIM800": SIM800, "PYTHONDONTWRITEBYTECODE": "1",
                   "TMPDIR": folder}
    return subprocess.run([python, "-m", "pytest", "-p", "no:cacheprovider", "--basetemp", os.path.join(folder, "base"),
                           "--tb=short", *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          cwd=ROOT, check=False)


@unittest.skipUnless(importlib.util.find_spec("pytest"), "there is no pytest (Debian's package python3-pytest)")
class Package(AcceptanceTest):
    def test_its_own_tests(self):
        done = run_pytest(self.dir, os.path.join(PACKAGE, "tests"))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(" passed", done.stdout)

    @unittest.skipUnless(oldest_python() and modules_for_oldest(), "there is no Python 3.9, or not what pytest needs with it (peers.py)")
    def test_its_own_tests_by_the_oldest_python(self):
        for path in modules_for_oldest():
            os.symlink(path, self.path(os.path.basename(path)))
        done = run_pytest(self.dir, os.path.join(PACKAGE, "tests"), python=oldest_python(), modules=self.dir)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(" passed", done.stdout)


    def test_named_once_more_where_it_is_installed(self):
        with open(os.path.join(PACKAGE, "pyproject.toml"), encoding="utf-8") as file:
            points = re.findall(r'(?m)^"?([\w.]+)"? = "(pytest_sim800\..*)"', file.read())
        os.mkdir(self.path("pytest_sim800-0.dist-info"))  # what pip leaves
        for name, text in ("METADATA", "Name: pytest-sim800\nVersion: 0\n"), ("entry_points.txt", "[pytest11]\n%s = %s\n" % points[0]):
            with open(self.path("pytest_sim800-0.dist-info/" + name), "w", encoding="utf-8") as file:
                file.write(text)
        test = os.path.join(PACKAGE, "tests", "test_modem.py::test_the_tty_is_the_modules")
        for named in [], ["-p", "pytest_sim800.plugin"]:
            done = run_pytest(self.dir, *named, test, modules=self.dir)
            self.assertEqual(done.returncode, 0, done.stdout)


class Sources(unittest.TestCase):
    def test_they_are_written_in_the_oldest_python(self):
        for path in glob.glob(os.path.join(PACKAGE, "**", "*.py"), recursive=True):
            with open(path, encoding="utf-8") as file:
                ast.parse(file.read(), path, feature_version=OLDEST)


if __name__ == "__main__":
    unittest.main()
