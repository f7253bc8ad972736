"""A trial that this process holds, towards the service."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from ._say import say
from .errors import (
    CaviaError,
    LeaseSupersededError,
    RefusedError,
    ResultConflictError,
    StrangeAnswerError,
    TrialFinishedError,
    UnavailableError,
    UnreachableError,
)

if TYPE_CHECKING:
    from ._client import Client

MESSAGE_LENGTH_MAX = 1000

NO_ANSWER = (UnreachableError, StrangeAnswerError, UnavailableError)
GONE = (LeaseSupersededError, TrialFinishedError)
SETTLED = (*GONE, ResultConflictError)

_TOLD_STATES = ("complete", "pruned", "infeasible", "failed")
_REPORT_COUNT_MAX = 100
_REPORT_RETRY_COUNT_MAX = 2


class Hold:
    """What is said about one attempt of a trial.

    Attributes:
        is_stopped: the service has said that going on is not worth while.
        is_gone: the trial is somebody else's now, or has ended.
        is_told: it has been told, or given back.
        told: the result that was told.
        kept: the result that is kept on disk because it could not be told.
    """

    def __init__(self, client: Client, study: str, number: int, attempt: int) -> None:
        self.client = client
        self.study = study
        self.number = number
        self.attempt = attempt
        self.is_stopped = False
        self.is_gone = False
        self.is_told = False
        self.told: dict[str, Any] | None = None
        self.kept: dict[str, Any] | None = None
        self._reports: list[dict[str, Any]] = []
        self._is_reached = True
        self._lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        """Whether this process still owes a result."""
        return not (self.is_told or self.is_gone)

    def start(self, job_id: str) -> None:
        """The fence before the training of a job. Raises the refusal when another job was let in."""
        self.client.start(self.study, self.number, self.attempt, job_id)

    def report(self, step: int, values: dict[str, Any]) -> bool:
        """Values at a step. Returns whether to stop.

        What cannot be delivered now goes with the next report: a service that is away for a while is no reason to end
        a training. It is tried again little, and not at all while the service is away, because the training waits.
        """
        with self._lock:
            self._reports = [*self._reports, {"step": step, "values": values}][-_REPORT_COUNT_MAX:]
            try:
                self._say_alive({"reports": self._reports}, _REPORT_RETRY_COUNT_MAX if self._is_reached else 0)
            except NO_ANSWER as error:
                if self._is_reached:
                    say(f"The reports of trial {self.number} wait for the service: {error}")
                self._is_reached = False
            except RefusedError:
                # It would be refused again, together with those that follow.
                self._reports = []
                raise
            else:
                self._reports = []
                self._is_reached = True
        return self.is_stopped or self.is_gone

    def beat(self) -> bool:
        """A sign of life. Returns whether to go on with them."""
        try:
            self._say_alive({}, 0)
        except NO_ANSWER:
            # The next one may be heard.
            return True
        except RefusedError as error:
            say(f"The heartbeat of trial {self.number} ended: {error}")
            return False
        return self.is_open

    def tell(self, result: dict[str, Any]) -> dict[str, Any] | None:
        """Tells how it went. Returns the trial, or None when the tell is kept on disk for later."""
        from ._telling import is_for_good, tell_for_good

        # Before it is sent, so that the heartbeat does not wonder why the trial has ended.
        self.is_told = True
        message = result.get("message")
        # The end of a long message says more than its beginning.
        cut = {**result, "message": message[-MESSAGE_LENGTH_MAX:]} if message else result
        try:
            trial = tell_for_good(self.client, self.study, self.number, {"attempt": self.attempt, **cut})
        except CaviaError as error:
            # What was told was wrong, and the trial still waits for its result.
            self.is_told = not is_for_good(error) or isinstance(error, SETTLED)
            raise
        self.told = cut
        self.kept = cut if trial is None else None
        return trial

    def tell_if_open(self, result: dict[str, Any]) -> None:
        """Tells, and only says so when the trial has another result, or another holder."""
        try:
            self.tell(result)
        except SETTLED as error:
            say(f"Trial {self.number}: {error}")

    def release(self) -> dict[str, Any]:
        """Gives the trial back; no attempt is held against it."""
        trial = self.client.release(self.study, self.number, self.attempt)
        self.is_told = True
        return trial

    def give_back(self) -> None:
        """Releases what has no result yet, since this process has to go. Never raises a CaviaError."""
        if not self.is_open:
            return
        try:
            self.release()
            say(f"Trial {self.number} was given back.")
        except CaviaError as error:
            say(f"Trial {self.number} could not be given back, so its lease has to run out: {error}")

    def is_told_by_another(self) -> bool:
        """Asks whether somebody has told this attempt, such as the program that trained it, and notes what."""
        trial = self.client.trial(self.study, self.number)
        if trial["state"] == "running" and trial["attempt"] == self.attempt:
            return False
        self.is_told = True
        if trial["state"] in _TOLD_STATES and trial["attempt"] == self.attempt:
            self.told = {"state": trial["state"], "message": trial["message"] or ""}
        return True

    def _say_alive(self, report: dict[str, Any], retry_count_max: int) -> None:
        try:
            answer = self.client.report(self.study, self.number, {"attempt": self.attempt, **report}, retry_count_max)
        except GONE as error:
            if self.is_open:
                say(f"Trial {self.number} may stop: {error}")
            self.is_gone = True
        else:
            self.is_stopped = self.is_stopped or bool(answer.get("stop"))
