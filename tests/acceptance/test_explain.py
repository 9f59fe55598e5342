# What the program tells about itself: sim800 explain, completion in shells, the manual page.
# SPDX-License-Identifier: MIT
import json
import os
import re
import subprocess
import unittest

from harness import DEADLINE, SIM800, AcceptanceTest
from peers import require


def sim800(*arguments):
    return subprocess.run([SIM800, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=DEADLINE,
                          check=False)


class Explain(unittest.TestCase):
    def explain(self, *names):
        ran = sim800("explain", "--json", *names)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        return json.loads(ran.stdout)

    def test_a_command_for_people(self):
        ran = sim800("explain", "AT+COPS")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        for line in ("AT+COPS", "  section    3.2.22 of the AT manual V1.12 (27.007)", "  support    full: does what the module does",
                     "  test       AT+COPS=?", "  read       AT+COPS?", "  write      AT+COPS=<1>[,<2>][,<3>]",
                     "  <1>        number 0-4, 0 at first", "  time       at most 120 s, says the manual"):
            self.assertIn(line + "\n", ran.stdout)
        self.assertRegex(ran.stdout, r"(?m)^  latency    operator\.scan \(20 s with typical, 44 s with maximum\): ")

    def test_a_command_for_programs(self):
        (csq,), (cops,) = self.explain("AT+CSQ"), self.explain("AT+COPS")
        self.assertEqual((csq["name"], csq["section"], csq["support"]), ("AT+CSQ", "3.2.35", "full"))
        self.assertEqual(csq["forms"], {"test": "AT+CSQ=?", "execute": "AT+CSQ"})
        self.assertEqual(cops["parameters"][0], {"kind": "number", "optional": False, "repeated": False, "range": "0-4", "default": "0"})
        self.assertIn("operator.select", [latency["name"] for latency in cops["latencies"]])
        self.assertEqual(cops["max_response_s"], 120)

    def test_however_it_is_typed(self):
        for given in "+CSQ", "csq", "at+csq", "AT+CSQ=?", "AT+CSQ?", "AT+CSQ=1":
            with self.subTest(given):
                self.assertEqual(self.explain(given)[0]["name"], "AT+CSQ")
        for given, name in ("ATE", "ATE"), ("E", "ATE"), ("at&w", "AT&W"), ("ATS0", "ATS0"), ("A/", "A/"), ("*celllock", "AT*CELLLOCK"):
            with self.subTest(given):
                self.assertEqual(self.explain(given)[0]["name"], name)

    def test_every_command_that_there_is(self):
        names = [command["name"] for command in json.loads(sim800("commands", "--json").stdout)]
        self.assertGreater(len(names), 300)
        self.assertEqual(set(names), {row["name"] for row in self.explain(*names)})
        self.assertEqual(sim800("explain", *names).returncode, 0)

    def test_one_that_there_is_not(self):
        for given, meant in ("AT+CSX", "AT+CSQ"), ("+HTPINIT", "AT+HTTPINIT"), ("smtpsnd", "AT+SMTPSEND"):
            ran = sim800("explain", "AT+CSQ", given)
            self.assertEqual((ran.returncode, ran.stdout), (2, ""))
            self.assertRegex(ran.stderr, r'\Asim800: expected a command of sim800 commands, found "%s"; did you mean .*"%s"' %
                             (re.escape(given), re.escape(meant)))
        ran = sim800("explain", "nothing like it")
        self.assertEqual((ran.returncode, ran.stderr),
                         (2, 'sim800: expected a command of sim800 commands, found "nothing like it"\n'))
        self.assertEqual(sim800("explain").returncode, 2)


class Completion(AcceptanceTest):
    def complete(self, *words):
        ran = sim800("complete", *words)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        return [line.split("\t")[0] for line in ran.stdout.splitlines()]

    def test_subcommands_and_options_are_those_of_the_help(self):
        listed = re.findall(r"(?m)^  (\w+) ", sim800("--help").stdout.split("Subcommands:")[1])
        self.assertGreater(len(listed), 10)
        self.assertEqual(self.complete(""), listed)
        for name in listed:
            with self.subTest(name):
                options = set(re.findall(r"(?m)^ +(?:-\w,)?(--[\w-]+)", sim800(name, "--help").stdout))
                self.assertEqual(set(self.complete(name, "--")), options)

    def test_words_that_an_argument_may_be(self):
        self.assertEqual(self.complete("ctl", "registration", ""), ["home", "roaming", "searching", "denied", "unknown"])
        self.assertEqual(self.complete("ctl", "--control", "unix:x", "power", "l"), ["loss"])
        self.assertEqual(self.complete("run", "--timing", ""), ["typical", "instant", "maximum"])
        self.assertEqual(self.complete("run", "--timing=i"), ["--timing=instant"])
        self.assertEqual(self.complete("completion", ""), ["bash", "zsh", "fish"])
        self.assertEqual(self.complete("explain", "AT+HTTPI"), ["AT+HTTPINIT"])
        self.assertIn("slow-2g", self.complete("run", "--pty", "x", "--stdio", "slow"))
        self.assertIn("slow-2g", self.complete("run", "hermetic", "s"))

    def test_scenarios_of_ones_own_are_offered_too(self):
        with open(self.path("slow-server.json"), "w", encoding="ascii") as file:
            file.write("{}")
        ran = subprocess.run([SIM800, "complete", "run", "slow"], capture_output=True, text=True, timeout=DEADLINE, check=True, cwd=self.dir)
        self.assertEqual(ran.stdout.split("\n"), ["slow-2g\tscenario", "slow-server.json\tfile", ""])

    def test_files_where_nothing_is_known(self):
        for words in ("trace", "x"), ("run", "--trace", ""), ("exec", "slow-2g", "--", ""):
            self.assertEqual(self.complete(*words), [])

    def in_shell(self, *command):
        if command[0] != "bash":
            require(command[0])
        os.makedirs(self.path("bin"), exist_ok=True)
        if not os.path.lexists(self.path("bin/sim800")):
            os.symlink(SIM800, self.path("bin/sim800"))
        ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=DEADLINE, check=False, cwd=self.dir,
                             env={**os.environ, "PATH": self.path("bin") + ":" + os.environ["PATH"], "HOME": self.dir, "TERM": "dumb"})
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        return ran.stdout.split()

    def test_bash(self):
        ask = """eval "$(sim800 completion bash)"
                 COMP_LINE=$1 COMP_POINT=${#1}; _sim800; printf '%s\\n' "${COMPREPLY[@]}" """
        for line, replies in (("sim800 ctl reg", ["registration"]), ("sim800 ctl power ", ["key", "loss"]),
                              ("sim800 run --timing=i", ["instant"]), ("sim800 sch", ["schema"]), ("sim800 explain AT+CSQ", ["AT+CSQ"]),
                              ("sim800 run --trace ", [])):
            with self.subTest(line):
                self.assertEqual(self.in_shell("bash", "--norc", "-c", ask, "bash", line), replies)

    def test_fish(self):
        ask = "sim800 completion fish | source; complete --do-complete '%s'"
        self.assertIn("registration", self.in_shell("fish", "--no-config", "-c", ask % "sim800 ctl reg"))
        self.assertEqual(self.in_shell("fish", "--no-config", "-c", ask % "sim800 ctl power k"), ["key"])

    def test_zsh_reads_its_script(self):
        self.in_shell("zsh", "-f", "-c", "autoload -Uz compinit && compinit -u -d $HOME/dump && eval \"$(sim800 completion zsh)\" && "
                      "[[ $_comps[sim800] == _sim800 ]]")

    def test_zsh(self):
        # A shell on a terminal of its own: the line as it stands behind the Tab, with a ":" put before it.
        dialogue = r"""
            zmodload zsh/zpty; zpty shell zsh -f -i
            zpty -w shell "PS1=; autoload -Uz compinit && compinit -u -d $HOME/dump && eval \"\$(sim800 completion zsh)\" && echo RE''ADY"
            zpty -r -m shell seen '*READY*'
            for line; do
              zpty -w -n shell $line$'\t\C-aecho \'BE\'GIN \C-e END\C-j'
              zpty -r -m shell seen $'*BEGIN *END\r\n*'
              seen=${seen##*BEGIN }; print -r -- ${seen%% END*}
            done
            zpty -d shell"""
        completed = {"sim800 ctl pow": "sim800 ctl power", "sim800 run --timing=i": "sim800 run --timing=instant",
                     "sim800 run slow": "sim800 run slow-2g", "sim800 run --trace ./tra": "sim800 run --trace ./trace.jsonl"}
        with open(self.path("trace.jsonl"), "w", encoding="ascii"):
            pass
        done = self.in_shell("zsh", "-f", "-c", dialogue, "zsh", *completed)
        self.assertEqual(" ".join(done), " ".join(completed.values()))

    def test_shells_that_there_are_not(self):
        ran = sim800("completion", "ksh")
        self.assertEqual((ran.returncode, ran.stdout), (2, ""))
        self.assertIn("ksh", ran.stderr)


class ManualPage(AcceptanceTest):
    def setUp(self):
        super().setUp()
        ran = sim800("man")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.page = ran.stdout
        with open(self.path("sim800.1"), "w", encoding="utf-8") as file:
            file.write(self.page)

    def test_has_all_subcommands_and_options(self):
        plain = self.page.replace("\\-", "-")
        for name in re.findall(r"(?m)^  (\w+) ", sim800("--help").stdout.split("Subcommands:")[1]):
            self.assertIn('.SS "sim800 %s"\n' % name, plain)
            for option in re.findall(r"(?m)^ +(?:-\w,)?(--[\w-]+)", sim800(name, "--help").stdout):
                self.assertIn("\\fB%s\\fR" % option, plain)

    def test_what_options_take_is_that_of_the_help(self):
        plain = self.page.replace("\\-", "-")
        for path in ("run", "exec", "play", "lint", "ctl", "ctl wait"):
            for option, value in re.findall(r"(?m)^ +(--[\w-]+) ([A-Za-z]\S*[A-Z]\S*)", sim800(*path.split(), "--help").stdout):
                value = value.split("=")[0] if "=[" not in value and not value.startswith("KEY") else value
                if "{" not in value:
                    with self.subTest(path, option=option):
                        self.assertTrue("\\fB%s\\fR \\fI%s\\fR\n" % (option, value) in plain, value)
        for usage in ("sim800 ctl\\fR [\\fIOPTION\\fR...] \\fICOMMAND\\fR\n", "\\fISTATE\\fR\nhome|roaming|searching|denied|unknown\n"):
            self.assertTrue(usage in plain, usage)

    def judged_by(self, *command):
        require(command[0])
        ran = subprocess.run([*command, self.path("sim800.1")], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=DEADLINE,
                             check=False, env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "100"})
        return ran.returncode, ran.stderr, ran.stdout

    def test_man_has_no_warnings(self):
        status, warnings, text = self.judged_by("man", "--warnings", "-l")
        self.assertEqual((status, warnings), (0, ""))
        self.assertIn("sim800 exec", text)

    def test_mandoc_has_no_warnings(self):
        _, errors, found = self.judged_by("mandoc", "-T", "lint", "-W", "warning")
        found = [line for line in found.splitlines() if "missing date" not in line]  # the page has none: it is the program's
        self.assertEqual((errors, found), ("", []))


if __name__ == "__main__":
    unittest.main()
