"""What must hold whatever happens: the budget is exact, no result is lost, a failed block costs one attempt."""

from __future__ import annotations

import multiprocessing
import random
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from faulty_proxy import answer, faulty_proxy, lose_reply, lose_request
from programs import run, start, wait_until
from servers import Server

import cavia
from cavia._client import Client
from cavia._telling import replay

# So few that no loop sees enough of them in a row to give up, whoever gets which.
UNLUCKY = [0, 7]
SPACE = {"x": cavia.uniform(0, 1)}


def new_study(name: str, **words: Any) -> cavia.Study:
    return cavia.study(name, space=SPACE, minimize="loss", sampler="random", **words)


def slow(trial: cavia.Trial) -> float:
    time.sleep(0.01)
    return float(trial["x"])


def sometimes_failing(trial: cavia.Trial) -> float:
    if trial.number in UNLUCKY and trial.attempt == 1:
        raise RuntimeError("bad luck")
    return float(trial["x"])


def test_four_processes_spend_the_budget_exactly(server: Server, name: str) -> None:
    study = new_study(name, budget=25)
    study.minimize(slow, workers=4)
    trials = list(study.trials())
    assert [trial.number for trial in trials] == list(range(25))
    assert all(trial.value == trial.params["x"] for trial in trials)
    assert {trial.attempt for trial in trials} == {1}
    assert study.refresh().state == "finished"


def test_a_failed_call_costs_one_attempt_in_every_process(
    server: Server, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    study = new_study(name, budget=12)
    study.minimize(sometimes_failing, workers=3)
    assert [(trial.state, trial.attempt) for trial in study.trials()] == [
        ("complete", 2 if number in UNLUCKY else 1) for number in range(12)
    ]
    assert capfd.readouterr().err.count("RuntimeError: bad luck") == len(UNLUCKY)


def test_no_result_is_lost_on_a_bad_network(server: Server, name: str, quick: list[float]) -> None:
    chance = random.Random(7)
    with faulty_proxy(server.url) as proxy:
        proxy.standing_fault = lambda handler: (
            chance.choice([lose_request, lose_reply, answer(503, {"Retry-After": "0"})])(handler)
            if chance.random() < 0.3
            else False
        )
        study = new_study(name, budget=40, url=proxy.url)
        threads = [threading.Thread(target=work, args=(study,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    replay(Client())
    trials = list(cavia.study(name).trials())
    assert [trial.number for trial in trials] == list(range(40))
    assert [trial.value for trial in trials] == [trial.params["x"] for trial in trials]
    assert {trial.attempt for trial in trials} == {1}


def work(study: cavia.Study) -> None:
    for trial in study:
        with trial:
            trial.tell(trial["x"])


def test_no_result_is_lost_when_the_server_is_killed_in_the_middle(own_server: Server, name: str) -> None:
    new_study(name, budget=60)
    program = f"""
import cavia, time
for trial in cavia.study({name!r}):
    with trial:
        time.sleep(0.02)
        trial.tell(trial["x"])
        print("told", trial.number, flush=True)
"""
    workers = [start(["-c", program]) for _ in range(2)]
    client = Client()
    for _ in range(3):
        before = ended(client, name)
        wait_until(lambda enough=before + 5: ended(client, name) >= enough)  # type: ignore[misc]
        own_server.kill()
        own_server.start()
    told = [line for worker in workers for line in worker.communicate(timeout=120)[0].splitlines()]
    assert [worker.returncode for worker in workers] == [0, 0]
    assert len(told) == 60
    trials = list(cavia.study(name).trials())
    assert [trial.number for trial in trials] == list(range(60))
    assert [trial.value for trial in trials] == [trial.params["x"] for trial in trials]


def ended(client: Client, name: str) -> int:
    return int(client.study(name)["progress"]["ended"])


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_told_to_end_gives_its_trial_back(how: signal.Signals, server: Server, name: str) -> None:
    study = new_study(name, budget=2)
    worker = start(["-c", training_for_long(name)])
    wait_until(lambda: study.refresh().progress["running"] == 1)
    worker.send_signal(how)
    _, stderr = worker.communicate(timeout=60)
    assert worker.returncode == (143 if how == signal.SIGTERM else -signal.SIGINT)
    assert "cavia: Trial 0 was given back." in stderr
    trial = study.trial(0)
    assert (trial.state, trial.attempt, trial.document["failures"]) == ("waiting", 1, 0)
    assert study.ask().document["attempt"] == 2


def test_another_worker_takes_over_from_one_that_was_killed(server: Server, name: str) -> None:
    study = new_study(name, budget=2, lease_seconds=1)
    worker = start(["-c", training_for_long(name)])
    wait_until(lambda: study.refresh().progress["running"] == 1)
    worker.kill()
    worker.communicate(timeout=60)
    study.minimize(slow)
    assert [(trial.state, trial.attempt) for trial in study.trials()] == [("complete", 2), ("complete", 1)]


def training_for_long(name: str) -> str:
    return f"""
import cavia, time
for trial in cavia.study({name!r}):
    with trial:
        time.sleep(600)
"""


def test_a_long_step_keeps_its_trial(server: Server, name: str) -> None:
    study = new_study(name, budget=1, lease_seconds=1)
    expires: list[str] = []
    with study.ask():
        wait_until(lambda: is_renewed(expires, study.trial(0)) and len(expires) > 4)
    assert expires == sorted(expires)


def is_renewed(expires: list[str], trial: cavia.Trial) -> bool:
    """Whether the lease is another than it was when it was looked at before."""
    lease = trial.document["lease"]["expires"]
    is_new = lease not in expires
    if is_new:
        expires.append(lease)
    return is_new


def test_sigterm_ends_all_processes_and_gives_their_trials_back(server: Server, name: str, tmp_path: Path) -> None:
    study = new_study(name, budget=10)
    script = tmp_path / "train.py"
    script.write_text(
        f"""
import cavia, time
def train(trial):
    time.sleep(600)
if __name__ == "__main__":
    cavia.study({name!r}).minimize(train, workers=3)
"""
    )
    worker = start([str(script)])
    wait_until(lambda: study.refresh().progress["running"] == 3)
    worker.send_signal(signal.SIGTERM)
    _, stderr = worker.communicate(timeout=60)
    assert worker.returncode == 143, stderr
    print(stderr)
    assert study.refresh().progress["waiting"] == 3


def test_a_trial_is_given_back_whose_block_has_not_begun(server: Server, name: str) -> None:
    study = new_study(name, budget=1)
    between = f"""
import cavia, cavia._loop, signal
sent = cavia._loop.replay
def told_to_end(client):
    signal.raise_signal(signal.SIGTERM)
    return sent(client)
cavia._loop.replay = told_to_end
for trial in cavia.study({name!r}):
    print("never")
"""
    ended = run(["-c", between])
    assert (ended.returncode, ended.stdout) == (143, "")
    assert ended.stderr == "cavia: Trial 0 was given back.\n"
    assert study.refresh().progress["waiting"] == 1


def test_others_go_on_when_one_process_is_killed(server: Server, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    study = new_study(name, budget=12, lease_seconds=1)
    study.minimize(killed_once, workers=3)
    trials = list(study.trials())
    assert [trial.state for trial in trials] == ["complete"] * 12
    assert trials[2].attempt > 1
    assert "1 of 3 workers ended early, with exit codes [-9]." in capfd.readouterr().err


def killed_once(trial: cavia.Trial) -> float:
    if trial.number == 2 and trial.attempt == 1:
        process = multiprocessing.current_process()
        assert process.pid is not None
        signal.raise_signal(signal.SIGKILL)
    return 0.5


def test_says_that_no_process_can_work(server: Server, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    study = new_study(name, budget=4)
    with pytest.raises(cavia.CaviaError, match=r"2 of 2 workers ended early, with exit codes \[1, 1\]"):
        study.minimize(wrong_metric, workers=2)
    assert "lost" in capfd.readouterr().err


def wrong_metric(trial: cavia.Trial) -> dict[str, float]:
    return {"lost": 1}


def test_hands_trials_to_a_function_in_this_process(server: Server, name: str) -> None:
    study = cavia.study(name, space=SPACE, maximize=["a", "b"], sampler="random", budget=3)
    results: list[Any] = [(1, 2), {"a": 3, "b": 4, "c": 5}, None]

    def train(trial: cavia.Trial) -> Any:
        if trial.number == 2:
            trial.prune(5, 6)
        return results[trial.number]

    study.maximize(train)
    assert [(trial.state, trial.values) for trial in study.trials()] == [
        ("complete", {"a": 1, "b": 2}),
        ("complete", {"a": 3, "b": 4, "c": 5}),
        ("pruned", {"a": 5, "b": 6}),
    ]


def test_works_where_processes_do_not_fork(server: Server, name: str, tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(
        f"""
import cavia, multiprocessing
def train(trial):
    return trial["x"]
if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    study = cavia.study({name!r})
    study.minimize(train, workers=2)
    try:
        study.minimize(lambda trial: 1, workers=2)
    except cavia.CaviaError as error:
        print(error)
"""
    )
    study = new_study(name, budget=4)
    ended = run([str(script)])
    assert [trial.state for trial in study.trials()] == ["complete"] * 4
    assert "The function cannot be handed to another process" in ended.stdout
    assert ended.returncode == 0


def test_refuses_the_other_direction_and_no_workers(server: Server, name: str) -> None:
    study = new_study(name)
    with pytest.raises(cavia.CaviaError, match="does not maximize loss"):
        study.maximize(slow)
    with pytest.raises(cavia.CaviaError, match="workers must be at least 1; got 0"):
        study.minimize(slow, workers=0)


def test_a_loop_waits_for_a_service_that_is_away_but_not_for_ever(
    server: Server, name: str, quick: list[float], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with faulty_proxy(server.url) as proxy:
        study = new_study(name, budget=2, url=proxy.url)
        # The first of them is given out, but nobody hears of it.
        proxy.faults = [lose_reply, *[lose_request] * 20]
        numbers = []
        for trial in study:
            with trial:
                numbers.append((trial.number, trial.attempt))
                trial.tell(1)
        assert numbers == [(0, 1), (1, 1)]
        assert capfd.readouterr().err.count("The next trial waits for the service") == 1
        study.extend(3)
        monkeypatch.setattr("cavia._loop._PATIENCE_SECONDS", -1)
        proxy.standing_fault = lose_request
        with pytest.raises(cavia.UnreachableError):
            next(iter(study))
