# Traces of `sim800 run --trace`: read when they are whole, or while they are written.
# SPDX-License-Identifier: MIT
import json
import os
import threading

from harness import DEADLINE


def read_trace(path):
    with open(path, encoding="ascii") as file:
        return [json.loads(line) for line in file]


class TraceWatch:
    """Reads a trace through a FIFO while it is written, so that others can wait for what the module does."""

    def __init__(self, path):
        os.mkfifo(path)
        self.path = path
        self.changed = threading.Condition()
        self.events = []
        # Opened for writing as well, opening does not wait for the module.
        self.descriptor = os.open(path, os.O_RDWR)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        with os.fdopen(self.descriptor, encoding="ascii") as file:
            for line in file:
                with self.changed:
                    self.events.append(json.loads(line))
                    self.changed.notify_all()
                    if self.events[-1]["event"] == "end":
                        return

    def wait_for(self, count, **wanted):
        """Until that many events have these values."""
        def there():
            return sum(all(event.get(key) == value for key, value in wanted.items()) for event in self.events) >= count
        with self.changed:
            if not self.changed.wait_for(there, DEADLINE):
                raise AssertionError("no %d events %r" % (count, wanted))
