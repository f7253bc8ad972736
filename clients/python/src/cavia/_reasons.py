"""Why a study has no trial to give, in a sentence that says what to do."""

from __future__ import annotations

_SENTENCES = {
    "budget_spent": "has given out its whole budget; some trials are still running.",
    "parallel_limit": "has as many trials running as its parallel limit allows.",
    "exhausted": "has tried every configuration that its space has: widen the space, or end it here.",
    "paused": "is paused: study.resume() goes on with it.",
    "finished": "is finished: study.extend(trials) with a larger number than before goes on with it.",
    "managed": "trains by itself, so there is nothing to ask for: study.refresh().progress says how far it is.",
}


def sentence_of(study: str, reason: str) -> str:
    return f"Study {study} {_SENTENCES.get(reason, f'has nothing to give ({reason}).')}"
