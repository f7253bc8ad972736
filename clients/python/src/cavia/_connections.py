"""Connections that are kept open between requests, and opened again when the other side has closed them."""

from __future__ import annotations

import os
import threading
from http.client import BadStatusLine, HTTPConnection, HTTPException, HTTPSConnection
from time import monotonic
from urllib.parse import SplitResult, urlsplit

from ._answers import Answer
from ._proxies import Proxy, proxy_for
from .errors import CaviaError

_CONNECT_SECONDS_MAX = 10.0
_IDLE_COUNT_MAX = 16
# Routers forget connections on which nothing is said for minutes, and do not say so.
_IDLE_SECONDS_MAX = 30.0


class Connections:
    """Connections to one address. Safe to use from several threads, and on both sides of a fork."""

    def __init__(self, base_url: str, answer_seconds_max: float) -> None:
        self._target = urlsplit(base_url)
        if not _is_address(self._target):
            raise CaviaError(f"The address must be like http://127.0.0.1:8787; got {base_url!r}.")
        self._answer_seconds_max = answer_seconds_max
        self._proxy = proxy_for(self._target)
        self._lock = threading.Lock()
        self._idle: list[tuple[HTTPConnection, float]] = []
        """And since when, by the monotonic clock; the last one used is the last."""
        self._pid = os.getpid()

    def exchange(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        """Sends a request and reads the answer. Raises OSError or HTTPException when there is none.

        A server may close an idle connection at the very moment in which it is used again; then the request is sent
        once more, on a new one.
        """
        used = self._take()
        if used is not None:
            try:
                return self._exchange_on(used, method, path, body, headers)
            except (ConnectionError, BadStatusLine):
                pass
        return self._exchange_on(self._open(), method, path, body, headers)

    def close(self) -> None:
        with self._lock:
            self._drop_idle()

    def __del__(self) -> None:
        if hasattr(self, "_idle"):
            self._drop_idle()

    def _exchange_on(
        self, connection: HTTPConnection, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> Answer:
        proxy_headers = self._proxy.headers if self._proxy and self._is_forwarded else {}
        try:
            connection.request(method, self._request_target(path), body, {**headers, **proxy_headers})
            response = connection.getresponse()
            answer = Answer(
                response.status, response.read(), {name.lower(): text for name, text in response.getheaders()}
            )
        except BaseException:
            connection.close()
            raise
        if response.will_close:
            connection.close()
        else:
            self._give_back(connection)
        return answer

    @property
    def _is_forwarded(self) -> bool:
        """A proxy reads plain requests and sends them on; it makes a tunnel for the others."""
        return self._proxy is not None and self._target.scheme == "http"

    def _request_target(self, path: str) -> str:
        return f"http://{self._target.netloc.rpartition('@')[2]}{path}" if self._is_forwarded else path

    def _open(self) -> HTTPConnection:
        connection = _connection_to(self._target.scheme, self._target.hostname or "", self._target.port, self._proxy)
        try:
            connection.connect()
            connection.sock.settimeout(self._answer_seconds_max)
        except BaseException:
            connection.close()
            raise
        return connection

    def _take(self) -> HTTPConnection | None:
        with self._lock:
            if self._pid != os.getpid():
                # The parent's: two processes must not speak on one connection. This closes the copies alone.
                self._drop_idle()
                self._pid = os.getpid()
            if self._idle and monotonic() - self._idle[-1][1] > _IDLE_SECONDS_MAX:
                self._drop_idle()
            return self._idle.pop()[0] if self._idle else None

    def _give_back(self, connection: HTTPConnection) -> None:
        with self._lock:
            if len(self._idle) < _IDLE_COUNT_MAX and self._pid == os.getpid():
                self._idle.append((connection, monotonic()))
                return
        connection.close()

    def _drop_idle(self) -> None:
        for connection, _ in self._idle:
            connection.close()
        self._idle = []


def _is_address(target: SplitResult) -> bool:
    try:
        return target.scheme in ("http", "https") and bool(target.hostname) and target.port != 0
    except ValueError:
        # The port is no number, or too large.
        return False


def _connection_to(scheme: str, host: str, port: int | None, proxy: Proxy | None) -> HTTPConnection:
    kind = HTTPSConnection if scheme == "https" else HTTPConnection
    if proxy is None:
        return kind(host, port, timeout=_CONNECT_SECONDS_MAX)
    connection = kind(proxy.host, proxy.port, timeout=_CONNECT_SECONDS_MAX)
    if scheme == "https":
        connection.set_tunnel(host, port, proxy.headers)
    return connection


def is_no_answer(error: BaseException) -> bool:
    """Whether an exception of `exchange` means that no answer came."""
    return isinstance(error, (OSError, HTTPException))
