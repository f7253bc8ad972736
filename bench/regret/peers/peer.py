"""What a method is: it makes a study of a space, which is asked for params and told their value, smaller is better.

A space is {name: parameter} in the words of Cavia's API, parents before children. A peer that knows no conditions
is given all parameters, and those that are not active are left out of account by whoever evaluates.
"""

import math
from importlib.metadata import version


class Study:
    def ask(self):
        """-> (what `tell` wants to know the trial by, params)."""
        raise NotImplementedError

    def tell(self, token, value):
        raise NotImplementedError


def versions(*packages):
    return ", ".join(f"{package} {version(package)}" for package in packages)


def cells(parameter):
    """The values of a parameter that is not a range, in order; None for a range."""
    kind = parameter["type"]
    return [False, True] if kind == "boolean" else parameter.get("values", parameter.get("choices"))


def has_order(parameter):
    return parameter["type"] not in ("categorical", "boolean")


def is_range(parameter):
    return parameter["type"] in ("float", "int")


def limits(parameter):
    """(low, high, is_log) of a range; a reverseLog one is that of 1 - x, see `from_limits`."""
    low, high, scale = parameter["low"], parameter["high"], parameter["scale"]
    return (1 - high, 1 - low, True) if scale == "reverseLog" else (low, high, scale == "log")


def from_limits(parameter, value):
    """What `limits` was asked for becomes what the parameter is."""
    if parameter["type"] == "int":
        return min(parameter["high"], max(parameter["low"], round(value)))
    value = 1 - value if parameter["scale"] == "reverseLog" else value
    return min(parameter["high"], max(parameter["low"], float(value)))


def parents(parameter):
    """(parent, values that it may have) of a parameter."""
    for parent, values in parameter.get("when", {}).items():
        yield parent, values if isinstance(values, list) else [values]


def finite(value):
    """For a peer that has no room for what is not a number."""
    return value if math.isfinite(value) else 1e300
