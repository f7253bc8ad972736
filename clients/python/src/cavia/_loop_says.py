"""What a loop says of itself, each thing once: what it leaves open, and why it waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._say import say
from .errors import CaviaError, NothingToTryError

if TYPE_CHECKING:
    from ._hold import Hold
    from ._trial import Trial

# At the end of a study its workers wait for each other a little, which is not worth a word.
_SILENT_SECONDS = 10.0
_SHOWN_COUNT_MAX = 5


class LoopSays:
    """What one loop has said."""

    def __init__(self) -> None:
        self._open: list[Hold] = []
        self._has_said_open = False
        self._has_said_waiting = False
        self._waited_seconds = 0.0

    def goes_on_after(self, trial: Trial) -> None:
        """A trial that is open when the next one is asked for may be told by a thread, so it is not given back."""
        hold = trial.hold
        if not hold.is_open:
            return
        if not self._has_said_open:
            if _is_told_elsewhere(hold):
                return
            self._has_said_open = True
            say(
                f"Trial {trial.number} was neither told nor released, and the loop goes on to the next: call "
                "trial.tell(…), or trial.release(). What stays open is given out again when its lease runs out."
            )
        self._open.append(hold)

    def waits(self, nothing: NothingToTryError, seconds: float) -> None:
        """The loop waits for so long, since there is nothing to try."""
        self._waited_seconds += seconds
        if self._has_said_waiting or self._waited_seconds < _SILENT_SECONDS:
            return
        self._has_said_waiting = True
        say(
            f"{nothing} The loop waits for them; what a worker has left is given out again when its lease runs out."
            f"{self._own_sentence()}"
        )

    def _own_sentence(self) -> str:
        own = [str(hold.number) for hold in self._open if hold.is_open]
        if not own:
            return ""
        hidden = len(own) - _SHOWN_COUNT_MAX
        more = f" and {hidden} more" if hidden > 0 else ""
        return f" Of them it has left open itself: {', '.join(own[:_SHOWN_COUNT_MAX])}{more}."


def _is_told_elsewhere(hold: Hold) -> bool:
    """As by its number, or by another program."""
    try:
        return hold.is_told_by_another()
    except CaviaError:
        # Who asks for the next trial hears of it.
        return True
