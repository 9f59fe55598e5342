# Whether the compiler's protections came through to a release build (cmake/options.cmake).
# SPDX-License-Identifier: MIT
import os
import re
import shutil
import subprocess
import unittest

from harness import SIM800


def readelf(*arguments):
    return subprocess.run(["readelf", "--wide", *arguments, SIM800], capture_output=True, text=True, check=True).stdout


def build_type():
    """Of the program under test, by the cache of the build folder it lies in; None for an installed one."""
    cache = os.path.join(os.path.dirname(SIM800), "CMakeCache.txt")
    if not os.path.exists(cache):
        return None
    with open(cache, encoding="utf-8") as file:
        text = file.read()
    sanitized = re.search(r"^SIM800_SANITIZE:\w+=(.+)$", text, re.M)
    return "sanitized" if sanitized else re.search(r"^CMAKE_BUILD_TYPE:\w+=(.*)$", text, re.M)[1]


@unittest.skipUnless(shutil.which("readelf"), "readelf is missing (binutils)")
@unittest.skipUnless(build_type() == "Release", "not a release build")
class Hardening(unittest.TestCase):
    def test_its_addresses_are_random(self):
        self.assertRegex(readelf("--file-header"), r"Type:\s+DYN")
        self.assertRegex(readelf("--dynamic"), r"FLAGS_1.*\bPIE\b")

    def test_what_the_linker_has_filled_in_is_read_only(self):
        self.assertIn("GNU_RELRO", readelf("--program-headers"))
        self.assertRegex(readelf("--dynamic"), r"FLAGS.*\b(BIND_NOW|NOW)\b")

    def test_the_stack_is_guarded_and_not_executable(self):
        self.assertIn("__stack_chk_fail", readelf("--dyn-syms"))
        self.assertRegex(readelf("--program-headers"), r"GNU_STACK.* RW  ?0x")

    def test_copies_are_checked(self):
        self.assertRegex(readelf("--dyn-syms"), r"__\w+_chk\b(?!_fail)")


if __name__ == "__main__":
    unittest.main()
