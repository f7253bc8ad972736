from __future__ import annotations

import math
from datetime import datetime, timezone
from typing import Any

import pytest
from faulty_proxy import answer, faulty_proxy, lose_reply, lose_request
from servers import Server

import cavia
from cavia._client import Client
from cavia.errors import (
    InvalidError,
    NotFoundError,
    ResultConflictError,
    StudyClosedError,
    StudyExistsError,
    TrialFinishedError,
)

SPACE: dict[str, Any] = {"x": cavia.uniform(0, 1), "kind": ["a", "b"]}


def new_study(name: str, budget: int = 4, **more: Any) -> cavia.Study:
    return cavia.study(name, space=SPACE, **{"minimize": "loss", "sampler": "random", "budget": budget, **more})


def test_describes_a_study_in_the_words_of_python(server: Server, name: str) -> None:
    study = cavia.study(
        name,
        space={
            "learningRate": cavia.log(1e-4, 1e-1, default=1e-3),
            "momentum": cavia.reverse_log(0.5, 0.99),
            "width": cavia.integer(8, 256, log=True),
            "batch": cavia.ordinal(16, 32, 64),
            "activation": ["relu", "tanh"],
            "nesterov": cavia.boolean(when={"activation": "relu"}),
            "dropout": "uniform(0, 0.5, step=0.1)",
            "schedule": cavia.choice("step", "cosine", default="cosine"),
        },
        minimize="loss",
        maximize=["accuracy"],
        target={"loss": 0.01},
        budget=40,
        parallel=4,
        deadline=datetime(2100, 1, 1, tzinfo=timezone.utc),
        constraints=["width * batch <= 8192"],
        sampler="random",
        lease_seconds=60,
        attempts=2,
        allow_duplicates=True,
        seed=7,
        labels={"team": "vision"},
    )
    document = study.refresh().document
    assert document["space"] == {
        "learningRate": {"type": "float", "low": 1e-4, "high": 0.1, "scale": "log", "default": 1e-3},
        "momentum": {"type": "float", "low": 0.5, "high": 0.99, "scale": "reverseLog"},
        "width": {"type": "int", "low": 8, "high": 256, "scale": "log", "step": 1},
        "batch": {"type": "ordinal", "values": [16, 32, 64]},
        "activation": {"type": "categorical", "choices": ["relu", "tanh"]},
        "nesterov": {"type": "boolean", "when": {"activation": "relu"}},
        "dropout": {"type": "float", "low": 0, "high": 0.5, "scale": "linear", "step": 0.1},
        "schedule": {"type": "categorical", "choices": ["step", "cosine"], "default": "cosine"},
    }
    assert document["objectives"] == [
        {"metric": "loss", "direction": "minimize", "target": 0.01},
        {"metric": "accuracy", "direction": "maximize"},
    ]
    assert document["budget"] == {"trials": 40, "parallel": 4, "deadline": "2100-01-01T00:00:00.000+00:00"}
    assert document["lease"] == {"seconds": 60, "attempts": 2}
    assert (document["seed"], document["labels"], document["allowDuplicates"]) == (7, {"team": "vision"}, True)
    assert study.metrics == ("loss", "accuracy")


def test_opens_the_study_that_is_there(server: Server, name: str) -> None:
    first = new_study(name)
    assert new_study(name).id == first.id
    assert cavia.study(name).id == first.id


def test_shows_in_what_a_study_of_the_same_name_differs(server: Server, name: str) -> None:
    new_study(name, budget=4)
    with pytest.raises(StudyExistsError) as raised:
        new_study(name, budget=5)
    assert "\n  budget.trials: stored 4, sent 5\n" in str(raised.value)
    assert str(raised.value).endswith(
        "\nChoose another name, or open the one that is there with its name alone and change it: "
        "study.extend(20) gives it 20 more trials."
    )


def test_says_that_there_is_no_such_study(server: Server) -> None:
    with pytest.raises(NotFoundError, match="nowhere"):
        cavia.study("nowhere")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"minimize": "loss"}, "minimize describes a new study, which must have a space too"),
        ({"space": SPACE}, "A study must say what to minimize or maximize"),
        ({"space": SPACE, "minimize": "loss", "target": {"lost": 1.0}}, "target must name an objective; got 'lost'"),
        ({"space": SPACE, "minimize": ["a", "b"], "target": 1.0}, "target must be a dictionary by metric"),
        ({"space": ["a"], "minimize": "loss"}, "space must be a dictionary of ranges by name; got list"),
        ({"space": {"x": 3}, "minimize": "loss"}, r"x must be a range like .*; got 3\."),
        (
            {"space": {"lr": (1e-5, 0.1)}, "minimize": "loss"},
            r"lr must not be a tuple: a range is cavia\.log\(low, high\), cavia\.uniform\(low, high\) or "
            r"cavia\.integer\(low, high\), and choices are a list, \[1e-05, 0\.1\]; got \(1e-05, 0\.1\)\.",
        ),
    ],
)
def test_refuses_words_that_describe_no_study(words: dict[str, Any], sentence: str, server: Server) -> None:
    with pytest.raises(cavia.CaviaError, match=sentence):
        cavia.study("any", **words)


def test_says_that_something_else_answers(server: Server) -> None:
    with faulty_proxy(server.url) as proxy:
        proxy.standing_fault = answer(200, {"Content-Type": "application/json"}, b'{"hello": "world"}')
        with pytest.raises(cavia.CaviaError, match="does not answer as Cavia does: check the address"):
            cavia.study("any", url=proxy.url)


def test_ends_when_the_budget_is_spent(server: Server, name: str) -> None:
    study = new_study(name, budget=5)
    numbers = []
    for trial in study:
        with trial as params:
            assert set(params) == {"x", "kind"}
            assert trial["x"] == params["x"]
            numbers.append(trial.number)
            trial.tell(params["x"])
    assert numbers == [0, 1, 2, 3, 4]
    values = [trial.value for trial in study.trials()]
    assert study.best.value == min(value for value in values if value is not None)
    assert study.best.params["x"] == study.best.value
    assert [trial.value for trial in study.top(5)] == sorted(values, key=float)  # type: ignore[arg-type]
    assert study.refresh().state == "finished"


def test_marks_a_trial_failed_whose_block_raises_and_goes_on(
    server: Server, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    study = new_study(name, budget=3, attempts=1)
    for trial in study:
        with trial:
            if trial.number == 1:
                raise ValueError("diverged at 3")
            trial.tell(0.5)
    states = [(trial.state, trial.message) for trial in study.trials()]
    assert states == [("complete", None), ("failed", "ValueError: diverged at 3"), ("complete", None)]
    said = capfd.readouterr().err
    assert "cavia: Attempt 1 of trial 1 failed:" in said
    assert "ValueError: diverged at 3" in said
    assert "in test_marks_a_trial_failed" in said


def test_gives_a_failed_trial_out_again(server: Server, name: str) -> None:
    study = new_study(name, budget=1, attempts=3)
    attempts = []
    for trial in study:
        with trial:
            attempts.append((trial.number, trial.attempt, trial.seed, trial.params["x"]))
            if trial.attempt < 3:
                raise ValueError
            trial.tell(1)
    assert [attempt[:2] for attempt in attempts] == [(0, 1), (0, 2), (0, 3)]
    assert len({attempt[2:] for attempt in attempts}) == 1


def test_makes_a_trial_infeasible_that_runs_out_of_memory(server: Server, name: str) -> None:
    study = new_study(name, budget=1)
    for trial in study:
        with trial:
            raise MemoryError
    assert [trial.state for trial in study.trials()] == ["infeasible"]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_makes_a_trial_infeasible_whose_value_is_no_number(value: float, server: Server, name: str) -> None:
    trial = new_study(name).ask()
    trial.tell(value)
    assert trial.state == "infeasible"
    assert trial.values is None


def test_keeps_the_objective_when_another_metric_is_no_number(server: Server, name: str) -> None:
    trial = new_study(name).ask()
    trial.tell(0.6, f1=math.nan, seconds=3)
    assert (trial.state, trial.values) == ("complete", {"loss": 0.6, "seconds": 3})
    assert trial.message == "f1 is NaN; not kept"


def test_fails_a_trial_whose_block_ends_without_a_result(
    server: Server, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    study = new_study(name, budget=1, attempts=1)
    for trial in study:
        with trial:
            pass
    assert [(trial.state, trial.message) for trial in study.trials()] == [("failed", "It ended without a result.")]
    assert "call trial.tell(…)" in capfd.readouterr().err


def test_gives_a_trial_back_when_the_calls_are_wrong(server: Server, name: str) -> None:
    study = new_study(name)
    with pytest.raises(InvalidError, match="lost"):
        for trial in study:
            with trial:
                trial.tell(lost=3)
    with pytest.raises(cavia.CaviaError, match="got 2 values without names"):
        for trial in study:
            with trial:
                trial.tell(1, 2)
    trial = study.trial(0)
    assert (trial.state, trial.attempt, trial.document["failures"]) == ("waiting", 2, 0)


def test_gives_a_trial_back_when_the_program_is_interrupted(server: Server, name: str) -> None:
    study = new_study(name)
    with pytest.raises(KeyboardInterrupt):
        for trial in study:
            with trial:
                raise KeyboardInterrupt
    trial = study.trial(0)
    assert (trial.state, trial.document["failures"]) == ("waiting", 0)


def test_tells_several_metrics_by_name_and_in_order(server: Server, name: str) -> None:
    study = new_study(name, minimize=["loss", "size"])
    first, second, third = study.ask(3)
    first.tell(0.3, 10)
    second.tell(loss=0.2, size=20, seconds=1.5)
    third.tell(0.1, size=30)
    assert first.values == {"loss": 0.3, "size": 10}
    assert second.values == {"loss": 0.2, "size": 20, "seconds": 1.5}
    assert third.values == {"loss": 0.1, "size": 30}
    assert {trial.number for trial in study.front} == {0, 1, 2}
    with pytest.raises(cavia.CaviaError, match="several objectives"):
        _ = study.best


def test_takes_numbers_of_other_libraries(server: Server, name: str) -> None:
    class Scalar:
        def __float__(self) -> float:
            return 0.25

    trial = new_study(name).ask()
    trial.report(1, Scalar())  # type: ignore[arg-type]
    trial.tell(Scalar())  # type: ignore[arg-type]
    assert trial.value == 0.25


def test_refuses_a_value_that_is_no_number(server: Server, name: str) -> None:
    trial = new_study(name).ask()
    with pytest.raises(cavia.CaviaError, match=r"loss must be a number; got 'good'\."):
        trial.tell("good")  # type: ignore[arg-type]


def test_refuses_to_tell_nothing(server: Server, name: str) -> None:
    with pytest.raises(cavia.CaviaError, match=r"tell must have a value for each objective: trial\.tell\(0\.3\)"):
        new_study(name).ask().tell()


def test_asks_for_one_or_for_several(server: Server, name: str) -> None:
    study = new_study(name, budget=4)
    assert [trial.number for trial in study.ask(3)] == [0, 1, 2]
    assert study.ask(worker="laptop", lease_seconds=5).document["worker"] == "laptop"
    assert study.ask(2) == []
    with pytest.raises(cavia.NothingToTryError, match="whole budget") as raised:
        study.ask()
    assert (raised.value.reason, raised.value.retry_after_seconds) == ("budget_spent", 2)


def test_fixes_values(server: Server, name: str) -> None:
    assert new_study(name).ask(fixed={"kind": "b"}).params["kind"] == "b"


def test_tells_by_number(server: Server, name: str) -> None:
    study = new_study(name)
    study.ask()
    study.tell(0, 0.5)
    study.tell(study.ask(), loss=0.75)
    assert [trial.value for trial in study.trials("complete")] == [0.5, 0.75]


def test_the_first_result_counts(server: Server, name: str) -> None:
    trial = new_study(name).ask()
    trial.tell(0.5)
    trial.tell(0.5)
    with pytest.raises(ResultConflictError) as raised:
        trial.tell(0.6)
    assert raised.value.trial is not None
    assert raised.value.trial["values"] == {"loss": 0.5}


def test_tries_first_what_is_enqueued(server: Server, name: str) -> None:
    study = new_study(name)
    wanted = {"x": 0.125, "kind": "b"}
    assert [trial.state for trial in study.enqueue(wanted)] == ["waiting"]
    assert study.enqueue(wanted) == []
    assert study.ask().params == wanted


def test_enqueues_several_one_by_one_or_in_a_list(server: Server, name: str) -> None:
    study = new_study(name)
    wanted = [{"x": 0.125, "kind": "b"}, {"x": 0.25, "kind": "a"}, {"x": 0.5, "kind": "a"}, {"x": 0.75, "kind": "b"}]
    assert [trial.params for trial in study.enqueue(wanted[:2])] == wanted[:2]
    assert [trial.params for trial in study.enqueue(wanted[2], (wanted[3],))] == wanted[2:]
    assert study.enqueue([]) == []


@pytest.mark.parametrize("params", [[["x", 0.5]], "x", 0.5, [0.5], None])
def test_refuses_to_enqueue_what_are_no_params(params: Any, server: Server, name: str) -> None:
    study = new_study(name)
    with pytest.raises(cavia.CaviaError, match=r'Params must be a dictionary like \{"lr": 0\.01\}; got .+\.'):
        study.enqueue(params)
    with pytest.raises(cavia.CaviaError, match=r'Params must be a dictionary like \{"lr": 0\.01\}; got .+\.'):
        study.attach(params, 0.5)


def test_says_what_to_do_with_a_result_whose_params_wait(
    server: Server, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    study = new_study(name)
    params = {"x": 0.125, "kind": "b"}
    (waiting,) = study.enqueue(params)
    assert study.attach(params, 0.01) is None
    said = capfd.readouterr().err
    assert f"The result is not kept, because trial {waiting.number} has these params and waits: ask" in said


def test_attaches_results_on_top_of_the_budget(server: Server, name: str) -> None:
    study = new_study(name, budget=1)
    params = {"x": 0.125, "kind": "b"}
    attached = study.attach(params, 0.01)
    assert attached is not None
    assert (attached.state, attached.value, study.refresh().progress["left"]) == ("complete", 0.01, 1)
    assert study.attach(params, 0.02) is None


def test_reports_and_prunes(server: Server, name: str) -> None:
    study = new_study(name)
    trial = study.ask()
    assert trial.report(1, 0.9) is False
    assert trial.report(2, loss=0.8) is False
    trial.prune()
    assert (trial.state, trial.values) == ("pruned", {"loss": 0.8})
    steps = [(one["step"], one["values"]) for one in study.trial(0).document["intermediate"]]
    assert steps == [(1, {"loss": 0.9}), (2, {"loss": 0.8})]


@pytest.mark.parametrize("step", [0.5, math.nan, math.inf, "1", None])
def test_refuses_a_step_that_is_no_whole_number(step: Any, server: Server, name: str) -> None:
    study = new_study(name)
    trial = study.ask()
    with pytest.raises(cavia.CaviaError) as raised:
        trial.report(step, 0.9)
    assert str(raised.value) == (
        f"step must be a whole number, and the values follow it: report(3, 0.5); got {step!r}."
    )
    trial.report(2.0, 0.9)  # type: ignore[arg-type]
    assert [one["step"] for one in study.trial(0).document["intermediate"]] == [2]


def test_prunes_what_it_was_told_to_stop(server: Server, name: str) -> None:
    with faulty_proxy(server.url) as proxy:
        study = new_study(name, url=proxy.url)
        trial = study.ask()
        stop = b'{"stop": true, "leaseExpires": "2100-01-01T00:00:00Z"}'
        proxy.faults = [answer(200, {"Content-Type": "application/json"}, stop)]
        assert trial.report(1, 0.9) is True
        trial.tell(0.9, f1=math.nan)
    assert (trial.state, trial.values) == ("pruned", {"loss": 0.9})


def test_completes_what_was_trained_to_its_end_in_a_study_that_was_stopped(server: Server, name: str) -> None:
    study = new_study(name)
    asking, deaf = study.ask(2)
    study.stop()
    assert asking.report(1, 0.9) is True
    asking.tell(0.9)
    deaf.hold.beat()
    deaf.tell(0.8)
    assert [(trial.state, trial.value) for trial in study.trials()] == [("pruned", 0.9), ("complete", 0.8)]


def test_fails_and_releases(server: Server, name: str) -> None:
    study = new_study(name, attempts=1)
    failed, released, infeasible = study.ask(3)
    failed.fail("The disk is full.")
    released.release()
    infeasible.infeasible("Too large for this GPU.")
    assert [(trial.state, trial.message) for trial in (failed, released, infeasible)] == [
        ("failed", "The disk is full."),
        ("waiting", None),
        ("infeasible", "Too large for this GPU."),
    ]


def test_keeps_the_end_of_a_long_message(server: Server, name: str) -> None:
    trial = new_study(name, attempts=1).ask()
    trial.fail("x" * 5000 + "the end")
    assert trial.message is not None
    assert (len(trial.message), trial.message[-7:]) == (1000, "the end")


def test_stops_a_trial_that_is_somebody_elses_now_and_goes_on(
    server: Server, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    study = new_study(name, budget=2)
    numbers = []
    for trial in study:
        with trial:
            numbers.append((trial.number, trial.attempt))
            if numbers == [(0, 1)]:
                Client().release(study.id, 0, 1)
                assert Client().ask(study.id, {})["trials"][0]["attempt"] == 2
                assert trial.report(1, 0.5) is True
                trial.tell(0.5)
            trial.tell(0.25)
            study.tell(0, 0.125) if trial.number == 1 else None
    assert numbers == [(0, 1), (1, 1)]
    assert [trial.value for trial in study.trials()] == [0.125, 0.25]
    assert "Trial 0 may stop: Trial 0 was given out again" in capfd.readouterr().err


def test_ends_at_once_when_the_study_is_finished(server: Server, name: str) -> None:
    study = new_study(name).stop()
    assert list(study) == []
    with pytest.raises(cavia.NothingToTryError):
        study.ask()
    with pytest.raises(StudyClosedError, match=r"study\.extend\(…\) opens a study again that ended for want of"):
        study.enqueue({"x": 0.5, "kind": "a"})
    with pytest.raises(StudyClosedError, match=r"study\.extend\(…\) opens a study again that ended for want of"):
        study.resume()


ENDINGS: dict[str, tuple[dict[str, Any], str]] = {
    "trials": ({}, "is finished: study.extend(20) gives it 20 more trials."),
    "deadline": (
        {},
        "has reached its deadline: study.extend(deadline=…) with a later one goes on with it.",
    ),
    "target": ({"target": 0.6}, "has reached its target: a study with another name, and another target, goes on."),
    "stopped": ({"budget": 2}, "was stopped, which is for good: a study with another name goes on."),
    "exhausted": (
        {"budget": 2, "space": {"kind": ["a"]}},
        "has tried every configuration that its space has: a study with a wider space goes on.",
    ),
}


@pytest.mark.parametrize("end_reason", ENDINGS)
def test_says_what_opens_a_study_again(end_reason: str, server: Server, name: str) -> None:
    words, sentence = ENDINGS[end_reason]
    study = cavia.study(
        name, **{"space": {"x": cavia.uniform(0, 1)}, "minimize": "loss", "sampler": "random", "budget": 1, **words}
    )
    if end_reason == "deadline":
        study.extend(deadline=datetime(2020, 1, 1, tzinfo=timezone.utc))
    else:
        study.ask().tell(0.5)
    if end_reason == "stopped":
        study.stop()
    with pytest.raises(cavia.NothingToTryError) as raised:
        study.ask()
    assert str(raised.value) == f"Study {name} {sentence}"
    assert (study.state, study.document["endReason"]) == ("finished", end_reason)
    trials_before = study.document["budget"]["trials"]
    helps = {"trials": {"trials": 3}, "deadline": {"deadline": datetime(2100, 1, 1, tzinfo=timezone.utc)}}
    for kind, more in helps.items():
        if kind != end_reason:
            with pytest.raises(cavia.CaviaError) as refused:
                study.extend(**more)  # type: ignore[arg-type]
            assert str(refused.value) == f"Study {name} {sentence}"
    assert study.refresh().document["budget"]["trials"] == trials_before
    if end_reason in helps:
        assert study.extend(**helps[end_reason]).state == "active"  # type: ignore[arg-type]


def test_says_that_a_study_is_paused(server: Server, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    study = new_study(name).pause()
    assert list(study) == []
    assert f"Study {name} is paused: study.resume() goes on with it." in capfd.readouterr().err
    assert study.resume().ask().number == 0


def test_goes_on_with_a_larger_budget(server: Server, name: str) -> None:
    study = new_study(name, budget=1)
    for trial in study:
        with trial:
            trial.tell(1)
    study.extend(2)
    for trial in study:
        with trial:
            trial.tell(2)
    assert [trial.value for trial in study.trials()] == [1, 2, 2]


def test_adds_to_the_budget_once_when_the_answer_is_lost(server: Server, name: str, quick: list[float]) -> None:
    faults = [lose_request, lose_reply, lose_reply]
    with faulty_proxy(server.url) as proxy:
        study = new_study(name, budget=5, url=proxy.url)
        other = cavia.study(name).extend(10)
        proxy.standing_fault = lambda handler: handler.command == "PATCH" and bool(faults) and faults.pop()(handler)
        assert study.extend(5).document["budget"]["trials"] == 20
    assert faults == []
    assert other.refresh().progress["left"] == 20


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "extend must say what to add: extend(20) is 20 trials more, extend(deadline=…) a later end."),
        ([0], "extend takes how many trials are added, so at least 1; got 0."),
        ([-3], "extend takes how many trials are added, so at least 1; got -3."),
    ],
)
def test_refuses_to_extend_by_nothing(arguments: list[int], sentence: str, server: Server, name: str) -> None:
    with pytest.raises(cavia.CaviaError) as raised:
        new_study(name).extend(*arguments)
    assert str(raised.value) == sentence


def test_refuses_a_result_for_a_trial_that_was_cancelled(server: Server, name: str) -> None:
    trial = new_study(name).ask()
    Client().cancel(trial.hold.study, trial.number)
    with pytest.raises(TrialFinishedError):
        trial.tell(1)


def test_has_no_best_trial_before_the_first_result(server: Server, name: str) -> None:
    with pytest.raises(cavia.NoResultError, match="no complete trial yet"):
        _ = new_study(name).best


def test_lists_trials_over_several_pages(server: Server, name: str) -> None:
    study = new_study(name, budget=2000)
    for start in range(0, 1100, 100):
        study.enqueue(*({"x": (start + i) / 2000, "kind": "a"} for i in range(100)))
    assert [trial.number for trial in study.trials()] == list(range(1100))


def test_refuses_to_ask_a_study_that_trains_by_itself(server: Server, name: str) -> None:
    study = new_study(name, training={"runner": "process", "command": ["true"]}, budget=1, parallel=1)
    with pytest.raises(cavia.NothingToTryError, match="trains by itself"):
        list(study)


def test_shows_itself_in_a_notebook(server: Server, name: str) -> None:
    study = cavia.study(name, space={"activation": ["<script>", "a&b"]}, minimize="loss", sampler="random", budget=2)
    assert "No complete trial yet." in study._repr_html_()
    for trial in study:
        with trial:
            trial.tell(1 / 3)
    html = study._repr_html_()
    assert "<th>trial</th><th>loss</th><th>activation</th>" in html
    assert "<td>0.333333</td>" in html
    assert "&lt;script&gt;" in html
    assert "a&amp;b" in html
    assert "<script>" not in html
    assert "finished, 2 trials ended, 0 running, 0 left" in html
    assert "state='finished'" in repr(study)


def test_shows_what_it_knew_when_the_service_is_away(server: Server, name: str, quick: list[float]) -> None:
    with faulty_proxy(server.url) as proxy:
        study = new_study(name, url=proxy.url)
        proxy.standing_fault = lose_request
        html = study._repr_html_()
    assert f"<b>{name}</b>: active" in html
    assert "cannot be reached" in html


def test_deletes(server: Server, name: str) -> None:
    new_study(name).delete()
    with pytest.raises(NotFoundError):
        cavia.study(name)


def test_exports(server: Server, name: str) -> None:
    study = new_study(name)
    study.ask().tell(0.5)
    assert study.client.export(study.id, "csv").startswith("number,state,")
