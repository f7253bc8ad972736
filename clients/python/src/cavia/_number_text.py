"""Numbers as the service writes them into a command, so that a command is the same whoever fills it."""

from __future__ import annotations

from typing import Any

_EXPONENT_MIN, _EXPONENT_MAX = -7, 21


def value_text(value: Any) -> str:
    """The shortest decimal that is read back as the same number, with an exponent below 1e-6 and from 1e21 on."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    return _number_text(float(value)) if isinstance(value, float) or abs(value) >= 2**53 else str(value)


def _number_text(number: float) -> str:
    mantissa, _, exponent = f"{abs(number)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    all_digits = whole + (fraction if fraction != "0" else "")
    digits = all_digits.lstrip("0")
    if not digits:
        return "0"
    # number = 0.digits * 10 ** point
    point = len(whole) + int(exponent or 0) - (len(all_digits) - len(digits))
    digits = digits.rstrip("0")
    return ("-" if number < 0 else "") + _placed(digits, point)


def _placed(digits: str, point: int) -> str:
    if _EXPONENT_MIN < point - 1 < _EXPONENT_MAX:
        if point <= 0:
            return f"0.{'0' * -point}{digits}"
        return digits.ljust(point, "0") if len(digits) <= point else f"{digits[:point]}.{digits[point:]}"
    exponent = point - 1
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}e{'+' if exponent > 0 else '-'}{abs(exponent)}"
