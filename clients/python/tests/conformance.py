"""The cases that all clients have in common."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parents[2] / "conformance"


def cases(name: str) -> Any:
    return json.loads((_FOLDER / f"{name}.json").read_text("utf-8"))
