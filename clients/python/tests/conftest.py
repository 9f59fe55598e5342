# SPDX-License-Identifier: MIT
import os
import re
import select
import time

import pytest

pytest_plugins = ["pytester", "pytest_sim800.plugin"]


class Host:
    """Firmware, as small as it can be."""

    def __init__(self, tty):
        self.line = os.open(tty, os.O_RDWR | os.O_NOCTTY)
        self.seen = ""

    def send(self, line):
        os.write(self.line, line.encode("latin-1") + b"\r")

    def until(self, pattern):
        """What came up to the pattern."""
        give_up = time.monotonic() + 60
        while not (found := re.search(pattern, self.seen)):
            assert select.select([self.line], [], [], max(0, give_up - time.monotonic()))[0], self.seen
            self.seen += os.read(self.line, 4096).decode("latin-1")
        before, self.seen = self.seen[:found.end()], self.seen[found.end():]
        return before

    def ask(self, line):
        self.send(line)
        return self.until(r"\r\n(OK|ERROR|\+CM[ES] ERROR: .*)\r\n")

    def close(self):
        os.close(self.line)


@pytest.fixture
def host(modem):
    found = Host(modem.tty)
    yield found
    found.close()
