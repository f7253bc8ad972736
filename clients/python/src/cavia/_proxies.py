"""Which proxy a request goes through, by http_proxy, https_proxy and no_proxy or what the system has set."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from .errors import CaviaError


@dataclass(frozen=True)
class Proxy:
    """Where it is, and what it wants to see."""

    host: str
    port: int
    headers: dict[str, str] = field(default_factory=dict)


def proxy_for(target: SplitResult) -> Proxy | None:
    """The proxy for an address; None to go there straight. This machine itself is never behind one."""
    host = target.hostname or ""
    if host in ("localhost", "::1") or host.startswith("127.") or proxy_bypass(target.netloc.rpartition("@")[2]):
        return None
    proxies = getproxies()
    address = proxies.get(target.scheme) or proxies.get("all")
    return _proxy_at(address) if address else None


def _proxy_at(address: str) -> Proxy:
    parts = urlsplit(address if "://" in address else f"http://{address}")
    if parts.scheme != "http" or not parts.hostname:
        raise CaviaError(f"The proxy must be an http:// address; got {parts.scheme}://{parts.hostname or ''}.")
    headers = {}
    if parts.username is not None:
        secret = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        headers["Proxy-Authorization"] = f"Basic {base64.b64encode(secret).decode()}"
    return Proxy(parts.hostname, parts.port or 80, headers)
