from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from faulty_proxy import faulty_proxy, lose_request
from programs import run, wait_until
from servers import Server

import cavia
from cavia._client import Client

JOB = {
    "CAVIA_STUDY": "s",
    "CAVIA_TRIAL": "3",
    "CAVIA_ATTEMPT": "2",
    "CAVIA_PARAMS": '{"width": 64, "optimizer": "adam"}',
    "CAVIA_SEED": "99",
    "CAVIA_METRICS": "loss",
}


@pytest.fixture
def arguments(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    given = ["train.py"]
    monkeypatch.setattr(sys, "argv", given)
    return given


def test_has_the_params_of_the_trial_in_a_job(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    monkeypatch.setenv("CAVIA_PARAMS", JOB["CAVIA_PARAMS"])
    arguments += ["--width", "1", "--whatever"]
    assert cavia.params(width=8, momentum=0.9) == {"width": 64, "momentum": 0.9, "optimizer": "adam"}


def test_has_defaults_and_the_command_line_by_hand(arguments: list[str]) -> None:
    defaults = {"width": 8, "lr": 0.1, "nesterov": False, "optimizer": "adam", "note": None, "a.b-c": 1.5}
    assert cavia.params(defaults) == defaults
    arguments += ["--width", "16", "--lr=1e-3", "--nesterov", "true", "--optimizer", "sgd", "--note", "n"]
    arguments += ["--a.b-c", "2"]
    changed = {"width": 16, "lr": 0.001, "nesterov": True, "optimizer": "sgd", "note": "n", "a.b-c": 2.0}
    assert cavia.params(defaults) == changed


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (["--width", "wide"], "argument --width: invalid int value: 'wide'"),
        (["--nesterov", "perhaps"], "argument --nesterov: invalid boolean value: 'perhaps'"),
        (["--widht", "3"], "unrecognized arguments: --widht 3"),
    ],
)
def test_refuses_a_wrong_command_line(
    given: list[str], complaint: str, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments += given
    with pytest.raises(SystemExit) as ended:
        cavia.params(width=8, nesterov=False)
    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err


def test_by_hand_there_is_no_job_and_the_result_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cavia.job() is None
    assert cavia.report(1, 0.5) is False
    cavia.tell(loss=0.25, size=float("nan"))
    cavia.tell(0.5)
    assert capsys.readouterr().out == '{"values": {"loss": 0.25, "size": "NaN"}}\n0.5\n'


def test_is_the_trial_that_the_environment_says(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in JOB.items():
        monkeypatch.setenv(variable, value)
    trial = cavia.job()
    assert trial is not None
    assert trial is cavia.job()
    assert (trial.number, trial.attempt, trial.seed, trial.metrics) == (3, 2, 99, ("loss",))
    assert trial["width"] == 64


def test_needs_names_where_the_metrics_are_not_known(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in JOB.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.delenv("CAVIA_METRICS")
    with pytest.raises(cavia.CaviaError, match=r"name them: tell\(loss=0\.3\)"):
        cavia.tell(0.5)


def test_trains_a_managed_trial(server: Server, name: str, tmp_path: Path) -> None:
    """The service starts the script, which knows by its environment what to do."""
    study = managed(name, tmp_path, "for step in range(3):\n    cavia.report(step, p['x'])\ncavia.tell(p['x'])")
    wait_until(lambda: study.refresh().state == "finished")
    trials = list(study.trials())
    assert [trial.value for trial in trials] == [trial.params["x"] for trial in trials]
    assert [one["step"] for one in study.trial(0).document["intermediate"]] == [0, 1, 2]


def test_prints_the_result_that_a_job_could_not_tell(server: Server, name: str) -> None:
    with faulty_proxy(server.url) as proxy:
        Client().create_study({**SPEC, "name": name})
        Client().ask(name, {})
        proxy.standing_fault = lose_request
        place = {**JOB, "CAVIA_URL": proxy.url, "CAVIA_STUDY": name, "CAVIA_TRIAL": "0", "CAVIA_ATTEMPT": "1"}
        ended = run(["-c", "import cavia; print('training'); cavia.tell(0.5)"], **place)
    assert ended.returncode == 0
    assert json.loads(ended.stdout.splitlines()[-1]) == {"values": {"loss": 0.5}}


SPEC: dict[str, Any] = {
    "space": {"x": {"type": "float", "low": 0, "high": 1}},
    "objectives": [{"metric": "loss", "direction": "minimize"}],
    "sampler": {"kind": "random"},
    "budget": {"trials": 2, "parallel": 2},
}


def managed(name: str, folder: Path, training: str) -> cavia.Study:
    source = Path(cavia.__file__).parents[1]
    script = folder / "train.py"
    script.write_text(
        f"import sys\nsys.path.insert(0, {str(source)!r})\nimport cavia\np = cavia.params(x=0.5)\n{training}\n"
    )
    command = [sys.executable, str(script)]
    return cavia.study(
        name,
        space={"x": cavia.uniform(0, 1)},
        minimize="loss",
        sampler="random",
        budget=2,
        parallel=2,
        training={"runner": "process", "command": command},
    )
