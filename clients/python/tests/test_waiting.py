"""A loop does not hang without a word."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from servers import Server

import cavia
from cavia._client import Client

LEFT_OPEN = (
    "cavia: Trial 0 was neither told nor released, and the loop goes on to the next: call trial.tell(…), or "
    "trial.release(). What stays open is given out again when its lease runs out.\n"
)


def new_study(name: str, budget: int = 3) -> cavia.Study:
    return cavia.study(name, space={"x": cavia.uniform(0, 1)}, minimize="loss", sampler="random", budget=budget)


@pytest.fixture
def when_waiting(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, Callable[[], object]], None]:
    """Waits take no time, and something happens at one of them."""

    def order(count: int, happen: Callable[[], object]) -> None:
        waits: list[float] = []

        def sleep(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == count:
                happen()

        monkeypatch.setattr("cavia._loop.sleep", sleep)

    return order


def test_says_once_that_trials_are_left_open_and_why_it_waits(
    server: Server,
    name: str,
    when_waiting: Callable[[int, Callable[[], object]], None],
    capfd: pytest.CaptureFixture[str],
) -> None:
    study = new_study(name, budget=7)

    def tell_all() -> None:
        for number in range(7):
            study.tell(number, 0.5)

    when_waiting(12, tell_all)
    for _trial in study:
        pass
    assert capfd.readouterr().err == LEFT_OPEN + (
        f"cavia: Study {name} has given out its whole budget; some trials are still running. The loop waits for them; "
        "what a worker has left is given out again when its lease runs out. "
        "Of them it has left open itself: 0, 1, 2, 3, 4 and 2 more.\n"
    )


def loop_beside_another(name: str, until: Callable[[Callable[[], object]], None]) -> None:
    """Trains one of two trials; somebody else has the other one, and tells it when `until` says so."""
    study = new_study(name, budget=2)
    Client().ask(study.id, {})
    until(lambda: study.tell(0, 0.5))
    for trial in study:
        with trial:
            trial.tell(1)


def test_says_once_that_it_waits_for_trials_of_others(
    server: Server,
    name: str,
    when_waiting: Callable[[int, Callable[[], object]], None],
    capfd: pytest.CaptureFixture[str],
) -> None:
    loop_beside_another(name, lambda tell: when_waiting(12, tell))
    assert capfd.readouterr().err == (
        f"cavia: Study {name} has given out its whole budget; some trials are still running. The loop waits for them; "
        "what a worker has left is given out again when its lease runs out.\n"
    )


def test_says_nothing_of_a_short_wait(
    server: Server,
    name: str,
    when_waiting: Callable[[int, Callable[[], object]], None],
    capfd: pytest.CaptureFixture[str],
) -> None:
    loop_beside_another(name, lambda tell: when_waiting(4, tell))
    assert capfd.readouterr().err == ""


def test_knows_what_was_told_by_number(server: Server, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    study = new_study(name)
    for trial in study:
        study.tell(trial.number, trial["x"])
    assert [trial.state for trial in study.trials()] == ["complete"] * 3
    assert capfd.readouterr().err == ""


def test_leaves_trials_to_threads(
    server: Server,
    name: str,
    when_waiting: Callable[[int, Callable[[], object]], None],
    capfd: pytest.CaptureFixture[str],
) -> None:
    study = new_study(name)
    with ThreadPoolExecutor() as pool:
        pending: list[cavia.Trial] = []
        when_waiting(1, lambda: list(pool.map(lambda trial: trial.tell(trial["x"]), pending)))
        for trial in study:
            pending.append(trial)
    assert [(trial.state, trial.attempt) for trial in study.trials()] == [("complete", 1)] * 3
    assert capfd.readouterr().err == LEFT_OPEN
