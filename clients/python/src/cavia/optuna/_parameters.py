"""Distributions of Optuna as parameters of a space.

Values travel as Optuna keeps them inside: a choice as its index, so that anything can be a choice.
"""

from __future__ import annotations

from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from .._transport import Json

Value = float
"""A value as Optuna keeps it inside."""

_MAGNITUDE_MAX = 1e300
_INTEGER_MAX = 2**53 - 1
_CHOICE_COUNT_MAX = 1000


def parameter_of(distribution: BaseDistribution) -> Json | None:
    """The parameter, or None where a space cannot have it: too many choices, integers that JSON would round."""
    if isinstance(distribution, CategoricalDistribution):
        count = len(distribution.choices)
        return {"type": "categorical", "choices": list(range(count))} if count <= _CHOICE_COUNT_MAX else None
    if isinstance(distribution, IntDistribution):
        return _integer_of(distribution)
    return _float_of(distribution) if isinstance(distribution, FloatDistribution) else None


def is_free(distribution: BaseDistribution) -> bool:
    """Whether there is something to choose, and the service can choose it."""
    return not distribution.single() and parameter_of(distribution) is not None


def value_in(distribution: BaseDistribution, external: Any) -> Value | None:
    """A value that somebody tried, as it travels; None where it is not one of the distribution's."""
    try:
        value = distribution.to_internal_repr(external)
    except ValueError:
        return None
    return _on_step(distribution, value) if distribution._contains(value) else None


def external_of(distribution: BaseDistribution, value: Value) -> Any:
    """A suggested value, as the objective function gets it."""
    return distribution.to_external_repr(_on_step(distribution, float(value)))


def has_few_values(distribution: BaseDistribution, most: int) -> bool:
    """Whether each of its values can be the condition of another parameter."""
    if isinstance(distribution, CategoricalDistribution):
        return True
    return (
        isinstance(distribution, IntDistribution) and distribution.high - distribution.low <= most * distribution.step
    )


def _integer_of(distribution: IntDistribution) -> Json | None:
    low, high, step = distribution.low, distribution.high, distribution.step
    if max(abs(low), abs(high), step) > _INTEGER_MAX:
        return None
    return {"type": "int", "low": low, "high": high, "step": step, "scale": "log" if distribution.log else "linear"}


def _float_of(distribution: FloatDistribution) -> Json | None:
    low, high, step = distribution.low, distribution.high, distribution.step
    if max(abs(low), abs(high)) > _MAGNITUDE_MAX:
        return None
    parameter: Json = {"type": "float", "low": low, "high": high, "scale": "log" if distribution.log else "linear"}
    if step is None:
        return parameter
    # As the service has it: neighbours must be told apart, with room for two roundings.
    is_fine = (high - low) / step > _INTEGER_MAX or low + step / 4 == low or high - step / 4 == high
    return None if is_fine else {**parameter, "step": step}


def _on_step(distribution: BaseDistribution, value: Value) -> Value:
    """The value without the rounding that repeated sums have."""
    if not isinstance(distribution, FloatDistribution) or distribution.step is None:
        return value
    count = round((value - distribution.low) / distribution.step)
    return min(distribution.low + count * distribution.step, distribution.high)
