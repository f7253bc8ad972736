"""Programs of tests, as processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"
_WAIT_SECONDS_MAX = 60
_started: list[subprocess.Popen[str]] = []


def start(arguments: Sequence[str], **environment: str) -> subprocess.Popen[str]:
    """Starts Python with this package, in the environment of the test."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONUNBUFFERED": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _started.append(process)
    return process


def end_all() -> None:
    """Ends what a test that failed has left running."""
    while _started:
        process = _started.pop()
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=_WAIT_SECONDS_MAX)


def run(arguments: Sequence[str], **environment: str) -> subprocess.CompletedProcess[str]:
    process = start(arguments, **environment)
    stdout, stderr = process.communicate(timeout=_WAIT_SECONDS_MAX)
    return subprocess.CompletedProcess(arguments, process.returncode, stdout, stderr)


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _WAIT_SECONDS_MAX
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)
