"""When a request is sent again, and how long to wait before: the table of clients/conformance/retries.json."""

from __future__ import annotations

import re

RETRY_COUNT_MAX = 5
"""How often a request is sent again, so that it is sent six times at most."""

_BASE_SECONDS = 0.1
_CAP_SECONDS = 5.0
_RETRY_AFTER_SECONDS_MAX = 60.0
_WORTH_REPEATING = frozenset({408, 425, 429})
_FIRST_SERVER_ERROR = 500


def is_worth_repeating(status: int) -> bool:
    """Whether the same request may be answered otherwise a little later."""
    return status in _WORTH_REPEATING or status >= _FIRST_SERVER_ERROR


def pause_seconds(tried: int, retry_after: str | None, chance: float) -> float:
    """How long to wait before the next try.

    Full jitter: clients that failed together do not come back together. Never less than the service asked for, up to
    a minute. A ``Retry-After`` that is a date is not waited for: no part of Cavia sends one.

    Args:
        tried: how many retries there were before.
        retry_after: the header, as it came.
        chance: uniform in [0, 1).
    """
    jitter = chance * min(_CAP_SECONDS, _BASE_SECONDS * float(2**tried))
    return max(jitter, min(_RETRY_AFTER_SECONDS_MAX, _seconds_in(retry_after)))


def _seconds_in(retry_after: str | None) -> float:
    text = (retry_after or "").strip()
    return float(text) if re.fullmatch(r"\d{1,9}(\.\d{1,3})?", text) else 0.0
