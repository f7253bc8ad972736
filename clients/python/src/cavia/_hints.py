"""The service's hints name requests; these name what this package has."""

from __future__ import annotations

from typing import Any

_WORDS_OF_REQUESTS = ("GET ", "POST ", "PATCH ", "DELETE ", "budget.")

_HINTS = {
    "key_not_found": "client.keys() lists them.",
    "route_not_found": "The service may be of another version than this package.",
    "study_closed": "study.extend(…) opens a study again that ended for want of trials or time, and no other.",
    "study_exists": "Choose another name, or open the one that is there with its name alone and change it: "
    "study.extend(20) gives it 20 more trials.",
    "study_not_found": "cavia.study(…) with a space creates it.",
    "trial_finished": "study.client.retry(study.id, number) opens a failed or cancelled trial again.",
    "trial_not_found": "study.trials() lists them.",
    "unauthenticated": "An admin makes a key with client.create_key(…); npm run key makes the first one.",
    "value_invalid": "study.extend(20) gives it 20 more trials.",
}


def hint_of(problem: dict[str, Any]) -> str | None:
    """What to do about a refusal with this package, where there is something to say."""
    hint: str | None = problem.get("hint")
    if hint is None or not any(word in hint for word in _WORDS_OF_REQUESTS):
        return hint
    return _HINTS.get(problem["code"])
