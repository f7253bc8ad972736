"""A range as people write it: ``log(1e-5, 1e-1)``, ``[relu, tanh] when layers=2``. clients/conformance/spaces.json."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from ._nearest import nearest
from .errors import CaviaError

_RANGES = ["uniform", "log", "reverseLog", "float", "int", "ordinal", "categorical", "bool", "boolean"]
_SCALES = ["linear", "log", "reverseLog"]
_NUMERIC = frozenset({"uniform", "log", "reverseLog", "float", "int"})
_BOUND_COUNT_MAX = {"uniform": 2, "log": 2, "reverseLog": 2, "float": 3, "int": 3}
_EXAMPLES = {"int": "int(1, 4)", "log": "log(1e-5, 1e-1)"}
_NUMERAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


class _Item(NamedTuple):
    option: str | None
    value: Any


def parameter_of_text(name: str, text: str) -> dict[str, Any]:
    """The parameter that a text says. Raises CaviaError with one sentence that starts with its name."""
    reader = _Reader(name, text.strip())
    parameter = reader.range()
    when = reader.conditions()
    return parameter if when is None else {**parameter, "when": when}


def not_a_range(name: str, shown: str) -> CaviaError:
    return CaviaError(f"{name} must be a range like log(1e-5, 1e-1), int(1, 4), [relu, tanh] or bool; got {shown}.")


class _Reader:
    """A text, and how far it has been read."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._text = text
        self._at = 0

    def range(self) -> dict[str, Any]:
        if self._accept(r"\["):
            return {"type": "categorical", "choices": [item.value for item in self._items("]")]}
        word = self._accept(r"[A-Za-z]\w*")
        if word is None:
            raise not_a_range(self._name, shown(self._text))
        if word not in _RANGES:
            meant = nearest(word, _RANGES)
            remedy = f"did you mean {meant}?" if meant else f"there are {', '.join(_RANGES)}."
            raise self._fault(f': there is no range "{word}"; {remedy}')
        start = self._at
        has_items = self._accept(r"\(") is not None
        if not has_items and word not in ("bool", "boolean"):
            raise not_a_range(self._name, shown(self._text))
        items = self._items(")") if has_items else []
        return _built(self._name, word, items, word + self._text[start : self._at])

    def conditions(self) -> dict[str, Any] | None:
        self._skip_space()
        if self._at == len(self._text):
            return None
        if self._accept(r"when\b") is None:
            raise self._fault(f': only when may follow the range; got "{self._text[self._at :]}".')
        when: dict[str, Any] = {}
        while True:
            parent = self._accept(r"[A-Za-z_][\w.-]*\s*=")
            if parent is None:
                rest = self._text[self._at :].strip()
                raise self._fault(f": a condition must be written like optimizer=sgd; got {shown(rest)}.")
            is_list = self._accept(r"\[") is not None
            when[parent[:-1].strip()] = (
                [item.value for item in self._items("]")] if is_list else self._value(r"[^\s,()\[\]]+")
            )
            if self._accept(r"and\b") is None:
                break
        self._skip_space()
        if self._at < len(self._text):
            raise self._fault(f': only "and" may follow a condition; got "{self._text[self._at :]}".')
        return when

    def _items(self, end: str) -> list[_Item]:
        found: list[_Item] = []
        if self._accept(re.escape(end)):
            return found
        while True:
            option = self._accept(r"[A-Za-z]+\s*=")
            found.append(_Item(option and option[:-1].strip(), self._value(r"[^,()\[\]]*")))
            if self._accept(",") is None:
                break
        if self._accept(re.escape(end)) is None:
            raise self._fault(f': "{end}" is missing in {shown(self._text)}.')
        return found

    def _value(self, bare: str) -> Any:
        """A quoted text, or what goes on to the next comma or bracket, or in conditions to the next space."""
        quoted = self._accept(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')
        if quoted is None:
            return plain_value((self._accept(bare) or "").strip())
        return quoted[1:-1] if quoted.startswith("'") else json.loads(quoted)

    def _accept(self, pattern: str) -> str | None:
        self._skip_space()
        match = re.compile(pattern).match(self._text, self._at)
        if match is None:
            return None
        self._at = match.end()
        return match.group()

    def _skip_space(self) -> None:
        while self._text[self._at : self._at + 1].isspace():
            self._at += 1

    def _fault(self, sentence: str) -> CaviaError:
        return CaviaError(f"{self._name}{sentence}")


def _built(name: str, word: str, items: list[_Item], text: str) -> dict[str, Any]:
    options = _options_of(name, word, items)
    values = [item.value for item in items if item.option is None]
    if word in _NUMERIC:
        return {**_numeric(name, word, values, text), **options}
    if word == "ordinal":
        return {"type": "ordinal", "values": values, **options}
    if word == "categorical":
        return {"type": "categorical", "choices": values, **options}
    if values:
        raise CaviaError(f"{name}: {word} has no values; got {shown(text)}.")
    return {"type": "boolean", **options}


def _numeric(name: str, word: str, values: list[Any], text: str) -> dict[str, Any]:
    low, high, *more = [*values, None, None] if len(values) < 2 else values  # noqa: PLR2004
    if not (_is_number(low) and _is_number(high) and len(values) <= _BOUND_COUNT_MAX[word]):
        example = _EXAMPLES.get(word, f"{word}(0.1, 0.9)")
        raise CaviaError(f"{name}: {word} must have a low and a high number, like {example}; got {shown(text)}.")
    scale = more[0] if more else (word if word in _SCALES else "linear")
    if scale not in _SCALES:
        raise CaviaError(f"{name}: the scale must be linear, log or reverseLog; got {shown(scale)}.")
    parameter = {"type": "int" if word == "int" else "float", "low": low, "high": high}
    return parameter if scale == "linear" else {**parameter, "scale": scale}


def _options_of(name: str, word: str, items: list[_Item]) -> dict[str, Any]:
    options = {}
    for option, value in items:
        if option is None:
            continue
        if option not in ("step", "default"):
            raise CaviaError(f'{name}: there is no option "{option}"; there are step and default.')
        if option == "step" and word not in _NUMERIC:
            raise CaviaError(f"{name}: {word} has no step; leave out step={value}.")
        if option == "step" and not _is_number(value):
            raise CaviaError(f"{name}: step must be a number; got {shown(value)}.")
        options[option] = value
    return options


def plain_value(text: str) -> Any:
    """What a bare word means: a number, true or false, else the text."""
    if text in ("true", "false"):
        return text == "true"
    if not _NUMERAL.fullmatch(text):
        return text
    number = float(text)
    return int(number) if number.is_integer() else number


def shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=repr)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
