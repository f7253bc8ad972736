"""Commands with parameters in braces: clients/conformance/templates.json."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ._nearest import nearest
from ._number_text import value_text
from ._range_text import shown
from .errors import CaviaError

_NAME = r"[A-Za-z_][A-Za-z0-9_.-]*"
_PLACEHOLDER = re.compile(rf"\{{\{{({_NAME}|\*)\}}\}}|\{{({_NAME}|\*)\}}")
_ALL = "{*}"


def require_command(command: Sequence[str], names: Sequence[str]) -> None:
    """Refuses a command for a space with these parameters, in one sentence that says what to do."""
    if not command or not command[0]:
        raise CaviaError("The command must start with a program, like python train.py --lr {lr}.")
    if placeholders_in(command[0]):
        raise CaviaError(
            f"The command must start with a program, which has no parameter in it; got {shown(command[0])}."
        )
    for argument in command:
        placeholders = placeholders_in(argument)
        if "*" in placeholders and argument != _ALL:
            raise CaviaError(f"{_ALL} must be an argument of its own; got {shown(argument)}.")
        unknown = next((one for one in placeholders if one != "*" and one not in names), None)
        if unknown is not None:
            raise CaviaError(_unknown_name(unknown, names))


def filled_command(command: Sequence[str], params: Mapping[str, Any]) -> list[str]:
    """The arguments for these params. Nothing splits or expands a value."""
    filled: list[str] = []
    for argument in command:
        if argument == _ALL:
            for name, value in params.items():
                filled += [f"--{name}", value_text(value)]
        else:
            filled.append(_PLACEHOLDER.sub(lambda match: _replacement(match, params), argument))
    return filled


def placeholders_in(argument: str) -> list[str]:
    """The names in braces, ``*`` among them."""
    return [match.group(2) for match in _PLACEHOLDER.finditer(argument) if match.group(2) is not None]


def _replacement(match: re.Match[str], params: Mapping[str, Any]) -> str:
    kept, name = match.groups()
    if kept is not None:
        return f"{{{kept}}}"
    return value_text(params[name]) if name in params else ""


def _unknown_name(unknown: str, names: Sequence[str]) -> str:
    meant = nearest(unknown, names)
    hint = f"it has {', '.join(names)}." if meant is None else f"did you mean {{{meant}}}?"
    return (
        f"The command names {{{unknown}}}, which the study does not have; {hint} "
        f"Write {{{{{unknown}}}}} for the text itself."
    )
