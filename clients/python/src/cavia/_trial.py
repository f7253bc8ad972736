"""A trial: what to try, and how to say how it went."""

from __future__ import annotations

import math
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ._hold import GONE, Hold
from ._say import say
from ._streak import NO_RESULT
from .errors import CaviaError

if TYPE_CHECKING:
    from ._client import Client
    from ._heartbeat import Heartbeat
    from ._streak import FailureStreak


class Trial:
    """One configuration to try, or one that has been tried.

    Use it in a ``with``, which beats while the block runs and says what becomes of the trial when it is left early.

    Attributes:
        number: counts from 0 in its study.
        params: the values to try, by name.
        seed: for the training itself; stays with the trial in all its attempts.
        attempt: how many times it has been given out.
        state: ``"waiting"``, ``"running"``, ``"complete"``, ``"pruned"``, ``"infeasible"``, ``"failed"`` or
            ``"cancelled"``, as far as is known here.
        values: by metric, when it has ended with some.
        document: all that the service says of it.
        metrics: of the study's objectives, in their order.
        streak: of the loop that gave it out, if one did.
    """

    streak: FailureStreak | None = None

    def __init__(self, client: Client, study: str, metrics: tuple[str, ...], document: dict[str, Any]) -> None:
        self.metrics = metrics
        self._take(document)
        self.hold = Hold(client, study, self.number, self.attempt)
        self._heartbeat: Heartbeat | None = None
        self._last_reported: dict[str, Any] = {}
        self._is_told_to_stop = False

    def __repr__(self) -> str:
        return f"Trial(number={self.number}, state={self.state!r}, params={self.params!r}, values={self.values!r})"

    def __getitem__(self, name: str) -> Any:
        """The value of a parameter."""
        return self.params[name]

    @property
    def value(self) -> float | None:
        """The value of the first objective."""
        return None if self.values is None or not self.metrics else self.values.get(self.metrics[0])

    @property
    def confirmed(self) -> dict[str, Any] | None:
        """What `confirm` has shown of a trial from `best`, `top` or `front`: the mean, standard error and count of all
        its values. None before that."""
        confirmed: dict[str, Any] | None = self.document.get("confirmed")
        return confirmed

    def report(self, step: int, *values: float, **named: float) -> bool:
        """Reports values at a step, in the order of the objectives or by name. It is a sign of life too.

        Returns:
            Whether to stop: going on is not worth while, or the trial is somebody else's now.
        """
        step = _whole_number(step)
        self._last_reported = self._told_values(values, named)
        self._is_told_to_stop = self.hold.report(step, self._last_reported)
        return self._is_told_to_stop

    def tell(self, *values: float, **named: float) -> None:
        """Tells how it went: a value for each objective, in their order or by name, and other metrics by name.

        An objective that is NaN or infinite makes the trial infeasible; another metric that is so is left out. A trial
        that `report` said to stop is pruned. When the service cannot be reached, the tell is kept on disk and sent
        later.
        """
        told = self._told_values(values, named)
        if not told:
            raise CaviaError("tell must have a value for each objective: trial.tell(0.3), or trial.tell(loss=0.3).")
        # What only the heartbeat heard, the training has not: it went on to its end.
        is_told_to_stop = self._is_told_to_stop and self.hold.is_stopped
        # Where the objectives are not known here, every metric might be one.
        is_finite = all(math.isfinite(told.get(name, 0)) for name in self.metrics or told)
        is_pruned = is_told_to_stop and is_finite
        self._tell({"values": told, **({"state": "pruned"} if is_pruned else {})})

    def prune(self, *values: float, **named: float) -> None:
        """Ends it early, with the values that it has reached: those given, or the last ones reported."""
        told = self._told_values(values, named) if values or named else self._last_reported
        self._tell({"state": "pruned", **({"values": told} if told else {})})

    def fail(self, message: str = "") -> None:
        """The machine's fault: it is given out again while it has attempts left."""
        self._tell({"state": "failed", "message": message})

    def infeasible(self, message: str = "") -> None:
        """The configuration's fault, such as being out of memory: the model learns to keep away."""
        self._tell({"state": "infeasible", "message": message})

    def release(self) -> None:
        """Gives it back, to be given out again; no attempt is held against it."""
        self._take(self.hold.release())

    def __enter__(self) -> dict[str, Any]:
        from ._heartbeat import Heartbeat, beat_seconds

        self._heartbeat = Heartbeat(beat_seconds(_lease_seconds(self.document)), self.hold.beat)
        self._heartbeat.start()
        return self.params

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        if self._heartbeat is not None:
            self._heartbeat.stop()
        if error is None:
            self._end_without_result()
            return False
        if isinstance(error, GONE):
            say(f"Trial {self.number}: {error}")
            return True
        if not isinstance(error, Exception) or isinstance(error, CaviaError):
            # The process has to go, or the fault is in the calls: neither is the training's.
            self.hold.give_back()
            return False
        self._end_with(error)
        return True

    def _end_without_result(self) -> None:
        if not self.hold.is_open:
            return
        say(f"Trial {self.number} ended without a result: call trial.tell(…), or trial.prune() or trial.fail(…).")
        self.hold.tell_if_open({"state": "failed", "message": NO_RESULT})

    def _end_with(self, error: Exception) -> None:
        _show_traceback(error, f"Attempt {self.attempt} of trial {self.number} failed:")
        if self.streak is not None:
            self.streak.error = error
        if not self.hold.is_told:
            state = "infeasible" if _is_out_of_memory(error) else "failed"
            self.hold.tell_if_open({"state": state, "message": f"{type(error).__name__}: {error}"})

    def _tell(self, result: dict[str, Any]) -> None:
        trial = self.hold.tell({name: value for name, value in result.items() if value != ""})
        if trial is not None:
            self._take(trial)

    def _told_values(self, values: tuple[float, ...], named: dict[str, float]) -> dict[str, Any]:
        if values and not self.metrics:
            raise CaviaError("The metrics of this job are not known here, so name them: tell(loss=0.3).")
        if len(values) > len(self.metrics):
            metrics = ", ".join(self.metrics)
            raise CaviaError(f"The study has the objectives {metrics}; got {len(values)} values without names.")
        told = {**dict(zip(self.metrics, values)), **named}
        return {name: _number(name, value) for name, value in told.items()}

    def _take(self, document: dict[str, Any]) -> None:
        self.document = document
        self.number: int = document["number"]
        self.params: dict[str, Any] = document["params"]
        self.seed: int = document["seed"]
        self.attempt: int = document["attempt"]
        self.state: str = document["state"]
        self.values: dict[str, float] | None = document["values"]
        self.message: str | None = document["message"]


def _whole_number(step: Any) -> int:
    """As the step of a report; a float and a scalar of another library may be one."""
    try:
        whole = int(step)
        is_whole = bool(whole == step)
    except (TypeError, ValueError, OverflowError):
        is_whole = False
    if not is_whole:
        raise CaviaError(f"step must be a whole number, and the values follow it: report(3, 0.5); got {step!r}.")
    return whole


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise CaviaError(f"{name} must be a number; got {value!r}.") from error


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
    """PyTorch has an exception of its own for it."""
    return isinstance(error, MemoryError) or "OutOfMemory" in type(error).__name__


def _show_traceback(error: Exception, introduction: str) -> None:
    import traceback

    say(introduction)
    traceback.print_exception(type(error), error, error.__traceback__)
