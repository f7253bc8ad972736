"""What a network does to requests on their way to the service, on order."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable
from urllib.parse import urlsplit

Fault = Callable[["_Handler"], bool]
"""Does something to a request. Returns whether it has been dealt with."""


class FaultyProxy:
    """Forwards requests to a server, but for the faults that are ordered for the next ones."""

    def __init__(self, target: str) -> None:
        self.target = urlsplit(target)
        self.faults: list[Fault] = []
        self.standing_fault: Fault | None = None
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        """Method, path and headers of every request that came."""
        self.connections = 0
        self.lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def serve_tls(self, context: ssl.SSLContext) -> None:
        """From here on the proxy speaks TLS."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def keys(self, path_end: str) -> list[str | None]:
        """The idempotency keys of the requests to a path."""
        return [headers.get("idempotency-key") for _, path, headers in self.requests if path.endswith(path_end)]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def faulty_proxy(target: str) -> Iterator[FaultyProxy]:
    proxy = FaultyProxy(target)
    try:
        yield proxy
    finally:
        proxy.close()


def lose_request(handler: _Handler) -> bool:
    """It never arrives."""
    handler.hang_up()
    return True


def lose_reply(handler: _Handler) -> bool:
    """It arrives and has its effect, but nobody hears of it."""
    handler.forwarded()
    handler.hang_up()
    return True


def close_idle(handler: _Handler) -> bool:
    """It is answered, and then the connection is closed without a word."""
    handler.answer(*handler.forwarded())
    handler.hang_up()
    return True


def answer(status: int, headers: dict[str, str], body: bytes = b"") -> Fault:
    """Something between answers instead of the service."""

    def fault(handler: _Handler) -> bool:
        handler.answer(status, headers, body)
        return True

    return fault


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    proxy: FaultyProxy

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that is gone is what tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        super().setup()
        with self.server.proxy.lock:
            self.server.proxy.connections += 1

    def do_GET(self) -> None:
        self._deal_with()

    do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815

    def forwarded(self) -> tuple[int, dict[str, str], bytes]:
        target = self.server.proxy.target
        connection = HTTPConnection(target.hostname or "", target.port, timeout=60)
        try:
            connection.request(self.command, self._origin_path(), self._content, dict(self.headers.items()))
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        finally:
            connection.close()

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "keep-alive"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _deal_with(self) -> None:
        self._content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        proxy = self.server.proxy
        with proxy.lock:
            headers = {name.lower(): value for name, value in self.headers.items()}
            proxy.requests.append((self.command, self.path, headers))
            fault = proxy.faults.pop(0) if proxy.faults else proxy.standing_fault
        if fault is None or not fault(self):
            self.answer(*self.forwarded())

    def _origin_path(self) -> str:
        return self.path if self.path.startswith("/") else f"/{self.path.split('/', 3)[3]}"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Tests look at `requests`."""
