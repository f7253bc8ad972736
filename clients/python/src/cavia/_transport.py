"""One logical call: sent again, with the same idempotency key, until it is answered or the retries are used up."""

from __future__ import annotations

import json
import math
import random
import uuid
from time import sleep
from typing import Any, Union
from urllib.parse import quote, urlencode, urlsplit

from ._answers import Answer, document_in, error_in
from ._connections import Connections, is_no_answer
from ._retries import RETRY_COUNT_MAX, is_worth_repeating, pause_seconds
from ._version import __version__
from .errors import UnreachableError

_ANSWER_SECONDS_MAX = 60.0

Json = dict[str, Any]
Segment = Union[str, int]


class Transport:
    """Sends requests to the service at an address."""

    def __init__(self, url: str, key: str | None = None, *, answer_seconds_max: float = _ANSWER_SECONDS_MAX) -> None:
        self.url = url.rstrip("/")
        self._key = key
        self._answer_seconds_max = answer_seconds_max
        self._path = urlsplit(self.url).path
        self._connections = Connections(self.url, answer_seconds_max)

    def __reduce__(self) -> tuple[Any, ...]:
        return _transport_of, (self.url, self._key, self._answer_seconds_max)

    def call(
        self,
        method: str,
        *segments: Segment,
        body: Json | None = None,
        query: Json | None = None,
        idempotency_key: str | None = None,
        is_repeatable: bool = False,
        retry_count_max: int = RETRY_COUNT_MAX,
    ) -> Json:
        """The document that a call is answered with.

        Args:
            segments: of the path, after ``/v1``.
            idempotency_key: of the logical call; a new one where none is given and the call needs one.
            is_repeatable: a POST that can be sent twice as it is.

        Raises:
            RefusedError: the service's refusal. UnreachableError: no answer. StrangeAnswerError: no Cavia.
        """
        needs_key = method == "POST" and not is_repeatable
        key = idempotency_key or (new_key() if needs_key else None)
        answer = self.send(
            method, *segments, body=body, query=query, idempotency_key=key, retry_count_max=retry_count_max
        )
        return document_in(answer, self.url)

    def text(self, *segments: Segment, query: Json | None = None) -> str:
        """The text that a GET is answered with."""
        answer = self.send("GET", *segments, query=query)
        error = error_in(answer, self.url)
        if error is not None:
            raise error
        return answer.text

    def send(
        self,
        method: str,
        *segments: Segment,
        body: Json | None = None,
        query: Json | None = None,
        idempotency_key: str | None = None,
        retry_count_max: int = RETRY_COUNT_MAX,
    ) -> Answer:
        """The answer to a call, whatever it says, after as many retries as it takes."""
        path = self._path_of(segments, query)
        content = None if body is None else json_of(body)
        headers = self._headers(idempotency_key, content is not None)
        tried = 0
        while True:
            try:
                answer = self._connections.exchange(method, path, content, headers)
            except Exception as error:
                if not is_no_answer(error):
                    raise
                if tried >= retry_count_max:
                    raise self._unreachable(error, tried) from error
                retry_after = None
            else:
                if tried >= retry_count_max or not is_worth_repeating(answer.status):
                    return answer
                retry_after = answer.headers.get("retry-after")
            sleep(pause_seconds(tried, retry_after, random.random()))
            tried += 1

    def close(self) -> None:
        self._connections.close()

    def _path_of(self, segments: tuple[Segment, ...], query: Json | None) -> str:
        path = "/".join([self._path, "v1", *(quote(str(segment), safe="") for segment in segments)])
        given = {name: value for name, value in (query or {}).items() if value is not None}
        return f"{path}?{urlencode(given)}" if given else path

    def _headers(self, idempotency_key: str | None, has_content: bool) -> dict[str, str]:
        headers = {"User-Agent": f"cavia-python/{__version__}", "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        if has_content:
            headers["Content-Type"] = "application/json"
        return headers

    def _unreachable(self, error: Exception, tried: int) -> UnreachableError:
        times = "once" if tried == 0 else f"{tried + 1} times"
        why = str(error) or type(error).__name__
        return UnreachableError(
            f"{self.url} cannot be reached (tried {times}): {why}. "
            "Start the service (npm start), or give its address with CAVIA_URL or url=…"
        )


def new_key() -> str:
    """The idempotency key of a new logical call."""
    return str(uuid.uuid4())


def json_of(document: Json) -> bytes:
    return json.dumps(plain(document), allow_nan=False, ensure_ascii=False).encode()


def plain(value: Any) -> Any:
    """The value as JSON can say it: NaN and infinity as words, scalars of NumPy and PyTorch as numbers."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if not isinstance(value, (str, int, float, bool, type(None))) and hasattr(value, "item"):
        return plain(value.item())
    return value


def _transport_of(url: str, key: str | None, answer_seconds_max: float) -> Transport:
    return Transport(url, key, answer_seconds_max=answer_seconds_max)
