from __future__ import annotations

import json
import ssl
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme
from faulty_proxy import FaultyProxy, answer, close_idle, faulty_proxy, lose_reply, lose_request
from forward_proxy import forward_proxy
from servers import Server, make_key
from spec import spec

from cavia._client import Client
from cavia._proxies import proxy_for
from cavia.errors import (
    CaviaError,
    InvalidError,
    NotFoundError,
    StrangeAnswerError,
    UnauthenticatedError,
    UnavailableError,
    UnreachableError,
)

SERVICE_AWAY = json.dumps(
    {"code": "unavailable", "status": 503, "detail": "The store cannot answer at the moment.", "requestId": "r"}
).encode()
PROBLEM = {"Content-Type": "application/problem+json"}


def test_keeps_a_connection_open_between_requests(server: Server) -> None:
    with faulty_proxy(server.url) as proxy:
        client = Client(proxy.url)
        for _ in range(5):
            client.health()
    assert (len(proxy.requests), proxy.connections) == (5, 1)


def test_opens_again_what_the_server_closed_while_it_was_idle(server: Server, quick: list[float]) -> None:
    with faulty_proxy(server.url) as proxy:
        client = Client(proxy.url)
        proxy.faults = [close_idle, close_idle]
        for _ in range(3):
            assert client.health()["status"] == "ok"
    assert proxy.connections == 3
    assert quick == []


def test_does_not_rely_on_a_connection_that_was_idle_for_long(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cavia._connections._IDLE_SECONDS_MAX", -1)
    with faulty_proxy(server.url) as proxy:
        client = Client(proxy.url)
        for _ in range(3):
            client.health()
    assert (len(proxy.requests), proxy.connections) == (3, 3)


@pytest.mark.parametrize("fault", [lose_request, lose_reply])
def test_sends_a_lost_request_again_under_the_same_key(
    fault: object, server: Server, name: str, quick: list[float]
) -> None:
    with faulty_proxy(server.url) as proxy:
        client = Client(proxy.url)
        study = client.create_study(spec(name, budget=3))
        proxy.faults = [fault, fault]  # type: ignore[list-item]
        asked = client.ask(study["id"], {"count": 1})
        keys = proxy.keys("/ask")
    assert [trial["number"] for trial in asked["trials"]] == [0]
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert Client().study(name)["progress"]["given"] == 1


def test_gives_every_logical_call_a_key_of_its_own(server: Server, name: str) -> None:
    with faulty_proxy(server.url) as proxy:
        client = Client(proxy.url)
        client.create_study(spec(name, budget=3))
        client.ask(name, {})
        client.ask(name, {})
    keys = [key for key in proxy.keys("") if key is not None]
    assert len(set(keys)) == 3


def test_waits_as_long_as_the_service_asks(server: Server, quick: list[float]) -> None:
    with faulty_proxy(server.url) as proxy:
        proxy.faults = [answer(503, {**PROBLEM, "Retry-After": "7"}, SERVICE_AWAY), answer(429, {"Retry-After": "3"})]
        assert Client(proxy.url).health()["status"] == "ok"
    assert quick == [7, 3]


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_tries_six_times_and_then_says_what_the_last_answer_was(
    status: int, server: Server, quick: list[float]
) -> None:
    with faulty_proxy(server.url) as proxy:
        proxy.standing_fault = answer(status, {"Content-Type": "text/html"}, b"<h1>Busy</h1>")
        with pytest.raises(StrangeAnswerError, match=f"answered {status}, but not as Cavia does: <h1>Busy</h1>"):
            Client(proxy.url).health()
    assert len(proxy.requests) == 6
    assert len(quick) == 5


def test_raises_the_refusal_of_a_service_that_stays_away(server: Server, quick: list[float]) -> None:
    with faulty_proxy(server.url) as proxy:
        proxy.standing_fault = answer(503, PROBLEM, SERVICE_AWAY)
        with pytest.raises(UnavailableError) as raised:
            Client(proxy.url).health()
    assert raised.value.request_id == "r"
    assert len(quick) == 5


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
def test_does_not_repeat_what_would_be_refused_again(status: int, server: Server, quick: list[float]) -> None:
    with faulty_proxy(server.url) as proxy:
        proxy.standing_fault = answer(status, {}, b"no")
        with pytest.raises(StrangeAnswerError):
            Client(proxy.url).health()
    assert len(proxy.requests) == 1


def test_says_that_nothing_is_there_and_what_to_do(quick: list[float]) -> None:
    with pytest.raises(UnreachableError) as raised:
        Client("http://127.0.0.1:9").health()
    assert "http://127.0.0.1:9 cannot be reached (tried 6 times): " in str(raised.value)
    assert "CAVIA_URL" in str(raised.value)


def test_reaches_a_server_that_comes_back_meanwhile(own_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    own_server.kill()
    pauses = iter([lambda: None, own_server.start])
    monkeypatch.setattr("cavia._transport.sleep", lambda _: next(pauses)())
    assert Client().health()["status"] == "ok"


@pytest.mark.parametrize(
    "url",
    ["127.0.0.1:8787", "ftp://host", "http://host:0", "http://host:port", "http://host:99999", "http://", "cavia"],
)
def test_refuses_an_address_that_is_none(url: str) -> None:
    with pytest.raises(CaviaError, match=r"must be like http://127\.0\.0\.1:8787; got"):
        Client(url)


def test_has_a_prefix_in_the_address(server: Server) -> None:
    with faulty_proxy(server.url) as proxy, pytest.raises(NotFoundError):
        Client(f"{proxy.url}/stage/").health()
    assert proxy.requests[0][1] == "/stage/v1/health"


def test_carries_code_hint_fields_and_request_id_of_a_refusal(server: Server, name: str) -> None:
    with pytest.raises(InvalidError) as raised:
        Client().create_study({**spec(name), "sapce": {}})
    error = raised.value
    assert (error.code, error.status, error.param) == ("param_unknown", 422, "sapce")
    assert error.detail == "sapce is not a known field; the nearest field is space."
    assert error.request_id


def test_shows_the_key_and_says_what_to_do_about_a_wrong_one(tmp_path: Path) -> None:
    data = tmp_path / "data"
    key = make_key(data)
    server = Server(data, auth=True)
    try:
        assert Client(server.url, key).studies()["data"] == []
        with pytest.raises(UnauthenticatedError, match="CAVIA_KEY"):
            Client(server.url, "cav_wrong").studies()
    finally:
        server.stop()


def test_takes_a_key_from_a_file_with_its_line_end_and_never_shows_one(server: Server) -> None:
    with faulty_proxy(server.url) as proxy:
        Client(proxy.url, "cav_1\n").health()
        assert proxy.requests[0][2]["authorization"] == "Bearer cav_1"
    with pytest.raises(CaviaError, match="must be printable ASCII") as raised:
        Client(server.url, "cav_1\ncav_2")
    assert "cav_2" not in str(raised.value)


def test_serves_threads_at_the_same_time(server: Server) -> None:
    client, heard = Client(), []
    threads = [threading.Thread(target=lambda: heard.append(client.health()["status"])) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == ["ok"] * 20


def test_goes_through_a_proxy_with_its_password(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with forward_proxy(server.url) as proxy:
        monkeypatch.setenv("http_proxy", f"http://user:p%40ss@127.0.0.1:{proxy.port}")
        assert Client("http://cavia.example:8787").health()["status"] == "ok"
    assert proxy.seen == [("GET", "http://cavia.example:8787/v1/health", "Basic dXNlcjpwQHNz")]


def test_goes_straight_to_this_machine(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with forward_proxy(server.url) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        assert Client().health()["status"] == "ok"
    assert proxy.seen == []


@pytest.mark.parametrize(
    ("url", "is_straight"),
    [
        ("http://cavia.internal:8787", True),
        ("http://a.corp.example", True),
        ("http://10.0.0.9:8787", True),
        ("http://other.example", False),
        ("https://other.example", False),
        ("http://localhost:8787", True),
        ("http://[::1]:8787", True),
    ],
)
def test_goes_straight_to_what_no_proxy_names(url: str, is_straight: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy:3128")
    monkeypatch.setenv("HTTPS_PROXY", "proxy:3128")
    monkeypatch.setenv("no_proxy", "cavia.internal,.corp.example,10.0.0.9")
    assert (proxy_for(urlsplit(url)) is None) == is_straight


def test_makes_a_tunnel_through_a_proxy_for_https(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with tls_server(server.url, authority) as target, forward_proxy(target.url) as proxy:
        monkeypatch.setenv("https_proxy", f"http://user:secret@127.0.0.1:{proxy.port}")
        client = Client("https://cavia.example")
        assert client.health()["status"] == "ok"
        assert client.health()["status"] == "ok"
    assert proxy.seen == [("CONNECT", "cavia.example:443", "Basic dXNlcjpzZWNyZXQ=")]


def test_refuses_a_proxy_that_it_cannot_speak_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:1080")
    with pytest.raises(CaviaError, match=r"must be an http:// address; got socks5://127\.0\.0\.1"):
        Client("http://cavia.example")


def tls_server(target: str, authority: trustme.CA) -> _TlsServer:
    return _TlsServer(target, authority)


class _TlsServer:
    """The service behind TLS, as cavia.example."""

    def __init__(self, target: str, authority: trustme.CA) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("cavia.example").configure_cert(context)
        self._proxy = FaultyProxy(target)
        self._proxy.serve_tls(context)
        self.url = self._proxy.url

    def __enter__(self) -> _TlsServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._proxy.close()
