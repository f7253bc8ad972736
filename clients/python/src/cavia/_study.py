"""A study: what gives out trials, and what has come of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

from ._say import say
from ._trial import Trial
from .errors import CaviaError, NoResultError, NothingToTryError

if TYPE_CHECKING:
    from datetime import datetime

    from ._client import Client

_SHOWN_TRIAL_COUNT = 10
_ENQUEUE_COUNT_MAX = 100

Result = Any
"""What a function to optimise returns: a number, one for each objective, or a dictionary by metric."""


class Study:
    """An optimisation. Iterate over it for trials until its budget is spent, over all workers together.

    Attributes:
        name, id: of the study.
        metrics: of its objectives, in their order.
        document: all that the service said of it last; `refresh` asks again.
    """

    def __init__(self, client: Client, document: dict[str, Any]) -> None:
        self.client = client
        self.document = document
        self.name: str = document["name"]
        self.id: str = document["id"]
        self.metrics = tuple(str(objective["metric"]) for objective in document["objectives"])

    def __repr__(self) -> str:
        return f"Study(name={self.name!r}, state={self.state!r}, progress={self.progress!r})"

    def _repr_html_(self) -> str:
        from ._html import study_html

        return study_html(self)

    @property
    def state(self) -> str:
        """``"active"``, ``"paused"``, ``"stopping"`` or ``"finished"``, as it was last heard."""
        return str(self.document["state"])

    @property
    def progress(self) -> dict[str, int]:
        """How many trials are given, left, waiting, running and ended, as it was last heard."""
        return dict(self.document["progress"])

    def refresh(self) -> Study:
        """Asks the service how the study is. Returns itself."""
        self.document = self.client.study(self.id)
        return self

    def __iter__(self) -> Iterator[Trial]:
        """Trials, one after the other. SIGTERM gives back the one whose block it meets, and ends the program.

        Raises:
            RepeatedFailureError: the first attempts all failed, or many in a row.
        """
        from ._loop import loop_over

        return loop_over(self)

    @overload
    def ask(
        self,
        count: None = None,
        *,
        worker: str | None = None,
        fixed: Mapping[str, Any] | None = None,
        lease_seconds: int | None = None,
    ) -> Trial: ...

    @overload
    def ask(
        self,
        count: int,
        *,
        worker: str | None = None,
        fixed: Mapping[str, Any] | None = None,
        lease_seconds: int | None = None,
    ) -> list[Trial]: ...

    def ask(
        self,
        count: int | None = None,
        *,
        worker: str | None = None,
        fixed: Mapping[str, Any] | None = None,
        lease_seconds: int | None = None,
    ) -> Trial | list[Trial]:
        """The next trial; with a count a list of at most so many.

        Args:
            fixed: values that the trials shall have.
            lease_seconds: how long the trials may go without a sign of life; the study's when left out.

        Raises:
            NothingToTryError: no count was given, and there is no trial at the moment, or ever.
        """
        trials, nothing = self.give_out(
            {"count": count or 1, "worker": worker, "fixed": fixed, "leaseSeconds": lease_seconds}
        )
        if count is not None:
            return trials
        if nothing is not None:
            raise nothing
        return trials[0]

    def give_out(
        self, request: dict[str, Any], idempotency_key: str | None = None
    ) -> tuple[list[Trial], NothingToTryError | None]:
        """What an ask gives out, as one logical call where a key is given: trials, or why there are none."""
        from ._reasons import sentence_of

        given = {name: value for name, value in request.items() if value is not None}
        answer = self.client.ask(self.id, given, idempotency_key)
        trials = [self._trial(document) for document in answer["trials"]]
        if trials:
            return trials, None
        reason = answer["reason"]
        if reason == "finished":
            # Why it is says what can be done about it.
            self.refresh()
        return [], NothingToTryError(sentence_of(self.document, reason), reason, answer.get("retryAfterSeconds"))

    def tell(self, trial: Trial | int, *values: float, **named: float) -> None:
        """Tells how a trial went, which is given as it was asked for or by its number: `Trial.tell`."""
        told = trial if isinstance(trial, Trial) else self.trial(trial)
        told.tell(*values, **named)

    def trial(self, number: int) -> Trial:
        """One trial; its `document` has the reported values as ``"intermediate"``, late results as ``"superseded"``."""
        return self._trial(self.client.trial(self.id, number))

    def enqueue(self, *params: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> list[Trial]:
        """Configurations to try first, one by one or in lists; defaults fill what they leave out.

        What a trial has already is left out.
        """
        listed = [one for given in params for one in ([given] if isinstance(given, Mapping) else _listed(given))]
        return self._enqueue([{"params": _params_of(one)} for one in listed])

    def attach(self, params: Mapping[str, Any], *values: float, **named: float) -> Trial | None:
        """A result from elsewhere, on top of the budget. None when a trial with the same params exists."""
        told = {**dict(zip(self.metrics, values)), **named}
        added = self._enqueue([{"params": _params_of(params), "values": told}])
        return added[0] if added else None

    def optimize(self, function: Callable[[Trial], Result], *, workers: int = 1) -> None:
        """Calls a function for each trial until the budget is spent.

        Args:
            function: gets the trial, and returns its value: a number, one for each objective, or a dictionary by
                metric. One that tells, prunes or fails the trial itself returns None.
            workers: how many processes; with one, it is called in this.

        Raises:
            RepeatedFailureError: the first attempts all failed, or many in a row, so something is wrong with all of
                them. With several processes each gives up for itself, and a CaviaError says so when all did.
        """
        from ._optimize import optimize

        optimize(self, function, workers)

    def minimize(self, function: Callable[[Trial], Result], *, workers: int = 1) -> None:
        """`optimize`, for a study whose objectives are to be minimized."""
        self._require_direction("minimize")
        self.optimize(function, workers=workers)

    def maximize(self, function: Callable[[Trial], Result], *, workers: int = 1) -> None:
        """`optimize`, for a study whose objectives are to be maximized."""
        self._require_direction("maximize")
        self.optimize(function, workers=workers)

    @property
    def best(self) -> Trial:
        """The best trial so far, by its mean once it is confirmed. Raises NoResultError before there is one."""
        if len(self.metrics) > 1:
            raise CaviaError(f"Study {self.name} has several objectives, so no trial is the best: see front.")
        document = self.client.best(self.id, 1)["best"]
        if document is None:
            raise NoResultError(f"Study {self.name} has no complete trial yet.")
        return self._trial(document)

    @property
    def front(self) -> list[Trial]:
        """The trials that no other one is better than in every objective."""
        return self.top(100)

    def top(self, count: int = _SHOWN_TRIAL_COUNT) -> list[Trial]:
        """The best trials, the best first; of several objectives the Pareto front."""
        return [self._trial(document) for document in self.client.best(self.id, count)["trials"]]

    def trials(self, state: str | None = None) -> Iterator[Trial]:
        """All trials, or those in a state, by number, page by page."""
        after: str | None = None
        while True:
            page = self.client.trials(self.id, state=state, after=None if after is None else int(after))
            yield from (self._trial(document) for document in page["data"])
            after = page["nextCursor"]
            if after is None:
                return

    def extend(self, trials: int | None = None, *, deadline: datetime | str | None = None) -> Study:
        """Gives it so many trials more, and a later deadline. A study that had ended for want of them goes on.

        A request that is sent again adds nothing twice; two programs that extend it at the same moment may count once.

        Raises:
            CaviaError: it has ended for another reason, so this would not open it again.
        """
        from ._reasons import why_not_opened
        from ._spec import time_of

        if trials is None and deadline is None:
            raise CaviaError(
                "extend must say what to add: extend(20) is 20 trials more, extend(deadline=…) a later end."
            )
        if trials is not None and trials < 1:
            raise CaviaError(f"extend takes how many trials are added, so at least 1; got {trials}.")
        self.refresh()
        more: dict[str, Any] = {}
        if trials is not None:
            more["trials"] = self.document["budget"]["trials"] + trials
        if deadline is not None:
            more["deadline"] = time_of(deadline)
        obstacle = why_not_opened(self.document, more)
        if obstacle is not None:
            raise CaviaError(obstacle)
        return self._update({"budget": more})

    def pause(self) -> Study:
        """Gives out no more trials until `resume`."""
        return self._update({"state": "paused"})

    def resume(self) -> Study:
        return self._update({"state": "active"})

    def stop(self) -> Study:
        """Ends the study early."""
        return self._update({"state": "stopped"})

    def delete(self) -> None:
        """Deletes the study with its trials."""
        self.client.delete_study(self.id)

    def _update(self, change: dict[str, Any]) -> Study:
        self.document = self.client.update_study(self.id, change)
        return self

    def _trial(self, document: dict[str, Any]) -> Trial:
        return Trial(self.client, self.id, self.metrics, document)

    def _enqueue(self, entries: Sequence[dict[str, Any]]) -> list[Trial]:
        added: list[Trial] = []
        for start in range(0, len(entries), _ENQUEUE_COUNT_MAX):
            answer = self.client.enqueue(self.id, list(entries[start : start + _ENQUEUE_COUNT_MAX]))
            added += [self._trial(document) for document in answer["trials"]]
            for duplicate in answer["duplicates"]:
                if "hint" in duplicate:
                    say(f"Study {self.name}: {duplicate['hint']}")
        return added

    def _require_direction(self, direction: Literal["minimize", "maximize"]) -> None:
        other = [one["metric"] for one in self.document["objectives"] if one["direction"] != direction]
        if other:
            raise CaviaError(f"Study {self.name} does not {direction} {other[0]}: call optimize, which takes both.")


def _listed(given: Any) -> list[Any]:
    return list(given) if isinstance(given, (list, tuple)) else [given]


def _params_of(given: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise CaviaError(f'Params must be a dictionary like {{"lr": 0.01}}; got {given!r}.')
    return dict(given)
