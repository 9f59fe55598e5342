# What went over the line, as lines of text: "> AT+CSQ" from the host, "< OK" from the module, "! ..." a fault.
# SPDX-License-Identifier: MIT
from __future__ import annotations

import re
from typing import Any, Dict, List, Mapping, Pattern, Tuple

MARKS = {"rx": "> ", "tx": "< "}


class Transcript:
    """Made of the events of a trace; the last line of each direction may still grow."""

    def __init__(self) -> None:
        self.lines: List[str] = []
        self._open: Dict[Tuple[str, str], int] = {}

    def add(self, event: Mapping[str, Any]) -> List[int]:
        """The numbers of the lines that are new, or longer."""
        kind = event["event"]
        if kind == "fault":
            return [self._line("! fault %s: %s" % (event.get("on", ""), event.get("do", "")))]
        if kind not in MARKS or event.get("channel") == "control":  # a test asks there, the host does not
            return []
        touched = []
        key = (kind, str(event.get("channel")))
        for piece in re.findall(r"[\r\n]|[^\r\n]+", event["data"]):
            if piece in "\r\n":
                self._open.pop(key, None)
                continue
            if key not in self._open:
                self._open[key] = self._line(MARKS[kind])
            self.lines[self._open[key]] += piece
            touched.append(self._open[key])
        return touched

    def _line(self, text: str) -> int:
        self.lines.append(text)
        return len(self.lines) - 1


def compiled(pattern: Any) -> Pattern[str]:
    return pattern if isinstance(pattern, re.Pattern) else re.compile(pattern)
