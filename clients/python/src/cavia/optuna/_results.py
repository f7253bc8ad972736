"""What trials of an Optuna study say about their params."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any, NamedTuple

from optuna.trial import FrozenTrial, TrialState

from ._conditions import Space
from ._parameters import Value, value_in

SUGGESTED = "cavia:suggested"
"""The attribute of a trial for what it was given, which other workers see before the objective function has asked."""
INFEASIBLE = "cavia:infeasible"
"""The attribute of a trial that failed while somebody watched."""

_CONSTRAINTS = "constraints"
_VALUE_MAX = 1e300


class Result(NamedTuple):
    """What came of some params."""

    params: dict[str, Value]
    values: list[float] | None
    """None for an infeasible configuration."""


def results_in(trials: list[FrozenTrial], space: Space) -> list[Result]:
    """The results of the trials that have one, in the order in which they came."""
    ended = [trial for trial in trials if _has_result(trial)]
    ended.sort(key=lambda trial: (trial.datetime_complete or datetime.max, trial.number))
    return [Result(params_in(trial, space), _values_of(trial)) for trial in ended]


def open_params_in(trials: list[FrozenTrial], space: Space, without: FrozenTrial) -> list[dict[str, Value]]:
    """The params of trials that have no result: they run, or failed when nobody watched."""
    return [
        params_in(trial, space)
        for trial in trials
        if trial.number != without.number and (trial.state == TrialState.RUNNING or _is_lost(trial))
    ]


def params_in(trial: FrozenTrial, space: Space) -> dict[str, Value]:
    """The params of a trial that are in the space, as they travel."""
    suggested: dict[str, Value] = trial.system_attrs.get(SUGGESTED, {})
    params = {}
    for name, distribution in space.items():
        if name in trial.params:
            value = value_in(distribution, trial.params[name])
        else:
            is_open = not trial.state.is_finished() and name in suggested
            value = suggested[name] if is_open and distribution._contains(suggested[name]) else None
        if value is not None:
            params[name] = value
    return params


def constraints_attribute(constraints: Any) -> tuple[str, list[float]]:
    """The attribute in which Optuna keeps by how much a trial violates its constraints."""
    violations = [float(violation) for violation in constraints]
    if any(math.isnan(violation) for violation in violations):
        raise ValueError("Constraint values must not be NaN.")
    return _CONSTRAINTS, violations


def _has_result(trial: FrozenTrial) -> bool:
    has_ended = trial.state in (TrialState.COMPLETE, TrialState.PRUNED)
    return has_ended or (trial.state == TrialState.FAIL and INFEASIBLE in trial.system_attrs)


def _is_lost(trial: FrozenTrial) -> bool:
    return trial.state == TrialState.FAIL and INFEASIBLE not in trial.system_attrs


def _values_of(trial: FrozenTrial) -> list[float] | None:
    if trial.state == TrialState.FAIL or _is_violating(trial):
        return None
    values = trial.values or []
    if trial.state == TrialState.PRUNED:
        values = [trial.intermediate_values[trial.last_step]] if trial.last_step is not None else []
    is_usable = bool(values) and all(abs(value) <= _VALUE_MAX for value in values)
    return list(values) if is_usable else None


def _is_violating(trial: FrozenTrial) -> bool:
    attributes = trial.system_attrs
    violations = list(attributes.get(_CONSTRAINTS) or [])
    # Since Optuna 5 each constraint has an attribute.
    violations += [value for name, value in attributes.items() if name.startswith(f"{_CONSTRAINTS}:")]
    return any(violation > 0 for violation in violations)
