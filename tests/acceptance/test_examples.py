# The examples: six bugs from the field, by pytest and by shell scripts, and a workflow file.
# SPDX-License-Identifier: MIT
import glob
import importlib.util
import os
import re
import subprocess
import unittest

from doc_page import DocPage
from harness import DEADLINE, SIM800, AcceptanceTest
from peers import ROOT
from test_pytest import run_pytest

EXAMPLES = os.path.join(ROOT, "examples")


class Examples(AcceptanceTest):
    @unittest.skipUnless(importlib.util.find_spec("pytest"), "there is no pytest (Debian's package python3-pytest)")
    def test_by_pytest(self):
        done = run_pytest(self.dir, "-p", "pytest_sim800.plugin", os.path.join(EXAMPLES, "pytest"))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("6 passed", done.stdout)

    def test_by_the_shell(self):
        scripts = [path for path in sorted(glob.glob(os.path.join(EXAMPLES, "sh", "*.sh"))) if not path.endswith("common.sh")]
        self.assertEqual(len(scripts), 6)
        for script in scripts:
            with self.subTest(os.path.basename(script)):
                done = subprocess.run([SIM800, "exec", "--timing", "instant", "--", script], capture_output=True, text=True,
                                      cwd=self.dir, timeout=DEADLINE, check=False,
                                      env={**os.environ, "SIM800": SIM800, "TMPDIR": self.dir, "PYTHONDONTWRITEBYTECODE": "1"})
                self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    def test_a_script_fails_where_the_module_does_otherwise(self):
        script = os.path.join(EXAMPLES, "sh", "sms-inside.sh")
        done = subprocess.run([SIM800, "exec", "--timing", "instant", "--set", "sim.present=false", "--", script], capture_output=True,
                              text=True, cwd=self.dir, timeout=DEADLINE, check=False, env={**os.environ, "SIM800": SIM800})
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("AT+CMGF=1: ERROR", done.stderr)

    def test_the_page_on_cpp(self):
        page = DocPage("cpp.md", self.dir)
        os.symlink(os.path.join(ROOT, "clients"), self.path("clients"))
        with open(self.path("firmware.cpp"), "w", encoding="ascii") as file:
            file.write("""#include <unistd.h>
                          #include <string>
                          void start_firmware(const std::string& tty) {
                            if (fork() == 0) execl("firmware", "firmware", tty.c_str(), nullptr);
                          }""")
        with open(self.path("firmware"), "w", encoding="ascii") as file:
            os.fchmod(file.fileno(), 0o755)
            file.write("""#!/bin/bash
                          exec 3<>"$1"
                          until_line() { while read -r line <&3 && [[ $line != $1* ]]; do :; done; }
                          ask() { printf '%s\\r' "$1" >&3; until_line "${2:-OK}"; }
                          ask ATE0; ask AT+CMGF=1
                          printf 'AT+CMGL="ALL"\\r' >&3; until_line UPLOAD  # it is there, or comes
                          until_line OK
                          ask 'AT+SAPBR=3,1,"APN","CMNET"'; ask AT+SAPBR=1,1; ask AT+FTPCID=1; ask 'AT+FTPSERV="ftp.example"'
                          ask 'AT+FTPPUTNAME="log"'; ask 'AT+FTPPUTPATH="/"'
                          for _ in 1 2 3; do ask AT+FTPPUT=1 +FTPPUT:; done
                          printf 'AT+CMGS="+420777000000"\\rfailed\\032' >&3
                          until_line OK
                          """.replace("\n                          ", "\n"))
        compiles, runs = re.findall(r"(?m)^    (.*)", page.text)
        done = page.shell(compiles.replace("c++ ", "c++ -Wall -Wextra -Werror "))
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        done = page.shell(runs)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("1 passed", done.stdout)

    @unittest.skipUnless(importlib.util.find_spec("yaml"), "there is no YAML parser (Debian's package python3-yaml)")
    def test_the_workflow_file(self):
        import yaml
        with open(os.path.join(EXAMPLES, "github", "firmware.yml"), encoding="utf-8") as file:
            workflow = yaml.safe_load(file)
        self.assertIn(True, workflow)  # "on", as YAML 1.1 reads it
        (job,) = workflow["jobs"].values()
        self.assertIn("runs-on", job)
        for step in job["steps"]:
            self.assertEqual(len({"run", "uses"} & set(step)), 1, step)
            self.assertLessEqual(set(step), {"run", "uses", "name", "with", "if", "env"})


if __name__ == "__main__":
    unittest.main()
