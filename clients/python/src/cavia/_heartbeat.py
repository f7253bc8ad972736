"""Signs of life from a thread of their own, so that a long step does not cost the trial."""

from __future__ import annotations

import threading
from collections.abc import Callable

_SECONDS_MIN = 0.2
_SHARE_OF_LEASE = 3
_SECONDS_WITHOUT_LEASE = 60.0


def beat_seconds(lease_seconds: float | None) -> float:
    """How often to beat, so that two may be lost. A job has no lease, but hears in the answer that it may stop."""
    return _SECONDS_WITHOUT_LEASE if lease_seconds is None else max(_SECONDS_MIN, lease_seconds / _SHARE_OF_LEASE)


class Heartbeat:
    """Calls `beat` at intervals until it says False, or is stopped."""

    def __init__(self, seconds: float, beat: Callable[[], bool]) -> None:
        self._seconds = seconds
        self._beat = beat
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cavia-heartbeat", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """A beat that is under way is not waited for: its answer is of no use any more."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            if not self._beat():
                return
