"""Why a study has no trial to give, in a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

_SENTENCES = {
    "budget_spent": "has given out its whole budget; some trials are still running.",
    "parallel_limit": "has as many trials running as its parallel limit allows.",
    "exhausted": "has tried every configuration that its space has: widen the space, or end it here.",
    "paused": "is paused: study.resume() goes on with it.",
    "managed": "trains by itself, so there is nothing to ask for: study.refresh().progress says how far it is.",
}

_OF_END = {
    "trials": "is finished: study.extend(20) gives it 20 more trials.",
    "deadline": "has reached its deadline: study.extend(deadline=…) with a later one goes on with it.",
    "exhausted": "has tried every configuration that its space has: a study with a wider space goes on.",
    "target": "has reached its target: a study with another name, and another target, goes on.",
    "stopped": "was stopped, which is for good: a study with another name goes on.",
}


def sentence_of(study: dict[str, Any], reason: str) -> str:
    """Why a study, as it was last heard, gives out nothing."""
    otherwise = f"has nothing to give ({reason})."
    if reason == "finished":
        return f"Study {study['name']} {_OF_END.get(str(study['endReason']), 'is finished.')}"
    return f"Study {study['name']} {_SENTENCES.get(reason, otherwise)}"


def why_not_opened(study: dict[str, Any], more: Collection[str]) -> str | None:
    """Why more of these, "trials" or a "deadline", does not open a study again; None where it does, or is open."""
    if study["state"] in ("active", "paused") or study["endReason"] in more:
        return None
    return sentence_of(study, "finished")
