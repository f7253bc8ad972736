"""A proxy as companies have them: reads plain requests, makes tunnels for others, resolves every name to one place."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


class ForwardProxy:
    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self.place = (parts.hostname or "", parts.port or 80)
        self.seen: list[tuple[str, str, str]] = []
        """Method, target and credentials of every request."""
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def forward_proxy(target: str) -> Iterator[ForwardProxy]:
    proxy = ForwardProxy(target)
    try:
        yield proxy
    finally:
        proxy.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    proxy: ForwardProxy


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._note()
        connection = HTTPConnection(*self.server.proxy.place)
        connection.request("GET", urlsplit(self.path).path)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        self.send_response_only(response.status)
        self.send_header("Content-Type", response.getheader("Content-Type", ""))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_CONNECT(self) -> None:
        self._note()
        with socket.create_connection(self.server.proxy.place) as target:
            self.send_response_only(200)
            self.end_headers()
            _join(self.connection, target)
        self.close_connection = True

    def _note(self) -> None:
        credentials = self.headers.get("Proxy-Authorization", "")
        self.server.proxy.seen.append((self.command, self.path, credentials))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Tests look at `seen`."""


def _join(a: socket.socket, b: socket.socket) -> None:
    while True:
        for source in select.select([a, b], [], [])[0]:
            try:
                data = source.recv(65536)
            except OSError:
                return
            if not data:
                return
            (b if source is a else a).sendall(data)
