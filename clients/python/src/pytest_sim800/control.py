# Requests to a run's control interface.
# SPDX-License-Identifier: MIT
from __future__ import annotations

import http.client
import json
import os
import socket
from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple, Union
from urllib.parse import quote, urlencode


class Refused(AssertionError):
    """A request that the program refused; the text is what `sim800 check` would say."""

    def __init__(self, status: int, body: bytes) -> None:
        try:
            self.texts: List[str] = [error["text"] for error in json.loads(body)["errors"]]
        except (ValueError, KeyError, TypeError):
            self.texts = [body.decode("utf-8", "replace")]
        super().__init__("; ".join(self.texts))
        self.status = status


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: Optional[float]) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Control:
    """One connection, opened when it is first needed; not for several threads at a time."""

    def __init__(self, url: str, token: str = "", timeout: Optional[float] = None) -> None:
        self.url = url
        self._timeout = timeout  # in seconds, for each answer
        self._headers: Dict[str, str] = {"Authorization": "Bearer " + token} if token else {}
        self._connection: Optional[http.client.HTTPConnection] = None

    @classmethod
    def from_environment(cls) -> Control:
        """What `sim800 exec` gives its command."""
        return cls(os.environ["SIM800_CONTROL"])

    def connect(self) -> http.client.HTTPConnection:
        """One more, for requests that the methods here do not make."""
        if self.url.startswith("unix:"):
            return _UnixConnection(self.url[5:], self._timeout)
        host, _, port = self.url[len("http://"):].rstrip("/").rpartition(":")
        return http.client.HTTPConnection(host.strip("[]"), int(port), timeout=self._timeout)

    def raw(self, method: str, path: str, body: Any = None, query: Optional[Dict[str, Any]] = None) -> bytes:
        if query:
            path += "?" + urlencode(query)
        status, answer = self.exchange(method, path, None if body is None else json.dumps(body))
        if status >= 400:
            raise Refused(status, answer)
        return answer

    def exchange(self, method: str, path: str, body: Union[None, str, bytes] = None,
                 headers: Optional[Mapping[str, str]] = None) -> Tuple[int, bytes]:
        """Status and body, whatever they are."""
        # An idle connection may have been dropped: what never reached the program is said again.
        fresh = self._connection is None
        try:
            return self._exchange(method, path, body, headers)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            if fresh:
                raise
            return self._exchange(method, path, body, headers)

    def _exchange(self, method: str, path: str, body: Union[None, str, bytes],
                  headers: Optional[Mapping[str, str]]) -> Tuple[int, bytes]:
        if self._connection is None:
            self._connection = self.connect()
        try:
            self._connection.request(method, "/v1" + path, body, {**self._headers, **(headers or {})})
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except BaseException:
            self.close()  # what comes next would be an answer to something else
            raise

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        return json.loads(self.raw(method, path, body, query))

    def get(self, path: str, **query: Any) -> Any:
        return self.ask("GET", path, None, **query)

    def post(self, path: str, body: Any = None, **query: Any) -> Any:
        return self.ask("POST", path, body, **query)

    def events(self, path: str = "/events", start: int = 0, timeout: Optional[float] = None) -> Iterator[Dict[str, Any]]:
        """From number `start` on, as they happen; ends with socket.timeout when none has come for this long."""
        connection = self.connect()
        connection.timeout = timeout
        try:
            connection.request("GET", "/v1%s?from=%d" % (path, start), None, self._headers)
            stream = connection.getresponse()
            if stream.status >= 400:
                raise Refused(stream.status, stream.read())
            for line in stream:
                if line.startswith(b"data: "):
                    yield json.loads(line[6:])
        finally:
            connection.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def segment(name: object) -> str:
    """A name as a part of a path."""
    return quote(str(name), safe="")
