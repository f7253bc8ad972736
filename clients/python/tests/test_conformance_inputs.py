from __future__ import annotations

from typing import Any

import pytest
from conformance import cases

from cavia._command import filled_command, require_command
from cavia._space import space_of, space_of_texts
from cavia.errors import CaviaError

spaces = cases("spaces")["cases"]
templates = cases("templates")["cases"]


@pytest.mark.parametrize("case", spaces, ids=lambda case: str(case["about"]))
def test_reads_spaces_as_every_client(case: dict[str, Any]) -> None:
    if "refusal" in case:
        with pytest.raises(CaviaError) as refused:
            read_space(case)
        assert str(refused.value) == case["refusal"]
    else:
        assert typed(read_space(case)) == typed(case["space"])


@pytest.mark.parametrize("case", templates, ids=lambda case: str(case["about"]))
def test_fills_commands_as_every_client(case: dict[str, Any]) -> None:
    command, params = case["command"], case["params"]
    names = case.get("names", list(params))
    if "refusal" in case:
        with pytest.raises(CaviaError) as refused:
            require_command(command, names)
        assert str(refused.value) == case["refusal"]
    else:
        require_command(command, names)
        assert filled_command(command, params) == case["argv"]


def read_space(case: dict[str, Any]) -> dict[str, Any]:
    return space_of_texts(case["texts"]) if "texts" in case else space_of(case["mapping"])


def typed(value: Any) -> Any:
    """In Python True is 1; here it is not."""
    if isinstance(value, dict):
        return {name: typed(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [typed(inner) for inner in value]
    return ("bool", value) if isinstance(value, bool) else value
