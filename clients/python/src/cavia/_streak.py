"""When a loop gives up: a program that is broken is told from one that fails now and then, as `cavia run` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import RepeatedFailureError

if TYPE_CHECKING:
    from ._trial import Trial

NO_RESULT = "It ended without a result."

_COUNT_MAX_BEFORE_RESULTS = 3
_COUNT_MAX_LATER = 10
# One configuration may be at fault itself.
_TRIAL_COUNT_MIN = 2
_SHOWN_LENGTH_MAX = 200


class FailureStreak:
    """The attempts of one loop that failed one after the other.

    Attributes:
        error: what ended the block of the last attempt. It is let go as soon as the attempt is noted, since its
            frames may hold the memory that the next one needs.
    """

    def __init__(self) -> None:
        self.error: Exception | None = None
        self._failed: list[int] = []
        self._has_results = False

    def note(self, trial: Trial) -> None:
        """Notes how an attempt went. One that was given back, or is somebody else's now, counts as neither.

        Raises:
            RepeatedFailureError: so many have failed that the next ones would too.
        """
        error, self.error = self.error, None
        told = trial.hold.told
        if told is None:
            return
        if told.get("state") != "failed":
            self._has_results = True
            self._failed = []
            return
        self._failed.append(trial.number)
        if self._is_hopeless():
            raise RepeatedFailureError(self._sentence(str(told.get("message", "")))) from error

    def _is_hopeless(self) -> bool:
        count_max = _COUNT_MAX_LATER if self._has_results else _COUNT_MAX_BEFORE_RESULTS
        return len(self._failed) >= count_max and len(set(self._failed)) >= _TRIAL_COUNT_MIN

    def _sentence(self, message: str) -> str:
        which = "last" if self._has_results else "first"
        lines = message.strip().splitlines() or ["it did not say why"]
        todo = (
            "Tell its value with trial.tell(…), or return it from the function"
            if message == NO_RESULT
            else "Correct the cause, or tell trial.infeasible(…) where the params are at fault, which does not count"
        )
        return (
            f"The {which} {len(self._failed)} attempts all failed (trial {self._failed[-1]}: "
            f"{lines[-1][:_SHOWN_LENGTH_MAX]}), so no other is made. {todo}; then start again, and the study goes on."
        )
