"""The contract as methods: one a route of docs/api.md."""

from __future__ import annotations

import os
from typing import Any

from ._transport import Json, Transport
from .errors import CaviaError

DEFAULT_URL = "http://127.0.0.1:8787"

_LAST_WORD_RETRY_COUNT = 1


class Client:
    """A connection to the service, for what `Study` and `Trial` do not offer. Documents go in and out as they travel.

    Args:
        url: where the service is; CAVIA_URL, or this machine's port 8787, when left out.
        key: an API key, or the token of a job; CAVIA_KEY, or CAVIA_TOKEN, when left out.
    """

    def __init__(self, url: str | None = None, key: str | None = None) -> None:
        environment = os.environ
        self.url = (url or environment.get("CAVIA_URL") or DEFAULT_URL).rstrip("/")
        self.key = _sendable(key or environment.get("CAVIA_KEY") or environment.get("CAVIA_TOKEN"))
        self._transport = Transport(self.url, self.key)

    def __reduce__(self) -> tuple[Any, ...]:
        return Client, (self.url, self.key)

    def create_study(self, spec: Json) -> Json:
        """Creates a study, or opens the one that has the same name and spec."""
        return self._transport.call("POST", "studies", body=spec)

    def studies(self, after: str | None = None) -> Json:
        """A page of the studies, the oldest first."""
        return self._transport.call("GET", "studies", query={"after": after})

    def study(self, study: str) -> Json:
        return self._transport.call("GET", "studies", study)

    def update_study(self, study: str, change: Json) -> Json:
        """Pauses, resumes or stops a study, raises its budget, widens its space."""
        return self._transport.call("PATCH", "studies", study, body=change)

    def delete_study(self, study: str) -> None:
        self._transport.call("DELETE", "studies", study)

    def ask(self, study: str, request: Json, idempotency_key: str | None = None) -> Json:
        return self._transport.call("POST", "studies", study, "ask", body=request, idempotency_key=idempotency_key)

    def enqueue(self, study: str, trials: list[Json]) -> Json:
        return self._transport.call("POST", "studies", study, "trials", body={"trials": trials})

    def trials(self, study: str, *, state: str | None = None, after: int | None = None, limit: int = 1000) -> Json:
        """A page of the trials, by number."""
        query = {"state": state, "after": after, "limit": limit}
        return self._transport.call("GET", "studies", study, "trials", query=query)

    def trial(self, study: str, number: int) -> Json:
        """One trial with its reported values."""
        return self._transport.call("GET", "studies", study, "trials", number)

    def tell(self, study: str, number: int, result: Json, idempotency_key: str | None = None) -> Json:
        return self._transport.call(
            "POST", "studies", study, "trials", number, "tell", body=result, idempotency_key=idempotency_key
        )

    def report(self, study: str, number: int, report: Json, retry_count_max: int) -> Json:
        """Values at steps, and a sign of life."""
        return self._transport.call(
            "POST",
            *("studies", study, "trials", number, "report"),
            body=report,
            is_repeatable=True,
            retry_count_max=retry_count_max,
        )

    def start(self, study: str, number: int, attempt: int, job_id: str) -> Json:
        """The fence before the training of a job: one of an attempt is let in."""
        body = {"attempt": attempt, "jobId": job_id}
        return self._transport.call("POST", "studies", study, "trials", number, "start", body=body, is_repeatable=True)

    def release(self, study: str, number: int, attempt: int) -> Json:
        """Gives a running trial back. Whoever does so has to go, so it is tried once more at most."""
        return self._transport.call(
            "POST",
            *("studies", study, "trials", number, "release"),
            body={"attempt": attempt},
            retry_count_max=_LAST_WORD_RETRY_COUNT,
        )

    def cancel(self, study: str, number: int, message: str | None = None) -> Json:
        body = {} if message is None else {"message": message}
        return self._transport.call("POST", "studies", study, "trials", number, "cancel", body=body)

    def retry(self, study: str, number: int) -> Json:
        """Opens a failed or cancelled trial again."""
        return self._transport.call("POST", "studies", study, "trials", number, "retry", body={})

    def replay(self, study: str, number: int) -> Json:
        """Works the params of a trial out again from the stored history, and says whether they are the same."""
        return self._transport.call("POST", "studies", study, "trials", number, "replay", body={}, is_repeatable=True)

    def log(self, study: str, number: int, attempt: int | None = None) -> Json:
        """What the job of a managed trial wrote, in its last attempt when none is given."""
        return self._transport.call("GET", "studies", study, "trials", number, "log", query={"attempt": attempt})

    def confirm(self, study: str, *, top: int = 1, repeats: int = 3) -> Json:
        """Runs the best trials again with new seeds, on top of the budget: whether a best value was luck."""
        body = {"top": top, "repeats": repeats}
        return self._transport.call("POST", "studies", study, "confirm", body=body)

    def best(self, study: str, top: int = 10) -> Json:
        return self._transport.call("GET", "studies", study, "best", query={"top": top})

    def importance(self, study: str, metric: str | None = None) -> Json:
        return self._transport.call("GET", "studies", study, "importance", query={"metric": metric})

    def advice(self, study: str) -> Json:
        """What to do next: widen or narrow the space, stop, or go on."""
        return self._transport.call("GET", "studies", study, "advice")

    def predict(self, study: str, params: list[Json]) -> Json:
        """What the model expects of configurations, tried or not."""
        return self._transport.call("POST", "studies", study, "predict", body={"params": params}, is_repeatable=True)

    def suggest(self, request: Json) -> Json:
        """Suggestions from a history that the caller keeps; nothing is stored."""
        return self._transport.call("POST", "suggest", body=request, is_repeatable=True)

    def export(self, study: str, format: str = "jsonl") -> str:  # noqa: A002
        """All trials, as JSON lines or ``"csv"``."""
        return self._transport.text("studies", study, "export", query={"format": format})

    def lint(self, request: Json) -> Json:
        """Checks a ``space``, without making a study, and says what an experienced person would remark on it."""
        return self._transport.call("POST", "spaces", "lint", body=request, is_repeatable=True)

    def presets(self) -> Json:
        """Ready-made spaces to start from."""
        return self._transport.call("GET", "presets")

    def create_key(self, name: str, *, scopes: list[str] | None = None, expires: str | None = None) -> Json:
        """Makes an API key, to read and write when no scopes are given. The answer alone has it, as ``"key"``."""
        given = {"name": name, "scopes": scopes, "expires": expires}
        body = {field: value for field, value in given.items() if value is not None}
        return self._transport.call("POST", "keys", body=body)

    def keys(self, after: str | None = None) -> Json:
        """A page of the API keys, the oldest first, without the keys themselves."""
        return self._transport.call("GET", "keys", query={"after": after})

    def revoke_key(self, key: str) -> Json:
        """Ends an API key, given by its id, at once."""
        return self._transport.call("DELETE", "keys", key)

    def openapi(self) -> Json:
        """The contract of the service, as an OpenAPI document."""
        return self._transport.call("GET", "openapi.json")

    def health(self) -> Json:
        return self._transport.call("GET", "health")

    def close(self) -> None:
        self._transport.close()


def _sendable(key: str | None) -> str | None:
    """The key without the line end that files have. It is never shown."""
    stripped = (key or "").strip()
    if not stripped.isascii() or not stripped.isprintable():
        raise CaviaError("The key must be printable ASCII characters (CAVIA_KEY or key=…); this one has others.")
    return stripped or None
