"""What is said to the person who watches, beside the program's own output."""

from __future__ import annotations

import sys


def say(sentence: str) -> None:
    """A sentence on standard error, which may be gone."""
    try:
        sys.stderr.write(f"cavia: {sentence}\n")
        sys.stderr.flush()
    except (AttributeError, OSError, ValueError):
        pass
