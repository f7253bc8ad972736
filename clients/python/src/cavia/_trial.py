"""A trial: what to try, and how to say how it went."""

from __future__ import annotations

import math
from types import TracebackType
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
    from ._heartbeat import Heartbeat

MESSAGE_LENGTH_MAX = 1000

_NO_ANSWER = (UnreachableError, StrangeAnswerError, UnavailableError)
_GONE = (LeaseSupersededError, TrialFinishedError)
_REPORT_COUNT_MAX = 100
_REPORT_RETRY_COUNT_MAX = 2


class Trial:
    """One configuration to try, or one that has been tried.

    Attributes:
        number: counts from 0 in its study.
        params: the values to try, by name.
        seed: for the training itself; stays with the trial in all its attempts.
        attempt: how many times it has been given out.
        state: ``"waiting"``, ``"running"``, ``"complete"``, ``"pruned"``, ``"infeasible"``, ``"failed"`` or
            ``"cancelled"``, as far as is known here.
        values: by metric, when it has ended with some.
        document: all that the service says of it.
    """

    def __init__(self, client: Client, study: str, metrics: tuple[str, ...], document: dict[str, Any]) -> None:
        self._client = client
        self._study = study
        self._metrics = metrics
        self._heartbeat: Heartbeat | None = None
        self._reports: list[dict[str, Any]] = []
        self._is_reached = True
        self._is_told = False
        self._is_gone = False
        self.is_stopped = False
        """Whether the service has said that going on is not worth while."""
        self._take(document)

    def __repr__(self) -> str:
        return f"Trial(number={self.number}, state={self.state!r}, params={self.params!r}, values={self.values!r})"

    def __getitem__(self, name: str) -> Any:
        """The value of a parameter."""
        return self.params[name]

    @property
    def value(self) -> float | None:
        """The value of the first objective."""
        return None if self.values is None or not self._metrics else self.values.get(self._metrics[0])

    def report(self, step: int, *values: float, **named: float) -> bool:
        """Reports values at a step, which is a sign of life too.

        Values that cannot be delivered now go with the next report: a service that is away for a while is no reason
        to end a training.

        Returns:
            Whether to stop: going on is not worth while, or the trial is somebody else's now.
        """
        told = self._told_values(values, named)
        self._reports = [*self._reports[1 - _REPORT_COUNT_MAX :], {"step": int(step), "values": told}]
        self._send_reports()
        return self.is_stopped or self._is_gone

    def tell(self, *values: float, **named: float) -> None:
        """Tells how it went: a value for each objective, in their order or by name, and other metrics by name.

        A value that is NaN or infinite makes the trial infeasible. A trial that was stopped is pruned. When the
        service cannot be reached, the tell is kept on disk and sent later.
        """
        told = self._told_values(values, named)
        self._tell({"values": told, **({"state": "pruned"} if self.is_stopped and _is_finite(told) else {})})

    def prune(self, *values: float, **named: float) -> None:
        """Ends it early, with the values that it has reached: those given, or the last ones reported."""
        told = self._told_values(values, named) if values or named else self._last_reported()
        self._tell({"state": "pruned", **({"values": told} if told else {})})

    def fail(self, message: str = "") -> None:
        """The machine's fault: it is given out again while it has attempts left."""
        self._tell(_with_message({"state": "failed"}, message))

    def infeasible(self, message: str = "") -> None:
        """The configuration's fault, such as being out of memory: the model learns to keep away."""
        self._tell(_with_message({"state": "infeasible"}, message))

    def release(self) -> None:
        """Gives it back, to be given out again; no attempt is held against it."""
        self._take(self._client.release(self._study, self.number, self.attempt))
        self._is_told = True

    def __enter__(self) -> dict[str, Any]:
        from ._heartbeat import Heartbeat, beat_seconds

        self._heartbeat = Heartbeat(beat_seconds(_lease_seconds(self.document)), self._beat)
        self._heartbeat.start()
        return self.params

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        if self._heartbeat is not None:
            self._heartbeat.stop()
        if error is None:
            self._end_without_error()
            return False
        if not isinstance(error, Exception) or (isinstance(error, CaviaError) and not isinstance(error, _GONE)):
            # The process has to go, or the fault is in the calls: neither is the training's.
            self._give_back()
            return False
        self._end_with(error)
        return True

    def _end_without_error(self) -> None:
        if self._is_told or self._is_gone:
            return
        say(f"Trial {self.number} ended without a result: call trial.tell(…), or trial.prune() or trial.fail(…).")
        self._tell_failure("failed", "It ended without a result.")

    def _end_with(self, error: Exception) -> None:
        if isinstance(error, _GONE):
            say(f"Trial {self.number}: {error}")
            return
        _show_traceback(error, f"Trial {self.number} failed, and the next one follows:")
        if not self._is_told:
            state = "infeasible" if _is_out_of_memory(error) else "failed"
            self._tell_failure(state, f"{type(error).__name__}: {error}")

    def _tell_failure(self, state: str, message: str) -> None:
        try:
            self._tell(_with_message({"state": state}, message))
        except (*_GONE, ResultConflictError) as error:
            say(f"Trial {self.number}: {error}")

    def _give_back(self) -> None:
        if self._is_told or self._is_gone:
            return
        try:
            self.release()
            say(f"Trial {self.number} was given back.")
        except CaviaError as error:
            say(f"Trial {self.number} could not be given back, so its lease has to run out: {error}")

    def _tell(self, result: dict[str, Any]) -> None:
        from ._telling import tell_for_good

        self._is_told = True
        trial = tell_for_good(self._client, self._study, self.number, {"attempt": self.attempt, **result})
        if trial is not None:
            self._take(trial)

    def _send_reports(self) -> None:
        """Sends what is there, with few retries, and none while the service is away: the training waits for it."""
        sent = self._reports
        try:
            answer = self._client.report(
                self._study,
                self.number,
                {"attempt": self.attempt, **({"reports": sent} if sent else {})},
                _REPORT_RETRY_COUNT_MAX if self._is_reached else 0,
            )
        except _GONE as error:
            self._lose(error)
        except _NO_ANSWER as error:
            if self._is_reached:
                say(f"Reports of trial {self.number} wait for the service: {error}")
            self._is_reached = False
        else:
            self._reports = self._reports[len(sent) :] if self._reports[: len(sent)] == sent else self._reports
            self._is_reached = True
            self.is_stopped = self.is_stopped or bool(answer.get("stop"))

    def _beat(self) -> bool:
        """From the thread of the heartbeat. Returns whether to go on."""
        try:
            answer = self._client.report(self._study, self.number, {"attempt": self.attempt}, 0)
            self.is_stopped = self.is_stopped or bool(answer.get("stop"))
        except _GONE as error:
            if not self._is_told:
                self._lose(error)
            return False
        except _NO_ANSWER:
            # The next beat may be heard.
            return True
        except RefusedError as error:
            say(f"The heartbeat of trial {self.number} ended: {error}")
            return False
        return True

    def _lose(self, error: CaviaError) -> None:
        if not self._is_gone:
            say(f"Trial {self.number} may stop: {error}")
        self._is_gone = True

    def _last_reported(self) -> dict[str, Any] | None:
        return self._last_values

    def _told_values(self, values: tuple[float, ...], named: dict[str, float]) -> dict[str, Any]:
        if values and not self._metrics:
            raise CaviaError("In a job a value is told by the name of its metric: tell(loss=0.3).")
        if len(values) > len(self._metrics):
            metrics = ", ".join(self._metrics)
            raise CaviaError(f"The study has the objectives {metrics}; got {len(values)} values without names.")
        told = {**dict(zip(self._metrics, values)), **named}
        self._last_values: dict[str, Any] | None = {name: _number(name, value) for name, value in told.items()}
        return self._last_values

    def _take(self, document: dict[str, Any]) -> None:
        self.document = document
        self.number: int = document["number"]
        self.params: dict[str, Any] = document["params"]
        self.seed: int = document["seed"]
        self.attempt: int = document["attempt"]
        self.state: str = document["state"]
        self.values: dict[str, float] | None = document["values"]
        self.message: str | None = document["message"]


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise CaviaError(f"{name} must be a number; got {value!r}.") from error


def _is_finite(values: dict[str, Any]) -> bool:
    return all(math.isfinite(value) for value in values.values())


def _with_message(result: dict[str, Any], message: str) -> dict[str, Any]:
    """The end of a long message says more than its beginning."""
    return {**result, "message": message[-MESSAGE_LENGTH_MAX:]} if message else result


def _lease_seconds(document: dict[str, Any]) -> float | None:
    """How long the lease was when the trial was given out: the service's clock alone counts."""
    lease, asked = document.get("lease"), document.get("asked")
    if not lease or not asked:
        return None
    return _epoch_seconds(lease["expires"]) - _epoch_seconds(asked)


def _epoch_seconds(time: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp()


def _is_out_of_memory(error: Exception) -> bool:
    """PyTorch and JAX have exceptions of their own for it."""
    return isinstance(error, MemoryError) or "OutOfMemory" in type(error).__name__


def _show_traceback(error: Exception, introduction: str) -> None:
    import traceback

    say(introduction)
    traceback.print_exception(type(error), error, error.__traceback__)
