# A run of the program, and what it has to be told to start.
# SPDX-License-Identifier: MIT
from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Tuple

from .control import Control

READY_WITHIN = 120.0  # seconds; only ends a test that would hang


class NotReady(RuntimeError):
    """It was refused, or has ended; the text has what it said."""


@dataclass(frozen=True)
class Launch:
    """Two that are equal are the same run: one may take the place of the other after a reset."""

    program: str
    scenarios: Tuple[str, ...] = ()  # names, paths, or JSON
    timing: str = "instant"
    seed: Optional[int] = None
    time_scale: Optional[float] = None
    modules: int = 1
    tcp: bool = False
    options: Tuple[str, ...] = ()


def find_program(given: Optional[str]) -> Optional[str]:
    return shutil.which(given or os.environ.get("SIM800") or "sim800")


@dataclass
class Process:
    """`sim800 run` in a folder of its own, ready."""

    launch: Launch
    folder: str = field(default_factory=lambda: tempfile.mkdtemp(prefix="sim800-"))
    endpoints: List[Tuple[str, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.trace = os.path.join(self.folder, "trace.jsonl")
        self._errors = open(os.path.join(self.folder, "stderr"), "w+b")  # pylint: disable=consider-using-with
        try:
            self._process = subprocess.Popen(  # pylint: disable=consider-using-with
                self._command(), cwd=os.getcwd(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._errors)
            lines = self._lines_until_ready()
        except BaseException:
            self._errors.close()
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        self.endpoints = [tuple(line.split(" ")) for line in lines]
        self.control = Control(self._first("control")[1])

    def _command(self) -> List[str]:
        launch = self.launch
        command = [launch.program, "run", "--timing", launch.timing, "--control", "127.0.0.1:0", "--trace", self.trace]
        if shutil.which("setpriv"):  # it ends with us, however that happens
            command = ["setpriv", "--pdeathsig", "TERM", "--", *command]
        if launch.modules > 1:
            command += ["--modules", str(launch.modules)]
            command += ["--pty-dir", os.path.join(self.folder, "tty")]
        else:
            command += ["--pty", os.path.join(self.folder, "tty")]
        if launch.tcp:
            command += ["--tcp", "127.0.0.1:0+" if launch.modules > 1 else "127.0.0.1:0"]
        if launch.seed is not None:
            command += ["--seed", str(launch.seed)]
        if launch.time_scale is not None:
            command += ["--time-scale", repr(launch.time_scale)]
        command += launch.options
        for number, scenario in enumerate(launch.scenarios):
            if scenario.startswith("{"):
                path = os.path.join(self.folder, "scenario-%d.json" % number)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(scenario)
                scenario = path
            command.append(scenario)
        return command

    def _lines_until_ready(self) -> List[str]:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        said, give_up = b"", time.monotonic() + READY_WITHIN
        while not (b"\n" + said).endswith(b"\nready\n"):
            more = b""
            if select.select([descriptor], [], [], max(0.0, give_up - time.monotonic()))[0]:
                more = os.read(descriptor, 65536)
            if not more:
                self._process.kill()
                self._process.wait()
                self._process.stdout.close()
                raise NotReady("sim800 did not get ready:\n%s" % self.errors())
            said += more
        return said.decode("utf-8", "surrogateescape").splitlines()[:-1]

    def _first(self, kind: str) -> Tuple[str, ...]:
        return self._all(kind)[0]

    def _all(self, kind: str) -> List[Tuple[str, ...]]:
        return [words for words in self.endpoints if words[0] == kind]

    def tty(self, module: int) -> str:
        return self._all("pty")[module][1]

    def tcp(self, module: int) -> Tuple[str, int]:
        if not self.launch.tcp:
            raise AttributeError("there is no TCP endpoint: the marker sim800 has tcp=True for one")
        _, host, port = self._all("tcp")[module][:3]
        return host, int(port)

    def forget_output(self) -> None:
        """What nobody has read of the pseudo-terminals is not for the next test."""
        for module in range(self.launch.modules):
            line = os.open(self.tty(module), os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            try:
                nothing = 0
                while nothing < 2:  # the program keeps more than the terminal holds, and hands it on in its own time
                    try:
                        os.read(line, 65536)
                        nothing = 0
                    except BlockingIOError:
                        nothing += 1
                        self.control.get("/health")
            finally:
                os.close(line)

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def errors(self) -> str:
        """What it has said on standard error."""
        self._errors.seek(0)
        return self._errors.read().decode("utf-8", "replace")

    def trace_bytes(self, start: int = 0) -> bytes:
        """Its trace, from an offset on."""
        try:
            with open(self.trace, "rb") as file:
                file.seek(start)
                return file.read()
        except FileNotFoundError:
            return b""

    def trace_size(self) -> int:
        return os.path.getsize(self.trace) if os.path.exists(self.trace) else 0

    def end(self) -> int:
        """Its exit status."""
        self.control.close()
        if self.running:
            self._process.terminate()
        status = self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._errors.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        return status


class Pool:
    """Runs that live on between tests; a run that was asked for something else than the next test wants is ended."""

    def __init__(self, most: int = 4) -> None:
        self._idle: List[Process] = []
        self._most = most

    def take(self, launch: Launch) -> Tuple[Process, int]:
        """A run as at its start, and where in its trace that is."""
        for process in self._idle:
            if process.launch == launch:
                self._idle.remove(process)
                start = process.trace_size()
                try:
                    process.forget_output()
                    process.control.post("/reset")
                    return process, start
                except (AssertionError, OSError):
                    process.end()
                    break
        return Process(launch), 0

    def give(self, process: Process) -> None:
        self._idle.append(process)
        while len(self._idle) > self._most:
            self._idle.pop(0).end()

    def end(self) -> None:
        while self._idle:
            self._idle.pop().end()


def scenario_text(scenario: Any) -> str:
    """As a Launch has it."""
    if isinstance(scenario, dict):
        return json.dumps(scenario)
    return os.fspath(scenario)


def environment(process: Process) -> Dict[str, str]:
    """What `sim800 exec` would give its command."""
    given = {"SIM800_CONTROL": process.control.url}
    for module in range(process.launch.modules):
        suffix = "_%d" % module if module else ""
        given["SIM800_TTY" + suffix] = process.tty(module)
        if process.launch.tcp:
            given["SIM800_TCP" + suffix] = "%s:%d" % process.tcp(module)
    return given
