# A module as a test sees it: its world, what the host has sent to it, and what the test waits for.
# SPDX-License-Identifier: MIT
from __future__ import annotations

import json
import re
import socket
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, Optional, Pattern, Tuple, Type, Union

from .control import Control, segment
from .process import Process, environment
from .servers import hosts
from .transcript import Transcript, compiled

PatternLike = Union[str, "Pattern[str]"]


@dataclass(frozen=True)
class Command:
    """A command line of the host; one that still runs has neither result nor duration."""

    line: str
    time: float
    result: Optional[str]
    duration: Optional[float]
    channel: str


class Commands:
    """Command lines of the host, in their order."""

    def __init__(self, all_of_them: List[Command]) -> None:
        self._all = all_of_them

    @property
    def count(self) -> int:
        return len(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Command]:
        return iter(self._all)

    def __getitem__(self, index: int) -> Command:
        return self._all[index]

    def __repr__(self) -> str:
        return "<%d commands: %s>" % (len(self._all), ", ".join(one.line for one in self._all[:20]))


@dataclass(frozen=True)
class Sms:
    """A message in either direction, decoded and joined."""

    direction: str
    number: str  # of the other end
    text: str
    taken: bool
    time: float
    details: Mapping[str, Any]  # as GET /sms has it


@dataclass(frozen=True)
class AtAnswer:
    """Of Modem.at(): lines of information, the final result, and all of it as it was."""

    text: str
    lines: List[str]
    result: str


class Fault:
    """A fault that was added while the module runs. As a context it is removed at the end, and must have fired by then."""

    def __init__(self, modem: Modem, answer: Dict[str, Any], allow_unfired: bool) -> None:
        self._modem = modem
        self._last = answer
        self._removed = False
        self.allow_unfired = allow_unfired
        self.id: int = answer["id"]

    def _now(self) -> Dict[str, Any]:
        if not self._removed:
            self._last = self._modem.get("/faults/%d" % self.id)
        return self._last

    @property
    def fired(self) -> int:
        return int(self._now()["fired"])

    @property
    def matched(self) -> int:
        return int(self._now()["matched"])

    def enable(self, on: bool = True) -> None:
        self._modem.ask("PATCH", "/faults/%d" % self.id, {"enabled": on})

    def remove(self) -> None:
        """Its counters can still be read."""
        if not self._removed:
            self._last = self._modem.ask("DELETE", "/faults/%d" % self.id)
            self._removed = True

    def __enter__(self) -> Fault:
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], _: Optional[BaseException], __: Optional[TracebackType]) -> None:
        __tracebackhide__ = True
        if kind is not None:
            return  # it stays for the report, and the run is reset anyway
        self.remove()
        if not self.allow_unfired and self.fired == 0:
            raise AssertionError(never_fired(self._last))

    def __repr__(self) -> str:
        return "<fault %s: %s>" % (self._last.get("name", self.id), self._last["on"])


class Expectation:
    """An expectation that was added while the module runs; it is judged when it is decided, or at the end of the test."""

    def __init__(self, modem: Modem, answer: Dict[str, Any]) -> None:
        self._modem = modem
        self.id: int = answer["id"]

    def _now(self) -> Dict[str, Any]:
        answer: Dict[str, Any] = self._modem.get("/expectations/%d" % self.id)
        return answer

    @property
    def state(self) -> str:
        """open, met or failed."""
        return str(self._now()["state"])

    @property
    def why(self) -> str:
        return str(self._now()["why"])

    def remove(self) -> None:
        self._modem.ask("DELETE", "/expectations/%d" % self.id)


class Call:
    """A call, from its far end."""

    def __init__(self, modem: Modem, number: int) -> None:
        self._modem = modem
        self.id = number

    @property
    def state(self) -> str:
        """As GET /calls says; "ended" for one that is no longer there."""
        return next((str(one["state"]) for one in self._modem.get("/calls") if one["id"] == self.id), "ended")

    def _become(self, **change: str) -> None:
        self._modem.ask("PATCH", "/calls/%d" % self.id, change)

    def answer(self) -> None:
        self._become(state="answered")

    def busy(self) -> None:
        self._become(state="busy")

    def no_answer(self) -> None:
        self._become(state="no-answer")

    def hang_up(self) -> None:
        self._modem.ask("DELETE", "/calls/%d" % self.id)

    def press(self, keys: str) -> None:
        self._become(dtmf=keys)


class Clock:
    """Module time of the run."""

    def __init__(self, control: Control) -> None:
        self._control = control

    @property
    def time(self) -> float:
        return float(self._control.get("/clock")["time"])

    @property
    def paused(self) -> bool:
        return bool(self._control.get("/clock")["paused"])

    def pause(self) -> None:
        self._control.post("/clock/pause")

    def resume(self) -> None:
        self._control.post("/clock/resume")

    def advance(self, by: str) -> None:
        """Timers that are due within run in order; "10min"."""
        self._control.post("/clock/advance", {"by": by})

    def scale(self, factor: float) -> None:
        """Seconds of the day per second of module time."""
        self._control.ask("PUT", "/clock", {"scale": factor})


class Modem:
    """One module of a run."""

    def __init__(self, process: Process, index: int = 0) -> None:
        self.process = process
        self.control = process.control
        self.index = index
        self.name = str(self.control.get("/modems")[index]["name"])
        self.tty = process.tty(index)  # a path
        self.env = environment(process)  # what `sim800 exec` would give its command
        self.clock = Clock(self.control)
        self._path = "/modems/" + segment(self.name)
        self._forget()

    def _forget(self) -> None:
        self._transcript = Transcript()
        self._next_event = 0
        self._next_line = 0

    @property
    def tcp(self) -> Tuple[str, int]:
        """(host, port), with tcp=True in the marker."""
        return self.process.tcp(self.index)

    # Any request of docs/control.md, of this module.

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        return self.control.ask(method, self._path + path, body, **query)

    def get(self, path: str, **query: Any) -> Any:
        return self.ask("GET", path, None, **query)

    def post(self, path: str, body: Any = None, **query: Any) -> Any:
        return self.ask("POST", path, body, **query)

    @property
    def modems(self) -> List[Modem]:
        """All of the run."""
        return [Modem(self.process, index) for index in range(self.process.launch.modules)]

    # The world.

    def do(self, *actions: Dict[str, Any]) -> None:
        """Actions as in a scenario's "do"."""
        self.post("/do", list(actions))

    def patch_world(self, change: Dict[str, Any]) -> None:
        """A JSON merge patch of the scenario."""
        self.ask("PATCH", "/world", change)

    def map_hosts(self, servers: Optional[Mapping[str, Any]] = None, **more: Any) -> None:
        """Names lead to servers: {"www.sim.com": httpserver}."""
        given = hosts({**(servers or {}), **more}, _no_fixture)
        self.patch_world({"network": {"hosts": given}})

    def signal(self, rssi: int, ber: Optional[int] = None, lasting: Optional[str] = None) -> None:
        level = {"rssi": rssi} if ber is None else {"rssi": rssi, "ber": ber}
        self.do({"signal": level, **({"for": lasting} if lasting else {})})

    def power(self, what: str) -> None:
        """ "key": PWRKEY is pressed; "loss": the supply goes."""
        self.post("/power", {"power": what})

    def reset_pin(self) -> None:
        self.post("/module/reset")

    @property
    def state(self) -> str:
        """The named state of the scenario."""
        return str(self.get("/state")["state"])

    @state.setter
    def state(self, name: str) -> None:
        self.ask("PUT", "/state", {"state": name})

    def info(self) -> Dict[str, Any]:
        """Power, identity, card, network, connections, calls: GET /modem."""
        found: Dict[str, Any] = self.get("/modem")
        return found

    def reset(self, keep_stores: bool = False) -> None:
        """Everything as at the start, for all modules of the run."""
        self.control.post("/reset", None, **({"keep": "stores"} if keep_stores else {}))
        self._forget()

    # What arrives.

    def sms(self, sender: str, text: str, **more: Any) -> None:
        self.post("/sms", {"from": sender, "text": text, **more})

    def call(self, caller: str, rings: Optional[int] = None) -> Call:
        before = {one["id"] for one in self.get("/calls")}
        calls = self.post("/calls", {"from": caller, **({"rings": rings} if rings else {})})
        return Call(self, next((one["id"] for one in calls if one["id"] not in before), calls[-1]["id"]))

    @property
    def calls(self) -> List[Call]:
        return [Call(self, one["id"]) for one in self.get("/calls")]

    def ussd(self, text: str, **more: Any) -> None:
        self.post("/ussd", {"text": text, **more})

    # What the host has done.

    def at(self, line: str, payload: Optional[str] = None, timeout: Optional[str] = None) -> AtAnswer:
        """Types a line on a channel of its own."""
        body = {"line": line, "payload": payload, "timeout": timeout}
        answer = self.post("/at", {key: value for key, value in body.items() if value is not None})
        return AtAnswer(answer["text"], answer["lines"], answer.get("result", ""))

    def commands(self, wanted: Optional[PatternLike] = None) -> Commands:
        """The host's lines that begin with this text, whatever their case; or that this compiled pattern is found in."""
        found = [Command(one["line"], one["t"], one.get("result"), one.get("duration"), one["channel"])
                 for one in self.get("/commands")]
        if isinstance(wanted, str):
            start = wanted.upper()
            found = [one for one in found if one.line.upper().startswith(start)]
        elif wanted is not None:
            pattern = wanted
            found = [one for one in found if pattern.search(one.line)]
        return Commands(found)

    @property
    def unmatched(self) -> List[Dict[str, Any]]:
        """Lines with a command that the module does not know, and the nearest that it does."""
        return list(self.get("/commands/unmatched"))

    def _messages(self, direction: str, other: str) -> List[Sms]:
        return [Sms(direction, one[other], one["text"], bool(one["taken"]), one["t"], one)
                for one in self.get("/sms", direction=direction)]

    @property
    def sent_sms(self) -> List[Sms]:
        return self._messages("out", "to")

    @property
    def received_sms(self) -> List[Sms]:
        return self._messages("in", "from")

    @property
    def http(self) -> List[Dict[str, Any]]:
        return list(self.get("/http"))

    @property
    def ftp(self) -> List[Dict[str, Any]]:
        return list(self.get("/ftp"))

    @property
    def sockets(self) -> List[Dict[str, Any]]:
        return list(self.get("/sockets"))

    @property
    def mail(self) -> List[Dict[str, Any]]:
        return list(self.get("/mail"))

    def events(self, match: Optional[str] = None) -> List[Dict[str, Any]]:
        """Of the trace, so far; `match` is a regular expression (RE2) for their JSON."""
        query = {"format": "jsonl", **({"match": match} if match else {})}
        return [json.loads(line) for line in self.control.raw("GET", self._path + "/events", None, query).splitlines()]

    # Faults, expectations, waiting.

    def fault(self, *, on: Dict[str, Any], do: Any, allow_unfired: bool = False, **more: Any) -> Fault:
        """One more, as in a scenario's "faults"."""
        return Fault(self, self.post("/faults", {"on": on, "do": do, **more}), allow_unfired)

    def expectation(self, **terms: Any) -> Expectation:
        """One more, as in a scenario's "expect", which begins now."""
        return Expectation(self, self.post("/expectations", terms))

    def wait_for(self, what: Union[str, Fault, Dict[str, Any]], timeout: str = "10s", *, pause: bool = False,
                 next: bool = False) -> Dict[str, Any]:  # pylint: disable=redefined-builtin
        """For an event (`"registered"`), a fault to fire, or a trigger; `timeout` is module time.  Events that hold already
        and faults that have fired are met at once, unless `next`.  `pause` holds module time at that instant."""
        __tracebackhide__ = True
        record: Dict[str, Any]
        if isinstance(what, dict):
            record = self.post("/wait", {"on": what, "timeout": timeout, "pause": pause})
        else:
            wanted: Dict[str, Any] = {"fault": what.id} if isinstance(what, Fault) else {"event": what}
            record = self.get("/wait", **wanted, timeout=timeout, pause=_word(pause), next=_word(next))
        return record

    def expect(self, patterns: Union[PatternLike, Iterable[PatternLike]], *, all: bool = False,
               not_matching: Union[PatternLike, Iterable[PatternLike]] = (), timeout: float = 10.0) -> Any:
        """Waits until one of the patterns (with `all` each of them, in any order) is found in a line of the transcript, from
        behind the last line that was found on.  A line is "> AT+CSQ" from the host, "< OK" from the module, "! fault ..."
        for a fault.  A line with one of `not_matching` before that fails.  `timeout` is in seconds of the day.
        Returns the match; with `all` a list of them."""
        __tracebackhide__ = True
        wanted = _patterns(patterns)
        search = _Search(wanted, _patterns(not_matching), all)
        give_up = time.monotonic() + timeout
        for number in self._lines(give_up):
            if number is None:
                break
            try:
                done = search.look(self._transcript.lines[number])
            except _Unwanted as unwanted:
                self._next_line = number + 1
                raise AssertionError("expected no line with %r, found %r%s" %
                                     (unwanted.pattern, self._transcript.lines[number], self._tail())) from None
            if done:
                self._next_line = number + 1
                if all:
                    return search.found
                return next(one for one in search.found if one)
        missing = [one.pattern for one, match in zip(wanted, search.found) if match is None]
        raise AssertionError("expected a line with %s within %g s, found none%s" %
                             ((" and " if all else " or ").join(map(repr, missing)), timeout, self._tail()))

    def _lines(self, give_up: float) -> Iterator[Optional[int]]:
        """Numbers of lines from the next one on, again where one has grown; None when the time is up."""
        yield from range(self._next_line, len(self._transcript.lines))
        stream = self.control.events(self._path + "/events", self._next_event, max(0.001, give_up - time.monotonic()))
        try:
            for event in stream:
                if "n" in event:
                    self._next_event = event["n"] + 1
                for number in self._transcript.add(event):
                    if number >= self._next_line:
                        yield number
                if time.monotonic() > give_up:
                    break
        except (socket.timeout, TimeoutError):
            pass
        finally:
            stream.close()  # type: ignore[attr-defined]
        yield None

    def _tail(self) -> str:
        lines = self._transcript.lines[-20:]
        return "; the last lines:\n" + "\n".join(lines) if lines else "; nothing was said"


class _Unwanted(Exception):
    def __init__(self, pattern: str) -> None:
        super().__init__(pattern)
        self.pattern = pattern


class _Search:
    def __init__(self, wanted: List[Pattern[str]], unwanted: List[Pattern[str]], every: bool) -> None:
        self._wanted, self._unwanted = wanted, unwanted
        self._over: Callable[[Iterable[bool]], bool] = all if every else any
        self.found: List[Optional[re.Match[str]]] = [None] * len(wanted)

    def look(self, line: str) -> bool:
        for pattern in self._unwanted:
            if pattern.search(line):
                raise _Unwanted(pattern.pattern)
        for index, pattern in enumerate(self._wanted):
            self.found[index] = self.found[index] or pattern.search(line)
        return self._over(one is not None for one in self.found)


def _patterns(given: Union[PatternLike, Iterable[PatternLike]]) -> List[Pattern[str]]:
    return [compiled(one) for one in ([given] if isinstance(given, (str, re.Pattern)) else given)]


def _word(flag: bool) -> str:
    return "true" if flag else "false"


def _no_fixture(name: str) -> Any:
    raise TypeError("fixture(%r) stands in markers; here, give its value" % name)


def never_fired(fault: Mapping[str, Any]) -> str:
    """In the words of the program's own report."""
    name = '"%s"' % fault["name"] if fault.get("name") else str(fault["id"])
    return "fault %s never fired: %s (matched %d times)" % (name, fault["on"], fault["matched"])
