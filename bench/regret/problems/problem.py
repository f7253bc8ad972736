"""What a problem is: a space in the words of Cavia's API, and a loss to make small."""

from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Problem:
    name: str
    family: str
    """Raised when the values change, so that results of before are not used any more."""
    version: int
    """Parents before their children."""
    parameters: dict
    """(params of the active parameters, seed of the study, number of the trial) -> (what is told, what is true)."""
    evaluate: Callable[[dict, int, int], tuple[float, float]]


def exact(name, family, version, parameters, loss):
    """A problem without noise. @param loss params -> value."""

    def evaluate(params, _seed, _number):
        value = loss(params)
        return value, value

    return Problem(name, family, version, parameters, evaluate)


def active(parameters, params):
    """The params that count: those whose parents have one of the values that they ask for."""
    kept = {}
    for name, parameter in parameters.items():
        conditions = parameter.get("when", {}).items()
        if all(parent in kept and kept[parent] in listed(values) for parent, values in conditions):
            kept[name] = params[name]
    return kept


def listed(values):
    return values if isinstance(values, list) else [values]


def real(low, high, scale="linear", **more):
    return {"type": "float", "low": low, "high": high, "scale": scale, **more}


def whole(low, high, scale="linear", **more):
    return {"type": "int", "low": low, "high": high, "scale": scale, **more}


def ordinal(values, **more):
    return {"type": "ordinal", "values": values, **more}


def category(choices, **more):
    return {"type": "categorical", "choices": choices, **more}


def switch(**more):
    return {"type": "boolean", **more}
