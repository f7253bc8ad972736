from __future__ import annotations

from typing import Any

import pytest
from conformance import cases

from cavia._answers import Answer, document_in
from cavia._retries import RETRY_COUNT_MAX, is_worth_repeating, pause_seconds
from cavia.errors import RefusedError, StrangeAnswerError

retries = cases("retries")
errors = cases("errors")["cases"]


@pytest.mark.parametrize("case", retries["statuses"], ids=lambda case: str(case["status"]))
def test_repeats_what_may_be_answered_otherwise_later(case: dict[str, Any]) -> None:
    assert is_worth_repeating(case["status"]) == case["again"]


@pytest.mark.parametrize("case", retries["pauses"], ids=str)
def test_waits_with_full_jitter_and_as_long_as_it_was_asked_to(case: dict[str, Any]) -> None:
    pause = pause_seconds(case["tried"], case["retryAfter"], case["chance"])
    assert pause * 1000 == pytest.approx(case["pauseMs"])


def test_repeats_as_often_as_every_client() -> None:
    assert retries["retryCountMax"] == RETRY_COUNT_MAX


@pytest.mark.parametrize("case", errors, ids=lambda case: str(case["name"]))
def test_makes_the_same_of_an_answer_as_every_client(case: dict[str, Any]) -> None:
    answer, expected = answer_of(case["answer"]), case["error"]
    if expected["kind"] == "none":
        assert isinstance(document_in(answer, "http://cavia"), dict)
    elif expected["kind"] == "refusal":
        with pytest.raises(RefusedError) as raised:
            document_in(answer, "http://cavia")
        assert_refusal(raised.value, expected)
    else:
        with pytest.raises(StrangeAnswerError) as strange:
            document_in(answer, "http://cavia")
        assert all(words in str(strange.value) for words in expected["says"])
        assert "http://cavia" in str(strange.value)


def answer_of(given: dict[str, Any]) -> Answer:
    headers = {"content-type": given["contentType"], "location": given.get("location")}
    return Answer(given["status"], given["body"].encode(), {k: v for k, v in headers.items() if v is not None})


def assert_refusal(error: RefusedError, expected: dict[str, Any]) -> None:
    assert error.code == expected["code"]
    assert error.status == expected["status"]
    assert error.detail == expected["detail"]
    assert error.hint == expected.get("hint")
    assert error.param == expected.get("param")
    assert error.request_id == expected["requestId"]
    assert error.errors == expected.get("errors", [])
    assert expected["detail"] in str(error)
