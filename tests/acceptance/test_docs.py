# The commands that README and docs show are run, or stand below with the reason why they are not.
# SPDX-License-Identifier: MIT
"""A command is shown in a fenced or an indented block, or as code within a line if it has arguments."""
import concurrent.futures
import glob
import json
import os
import re
import subprocess
import tempfile
import unittest

import servers
from harness import DEADLINE, DIALOGUES, SIM800, AcceptanceTest, Pipe, end, spawn
from peers import ROOT
from servers import ScriptedServer

SHOWN = re.compile(r"(\./dev|sim800|printf|socat|qemu\S*|cmake|cpack|[A-Z_]+=\S+) \S")
NAMED = re.compile(r"(sim800|cmake) \w+$")  # within a line, this is a name rather than a command to type
# The prompt before a command, and a remark or the & behind it.
REMARK = re.compile(r"^\$ |\s+#.*$|\s{2,}.*$|\s*&$")

NOT_RUN = {
    "./dev test": "this is it; .ci/bare runs it as a newcomer does",
    "./dev demo": "the test acceptance.demo is this tour",
    "./dev package": "acceptance.package makes the package",
    "cmake --install build/release --prefix PREFIX": "acceptance.install does",
    "sim800 completion fish | source": "acceptance.explain runs it in fish",
    "./dev bench": "minutes long, and its figures want an idle machine; CI compiles it",
    "./dev bench --only pty --only tcp": "as ./dev bench",
    "./dev bench --only control": "as ./dev bench",
    "./dev bench --only pytest": "as ./dev bench",
    "./dev bench --json": "as ./dev bench",
    "./dev fuzz": "needs clang, and minutes; the tests fuzz.* replay its inputs",
    "./dev fuzz module 600": "as ./dev fuzz",
    "./dev fuzz ppp 1000000x": "as ./dev fuzz",
    "./dev fuzz --all 120": "as ./dev fuzz",
    "./dev fuzz --night": "as ./dev fuzz",
    "./dev fuzz lines 4000000 31": "as ./dev fuzz; the test hostile_input is the same program",
    "sim800 exec [SCENARIO…] [OPTION…] -- COMMAND [ARGUMENT…]": "the form of what acceptance.exec runs",
    "sim800 run --strict": "acceptance.exec runs it",
    "sim800 run --control 127.0.0.1:4711 --pty ./modem": "acceptance.control runs it, on a free port",
    "sim800 ctl --control http://127.0.0.1:4711 sms send +420777000000 UPLOAD": "acceptance.ctl runs it",
    "sim800 run sim-files": "the scenario's dialogue is played by unit_tests",
    "sim800 run toolkit-credit": "as above",
    "sim800 run --pcap FILE": "acceptance.ppp runs it",
    "sim800 run --rfc2217 127.0.0.1:5801": "acceptance.ports runs it, on a free port",
    "sim800 run --connect tcp:127.0.0.1:5555": "acceptance.ports runs it, on a free port",
    "sim800 run --connect unix:/tmp/uart": "acceptance.ports runs it, with a socket of its own",
    "sim800 run --connect rfc2217:192.168.1.7:2000": "acceptance.ports plays the server",
    "sim800 run --connect tcp:127.0.0.1:3456": "as above",
    "sim800 run --serial /tmp/simavr-uart0": "acceptance.boards runs it, with the terminal itself",
    "sim800 run --serial /dev/ttyUSB0": "acceptance.ports runs it, with a pseudo-terminal",
    "sim800 run --serial /dev/ttyUSB0:9600,dcd=dtr,ri=!rts,rts=on": "acceptance.ports runs it, with a pseudo-terminal",
    "sim800 run --tap 127.0.0.1:5802": "acceptance.ports runs it, on a free port",
    "socat pty,raw,echo=0,link=/tmp/modem unix:PATH": "as with tcp:",
    "printf 'AT+CSQ\\r' >&3": "a line of the script that is ./test-firmware.sh here",
    "PYTHONPATH=clients/python/src pytest -p pytest_sim800.plugin": "acceptance.pytest runs it",
    "printf 'AT\\r' | sim800 run --stdio --timing instant --control 127.0.0.1:0": "for its times",
    "sim800 exec --timing instant -- ./my_tests": "acceptance.cpp runs examples/cpp so",
    "sim800 ctl scenario NAME": "acceptance.ctl runs it",
    "sim800 ctl fault add NAME": "acceptance.ctl runs it",
    "sim800 state DIR": "acceptance.state shows what a directory keeps",
    "./dev soak 20": "minutes; it is a test by itself",
    "./dev load 10": "minutes; it is a test by itself",
    "./dev twice 3": "runs this test, twice at a time",
    "./dev mutants": "builds forty times",
    "./dev coverage": "builds everything anew, and runs this test",
    "./dev docs": "writes into docs/; acceptance.scenario_files and acceptance.evidence test that the pages are what it would write",
    "EVIDENCE=http/ SIM800=build/release/sim800 python3 tests/acceptance/test_evidence.py":
        "acceptance.evidence itself, which replays all of them",
    "socat pty,raw,echo=0,link=/tmp/modem tcp:127.0.0.1:5800": "socat's own options; not among the packages of the tests",
    "LD_PRELOAD=$PWD/build/release/libsim800_modem_lines.so gsmctl -d ./sim800.tty all":
        "acceptance.sms runs other programs of gsm-utils with this library",
}


def commands(page):
    """(line number, command) for each that the page shows."""
    fenced = False
    with open(page, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.startswith("```"):
                fenced = not fenced
                continue
            block = fenced or line.startswith("    ")
            for text in [line.strip()] if block else re.findall(r"`([^`]+)`", line):
                text = REMARK.sub("", text.replace(r"\|", "|")).strip()
                if SHOWN.match(text) and (block or not NAMED.match(text)):
                    yield number, text


# Pages whose commands have a test of their own.
NOT_RUN.update({command: "acceptance.%s runs it" % page for page in ("cookbook", "expectations", "lint")
                for _, command in commands(os.path.join(ROOT, "docs", page + ".md"))})


def json_blocks(page):
    """Those that a page in docs shows."""
    with open(os.path.join(ROOT, "docs", page), encoding="utf-8") as file:
        return re.findall(r"(?s)```json\n(.*?)```", file.read())


def script_in(page, begin):
    """The script of a page in docs that begins so."""
    with open(os.path.join(ROOT, "docs", page), encoding="utf-8") as file:
        script, = (block for block in re.findall(r"(?s)```sh\n(.*?)```", file.read()) if block.startswith(begin))
    return script


HERMETIC = {"network": {"hosts": {"*": "unresolvable"}}}
FILES = {  # that the reader has at hand
    "site.json": json.dumps(HERMETIC),
    "upload-not-allowed.json": json.dumps({**HERMETIC, "timing": {"profile": "instant"},
                                           "faults": [{"on": {"ftp": {"verb": "put"}}, "do": {"ftp_error": 66}}]}),
    "upload-not-allowed.txt": "> AT+SAPBR=1,1\n< OK\n",
    "gives-up.json": next(block for block in json_blocks("scenarios.md") if "upload-not-allowed.json" in block),
    "test-firmware.sh": "#!/bin/bash\n" + script_in("exec.md", "exec 3<>"),
    "logger": """#!/usr/bin/env python3
import os, socket
host, port = os.environ["SIM800_TCP"].split(":")
line = socket.create_connection((host, int(port)))
def ask(command, end):
    line.sendall(command.encode() + b"\\r")
    said = b""
    while end not in said: said += line.recv(1000)
for setting in ("SAPBR=1,1", "FTPCID=1", 'FTPSERV="ftp.example"', 'FTPPUTNAME="log.csv"', 'FTPPUTPATH="/"'):
    ask("AT+" + setting, b"OK")
ask("AT+FTPPUT=1", b"+FTPPUT: 1,")
""",
    "car.json": "{}",
    "phone.json": json.dumps(HERMETIC),
    **{name: block for name, block in zip(("two.json", "fleet.json"), json_blocks("modules.md"))},
}


class Docs(AcceptanceTest):
    """`run_with` has a check for each command, which is run as shown, apart from the names that `shell` puts in."""

    def setUp(self):
        super().setUp()
        os.mkdir(self.path("bin"))
        os.symlink(SIM800, self.path("bin/sim800"))
        self.run_with = {
            "./dev run": self.starts,
            "./dev run --stdio": self.ends,
            "./dev run site.json --tcp 127.0.0.1:5800": self.starts,
            "./dev run --pty /tmp/modem": self.starts,
            "./dev run --tcp 127.0.0.1:5800": self.starts,
            "printf 'AT\\r' | ./dev run --stdio --timing instant": self.answers,
            "printf 'AT\\rATI\\r' | sim800 run --stdio --timing instant": self.answers,
            "sim800 trace FILE": self.prints_a_trace,
            "sim800 run --help": self.ends,
            "sim800 run --trace FILE": self.starts,
            "sim800 run FILE": self.starts,
            "sim800 run --tcp 127.0.0.1:5800": self.starts,
            "sim800 run --pty /tmp/modem": self.starts,
            "sim800 run http-reset-mid-body site.json": self.starts,
            "sim800 run http-timeout --set network.signal.rssi=3 --set network.hosts.www.sim.com=127.0.0.1:8080": self.starts,
            "sim800 exec slow-2g -- ./test-firmware.sh": self.executes,
            "sim800 exec slow-2g --set network.signal.rssi=7 -- ./test-firmware.sh": self.executes,
            "sim800 exec gives-up.json -- ./logger --one-upload": self.executes,
            "sim800 run --modules 2 --tcp 127.0.0.1:5800+": self.starts,
            "sim800 run car.json phone.json --separate --tcp 127.0.0.1:5800+": self.starts,
            "sim800 run two.json --pty-dir /tmp/modems": self.starts,
            "sim800 run fleet.json --tcp-any 127.0.0.1:5800": self.starts,
            "sim800 check FILE…": self.ends,
            "sim800 check upload-not-allowed.json": self.ends,
            "sim800 scenarios": self.ends,
            "sim800 scenarios ftp": self.ends,
            "sim800 scenarios show http-timeout site.json": self.ends,
            "sim800 schema": self.ends,
            "sim800 commands --coverage": self.ends,
            "sim800 explain AT+COPS": self.ends,
            "sim800 run slow-2g": self.starts,
            "sim800 --help": self.ends,
            "sim800 play DIALOGUE…": self.ends,
            "sim800 play --pty ./sim800.tty DIALOGUE…": self.plays,
            "sim800 play --tcp localhost:8000 DIALOGUE…": self.plays,
            "sim800 play --scenario upload-not-allowed.json upload-not-allowed.txt": self.ends,
            "sim800 play --set network.hosts.www.sim.com=127.0.0.1:8080 tests/dialogues/00-bearer-open.txt "
            "tests/dialogues/02-http-get.txt": self.reads_a_page,
        }

    def shell(self, command, folder=None, **names):
        """The command as arguments and options of Popen, in a folder of its own: this build's program for ./dev's, private
        names for fixed ones, and files for what is filled in."""
        folder = folder or tempfile.mkdtemp(dir=self.dir)
        for name, text in FILES.items():
            with open(os.path.join(folder, name), "w", encoding="ascii") as file:
                file.write(text)
                os.fchmod(file.fileno(), 0o755 if text.startswith("#!") else 0o644)
        names = {"/tmp/modem": "modem", "127.0.0.1:5800": "127.0.0.1:0", "DIALOGUE": DIALOGUES + "/00-bearer-open.txt",
                 "FILE": "trace" if "trace FILE" in command else "site.json", "…": "", "./dev": "sim800", **names}
        for shown, name in names.items():
            command = command.replace(shown, name)
        return ["sh", "-c", "exec " * (" | " not in command) + command], {
            "cwd": folder, "stdin": subprocess.DEVNULL,
            "env": {**os.environ, "PATH": self.path("bin") + ":" + os.environ["PATH"]}}

    def ends(self, command, **names):
        """Status 0 on empty input; returns what it printed."""
        line, options = self.shell(command, **names)
        ran = subprocess.run(line, capture_output=True, text=True, timeout=4 * DEADLINE, check=False, **options)
        self.assertEqual(ran.returncode, 0, "%s\n%s%s" % (command, ran.stdout, ran.stderr))
        return ran.stdout

    def prints_a_trace(self, command):
        folder = tempfile.mkdtemp(dir=self.dir)
        self.ends("sim800 run --trace FILE --stdio --timing instant", folder=folder)
        self.assertIn("RDY", self.ends(command, folder=folder))

    def answers(self, command):
        self.assertRegex(self.ends(command), "AT\n\nOK\n")  # each line end read as one

    def starts(self, command):
        """`ready` comes; the program ends well when asked to."""
        line, options = self.shell(command)
        program = spawn(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **options)
        self.addCleanup(end, program)
        Pipe(program.stdout.fileno()).until(b"ready\n")
        self.assertEqual(end(program), 0)

    def executes(self, command):
        """With the firmware that the page shows, and a logger that gives up at once."""
        self.ends(command)

    def reads_a_page(self, command):
        """From a server that is there already, instead of the one in the lines above it."""
        server = self.keep(ScriptedServer(servers.page(b"p" * 1000)))
        self.ends(command, **{"127.0.0.1:8080": servers.at(server.port), "tests/dialogues": DIALOGUES})

    def plays(self, command):
        """Against a module that runs."""
        folder = tempfile.mkdtemp(dir=self.dir)
        module = self.module("--pty", os.path.join(folder, "sim800.tty"))
        self.ends(command, folder=folder, **{"localhost:8000": "%s:%d" % module.tcp[0]})
        self.assertEqual(module.end(), 0)  # here: it would not outlive the thread that started it

    def test_every_command_shown_is_run_or_says_why_not(self):
        shown = set()
        for page in [os.path.join(ROOT, "README.md"), *sorted(glob.glob(os.path.join(ROOT, "docs", "*.md")))]:
            for number, command in commands(page):
                shown.add(command)
                with self.subTest(place="%s:%d" % (os.path.relpath(page, ROOT), number)):
                    self.assertTrue(command in self.run_with or command in NOT_RUN,
                                    "`%s` is neither run by this test nor in NOT_RUN with a reason" % command)
        self.assertEqual({*self.run_with, *NOT_RUN} - shown, set(), "listed here, and shown nowhere")

    def test_they_do_what_they_should(self):
        with concurrent.futures.ThreadPoolExecutor(len(self.run_with)) as pool:  # most of them wait for a module to boot
            running = [(command, pool.submit(check, command)) for command, check in self.run_with.items()]
            for command, check in running:
                with self.subTest(command):
                    check.result()


if __name__ == "__main__":
    unittest.main()
