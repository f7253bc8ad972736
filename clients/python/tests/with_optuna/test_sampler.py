from __future__ import annotations

import math
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial, TrialState
from servers import Server

from cavia._client import Client
from cavia.errors import UnreachableError
from cavia.optuna import CaviaSampler

optuna.logging.set_verbosity(optuna.logging.WARNING)

X = FloatDistribution(0, 1)
KIND = CategoricalDistribution([None, True, 2, "2", 0.5])
SPACE: dict[str, Any] = {"x": X, "kind": KIND}
NOBODY = "http://127.0.0.1:9"
"""An address where nothing listens."""

SPACE_AS_SENT = {
    "a": {"type": "float", "low": 0, "high": 1},
    "b": {"type": "categorical", "choices": [0, 1, 2, 3, 4]},
}
KNOWN = [(0.1, None, 3.0), (0.7, True, 1.0), (0.4, "2", 2.0), (0.9, 0.5, 2.5), (0.6, 2, 1.5)]


def study_of(server: Server, **more: Any) -> optuna.Study:
    directions = more.pop("directions", ["minimize"])
    return optuna.create_study(directions=directions, sampler=CaviaSampler(server.url, seed=7, **more))


def add(study: optuna.Study, x: float, kind: Any, value: float | None, **more: Any) -> None:
    trial = optuna.create_trial(params={"x": x, "kind": kind}, distributions=SPACE, value=value, **more)
    study.add_trial(trial)


def next_params(study: optuna.Study) -> dict[str, Any]:
    return study.ask(SPACE).params


def suggested(server: Server, **request: Any) -> dict[str, Any]:
    """What the service says to a request that is written by hand."""
    answer = Client(server.url).suggest({"space": SPACE_AS_SENT, "seed": 7, **request})
    params = answer["suggestions"][-1]["params"]
    return {"x": params["a"], "kind": [None, True, 2, "2", 0.5][params["b"]]}


def row(x: float, choice: int, value: float | None) -> dict[str, Any]:
    return {"params": {"a": x, "b": choice}, "value": value}


KNOWN_AS_SENT = [row(0.1, 0, 3), row(0.7, 1, 1), row(0.4, 3, 2), row(0.9, 4, 2.5), row(0.6, 2, 1.5)]


def known_study(server: Server, **more: Any) -> optuna.Study:
    study = study_of(server, **more)
    for x, kind, value in KNOWN:
        add(study, x, kind, value)
    return study


def test_suggests_what_the_service_suggests_for_the_same_history(server: Server) -> None:
    assert next_params(known_study(server)) == suggested(server, history=KNOWN_AS_SENT)


def test_maximizes(server: Server) -> None:
    study = known_study(server, directions=["maximize"])
    objective = {"metric": "value", "direction": "maximize"}
    assert next_params(study) == suggested(server, history=KNOWN_AS_SENT, objective=objective)


def test_counts_a_pruned_trial_with_its_last_report(server: Server) -> None:
    study = known_study(server)
    add(study, 0.65, True, None, state=TrialState.PRUNED, intermediate_values={0: 9.0, 1: 0.5})
    assert next_params(study) == suggested(server, history=[*KNOWN_AS_SENT, row(0.65, 1, 0.5)])


def test_keeps_away_from_what_failed(server: Server) -> None:
    study = known_study(server)
    study.enqueue_trial({"x": 0.65, "kind": True})
    trial = study.ask(SPACE)
    study.tell(trial, state=TrialState.FAIL)
    assert next_params(study) == suggested(server, history=[*KNOWN_AS_SENT, row(0.65, 1, None)])


def test_learns_nothing_from_a_trial_whose_process_vanished(server: Server) -> None:
    study = known_study(server)
    add(study, 0.65, True, None, state=TrialState.FAIL)
    pending = [{"a": 0.65, "b": 1}]
    assert next_params(study) == suggested(server, history=KNOWN_AS_SENT, pending=pending)


def test_takes_running_trials_into_account(server: Server) -> None:
    study = known_study(server)
    first = next_params(study)
    pending = [{"a": first["x"], "b": [None, True, 2, "2", 0.5].index(first["kind"])}]
    assert next_params(study) == suggested(server, history=KNOWN_AS_SENT, pending=pending)


def test_leaves_to_others_what_they_are_about_to_be_given(server: Server) -> None:
    study = known_study(server)
    for _ in range(2):
        study.ask()
    assert next_params(study) == suggested(server, history=KNOWN_AS_SENT, count=3)


def test_goes_on_from_what_was_enqueued(server: Server) -> None:
    study = known_study(server)
    study.enqueue_trial({"kind": 0.5})
    assert next_params(study) == suggested(server, history=KNOWN_AS_SENT, fixed={"b": 4})


@pytest.mark.parametrize("constraints", [{"constraints": [-1.0, 0.1]}, {"constraints:memory": 0.1}])
def test_takes_a_trial_that_violates_a_constraint_for_infeasible(server: Server, constraints: dict[str, Any]) -> None:
    study = known_study(server)
    add(study, 0.65, True, 0.1, system_attrs=constraints)
    assert next_params(study) == suggested(server, history=[*KNOWN_AS_SENT, row(0.65, 1, None)])


def test_keeps_constraints_where_optuna_has_them(server: Server) -> None:
    def constraints_func(trial: FrozenTrial) -> list[float]:
        return [trial.params["x"] - 0.5]

    study = study_of(server, constraints_func=constraints_func)
    study.optimize(lambda trial: -trial.suggest_float("x", 0, 1), n_trials=12)
    assert 0.4 < study.best_trial.params["x"] <= 0.5


def test_takes_a_value_that_is_not_finite_for_infeasible(server: Server) -> None:
    study = known_study(server)
    add(study, 0.65, True, float("inf"))
    assert next_params(study) == suggested(server, history=[*KNOWN_AS_SENT, row(0.65, 1, None)])


def test_spreads_along_the_front_of_several_objectives(server: Server) -> None:
    def objective(trial: optuna.Trial) -> tuple[float, float]:
        x = trial.suggest_float("x", -2, 4)
        return x**2, -((x - 2) ** 2)

    study = study_of(server, directions=["minimize", "maximize"])
    study.optimize(objective, n_trials=25)
    front = [trial.params["x"] for trial in study.trials if -0.1 < trial.params["x"] < 2.1]
    assert len(front) > 15
    assert min(front) < 0.3
    assert max(front) > 1.7


def test_says_how_many_objectives_it_takes(server: Server) -> None:
    study = study_of(server, directions=["minimize"] * 5)
    with pytest.raises(ValueError, match="at most 4 objectives; this study has 5"):
        study.ask({"x": X})


def test_finds_out_which_parameter_is_there_when(server: Server) -> None:
    def objective(trial: optuna.Trial) -> float:
        if trial.suggest_categorical("model", ["svc", "forest"]) == "forest":
            depth = trial.suggest_int("depth", 1, 32, log=True)
            return 1 + abs(depth - 4) / 8
        kernel = trial.suggest_categorical("kernel", ["rbf", "linear"])
        c = trial.suggest_float("C", 1e-3, 1e3, log=True)
        return abs(math.log10(c) - 1) + (abs(trial.suggest_float("gamma", 0, 1) - 0.25) if kernel == "rbf" else 0.5)

    study = study_of(server)
    study.optimize(objective, n_trials=30)
    space = study.sampler.infer_relative_search_space(study, study.trials[-1])
    assert set(space) == {"model", "depth", "kernel", "C", "gamma"}
    assert study.best_value < 0.3
    trial = study.ask()
    model = trial.suggest_categorical("model", ["svc", "forest"])
    assert set(trial.relative_params) == (
        {"model", "depth"}
        if model == "forest"
        else {"model", "kernel", "C"} | ({"gamma"} if trial.relative_params["kernel"] == "rbf" else set())
    )


def test_asks_alone_for_what_comes_and_goes_without_a_reason(server: Server) -> None:
    def objective(trial: optuna.Trial) -> float:
        x = trial.suggest_float("x", 0, 1)
        return x + (trial.suggest_float("y", 0, 1) if trial.number % 2 else 0)

    study = study_of(server)
    study.optimize(objective, n_trials=8)
    assert set(study.sampler.infer_relative_search_space(study, study.trials[-1])) == {"x"}
    assert len({trial.params["y"] for trial in study.trials if "y" in trial.params}) == 4


def test_begins_in_the_middle(server: Server) -> None:
    trial = study_of(server).ask({"x": X, "rate": FloatDistribution(1e-4, 1, log=True), "n": IntDistribution(1, 9)})
    assert trial.params == {"x": 0.5, "rate": pytest.approx(1e-2), "n": 5}


def test_gives_every_configuration_once_and_then_goes_on(server: Server) -> None:
    study = study_of(server)
    study.optimize(lambda trial: trial.suggest_int("a", 1, 3) + trial.suggest_categorical("b", [0, 1]), n_trials=8)
    assert len({tuple(trial.params.items()) for trial in study.trials[:6]}) == 6
    assert len(study.trials) == 8


def test_leaves_to_chance_what_the_service_cannot_choose(server: Server) -> None:
    distribution = IntDistribution(0, 2**60)
    study = study_of(server)
    values = [study.ask({"x": X, "n": distribution}).params["n"] for _ in range(3)]
    assert all(0 <= value <= 2**60 for value in values)
    assert len(set(values)) == 3


@pytest.mark.parametrize("name", ["", "learning rate", "__proto__", "λ", "x" * 300])
def test_takes_any_name(server: Server, name: str) -> None:
    study = study_of(server)
    study.optimize(lambda trial: trial.suggest_float(name, 0, 1), n_trials=5)
    assert study.best_value < 0.1


def test_goes_with_pruners_that_show_a_part_of_the_study(server: Server) -> None:
    def objective(trial: optuna.Trial) -> float:
        x = trial.suggest_float("x", 0, 1)
        for step in range(9):
            trial.report(x + 1 / (step + 1), step)
            if trial.should_prune():
                raise optuna.TrialPruned
        return x

    study = optuna.create_study(
        sampler=CaviaSampler(server.url, seed=7), pruner=optuna.pruners.HyperbandPruner(max_resource=9)
    )
    study.optimize(objective, n_trials=20)
    assert {trial.state for trial in study.trials} == {TrialState.COMPLETE, TrialState.PRUNED}
    assert study.best_value < 0.1


def test_gives_no_two_threads_the_same(server: Server) -> None:
    study = study_of(server)
    study.optimize(lambda trial: (trial.suggest_float("x", 0, 1) - 0.3) ** 2, n_trials=16, n_jobs=4)
    assert len({trial.params["x"] for trial in study.trials}) == 16


WORKER = """
import sys, optuna
from cavia.optuna import CaviaSampler
optuna.logging.set_verbosity(optuna.logging.ERROR)
url, storage = sys.argv[1:]
storage = optuna.storages.RDBStorage(storage, engine_kwargs={"connect_args": {"timeout": 60}})
study = optuna.load_study(study_name="shared", storage=storage, sampler=CaviaSampler(url, seed=7))
def objective(trial):
    return (trial.suggest_float("x", 0, 1) - 0.3) ** 2 + abs(trial.suggest_float("y", 0, 1) - 0.6)
study.optimize(objective, n_trials=8)
"""


def test_gives_no_two_processes_the_same(server: Server, tmp_path: Path) -> None:
    storage = f"sqlite:///{tmp_path / 'optuna.db'}"
    study = optuna.create_study(study_name="shared", storage=storage)
    workers = [subprocess.Popen([sys.executable, "-c", WORKER, server.url, storage], env=_path()) for _ in range(3)]
    assert [worker.wait() for worker in workers] == [0, 0, 0]
    trials = study.get_trials()
    assert [trial.state for trial in trials] == [TrialState.COMPLETE] * 24
    assert len({(trial.params["x"], trial.params["y"]) for trial in trials}) == 24


def _path() -> dict[str, str]:
    return {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}


def test_survives_pickling_without_a_secret_of_the_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAVIA_KEY", "cav_secret")
    study = known_study(server)
    next_params(study)
    content = pickle.dumps(study.sampler)
    assert b"cav_secret" not in content
    again = known_study(server)
    again.sampler = pickle.loads(content)
    assert next_params(again) == suggested(server, history=KNOWN_AS_SENT)


@pytest.mark.usefixtures("quick")
def test_says_that_the_service_cannot_be_reached() -> None:
    study = optuna.create_study(sampler=CaviaSampler(NOBODY))
    with pytest.raises(UnreachableError, match="cannot be reached"):
        study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=1)


@pytest.mark.usefixtures("quick")
def test_goes_on_at_random_where_that_is_wanted() -> None:
    study = optuna.create_study(sampler=CaviaSampler(NOBODY, seed=7, fallback="random"))
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1) + trial.suggest_int("n", 0, 1), n_trials=4)
    assert len({trial.params["x"] for trial in study.trials}) == 4


def test_refuses_another_fallback() -> None:
    with pytest.raises(ValueError, match="fallback must be \"random\" or None; got 'tpe'"):
        CaviaSampler(fallback="tpe")  # type: ignore[arg-type]


def test_sends_of_a_long_history_the_best_and_the_newest(server: Server) -> None:
    names = [f"x{i}" for i in range(20)]
    distributions: dict[str, Any] = dict.fromkeys(names, X)
    study = study_of(server)
    for i in range(1200):
        params = {name: ((i * 7 + k * 13) % 997) / 997 for k, name in enumerate(names)}
        study.add_trial(optuna.create_trial(params=params, distributions=distributions, value=float((i * 31) % 1200)))
    params = study.ask(distributions).params
    assert all(0 <= params[name] <= 1 for name in names)
