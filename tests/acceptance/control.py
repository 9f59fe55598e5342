# The control interface (docs/control.md), by the client that users have (clients/python).
# SPDX-License-Identifier: MIT
from harness import DEADLINE
from pytest_sim800 import Control as Client
from pytest_sim800 import Refused

__all__ = ["Control", "Refused"]


class Control(Client):
    def __init__(self, url):
        super().__init__(url, timeout=DEADLINE)

    @classmethod
    def of(cls, module):
        """Closed with the module."""
        module.clients.append(cls(module.first("control")[1]))
        return module.clients[-1]

    def at(self, line, **rest):
        return self.post("/at", {"line": line, **rest})
