"""A mistake in the program does not spend the budget."""

from __future__ import annotations

from typing import Any

import pytest
from programs import run
from servers import Server

import cavia
from cavia.errors import RepeatedFailureError


def new_study(name: str, budget: int = 20, **words: Any) -> cavia.Study:
    words = {"sampler": "random", "budget": budget, **words}
    return cavia.study(name, space={"x": cavia.uniform(0, 1)}, minimize="loss", **words)


def mistaken(trial: cavia.Trial) -> float:
    raise NameError("name 'np' is not defined")


def test_a_function_that_always_raises(server: Server, name: str) -> None:
    study = new_study(name)
    with pytest.raises(RepeatedFailureError) as raised:
        study.minimize(mistaken)
    assert str(raised.value) == (
        "The first 4 attempts all failed (trial 1: NameError: name 'np' is not defined), so no other is made. Correct "
        "the cause, or tell trial.infeasible(…) where the params are at fault, which does not count; "
        "then start again, and the study goes on."
    )
    assert isinstance(raised.value, cavia.CaviaError)
    assert isinstance(raised.value.__cause__, NameError)
    # One configuration may be at fault itself, so a second one is tried after the three attempts of the first.
    assert [(trial.state, trial.attempt) for trial in study.trials()] == [("failed", 3), ("waiting", 1)]
    study.minimize(lambda trial: trial["x"])
    assert len(list(study.trials("complete"))) == 19


def test_a_function_that_returns_nothing(server: Server, name: str) -> None:
    study = new_study(name, attempts=1)
    with pytest.raises(RepeatedFailureError) as raised:
        study.minimize(lambda _trial: None)
    assert str(raised.value) == (
        "The first 3 attempts all failed (trial 2: It ended without a result.), so no other is made. "
        "Tell its value with trial.tell(…), or return it from the function; then start again, and the study goes on."
    )
    assert raised.value.__cause__ is None
    assert study.refresh().progress["given"] == 3


def test_a_block_that_always_raises(server: Server, name: str) -> None:
    study = new_study(name, attempts=1)
    with pytest.raises(RepeatedFailureError, match="The first 3 attempts all failed") as raised:
        for trial in study:
            with trial as params:
                trial.tell(params["y"])
    assert isinstance(raised.value.__cause__, KeyError)
    assert study.refresh().progress["given"] == 3


def test_a_block_that_always_tells_of_failures(server: Server, name: str) -> None:
    study = new_study(name, attempts=1)
    with pytest.raises(RepeatedFailureError, match=r"\(trial 2: The disk is full\.\)"):
        for trial in study:
            trial.fail("The disk is full.")


def test_ten_failures_in_a_row_after_a_result(server: Server, name: str) -> None:
    study = new_study(name, attempts=1, budget=40)
    with pytest.raises(RepeatedFailureError, match="The last 10 attempts all failed"):
        for trial in study:
            with trial:
                if trial.number not in (2, 12):
                    raise OSError
                trial.tell(1)
    assert study.refresh().progress["given"] == 23


def test_infeasible_trials_and_those_given_back_are_no_failures(server: Server, name: str) -> None:
    study = new_study(name, attempts=1)
    for trial in study:
        with trial:
            if trial.attempt == 1:
                trial.release()
            elif trial.number % 2 == 0:
                trial.infeasible("Too large for this GPU.")
            else:
                raise MemoryError
    assert [trial.state for trial in study.trials()] == ["infeasible"] * 20


def test_each_process_gives_up_for_itself(server: Server, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    study = new_study(name, attempts=1)
    with pytest.raises(cavia.CaviaError) as raised:
        study.minimize(mistaken, workers=2)
    assert str(raised.value).startswith("2 of 2 workers ended early, with exit codes [1, 1]. One said: The first 3 ")
    assert "NameError: name 'np' is not defined" in str(raised.value)
    assert study.refresh().progress["given"] == 6


def test_shows_the_last_exception_with_its_own_traceback(server: Server, name: str) -> None:
    new_study(name)
    ended = run(["-c", f"import cavia\ncavia.study({name!r}).minimize(lambda trial: trial['x'] + y)\n"])
    assert ended.returncode == 1
    last_words = ended.stderr.partition("The above exception was the direct cause of the following exception:")[2]
    assert "cavia.errors.RepeatedFailureError: The first 4 attempts all failed (trial 1: NameError: " in last_words
