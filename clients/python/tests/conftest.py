from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from programs import end_all
from servers import Server

_counter = iter(range(10**9))


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that do not harm it."""
    server = Server(tmp_path_factory.mktemp("data"))
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """An environment without a service, a job or a proxy in it. Returns the folder for results that wait."""
    for name in list(os.environ):
        if name.startswith(("CAVIA_", "AWS_BATCH_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    spool = tmp_path / "spool"
    monkeypatch.setenv("CAVIA_SPOOL", str(spool))
    yield spool
    end_all()


@pytest.fixture
def server(shared_server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The shared server, as the one that CAVIA_URL names."""
    monkeypatch.setenv("CAVIA_URL", shared_server.url)
    return shared_server


@pytest.fixture
def own_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server to be killed, as the one that CAVIA_URL names."""
    server = Server(tmp_path / "data")
    monkeypatch.setenv("CAVIA_URL", server.url)
    yield server
    server.stop()


@pytest.fixture
def name() -> str:
    """The name of a study that there is not yet."""
    return f"study-{next(_counter)}"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Retries without waiting. Returns the list of the pauses that there would have been, in seconds."""
    pauses: list[float] = []
    monkeypatch.setattr("cavia._transport.sleep", pauses.append)
    return pauses
