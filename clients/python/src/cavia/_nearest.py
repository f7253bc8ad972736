"""The known name that was probably meant."""

from __future__ import annotations

from collections.abc import Sequence

_SHARE_OF_LENGTH = 3


def nearest(name: str, known: Sequence[str]) -> str | None:
    """The nearest known name, or None when none is near: a third of its length may differ."""
    if not known:
        return None
    lower = name.lower()
    found = min(known, key=lambda one: (_distance(lower, one.lower()), _distance(name, one)))
    limit = max(1, -(-len(found) // _SHARE_OF_LENGTH))
    return found if _distance(lower, found.lower()) <= limit else None


def _distance(a: str, b: str) -> int:
    """Levenshtein's: how many letters to insert, remove or replace. O(len(a) len(b))."""
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        above, row = row, [i]
        for j, other in enumerate(b, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other)))
    return row[-1]
