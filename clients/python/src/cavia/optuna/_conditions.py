"""Which parameter is there when: found out from trials, since an objective function does not say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from optuna.distributions import BaseDistribution

from ._parameters import Value, has_few_values

Space = Mapping[str, BaseDistribution]
Params = Mapping[str, Value]
Conditions = dict[str, tuple[str, frozenset[Value]]]
"""By parameter: the parent, and its values with which the parameter is there."""

_PARENT_VALUE_COUNT_MAX = 32


def conditions_in(space: Space, trials: Sequence[Params]) -> tuple[Conditions, frozenset[str]]:
    """The conditions that all trials agree with, and the parameters that come and go without one.

    The parent is the first parameter before it that explains it. Few trials can point to a wrong one; then the model
    knows less, and what the objective function asks for beyond is chosen parameter by parameter.
    """
    conditions: Conditions = {}
    unexplained = set()
    names = list(space)
    for i, name in enumerate(names):
        if all(name in params for params in trials):
            continue
        parents = (parent for parent in names[:i] if has_few_values(space[parent], _PARENT_VALUE_COUNT_MAX))
        found = ((parent, _activating(name, parent, trials)) for parent in parents)
        condition = next(((parent, values) for parent, values in found if values), None)
        if condition is None:
            unexplained.add(name)
        else:
            conditions[name] = condition
    return conditions, frozenset(unexplained)


def is_whole(space: Space, conditions: Conditions, params: Params) -> bool:
    """Whether params have a value for each parameter that is there, and for no other."""
    return all((name in params) == _is_there(name, conditions, params) for name in space)


def possible(space: Space, conditions: Conditions, params: Params) -> dict[str, Value]:
    """The part of some params that can be together."""
    kept: dict[str, Value] = {}
    for name in space:
        parent, values = conditions.get(name, (name, frozenset()))
        is_excluded = parent != name and parent in params and kept.get(parent) not in values
        if name in params and not is_excluded:
            kept[name] = params[name]
    return kept


def _is_there(name: str, conditions: Conditions, params: Params) -> bool:
    if name not in conditions:
        return True
    parent, values = conditions[name]
    return parent in params and params[parent] in values


def _activating(name: str, parent: str, trials: Sequence[Params]) -> frozenset[Value]:
    """The parent's values with which the parameter is there; none when others have them too."""
    having = [params for params in trials if name in params]
    if not all(parent in params for params in having):
        return frozenset()
    values = frozenset(params[parent] for params in having)
    lacking = {params[parent] for params in trials if name not in params and parent in params}
    return frozenset() if values & lacking else values
