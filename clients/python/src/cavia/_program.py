"""A training as a program of its own: its output passes through, and what its end needs is kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, cast

STDERR_LINE_COUNT_MAX = 50

_LINE_BYTES_MAX = 64 * 1024
# What a program left running may hold its output open; it is not waited for.
_PUMP_SECONDS_MAX = 2.0
_KILL_AFTER_SECONDS = 25.0


@dataclass(frozen=True)
class Ending:
    """How a program ended."""

    code: int
    """As a shell says it: 128 + n after signal n."""
    last_line: str
    """The last line of standard output that is not blank."""
    stderr_tail: str
    """The last lines of standard error."""


class Program:
    """A program that runs, in a process group of its own. Raises OSError when it cannot be started."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - the user's own command
            list(arguments),
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._stdout: deque[str] = deque(maxlen=1)
        self._stderr: deque[str] = deque(maxlen=STDERR_LINE_COUNT_MAX)
        self._pumps = [
            _pump(cast("IO[bytes]", self._process.stdout), sys.stdout, self._stdout),
            _pump(cast("IO[bytes]", self._process.stderr), sys.stderr, self._stderr),
        ]
        self._killer: threading.Timer | None = None

    def wait(self) -> Ending:
        code = self._process.wait()
        if self._killer is not None:
            self._killer.cancel()
        for pump in self._pumps:
            pump.join(_PUMP_SECONDS_MAX)
        shell_code = 128 - code if code < 0 else code
        return Ending(shell_code, "".join(self._stdout), "\n".join(self._stderr))

    def forward(self, number: int) -> None:
        """Sends a signal to the program and what it started. One that is to end it and does not is killed."""
        self._signal(number)
        if self._killer is None and number in (signal.SIGTERM, signal.SIGINT):
            self._killer = threading.Timer(_KILL_AFTER_SECONDS, self._kill)
            self._killer.daemon = True
            self._killer.start()

    def _kill(self) -> None:
        self._signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)

    def _signal(self, number: int) -> None:
        try:
            if os.name == "posix":
                os.killpg(self._process.pid, number)
            else:
                self._process.terminate()
        except (ProcessLookupError, PermissionError):
            # It has ended meanwhile.
            pass


def _pump(source: IO[bytes], target: IO[str], lines: deque[str]) -> threading.Thread:
    def run() -> None:
        while True:
            line = source.readline(_LINE_BYTES_MAX)
            if not line:
                return
            text = line.decode("utf-8", "replace")
            if text.strip():
                lines.append(text.rstrip())
            try:
                target.write(text)
                target.flush()
            except (OSError, ValueError):
                # Nobody reads it any more; the program goes on.
                pass

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread
