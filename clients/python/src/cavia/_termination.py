"""SIGTERM as an exception, so that a machine that is taken away gives its trial back."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Terminated(SystemExit):
    """A signal has come that ends programs. Unless it is caught, the process ends as after the signal."""

    def __init__(self, number: int = signal.SIGTERM) -> None:
        super().__init__(128 + number)


@contextmanager
def termination_raises() -> Iterator[None]:
    """Within it SIGTERM raises `Terminated`, where nobody else has a handler for it and this is the main thread."""
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _raise)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _raise(_signal: int, _frame: FrameType | None) -> None:
    raise Terminated
