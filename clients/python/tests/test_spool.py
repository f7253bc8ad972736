from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest
from faulty_proxy import answer, faulty_proxy, lose_reply, lose_request
from programs import run, start, wait_until
from servers import Server

import cavia
from cavia._client import Client
from cavia._spool import waiting_tells, write_down
from cavia._telling import replay
from cavia.errors import LeaseSupersededError, UnauthenticatedError

UNAUTHENTICATED = json.dumps(
    {"code": "unauthenticated", "status": 401, "detail": "The key was revoked.", "requestId": "r"}
).encode()
PROBLEM = {"Content-Type": "application/problem+json"}


def new_study(name: str, budget: int = 4, url: str | None = None) -> cavia.Study:
    words = {"minimize": "loss", "sampler": "random"}
    return cavia.study(name, space={"x": cavia.uniform(0, 1)}, budget=budget, url=url, **words)  # type: ignore[arg-type]


def waiting(spool: Path) -> list[Path]:
    return sorted(spool.glob("*.tell.json")) if spool.exists() else []


def test_keeps_a_tell_while_the_service_is_away_and_says_so(
    own_server: Server, name: str, surroundings: Path, quick: list[float], capfd: pytest.CaptureFixture[str]
) -> None:
    trial = new_study(name).ask()
    own_server.kill()
    trial.tell(0.5)
    (kept,) = waiting(surroundings)
    said = capfd.readouterr().err
    assert f"The result of trial 0 of study {trial.hold.study} is kept in {kept}" in said
    assert "python -m cavia sync" in said
    own_server.start()
    assert Client().trial(name, 0)["state"] == "running"
    assert cavia.study(name).trial(0).value == 0.5
    assert "has been told." in capfd.readouterr().err
    assert waiting(surroundings) == []


def test_sync_tells_what_waits(own_server: Server, name: str, surroundings: Path, quick: list[float]) -> None:
    study = new_study(name)
    trials = study.ask(3)
    own_server.kill()
    for trial in trials:
        trial.tell(trial.number)
    down = run(["-m", "cavia", "sync"])
    assert down.returncode == 1
    assert "0 results were told, 3 wait." in down.stderr
    own_server.start()
    up = run(["-m", "cavia", "sync"])
    assert up.returncode == 0
    assert "3 results were told, 0 wait." in up.stderr
    assert [trial.value for trial in study.trials()] == [0, 1, 2]
    assert waiting(surroundings) == []


def test_writes_a_tell_down_before_it_is_sent(server: Server, name: str, surroundings: Path) -> None:
    with faulty_proxy(server.url) as proxy:
        trial = new_study(name, url=proxy.url).ask()
        seen: list[list[Path]] = []

        def look(_: object) -> bool:
            seen.append(waiting(surroundings))
            return False

        proxy.standing_fault = look
        trial.tell(0.5)
    assert [len(files) for files in seen] == [1]
    assert waiting(surroundings) == []


def test_keeps_the_tell_of_a_process_that_is_killed_while_it_tells(
    server: Server, name: str, surroundings: Path
) -> None:
    with faulty_proxy(server.url) as proxy:
        study = new_study(name, url=proxy.url)
        program = f"import cavia; cavia.study({name!r}, url={proxy.url!r}).ask().tell(0.25)"
        wait_for_tell = "/trials/0/tell"
        worker = start(["-c", program])
        proxy.standing_fault = lambda handler: (
            handler.path.endswith("/tell") and answer(503, {"Retry-After": "60"})(handler)
        )
        wait_until(lambda: any(path.endswith(wait_for_tell) for _, path, _ in proxy.requests))
        worker.send_signal(signal.SIGKILL)
        worker.communicate(timeout=60)
        assert len(waiting(surroundings)) == 1
        proxy.standing_fault = None
        assert new_study(name, url=proxy.url).trial(0).value == 0.25
        assert len(set(proxy.keys("/tell"))) == 1
    assert study.name == name


def test_leaves_a_tell_alone_that_another_process_is_sending(server: Server, name: str, surroundings: Path) -> None:
    trial = new_study(name).ask()
    sending = write_down(server.url, name, trial.number, {"attempt": 1, "values": {"loss": 1}}, "key-1")
    assert replay(Client()) == (0, 0)
    sending.keep()
    assert replay(Client()) == (1, 0)


def test_tells_only_the_service_that_it_is_for(server: Server, name: str, surroundings: Path) -> None:
    write_down("http://elsewhere", name, 0, {"attempt": 1, "values": {"loss": 1}}, "key-1").keep()
    assert replay(Client()) == (0, 0)
    assert len(waiting(surroundings)) == 1


def test_a_lost_reply_is_no_second_result(server: Server, name: str, quick: list[float], surroundings: Path) -> None:
    with faulty_proxy(server.url) as proxy:
        trial = new_study(name, url=proxy.url).ask()
        proxy.faults = [lose_reply] * 12
        trial.tell(0.5)
        assert len(waiting(surroundings)) == 1
        proxy.faults = []
        assert replay(Client(proxy.url)) == (1, 0)
    assert Client().trial(name, 0)["values"] == {"loss": 0.5}


def test_keeps_aside_what_is_refused_for_good(
    own_server: Server, name: str, surroundings: Path, quick: list[float], capfd: pytest.CaptureFixture[str]
) -> None:
    study = new_study(name)
    trial = study.ask()
    own_server.kill()
    trial.tell(0.5)
    own_server.start()
    Client().release(name, 0, 1)
    Client().ask(name, {})
    assert replay(Client()) == (1, 0)
    assert waiting(surroundings) == []
    (kept,) = surroundings.glob("*.refused.json")
    document = json.loads(kept.read_text())
    assert document["result"]["values"] == {"loss": 0.5}
    assert "was given out again" in document["refused"]
    assert f"was refused for good, and is kept in {kept}" in capfd.readouterr().err
    assert replay(Client()) == (0, 0)


def test_keeps_the_tell_of_a_program_that_is_interrupted_while_it_tells(
    server: Server, name: str, surroundings: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cavia._transport.sleep", interrupt)
    with faulty_proxy(server.url) as proxy:
        study = new_study(name, url=proxy.url)
        with pytest.raises(KeyboardInterrupt):
            for trial in study:
                with trial:
                    proxy.standing_fault = lose_request
                    trial.tell(0.5)
        proxy.standing_fault = None
        assert "the program was ended while it was being told" in capfd.readouterr().err
        assert replay(Client(proxy.url)) == (1, 0)
    assert Client().trial(name, 0)["values"] == {"loss": 0.5}


def test_complains_once_of_a_tell_that_a_loop_cannot_deliver(
    server: Server, name: str, surroundings: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with faulty_proxy(server.url) as proxy:
        study = new_study(name, url=proxy.url)
        write_down(proxy.url, study.id, 0, {"attempt": 1, "values": {"loss": 1}}, "key-of-another").keep()
        proxy.standing_fault = lambda handler: (
            handler.headers.get("Idempotency-Key") == "key-of-another"
            and answer(401, PROBLEM, UNAUTHENTICATED)(handler)
        )
        for trial in study:
            with trial:
                trial.tell(trial["x"])
    assert capfd.readouterr().err.count("could not be told yet: The key was revoked.") == 1
    assert len(waiting(surroundings)) == 1


def test_raises_a_refusal_at_once_and_keeps_nothing(server: Server, name: str, surroundings: Path) -> None:
    trial = new_study(name).ask()
    Client().release(name, 0, 1)
    Client().ask(name, {})
    with pytest.raises(LeaseSupersededError):
        trial.tell(0.5)
    assert waiting(surroundings) == []


def test_keeps_a_result_whose_key_is_not_valid_any_more(server: Server, name: str, surroundings: Path) -> None:
    with faulty_proxy(server.url) as proxy:
        trial = new_study(name, url=proxy.url).ask()
        proxy.faults = [answer(401, PROBLEM, UNAUTHENTICATED)]
        with pytest.raises(UnauthenticatedError):
            trial.tell(0.5)
        assert len(waiting(surroundings)) == 1
        assert replay(Client(proxy.url)) == (1, 0)
    assert Client().trial(name, 0)["values"] == {"loss": 0.5}


def test_keeps_a_result_when_a_stranger_answers(server: Server, name: str, surroundings: Path) -> None:
    with faulty_proxy(server.url) as proxy:
        trial = new_study(name, url=proxy.url).ask()
        proxy.faults = [answer(403, {"Content-Type": "text/html"}, b"Sign in to the network")]
        trial.tell(0.5)
    assert len(waiting(surroundings)) == 1


def test_keeps_a_result_that_is_no_number(server: Server, name: str, surroundings: Path, quick: list[float]) -> None:
    with faulty_proxy(server.url) as proxy:
        trial = new_study(name, url=proxy.url).ask()
        proxy.faults = [lose_request] * 12
        trial.tell(float("nan"))
        (kept,) = waiting(surroundings)
        assert json.loads(kept.read_text())["result"]["values"] == {"loss": "NaN"}
        proxy.faults = []
        assert replay(Client(proxy.url)) == (1, 0)
    assert Client().trial(name, 0)["state"] == "infeasible"


def test_never_writes_keys_down(server: Server, name: str, surroundings: Path, quick: list[float]) -> None:
    with faulty_proxy(server.url) as proxy:
        trial = new_study(name, url=proxy.url).ask()
        trial.hold.client = Client(proxy.url, "cav_secret")
        proxy.standing_fault = lose_request
        trial.tell(0.5)
    (kept,) = waiting(surroundings)
    assert "cav_secret" not in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0


def test_tells_all_the_same_where_nothing_can_be_written(
    server: Server, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CAVIA_SPOOL", str(tmp_path / "file"))
    trial = new_study(name).ask()
    trial.tell(0.5)
    assert trial.state == "complete"
    assert "cannot be kept on disk" in capfd.readouterr().err


def test_raises_when_neither_the_service_nor_the_disk_takes_a_result(
    server: Server, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: list[float]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CAVIA_SPOOL", str(tmp_path / "file"))
    with faulty_proxy(server.url) as proxy:
        trial = new_study(name, url=proxy.url).ask()
        proxy.standing_fault = lose_request
        with pytest.raises(cavia.UnreachableError):
            trial.tell(0.5)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version": 2}', b"\xff"])
def test_leaves_files_alone_that_it_cannot_read(content: bytes, server: Server, surroundings: Path) -> None:
    surroundings.mkdir()
    file = surroundings / "strange.tell.json"
    file.write_bytes(content)
    assert list(waiting_tells()) == []
    assert replay(Client()) == (0, 0)
    assert file.read_bytes() == content


def test_has_a_folder_among_the_users_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from cavia._spool import spool_folder

    monkeypatch.delenv("CAVIA_SPOOL")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert spool_folder() == tmp_path / "cavia" / "spool"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert spool_folder() == tmp_path / ".local" / "state" / "cavia" / "spool"
    assert os.environ["HOME"] == str(tmp_path)


def test_reports_wait_for_the_service_and_do_not_end_the_training(
    server: Server, name: str, quick: list[float], capfd: pytest.CaptureFixture[str]
) -> None:
    with faulty_proxy(server.url) as proxy:
        trial = new_study(name, url=proxy.url).ask()
        proxy.standing_fault = lose_request
        assert trial.report(1, 0.9) is False
        assert trial.report(2, 0.8) is False
        proxy.standing_fault = None
        assert trial.report(3, 0.7) is False
    steps = [one["step"] for one in Client().trial(name, 0)["intermediate"]]
    assert steps == [1, 2, 3]
    assert capfd.readouterr().err.count("The reports of trial 0 wait for the service") == 1
