# Fixtures, the marker and the options.
# SPDX-License-Identifier: MIT
from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any, Callable, Dict, Generator, Iterator, List, Mapping, Optional, Sequence

import pytest

from .modem import Modem, never_fired
from .process import Launch, NotReady, Pool, Process, find_program, scenario_text
from .servers import hosts as resolved_hosts

TAIL = 200  # lines of a transcript in a report
TIMINGS = ("typical", "instant", "maximum")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("sim800", "an emulated SIM800 module")
    group.addoption("--sim800", metavar="PROGRAM", help="the program; otherwise SIM800 in the environment, or sim800 in PATH")
    group.addoption("--sim800-trace-dir", metavar="DIR", help="a folder in DIR for each test, with trace and scenario")
    group.addoption("--sim800-timing", choices=TIMINGS, default="instant",
                    help="latencies where the marker says nothing (default: instant)")
    group.addoption("--sim800-seed", metavar="N", type=int, help="seed for everything random, where the marker says nothing")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "sim800(*scenarios, hosts, timing, seed, time_scale, modules, tcp, options, fresh, allow_unfired): "
                            "the module that the fixture modem starts; scenarios are names, files or dicts")


class Recorded:
    """A modem of a test, and where its record goes."""

    def __init__(self, modem: Modem, process: Process, start: int, folder: Path, allow_unfired: bool) -> None:
        self.modem, self.process, self.start = modem, process, start
        self.folder, self.allow_unfired = folder, allow_unfired
        folder.mkdir(parents=True, exist_ok=True)
        scenario = json.dumps(modem.get("/scenario"), indent=2)
        (folder / "scenario.json").write_text(scenario + "\n", encoding="utf-8")

    def complaints(self) -> List[str]:
        """What has to be said against the run, if it were over now."""
        if not self.process.running:
            return ["sim800 has ended before the test:\n" + self.process.errors()]
        report = self.process.control.get("/report", end="true")
        said = [] if self.allow_unfired else [never_fired(one) for one in report["faults"] if one["fired"] == 0]
        return said + ["expectation %sfailed: %s" % ('"%s" ' % one["name"] if one.get("name") else "", one["why"])
                       for one in report["expectations"] if one["state"] == "failed"]

    def save(self) -> Path:
        """Of this test only: in a run that lives on, it begins behind the reset."""
        trace = self.process.trace_bytes(self.start)
        if self.start:
            trace = re.sub(rb"\A(?:.*\n)*?.*\"event\":\"reset\".*\n", b"", trace)
        path = self.folder / "trace.jsonl"
        path.write_bytes(trace)
        return path

    def transcript(self) -> str:
        path = self.save()
        done = subprocess.run([self.process.launch.program, "trace", "--decode", str(path)], capture_output=True, check=False)
        lines = done.stdout.decode("utf-8", "replace").splitlines()
        left_out = ["... %d lines before them: sim800 trace --decode %s" % (len(lines) - TAIL, path)] if len(lines) > TAIL else []
        return "\n".join(left_out + lines[-TAIL:])


_recorded = pytest.StashKey[List[Recorded]]()


class ModemFactory:
    """Starts modules for one test; a run that an earlier test has left, and that is the same, is reset and taken."""

    def __init__(self, request: pytest.FixtureRequest, pool: Pool, folder: Path) -> None:
        self._request, self._pool, self._folder = request, pool, folder
        self._mine: List[Recorded] = request.node.stash.setdefault(_recorded, [])
        self._fresh: List[Process] = []

    def __call__(self, *scenarios: Any, hosts: Optional[Mapping[str, Any]] = None, timing: Optional[str] = None,
                 seed: Optional[int] = None, time_scale: Optional[float] = None, modules: int = 1, tcp: bool = False,
                 options: Sequence[str] = (), fresh: bool = False, allow_unfired: bool = False) -> Modem:
        config = self._request.config
        given = config.getoption("--sim800")
        program = find_program(given)
        if program is None:
            pytest.fail("expected the program sim800: --sim800 PROGRAM, SIM800 in the environment or sim800 in PATH; found %s"
                        % (given or os.environ.get("SIM800") or "none"), pytrace=False)
        texts = [scenario_text(self._found(one)) for one in scenarios]
        if hosts:
            mapped = resolved_hosts(hosts, self._request.getfixturevalue)
            texts.append(json.dumps({"network": {"hosts": mapped}}))
        launch = Launch(program, tuple(texts), timing or config.getoption("--sim800-timing"),
                        config.getoption("--sim800-seed") if seed is None else seed, time_scale, modules, tcp, tuple(options))
        fresh = fresh or tcp  # a TCP endpoint keeps for its next client what it had said to nobody
        process, start, problem = None, 0, ""
        try:
            process, start = (Process(launch), 0) if fresh else self._pool.take(launch)
        except NotReady as found:
            problem = str(found)
        if process is None:
            pytest.fail(problem, pytrace=False)
        if fresh:
            self._fresh.append(process)
        folder = self._folder / ("modem-%d" % len(self._mine)) if self._mine else self._folder
        self._mine.append(Recorded(Modem(process), process, start, folder, allow_unfired))
        return self._mine[-1].modem

    def _found(self, scenario: Any) -> Any:
        """A file's path counts from the folder of the test."""
        if isinstance(scenario, dict):
            return scenario
        beside = self._request.path.parent / scenario
        return beside if beside.exists() else scenario

    def end(self) -> None:
        problems = []
        for one in self._mine:
            one.save()
            one.process.control.close()
            if one.process.running and one.process not in self._fresh:
                self._pool.give(one.process)
                continue
            errors, expected = one.process.errors(), one.process.running
            status = one.process.end()
            if status != 0 and expected:
                problems.append("sim800 ended with status %d:\n%s" % (status, errors))
        self._mine.clear()
        if problems:
            pytest.fail("\n".join(problems), pytrace=False)


@pytest.fixture(scope="session")
def _sim800_pool() -> Iterator[Pool]:
    pool = Pool()
    yield pool
    pool.end()


def _folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    name = re.sub(r"[^\w.=+-]+", "-", request.node.nodeid).strip("-")
    if len(name) > 120:
        name = name[:100] + "-" + hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:8]
    top = request.config.getoption("--sim800-trace-dir")
    return Path(top).absolute() / name if top else tmp_path_factory.mktemp("sim800", numbered=True) / name


@pytest.fixture
def modem_factory(request: pytest.FixtureRequest, _sim800_pool: Pool,
                  tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Modem]]:
    """modem_factory("slow-2g", hosts=..., ...) starts one more module; arguments are those of the marker."""
    factory = ModemFactory(request, _sim800_pool, _folder(request, tmp_path_factory))
    yield factory
    factory.end()


@pytest.fixture
def modem(request: pytest.FixtureRequest, modem_factory: Callable[..., Modem]) -> Modem:  # pylint: disable=redefined-outer-name
    """The module that the marker sim800 describes."""
    scenarios: List[Any] = []
    settings: Dict[str, Any] = {}
    for mark in reversed(list(request.node.iter_markers("sim800"))):  # the nearest one wins
        scenarios = list(mark.args) or scenarios
        settings.update(mark.kwargs)
    return modem_factory(*scenarios, **settings)


@pytest.hookimpl(trylast=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """After the test itself, if that has passed."""
    __tracebackhide__ = True
    recorded: List[Recorded] = item.stash.get(_recorded, [])
    said = [complaint for one in recorded for complaint in one.complaints()]
    if said:
        pytest.fail("\n".join(said), pytrace=False)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    outcome = yield
    report = outcome.get_result()
    if not report.failed or call.when == "teardown":
        return
    recorded: List[Recorded] = item.stash.get(_recorded, [])
    for number, one in enumerate(recorded):
        title = "sim800 transcript" + (" of modem %d" % number if number else "")
        report.sections.append((title, one.transcript()))
