from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from faulty_proxy import faulty_proxy
from programs import SOURCE, run, start, wait_until
from servers import Server, make_key

import cavia
from cavia._client import Client

WORKER = ["-m", "cavia", "worker"]


def new_study(name: str, budget: int = 3, **words: Any) -> cavia.Study:
    space = {"x": cavia.uniform(0, 1), "kind": ["a", "b"]}
    return cavia.study(name, space=space, minimize="loss", sampler="random", budget=budget, **words)


def script(folder: Path, text: str) -> list[str]:
    path = folder / "train.py"
    path.write_text(text)
    return [sys.executable, str(path)]


def test_trains_until_the_budget_is_spent(server: Server, name: str, tmp_path: Path) -> None:
    study = new_study(name)
    command = script(tmp_path, "import sys\nprint('training', sys.argv[3:])\nprint(sys.argv[2])\n")
    ended = run([*WORKER, "--study", name, "--", *command, "{*}"])
    assert (ended.returncode, ended.stderr) == (0, "")
    trials = list(study.trials())
    assert [trial.value for trial in trials] == [trial.params["x"] for trial in trials]
    assert ended.stdout.count("training ['--kind', ") == 3


def test_takes_a_result_as_json_and_says_what_the_program_sees(server: Server, name: str, tmp_path: Path) -> None:
    study = new_study(name, budget=1)
    program = """
import json, os
p = json.loads(os.environ["CAVIA_PARAMS"])
e = os.environ
assert e["CAVIA_TRIAL"] == "0" and e["CAVIA_ATTEMPT"] == "1" and e["CAVIA_METRICS"] == "loss", dict(e)
print(json.dumps({"values": {"loss": p["x"], "seed": int(e["CAVIA_SEED"])}}))
"""
    assert run([*WORKER, "--study", name, "--", *script(tmp_path, program)]).returncode == 0
    trial = study.trial(0)
    assert trial.values == {"loss": trial.params["x"], "seed": trial.seed}


def test_leaves_what_the_program_has_told_itself(server: Server, name: str, tmp_path: Path) -> None:
    study = new_study(name, budget=2)
    program = f"import sys\nsys.path.insert(0, {str(SOURCE)!r})\nimport cavia\ncavia.tell(cavia.params()['x'])\n"
    assert run([*WORKER, "--study", name, "--", *script(tmp_path, program)]).returncode == 0
    assert [trial.value for trial in study.trials()] == [trial.params["x"] for trial in study.trials()]


def test_keeps_the_last_lines_of_what_a_failure_complained(server: Server, name: str, tmp_path: Path) -> None:
    study = new_study(name, budget=1, attempts=1)
    program = "import sys\nfor i in range(200): print('line', i, file=sys.stderr)\nsys.exit(3)\n"
    ended = run([*WORKER, "--study", name, "--", *script(tmp_path, program)])
    assert ended.returncode == 0
    assert ended.stderr.count("line") == 200
    trial = study.trial(0)
    lines = (trial.message or "").splitlines()
    assert (trial.state, lines[0], lines[-1]) == ("failed", "It exited with code 3.", "line 199")
    assert lines[1:] == [f"line {i}" for i in range(150, 200)]


def test_gives_up_when_the_first_attempts_all_fail(server: Server, name: str, tmp_path: Path) -> None:
    study = new_study(name, budget=50, attempts=1)
    command = script(tmp_path, "raise RuntimeError('no GPU')\n")
    ended = run([*WORKER, "--study", name, "--", *command, "{kind}"])
    assert ended.returncode == 1
    said = ended.stderr.splitlines()[-1]
    assert said.startswith(
        "cavia: The first 3 attempts all failed (trial 2: RuntimeError: no GPU), so no other is made."
    )
    assert f"The command by hand: {' '.join(command)} " in said
    progress = study.refresh().progress
    assert (progress["given"], progress["running"]) == (3, 0)
    assert "RuntimeError: no GPU" in (study.trial(0).message or "")


def test_counts_what_the_program_has_told_itself(server: Server, name: str, tmp_path: Path) -> None:
    """A result of three failures is between them, so it goes on; then ten fail in a row."""
    study = new_study(name, budget=50, attempts=1)
    program = f"""
import os, sys
sys.path.insert(0, {str(SOURCE)!r})
import cavia
if os.environ["CAVIA_TRIAL"] != "2":
    raise RuntimeError("no GPU")
cavia.tell(0.5)
"""
    ended = run([*WORKER, "--study", name, "--", *script(tmp_path, program)])
    assert ended.returncode == 1
    assert "The last 10 attempts all failed (trial 12: RuntimeError: no GPU)" in ended.stderr
    assert study.refresh().progress["given"] == 13


def test_fails_a_trial_whose_program_prints_no_result(server: Server, name: str, tmp_path: Path) -> None:
    study = new_study(name, budget=1, attempts=1)
    assert run([*WORKER, "--study", name, "--", *script(tmp_path, "print('done, loss is low')\n")]).returncode == 0
    assert study.trial(0).message == "It ended without a result. Its last line was: done, loss is low"


def test_makes_a_trial_infeasible_whose_result_is_no_number(server: Server, name: str, tmp_path: Path) -> None:
    study = new_study(name, budget=1)
    assert run([*WORKER, "--study", name, "--", *script(tmp_path, "print('nan')\n")]).returncode == 0
    assert study.trial(0).state == "infeasible"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_forwards_a_signal_and_gives_the_trial_back(
    how: signal.Signals, server: Server, name: str, tmp_path: Path
) -> None:
    study = new_study(name)
    program = f"""
import signal, sys, time
def end(number, frame):
    print("forwarded", number, flush=True)
    sys.exit(9)
signal.signal({int(how)}, end)
print("ready", flush=True)
time.sleep(600)
"""
    worker = start([*WORKER, "--study", name, "--", *script(tmp_path, program)])
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    worker.send_signal(how)
    stdout, stderr = worker.communicate(timeout=60)
    assert worker.returncode == 128 + how
    assert stdout == f"forwarded {int(how)}\n"
    assert "Trial 0 was given back." in stderr
    assert (study.trial(0).state, study.trial(0).document["failures"]) == ("waiting", 0)


def test_ends_at_once_while_it_waits_for_a_trial(server: Server, name: str) -> None:
    study = new_study(name, budget=1)
    study.ask()
    with faulty_proxy(server.url) as proxy:
        worker = start([*WORKER, "--study", name, "--url", proxy.url, "--", "true"])
        wait_until(lambda: len(proxy.keys("/ask")) == 1)
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=60)
    assert worker.returncode == 143


def test_beats_while_the_program_runs(server: Server, name: str, tmp_path: Path) -> None:
    study = new_study(name, budget=1, lease_seconds=1)
    ended = run([*WORKER, "--study", name, "--", *script(tmp_path, "import time\ntime.sleep(2.5)\nprint(1)\n")])
    assert ended.returncode == 0
    assert (study.trial(0).value, study.trial(0).attempt) == (1, 1)


@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        (["--", "no-such-program", "{x}"], 127, "There is no program 'no-such-program'"),
        (["--", "true", "{epochs}"], 1, "The command names {epochs}, which the study does not have; it has x, kind."),
        (["--", "true", "{kid}"], 1, "did you mean {kind}?"),
        (["--"], 1, "The command must start with a program"),
        ([], 1, "The command must start with a program"),
    ],
)
def test_refuses_a_command_before_a_trial_is_started(
    command: list[str], code: int, sentence: str, server: Server, name: str
) -> None:
    study = new_study(name)
    ended = run([*WORKER, "--study", name, *command])
    assert ended.returncode == code
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr
    assert study.refresh().progress["given"] == 0


def test_must_know_its_study(server: Server) -> None:
    ended = run([*WORKER, "--", "true"])
    assert (ended.returncode, ended.stderr) == (
        1,
        "cavia: The worker must know its study: --study NAME, or CAVIA_STUDY.\n",
    )


@pytest.mark.parametrize("arguments", [[], ["train"], ["worker", "--studdy", "x"], ["sync", "x"]])
def test_says_how_it_is_used(arguments: list[str]) -> None:
    ended = run(["-m", "cavia", *arguments])
    assert ended.returncode == 2
    assert "usage: python -m cavia" in ended.stderr


def test_says_that_the_service_is_away() -> None:
    ended = run([*WORKER, "--study", "any", "--url", "http://127.0.0.1:9", "--", "true"])
    assert ended.returncode == 1
    assert "http://127.0.0.1:9 cannot be reached" in ended.stderr
    assert "Traceback" not in ended.stderr


def managed(name: str, command: list[str], **words: Any) -> cavia.Study:
    """A study whose jobs are workers."""
    worker = ["env", f"PYTHONPATH={SOURCE}", sys.executable, *WORKER, "--"]
    training = {"runner": "process", "command": [*worker, *command], **words.pop("training", {})}
    return new_study(name, parallel=1, training=training, **words)


def test_trains_the_trial_of_its_job(server: Server, name: str, tmp_path: Path) -> None:
    study = managed(name, [*script(tmp_path, "import sys\nprint(sys.argv[2])\n"), "{*}"])
    wait_until(lambda: study.refresh().state == "finished")
    trials = list(study.trials())
    assert [(trial.state, trial.value) for trial in trials] == [("complete", trial.params["x"]) for trial in trials]
    assert len(trials) == 3


def test_says_why_the_program_of_its_job_failed(server: Server, name: str, tmp_path: Path) -> None:
    program = script(tmp_path, "raise RuntimeError('no GPU')\n")
    study = managed(name, program, budget=1, attempts=1)
    wait_until(lambda: study.refresh().state == "finished")
    trial = study.trial(0)
    assert trial.state == "failed"
    assert (trial.message or "").startswith("It exited with code 1.\nTraceback")
    assert (trial.message or "").endswith("RuntimeError: no GPU")


def test_an_exit_code_means_what_the_study_says(server: Server, name: str, tmp_path: Path) -> None:
    rule = {"failures": {"exitCode": "infeasible"}}
    study = managed(name, script(tmp_path, "raise RuntimeError('too large')\n"), budget=1, training=rule)
    wait_until(lambda: study.refresh().state == "finished")
    assert study.trial(0).state == "infeasible"


def test_does_not_train_when_another_job_was_let_in(server: Server, name: str, tmp_path: Path) -> None:
    """As where a job was submitted twice: its second container has another id."""
    marks = tmp_path / "marks"
    marks.mkdir()
    environment = tmp_path / "environment.json"
    program = script(
        tmp_path,
        f"import json, os, time\njson.dump(dict(os.environ), open({str(environment)!r}, 'w'))\n"
        f"open({str(marks)!r} + '/' + os.environ['CAVIA_JOB_ID'], 'w')\ntime.sleep(600)\n",
    )
    study = managed(name, program, budget=1)
    wait_until(lambda: any(marks.iterdir()))
    wait_until(lambda: environment.exists() and environment.read_text().endswith("}"))
    of_job = {k: v for k, v in json.loads(environment.read_text()).items() if k.startswith("CAVIA_")}
    second = run([*WORKER, "--", *program], **{**of_job, "CAVIA_JOB_ID": "another"})
    assert (second.returncode, second.stdout) == (0, "")
    assert "cavia: Nothing is trained: Job another must not train trial 0" in second.stderr
    assert len(list(marks.iterdir())) == 1
    # The same job once more is let in, by the name that AWS Batch has for its id.
    of_batch = {name: value for name, value in of_job.items() if name != "CAVIA_JOB_ID"}
    again = [*WORKER, "--", sys.executable, "-c", "print(0.125)"]
    retried = run(again, **of_batch, AWS_BATCH_JOB_ID=of_job["CAVIA_JOB_ID"], CAVIA_JOB_ID="")
    assert (retried.returncode, retried.stderr) == (0, "")
    assert study.trial(0).value == 0.125
    study.stop()
    wait_until(lambda: study.refresh().state == "finished")


def test_ends_like_its_program_when_the_job_is_taken_away(server: Server, name: str, tmp_path: Path) -> None:
    trial = Client().ask(new_study(name).id, {})["trials"][0]
    place = {
        "CAVIA_URL": server.url,
        "CAVIA_STUDY": name,
        "CAVIA_TRIAL": "0",
        "CAVIA_ATTEMPT": "1",
        "CAVIA_PARAMS": json.dumps(trial["params"]),
        "CAVIA_TOKEN": "none",
        "CAVIA_JOB_ID": "job",
    }
    ended = run([*WORKER, "--", "true"], **place)
    assert ended.returncode == 0
    assert "Nothing is trained" in ended.stderr


def test_works_with_keys_and_with_the_token_of_a_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    monkeypatch.setenv("CAVIA_KEY", make_key(data))
    server = Server(data, auth=True)
    try:
        monkeypatch.setenv("CAVIA_URL", server.url)
        report = (
            f"import sys\nsys.path.insert(0, {str(SOURCE)!r})\nimport cavia\ncavia.report(1, 0.5)\ncavia.tell(0.25)\n"
        )
        program = script(tmp_path, report)
        asked = new_study("asked", budget=2)
        key = os.environ["CAVIA_KEY"]
        monkeypatch.delenv("CAVIA_KEY")
        ended = run([*WORKER, "--study", "asked", "--key", key, "--", *program])
        assert (ended.returncode, ended.stderr) == (0, "")
        monkeypatch.setenv("CAVIA_KEY", key)
        job = managed("job", program, budget=2)
        wait_until(lambda: job.refresh().state == "finished")
        for study in (asked, job):
            assert [trial.value for trial in study.trials()] == [0.25, 0.25]
            assert study.trial(0).document["intermediate"][0]["values"] == {"loss": 0.5}
    finally:
        server.stop()
