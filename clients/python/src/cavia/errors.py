"""What can go wrong, as exceptions that say in one sentence what to do."""

from __future__ import annotations

from typing import Any

from ._hints import hint_of


class CaviaError(Exception):
    """Everything that this package raises."""


class UnreachableError(CaviaError):
    """No answer came, after all retries. Nothing is known about the effect."""


class StrangeAnswerError(CaviaError):
    """Something answered that is not Cavia: the address is wrong, or a proxy stands between."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.status)


class RefusedError(CaviaError):
    """The service refused: its problem document (RFC 9457).

    Attributes:
        code: what a program can tell apart, such as ``"study_exists"``.
        detail: one sentence with the offending value and what was expected.
        hint: what to do about it, in the words of the API, where there is something to say. The message says it in
            those of this package.
        request_id: finds the request in the service's log.
        status: of HTTP.
        param: the field that is wrong, as the client would write it.
        errors: all fields that are wrong, each with ``param`` and ``detail``.
        trial: the trial as it is, where it stands in the way.
    """

    def __init__(self, problem: dict[str, Any]) -> None:
        self.problem = problem
        self.code: str = problem["code"]
        self.status: int = problem["status"]
        self.detail: str = problem["detail"]
        self.hint: str | None = problem.get("hint")
        self.param: str | None = problem.get("param")
        self.request_id: str | None = problem.get("requestId")
        self.errors: list[dict[str, str]] = problem.get("errors", [])
        self.trial: dict[str, Any] | None = problem.get("trial")
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        return " ".join(part for part in (self.detail, hint_of(self.problem)) if part)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problem,)


class UnauthenticatedError(RefusedError):
    """The key is missing or not valid."""

    def _sentence(self) -> str:
        return f"{super()._sentence()} Give the key with CAVIA_KEY or key=…"


class ForbiddenError(RefusedError):
    """The key is valid, but does not allow this."""


class NotFoundError(RefusedError):
    """There is no such study, trial, key or route."""


class StudyExistsError(RefusedError):
    """Another study has the name; `errors` says in what it differs."""

    def _sentence(self) -> str:
        lines = [f"  {error['param']}: {error['detail']}" for error in self.errors]
        hint = hint_of(self.problem)
        return "\n".join([self.detail, *lines, *([hint] if hint else [])])


class SpaceConflictError(RefusedError):
    """The space can only be widened."""


class StudyClosedError(RefusedError):
    """The study has ended, or was stopped, and does not take this any more."""


class TrialFinishedError(RefusedError):
    """The trial has ended."""


class ResultConflictError(RefusedError):
    """The trial has another result; the first one counts."""


class LeaseSupersededError(RefusedError):
    """The trial was given to another worker."""


class InvalidError(RefusedError):
    """The request is not valid; `param` is what is wrong with it."""


class UnavailableError(RefusedError):
    """The service could not answer, after all retries."""


class NothingToTryError(CaviaError):
    """The study has no trial to give at the moment, or ever.

    Attributes:
        reason: `budget_spent`, `parallel_limit`, `exhausted`, `paused`, `finished` or `managed`.
        retry_after_seconds: when asking again may bring something; None when it will not.
    """

    def __init__(self, message: str, reason: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.reason, self.retry_after_seconds)


class RepeatedFailureError(CaviaError):
    """So many attempts failed in a row that the next ones would too. The last exception is its ``__cause__``."""


class NoResultError(CaviaError):
    """There is no best trial yet."""


_class_of: dict[str, type[RefusedError]] = {
    "unauthenticated": UnauthenticatedError,
    "forbidden": ForbiddenError,
    "route_not_found": NotFoundError,
    "study_not_found": NotFoundError,
    "trial_not_found": NotFoundError,
    "key_not_found": NotFoundError,
    "study_exists": StudyExistsError,
    "study_closed": StudyClosedError,
    "trial_finished": TrialFinishedError,
    "result_conflict": ResultConflictError,
    "lease_superseded": LeaseSupersededError,
    "space_conflict": SpaceConflictError,
    "rate_limited": UnavailableError,
    "internal": UnavailableError,
    "unavailable": UnavailableError,
}


def refusal_of(problem: dict[str, Any]) -> RefusedError:
    """The exception of a problem document. A code that this version does not know is told by its status."""
    known = _class_of.get(problem["code"])
    return (known or (UnavailableError if problem["status"] >= 500 else InvalidError))(problem)  # noqa: PLR2004
