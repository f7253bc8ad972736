"""What an answer of HTTP means: a document, a refusal, or a stranger. The table of clients/conformance/errors.json."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from .errors import CaviaError, StrangeAnswerError, refusal_of

_SHOWN_LENGTH_MAX = 200
_OK = range(200, 300)
_REDIRECTS = range(300, 400)
_NO_CONTENT = 204


@dataclass(frozen=True)
class Answer:
    """An answer as it came over the wire."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    """By their names in lower case."""

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def document_in(answer: Answer, url: str) -> dict[str, Any]:
    """The document of a success; empty where there is none. Raises what `error_in` returns for anything else."""
    error = error_in(answer, url)
    if error is not None:
        raise error
    document = {} if answer.status == _NO_CONTENT else _object_in(answer)
    if document is None:
        raise _stranger(answer, url)
    return document


def error_in(answer: Answer, url: str) -> CaviaError | None:
    """Why the answer is no success, or None."""
    if answer.status in _OK:
        return None
    problem = _object_in(answer)
    is_problem = answer.headers.get("content-type", "").startswith("application/problem+json")
    if is_problem and problem is not None and _is_ours(problem):
        return refusal_of(problem)
    return _stranger(answer, url)


def _object_in(answer: Answer) -> dict[str, Any] | None:
    try:
        document = json.loads(answer.body)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _is_ours(problem: dict[str, Any]) -> bool:
    return isinstance(problem.get("code"), str) and isinstance(problem.get("detail"), str) and "status" in problem


def _stranger(answer: Answer, url: str) -> StrangeAnswerError:
    shown = " ".join(answer.text.split())[:_SHOWN_LENGTH_MAX]
    location = answer.headers.get("location")
    if answer.status in _REDIRECTS and location:
        return StrangeAnswerError(f"{url} answered {answer.status}: it is now at {location}.", answer.status)
    message = (
        f"{url} answered {answer.status}, but not as Cavia does: {shown or 'an empty body'}. "
        "Check the address (CAVIA_URL or url=…), and any proxy between."
    )
    return StrangeAnswerError(message, answer.status)
