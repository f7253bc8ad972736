"""The result of a program: the last line that it wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?nan|[+-]?inf(inity)?", re.IGNORECASE)
_STATES = ("complete", "infeasible", "failed", "pruned")


def result_in(line: str, metrics: Sequence[str]) -> dict[str, Any] | None:
    """A result like ``{"values": {"loss": 0.3}}``, or a number where there is one objective; None for other lines."""
    if len(metrics) == 1 and _NUMBER.fullmatch(line.strip()):
        return {"values": {metrics[0]: float(line)}}
    try:
        document = json.loads(line)
    except ValueError:
        return None
    return document if isinstance(document, dict) and _is_result(document) else None


def _is_result(document: dict[str, Any]) -> bool:
    values, state = document.get("values"), document.get("state")
    if not document.keys() <= {"values", "state", "message"} or (values is None and state is None):
        return False
    return (values is None or isinstance(values, dict)) and (state is None or state in _STATES)
