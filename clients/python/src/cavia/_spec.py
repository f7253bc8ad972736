"""The spec of a study, from the words of Python to those of the API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Union

from ._space import Space, space_of
from .errors import CaviaError

if TYPE_CHECKING:
    from datetime import datetime

Metrics = Union[str, Iterable[str], None]


def spec_of(
    name: str,
    space: Space,
    *,
    minimize: Metrics,
    maximize: Metrics,
    target: float | Mapping[str, float] | None,
    budget: int | Mapping[str, Any] | None,
    parallel: int | None,
    deadline: datetime | str | None,
    **fields: Any,
) -> dict[str, Any]:
    """The spec, without what was left out: the service knows the defaults."""
    spec = {
        "name": name,
        "space": space_of(space),
        "objectives": _objectives(minimize, maximize, target),
        "budget": _budget(budget, parallel, deadline),
        "sampler": _kind(fields.pop("sampler")),
        "pruner": _kind(fields.pop("pruner")),
        "lease": _given({"seconds": fields.pop("lease_seconds"), "attempts": fields.pop("attempts")}),
        **{_camel_case(field): value for field, value in fields.items()},
    }
    return {field: value for field, value in spec.items() if value is not None and value != {}}


def _objectives(
    minimize: Metrics, maximize: Metrics, target: float | Mapping[str, float] | None
) -> list[dict[str, Any]]:
    objectives: list[dict[str, Any]] = [
        *({"metric": metric, "direction": "minimize"} for metric in _listed(minimize)),
        *({"metric": metric, "direction": "maximize"} for metric in _listed(maximize)),
    ]
    if not objectives:
        raise CaviaError('A study must say what to minimize or maximize: cavia.study(…, minimize="loss").')
    if target is None:
        return objectives
    if isinstance(target, Mapping):
        unknown = [metric for metric in target if metric not in [one["metric"] for one in objectives]]
        if unknown:
            raise CaviaError(f"target must name an objective; got {unknown[0]!r}.")
        return [{**one, **_given({"target": target.get(one["metric"])})} for one in objectives]
    if len(objectives) > 1:
        raise CaviaError(f"target must be a dictionary by metric for several objectives; got {target!r}.")
    return [{**objectives[0], "target": target}]


def _listed(metrics: Metrics) -> list[str]:
    return [metrics] if isinstance(metrics, str) else list(metrics or ())


def _budget(
    budget: int | Mapping[str, Any] | None, parallel: int | None, deadline: datetime | str | None
) -> dict[str, Any]:
    given = dict(budget) if isinstance(budget, Mapping) else _given({"trials": budget})
    return {**given, **_given({"parallel": parallel, "deadline": None if deadline is None else time_of(deadline)})}


def time_of(moment: datetime | str) -> str:
    """A moment as the API has it."""
    if isinstance(moment, str):
        return moment
    # A time without a zone is this machine's.
    return (moment if moment.tzinfo else moment.astimezone()).isoformat(timespec="milliseconds")


def _kind(choice: str | Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A word is the kind alone; a mapping has its settings too."""
    if choice is None:
        return None
    return {"kind": choice} if isinstance(choice, str) else dict(choice)


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
