"""Search spaces as Python says them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Union

from .errors import CaviaError

Value = Union[float, int, str, bool]
When = Mapping[str, Union[Value, Sequence[Value]]]
Parameter = dict[str, Any]
"""One dimension of a space, as the API has it."""
Space = Mapping[str, object]
"""By name: a range of this module, a text such as ``"log(1e-5, 1e-1)"``, or a list of choices."""


def uniform(
    low: float, high: float, *, step: float | None = None, default: float | None = None, when: When | None = None
) -> Parameter:
    """A number from `low` to `high`. `when` says with which values of other parameters it matters."""
    return _parameter("float", low=low, high=high, step=step, default=default, when=when)


def log(
    low: float, high: float, *, step: float | None = None, default: float | None = None, when: When | None = None
) -> Parameter:
    """A number from `low` > 0 to `high`, where ratios matter: a learning rate."""
    return _parameter("float", low=low, high=high, scale="log", step=step, default=default, when=when)


def reverse_log(
    low: float, high: float, *, step: float | None = None, default: float | None = None, when: When | None = None
) -> Parameter:
    """A number from `low` to `high` < 1, where ratios of 1 - x matter: a momentum."""
    return _parameter("float", low=low, high=high, scale="reverseLog", step=step, default=default, when=when)


def integer(
    low: int,
    high: int,
    *,
    log: bool = False,
    step: int | None = None,
    default: int | None = None,
    when: When | None = None,
) -> Parameter:
    """A whole number from `low` to `high`, both included."""
    scale = "log" if log else None
    return _parameter("int", low=low, high=high, scale=scale, step=step, default=default, when=when)


def choice(*choices: Value, default: Value | None = None, when: When | None = None) -> Parameter:
    """One of several, without an order. A list in a space says the same."""
    return _parameter("categorical", choices=list(choices), default=default, when=when)


def ordinal(*values: float | str, default: float | str | None = None, when: When | None = None) -> Parameter:
    """One of several, in their order: batch sizes."""
    return _parameter("ordinal", values=list(values), default=default, when=when)


def boolean(*, default: bool | None = None, when: When | None = None) -> Parameter:
    """True or false."""
    return _parameter("boolean", default=default, when=when)


def space_of(space: Space) -> dict[str, Parameter]:
    """The space as the API has it. What a range may be is the service's to refuse."""
    if not isinstance(space, Mapping):
        raise CaviaError(f"space must be a dictionary of ranges by name; got {type(space).__name__}.")
    return {name: _parameter_of(name, value) for name, value in space.items()}


def space_of_texts(texts: Sequence[str]) -> dict[str, Parameter]:
    """The space of short texts such as ``lr=log(1e-5, 1e-1)``."""
    import re

    from ._range_text import parameter_of_text, shown

    space: dict[str, Parameter] = {}
    for text in texts:
        match = re.match(r"\s*([^=\s(\[]+)\s*=\s*(\S[\s\S]*)$", text)
        if match is None:
            raise CaviaError(f"A parameter must be written like lr=log(1e-5, 1e-1); got {shown(text)}.")
        name, range_text = match.groups()
        if name in space:
            raise CaviaError(f"{name} is given twice.")
        space[name] = parameter_of_text(name, range_text)
    return space


def _parameter(kind: str, **fields: Any) -> Parameter:
    return {"type": kind, **{name: value for name, value in fields.items() if value is not None}}


def _parameter_of(name: str, value: Any) -> Parameter:
    from ._range_text import not_a_range, parameter_of_text, shown

    if isinstance(value, str):
        return parameter_of_text(name, value)
    if isinstance(value, list):
        return {"type": "categorical", "choices": list(value)}
    if isinstance(value, tuple):
        # A range to other libraries, and choices to who thinks of a list.
        raise CaviaError(
            f"{name} must not be a tuple: a range is cavia.log(low, high), cavia.uniform(low, high) or "
            f"cavia.integer(low, high), and choices are a list, [{', '.join(map(repr, value))}]; got {value!r}."
        )
    if not isinstance(value, Mapping):
        raise not_a_range(name, shown(value))
    if "type" not in value:
        kinds = "float, int, ordinal, categorical or boolean"
        raise CaviaError(f"{name} must have a type: {kinds}; got {shown(dict(value))}.")
    return dict(value)
