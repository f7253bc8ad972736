"""The request for a suggestion, made to fit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from .._transport import Json
from ._conditions import Conditions, Space
from ._parameters import Value, parameter_of
from ._results import Result

_RESULT_COUNT_MAX = 1000
_OPEN_COUNT_MAX = 250
_COUNT_MAX = 32
_BODY_BYTES_MAX = 240_000
"""A little less than the 256 KB that the service reads."""
_OPEN_BYTES_MAX = 100_000


@dataclass(frozen=True)
class Question:
    """What is wanted, and all that is known."""

    space: Space
    conditions: Conditions
    directions: Sequence[str]
    results: list[Result]
    open_params: list[dict[str, Value]]
    fixed: dict[str, Value]
    others: int
    """How many others are being asked for at this moment, who come first."""
    seed: int


def request_of(question: Question) -> Json:
    """The document. Parameters have short names in it: those of Optuna can be anything, and would be sent often.

    Of a history that is too long, the best results and the newest are sent, half and half.
    """
    short = short_names(question.space)
    metrics = [f"v{k}" for k in range(len(question.directions))]
    objectives = [{"metric": metric, "direction": direction} for metric, direction in zip(metrics, question.directions)]
    is_single = len(objectives) == 1
    request: Json = {
        "space": {short[name]: _described(name, question, short) for name in question.space},
        **({"objective": objectives[0]} if is_single else {"objectives": objectives}),
        "seed": question.seed,
        "count": min(_COUNT_MAX, question.others + 1),
        "fixed": _shortened(question.fixed, short),
        "pending": _newest([_shortened(params, short) for params in question.open_params]),
        "history": [],
    }
    rows = [
        {"params": _shortened(params, short), **_told(values, metrics, is_single)}
        for params, values in question.results
    ]
    room = _BODY_BYTES_MAX - len(json.dumps(request))
    return {**request, "history": _fitting(rows, _priorities(question.results, question.directions), room)}


def short_names(space: Space) -> dict[str, str]:
    return {name: f"p{i}" for i, name in enumerate(space)}


def _described(name: str, question: Question, short: dict[str, str]) -> Json:
    parameter = parameter_of(question.space[name]) or {}
    if name not in question.conditions:
        return parameter
    parent, values = question.conditions[name]
    return {**parameter, "when": {short[parent]: sorted(values)}}


def _shortened(params: dict[str, Value], short: dict[str, str]) -> Json:
    return {short[name]: value for name, value in params.items()}


def _told(values: list[float] | None, metrics: list[str], is_single: bool) -> Json:
    if is_single:
        return {"value": None if values is None else values[0]}
    return {"values": None if values is None else dict(zip(metrics, values))}


def _newest(rows: list[Json]) -> list[Json]:
    """Trials that run; were there very many, those that have run for long may have been left behind."""
    return _fitting(rows, list(range(len(rows)))[::-1][:_OPEN_COUNT_MAX], _OPEN_BYTES_MAX)


def _priorities(results: list[Result], directions: Sequence[str]) -> list[int]:
    """Indices of the results, the best and the newest in turn."""
    newest = list(range(len(results)))[::-1]
    if len(results) <= 1:
        return newest
    # The best on any objective come first.
    rank = [len(results)] * len(results)
    for k, direction in enumerate(directions):
        sign = 1 if direction == "minimize" else -1
        known = [i for i in newest if results[i].values is not None]
        known.sort(key=lambda i: sign * (results[i].values or [])[k])
        for place, i in enumerate(known):
            rank[i] = min(rank[i], place)
    best = sorted(newest, key=lambda i: rank[i])
    return list(dict.fromkeys(i for pair in zip(best, newest) for i in pair))[:_RESULT_COUNT_MAX]


def _fitting(rows: list[Json], priorities: list[int], room: int) -> list[Json]:
    """As many rows as there is room for, in their order."""
    kept = set()
    for i in priorities:
        room -= len(json.dumps(rows[i])) + 2
        if room < 0:
            break
        kept.add(i)
    return [row for i, row in enumerate(rows) if i in kept]
