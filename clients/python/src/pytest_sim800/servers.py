# Servers of a test, as the scenario's "hosts" name them.
# SPDX-License-Identifier: MIT
from __future__ import annotations

from typing import Any, Callable, Dict, Mapping


class fixture:  # pylint: disable=invalid-name
    """In a marker, where no fixture has a value yet: the server that the fixture of this name gives."""

    def __init__(self, name: str) -> None:
        self.name = name


def address(server: Any) -> Any:
    """ "HOST:PORT" of a server: a text, (host, port), or what has `host` and `port` or `server_address`."""
    if isinstance(server, (str, dict)):
        return server
    pair = getattr(server, "server_address", None)
    if pair is None and hasattr(server, "host") and hasattr(server, "port"):
        pair = (server.host, server.port)
    if pair is None and isinstance(server, (tuple, list)):
        pair = server
    if pair is None or len(pair) < 2:
        raise TypeError("expected a server: \"HOST:PORT\", (host, port), or an object with host and port, found %r" % (server,))
    host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "localhost": "127.0.0.1"}.get(pair[0], pair[0])
    return "%s:%d" % ("[%s]" % host if ":" in host else host, pair[1])


def hosts(given: Mapping[str, Any], value_of: Callable[[str], Any]) -> Dict[str, Any]:
    """`given` with addresses; `value_of` is asked for the value of a fixture."""
    def resolved(server: Any) -> Any:
        if isinstance(server, fixture):
            return value_of(server.name)
        # A fixture's function stands for its value: pytest < 8.4 marks it, later ones wrap it.
        if hasattr(server, "_pytestfixturefunction") or type(server).__name__ == "FixtureFunctionDefinition":
            return value_of(getattr(server, "name", None) or server.__name__)
        return server
    return {name: address(resolved(server)) for name, server in given.items()}
