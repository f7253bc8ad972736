"""SIGTERM and Ctrl-C as exceptions that come when they can be dealt with, so that who is told to end loses no trial."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_FIRST_SIGNAL_CODE = 128


class Terminated(SystemExit):
    """A signal has come that ends programs. Unless it is caught, the process ends as after the signal."""

    def __init__(self, number: int = signal.SIGTERM) -> None:
        super().__init__(_FIRST_SIGNAL_CODE + number)


class Termination:
    """Whether this process was told to end.

    Attributes:
        has_come: it was.
    """

    def __init__(self) -> None:
        self.has_come = False
        self._is_deferred = False
        self._error: BaseException | None = None

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Within it a signal is only noted: a request that gives out a trial is not left half done.

        What it gave out is there afterwards, and to be given back; where it gave out nothing, the signal is raised.
        """
        self._is_deferred = True
        try:
            yield
        except Exception:
            self.raise_if_come()
            raise
        finally:
            self._is_deferred = False

    def raise_if_come(self) -> None:
        if self._error is not None:
            raise self._error

    def on_signal(self, number: int, _frame: FrameType | None) -> None:
        self.has_come = True
        self._error = KeyboardInterrupt() if number == signal.SIGINT else Terminated(number)
        if not self._is_deferred:
            raise self._error


@contextmanager
def termination_raises() -> Iterator[Termination]:
    """Within it SIGTERM raises `Terminated` and SIGINT KeyboardInterrupt, and both can be deferred.

    Handlers of others are left alone, and only the main thread can have any.
    """
    termination = Termination()
    replaced = {}
    if threading.current_thread() is threading.main_thread():
        defaults = {signal.SIGTERM: signal.SIG_DFL, signal.SIGINT: signal.default_int_handler}
        replaced = {number: default for number, default in defaults.items() if signal.getsignal(number) == default}
    for number in replaced:
        signal.signal(number, termination.on_signal)
    try:
        yield termination
    finally:
        for number, default in replaced.items():
            signal.signal(number, default)
