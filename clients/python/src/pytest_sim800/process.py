# A run of the program, and what it has to be told to start.
# SPDX-License-Identifier: MIT
from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

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


def tied(command: Sequence[str]) -> List[str]:
    """The command, so that it ends with us, however that happens."""
    return ["setpriv", "--pdeathsig", "TERM", "--", *command] if shutil.which("setpriv") else list(command)


class Run:
    """A `sim800 run` that is ready. What it says on standard error goes to a file in `folder`."""

    def __init__(self, command: Sequence[str], folder: str, *, cwd: Optional[str] = None,
                 env: Optional[Mapping[str, str]] = None) -> None:
        self.folder = folder
        self._errors = open(os.path.join(folder, "stderr"), "w+b")  # pylint: disable=consider-using-with
        try:
            self.process = subprocess.Popen(  # pylint: disable=consider-using-with
                tied(command), cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._errors)
            self.lines = self._lines_until_ready()
        except BaseException:
            self._errors.close()
            raise
        self.endpoints: List[Tuple[str, ...]] = [tuple(line.split(" ")) for line in self.lines]

    def _lines_until_ready(self) -> List[str]:
        assert self.process.stdout is not None
        descriptor = self.process.stdout.fileno()
        said, give_up = b"", time.monotonic() + READY_WITHIN
        while not (b"\n" + said).endswith(b"\nready\n"):
            more = b""
            if select.select([descriptor], [], [], max(0.0, give_up - time.monotonic()))[0]:
                more = os.read(descriptor, 65536)
            if not more:
                self.process.kill()
                self.process.wait()
                self.process.stdout.close()
                raise NotReady("sim800 did not get ready:\n%s" % self.errors())
            said += more
        return said.decode("utf-8", "surrogateescape").splitlines()

    def first(self, kind: str) -> Tuple[str, ...]:
        """The words of its first line of that kind: ("control", "http://127.0.0.1:4711")."""
        return self.all(kind)[0]

    def all(self, kind: str) -> List[Tuple[str, ...]]:
        return [words for words in self.endpoints if words[0] == kind]

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def errors(self) -> str:
        """What it has said on standard error."""
        self._errors.seek(0)
        return self._errors.read().decode("utf-8", "replace")

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Its exit status."""
        if self.running:
            self.process.send_signal(how)
        status = self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._errors.close()
        return status


class Process(Run):
    """What a Launch describes, in a folder of its own."""

    def __init__(self, launch: Launch) -> None:
        self.launch = launch
        folder = tempfile.mkdtemp(prefix="sim800-")
        self.trace = os.path.join(folder, "trace.jsonl")
        try:
            super().__init__(self._command(folder), folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self.control = Control(self.first("control")[1])

    def _command(self, folder: str) -> List[str]:
        launch = self.launch
        command = [launch.program, "run", "--timing", launch.timing, "--control", "127.0.0.1:0", "--trace", self.trace]
        if launch.modules > 1:
            command += ["--modules", str(launch.modules)]
            command += ["--pty-dir", os.path.join(folder, "tty")]
        else:
            command += ["--pty", os.path.join(folder, "tty")]
        if launch.tcp:
            command += ["--tcp", "127.0.0.1:0+" if launch.modules > 1 else "127.0.0.1:0"]
        if launch.seed is not None:
            command += ["--seed", str(launch.seed)]
        if launch.time_scale is not None:
            command += ["--time-scale", repr(launch.time_scale)]
        command += launch.options
        for number, scenario in enumerate(launch.scenarios):
            if scenario.startswith("{"):
                path = os.path.join(folder, "scenario-%d.json" % number)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(scenario)
                scenario = path
            command.append(scenario)
        return command

    def tty(self, module: int) -> str:
        return self.all("pty")[module][1]

    def tcp(self, module: int) -> Tuple[str, int]:
        if not self.launch.tcp:
            raise AttributeError("there is no TCP endpoint: the marker sim800 has tcp=True for one")
        _, host, port = self.all("tcp")[module][:3]
        return host, int(port)

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

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.control.close()
        status = super().end(how)
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
    path: str = os.fspath(scenario)
    return path


def environment(process: Process) -> Dict[str, str]:
    """What `sim800 exec` would give its command."""
    given = {"SIM800_CONTROL": process.control.url}
    for module in range(process.launch.modules):
        suffix = "_%d" % module if module else ""
        given["SIM800_TTY" + suffix] = process.tty(module)
        if process.launch.tcp:
            given["SIM800_TCP" + suffix] = "%s:%d" % process.tcp(module)
    return given
