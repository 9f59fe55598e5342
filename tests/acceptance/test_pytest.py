# The package pytest-sim800: its own tests, with Debian's pytest.
# SPDX-License-Identifier: MIT
import importlib.util
import os
import subprocess
import sys
import unittest

from harness import SIM800, AcceptanceTest
from peers import ROOT

PACKAGE = os.path.join(ROOT, "clients", "python")


def run_pytest(folder, *arguments):
    """pytest with the package, as if that were installed; leaves nothing in the tree."""
    environment = {**os.environ, "PYTHONPATH": os.path.join(PACKAGE, "src"), "SIM800": SIM800, "PYTHONDONTWRITEBYTECODE": "1",
                   "TMPDIR": folder}
    return subprocess.run([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--basetemp", os.path.join(folder, "base"),
                           "--tb=short", *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          cwd=ROOT, check=False)


@unittest.skipUnless(importlib.util.find_spec("pytest"), "there is no pytest (Debian's package python3-pytest)")
class Package(AcceptanceTest):
    def test_its_own_tests(self):
        done = run_pytest(self.dir, os.path.join(PACKAGE, "tests"))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(" passed", done.stdout)


if __name__ == "__main__":
    unittest.main()
