"""A study that is quick to suggest for."""

from __future__ import annotations

from typing import Any


def spec(name: str, budget: int = 10, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "space": {"x": {"type": "float", "low": 0, "high": 1}},
        "objectives": [{"metric": "loss", "direction": "minimize"}],
        "sampler": {"kind": "random"},
        "budget": {"trials": budget},
        **more,
    }
