"""The routes that `Study` and `Trial` do not offer, and what refusals of them say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from programs import wait_until
from servers import Server, make_key

import cavia
from cavia._client import Client
from cavia.errors import ForbiddenError, NotFoundError, RefusedError, UnauthenticatedError


def new_study(name: str, budget: int = 20, **words: Any) -> cavia.Study:
    words = {"sampler": "random", "space": {"x": cavia.uniform(0, 1)}, **words}
    return cavia.study(name, minimize="loss", budget=budget, **words)


def finished_study(name: str) -> cavia.Study:
    study = new_study(name, sampler="auto", seed=1)
    study.minimize(lambda trial: (trial["x"] - 0.25) ** 2)
    return study


def test_predicts(server: Server, name: str) -> None:
    study = finished_study(name)
    answer = study.client.predict(study.id, [{"x": 0.25}, {"x": 1}])
    assert answer["observations"] == 20
    near, far = (one["mean"] for one in answer["data"])
    assert near == pytest.approx(0, abs=0.05)
    assert near < far


def test_advises(server: Server, name: str) -> None:
    study = finished_study(name)
    answer = study.client.advice(study.id)
    assert answer["trials"] == 20
    assert {one["kind"] for one in answer["advice"]} <= {"widen", "narrow", "extend", "stop"}
    assert (answer["states"]["complete"], answer["failure"]) == (20, None)


def test_confirms_on_top_of_the_budget(server: Server, name: str) -> None:
    study = finished_study(name)
    confirming = study.client.confirm(study.id, top=2, repeats=2)["trials"]
    assert [trial["number"] for trial in confirming] == [20, 21, 22, 23]
    assert {trial["confirms"] for trial in confirming} == {trial.number for trial in study.top(2)}
    assert study.best.confirmed is None
    for trial in study.ask(4):
        trial.tell(0.25)
    means = [trial.confirmed["mean"]["loss"] for trial in study.top(2) if trial.confirmed]
    assert means == [pytest.approx(0.5 / 3, abs=0.01)] * 2
    assert means == sorted(means)


def test_replays(server: Server, name: str) -> None:
    study = finished_study(name)
    answer = study.client.replay(study.id, 15)
    assert (answer["equal"], answer["recomputed"]) == (True, study.trial(15).params)


def test_has_the_log_of_a_job(server: Server, name: str) -> None:
    training = {"runner": "process", "command": ["sh", "-c", 'echo "attempt $CAVIA_ATTEMPT"; exit 1']}
    study = new_study(name, budget=1, parallel=1, attempts=2, training=training)
    wait_until(lambda: study.refresh().state == "finished")
    assert "attempt 2" in study.client.log(study.id, 0)["log"]
    first = study.client.log(study.id, 0, attempt=1)
    assert (first["attempt"], "attempt 1" in first["log"]) == (1, True)


def test_lints_a_space(server: Server) -> None:
    answer = Client().lint({"space": {"kind": {"type": "categorical", "choices": ["a", "b", "c"]}}})
    assert answer["configurations"] == 3
    with pytest.raises(RefusedError, match="low"):
        Client().lint({"space": {"x": {"type": "float", "low": 1, "high": 0}}})


def test_lists_presets_whose_spaces_it_can_use(server: Server, name: str) -> None:
    preset = Client().presets()["data"][0]
    assert new_study(name, space=preset["space"]).ask().params.keys() <= preset["space"].keys()


def test_serves_the_contract(server: Server) -> None:
    assert Client().openapi()["openapi"].startswith("3.1")


def test_makes_lists_and_revokes_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    admin_key = make_key(data)
    server = Server(data, auth=True)
    try:
        admin = Client(server.url, admin_key)
        made = admin.create_key("laptop", scopes=["read"], expires="2100-01-01T00:00:00Z")
        assert (made["name"], made["scopes"], made["expires"][:4]) == ("laptop", ["read"], "2100")
        assert admin.create_key("server")["scopes"] == ["read", "write"]
        assert [key["name"] for key in admin.keys()["data"]][1:] == ["laptop", "server"]
        reader = Client(server.url, made["key"])
        assert reader.studies()["data"] == []
        with pytest.raises(ForbiddenError):
            reader.create_key("another")
        assert admin.revoke_key(made["id"])["revoked"] is not None
        with pytest.raises(UnauthenticatedError) as raised:
            reader.studies()
        assert_in_words_of_python(raised.value, "client.create_key(…)")
        with pytest.raises(NotFoundError) as unknown:
            admin.revoke_key("0123456789abcdef")
        assert_in_words_of_python(unknown.value, "client.keys() lists them.")
    finally:
        server.stop()


def test_refuses_in_words_of_python(server: Server, name: str) -> None:
    study = new_study(name, budget=1)
    trial = study.ask()
    with pytest.raises(RefusedError) as no_trial:
        study.trial(7)
    with pytest.raises(RefusedError) as no_room:
        study.enqueue({"x": 0.5})
    with pytest.raises(RefusedError) as no_study:
        cavia.study("nowhere")
    with pytest.raises(RefusedError) as other_spec:
        new_study(name, budget=2)
    study.client.cancel(study.id, 0)
    with pytest.raises(RefusedError) as ended:
        trial.tell(0.5)
    study.stop()
    with pytest.raises(RefusedError) as closed:
        study.enqueue({"x": 0.5})
    assert_in_words_of_python(no_trial.value, "study.trials() lists them.")
    assert_in_words_of_python(no_room.value, "study.extend(20) gives it 20 more trials.")
    assert_in_words_of_python(no_study.value, "cavia.study(…) with a space creates it.")
    assert_in_words_of_python(other_spec.value, "study.extend(20) gives it 20 more trials.")
    assert_in_words_of_python(
        ended.value, "study.client.retry(study.id, number) opens a failed or cancelled trial again."
    )
    assert_in_words_of_python(closed.value, "study.extend(…) opens a study again that ended for want of trials or time")


def assert_in_words_of_python(error: RefusedError, words: str) -> None:
    assert words in str(error)
    assert not re.search(r"\b(GET|POST|PATCH|DELETE) |/v1/|budget\.trials ", str(error))
