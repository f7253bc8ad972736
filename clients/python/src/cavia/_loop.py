"""Trial after trial, until the budget is spent, through times without a service and up to the end of the program."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic, sleep
from typing import TYPE_CHECKING

from ._hold import NO_ANSWER
from ._loop_says import LoopSays
from ._say import say
from ._streak import FailureStreak
from ._telling import replay
from ._termination import Termination, termination_raises
from ._transport import new_key
from .errors import NothingToTryError

if TYPE_CHECKING:
    from ._study import Study
    from ._trial import Trial

_PATIENCE_SECONDS = 300.0


def loop_over(study: Study) -> Iterator[Trial]:
    """The trials that a study gives out. Who is told to end gives back what has no result yet."""
    streak, says = FailureStreak(), LoopSays()
    with termination_raises() as termination:
        while True:
            given: list[Trial] = []
            try:
                trial = _next_trial(study, termination, says, given)
                if trial is None:
                    return
                trial.streak = streak
                yield trial
            except BaseException:
                # It was told to end before the block of a trial had begun that it may have been given already.
                if termination.has_come:
                    for one in given:
                        one.hold.give_back()
                raise
            says.goes_on_after(trial)
            streak.note(trial)


def _next_trial(study: Study, termination: Termination, says: LoopSays, given: list[Trial]) -> Trial | None:
    """The next trial, as soon as there is one; None when there will be none.

    Args:
        given: takes the trial as soon as there is one, so that it is known whatever happens then.
    """
    while True:
        nothing = _patiently_asked(study, termination, given)
        # What could not be told while the service was away may be what the study waits for.
        replay(study.client)
        if nothing is None:
            return given[0]
        if nothing.reason == "managed":
            raise nothing
        if nothing.retry_after_seconds is None:
            if nothing.reason != "finished":
                say(str(nothing))
            return None
        says.waits(nothing, nothing.retry_after_seconds)
        sleep(nothing.retry_after_seconds)


def _patiently_asked(study: Study, termination: Termination, given: list[Trial]) -> NothingToTryError | None:
    """A worker outlives a service that is away for minutes.

    All of it is one call, so that a trial that was given out to nobody's knowledge comes after all.
    """
    key = new_key()
    away_since: float | None = None
    while True:
        try:
            with termination.deferred():
                trials, nothing = study.give_out({"count": 1}, key)
                given.extend(trials)
        except NO_ANSWER as error:
            if away_since is None:
                away_since = monotonic()
                say(f"The next trial waits for the service: {error}")
            if monotonic() - away_since > _PATIENCE_SECONDS:
                raise
        else:
            termination.raise_if_come()
            return nothing
