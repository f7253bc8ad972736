from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from programs import run
from servers import ROOT, Server

import cavia

PACKAGE = ROOT / "clients" / "python"

HEAVY = [
    "argparse",
    "asyncio",
    "dataclasses",
    "datetime",
    "email",
    "html",
    "http.client",
    "inspect",
    "logging",
    "multiprocessing",
    "pathlib",
    "random",
    "socket",
    "ssl",
    "subprocess",
    "tempfile",
    "traceback",
    "urllib.request",
    "uuid",
]
"""What takes time to import; each is imported where it is used first."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = ["-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(PACKAGE)]
    subprocess.run([sys.executable, *build], check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_imports_nothing_heavy() -> None:
    listed = run(["-S", "-c", "import cavia, sys; print(*sys.modules)"])
    imported = set(listed.stdout.split())
    assert "cavia._study" in imported
    assert imported & set(HEAVY) == set()
    assert not any(name.startswith("cavia._") and "transport" in name for name in imported)


def test_is_built_with_its_types_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    source = PACKAGE / "src"
    sources = {path.relative_to(source).as_posix() for path in source.rglob("*.*") if path.suffix in (".py", ".typed")}
    assert sources >= {"cavia/py.typed", "cavia/__init__.py"}
    assert {name for name in names if not name.startswith("cavia-")} == sources


def test_is_built_with_its_license(wheel: Path) -> None:
    license_text = (ROOT / "LICENSE").read_bytes()
    assert (PACKAGE / "LICENSE").read_bytes() == license_text
    info = f"cavia-{cavia.__version__}.dist-info"
    built = zipfile.ZipFile(wheel)
    assert built.read(f"{info}/licenses/LICENSE") == license_text
    assert "License-File: LICENSE" in built.read(f"{info}/METADATA").decode().splitlines()


def test_works_in_an_environment_with_nothing_else(wheel: Path, tmp_path: Path, server: Server, name: str) -> None:
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    python = str(environment / "bin" / "python")
    install = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    program = f"""
import cavia, importlib.metadata as metadata
study = cavia.study({name!r}, space={{"x": cavia.uniform(0, 1)}}, minimize="loss", sampler="random", budget=3)
study.minimize(lambda trial: trial["x"], workers=2)
required = [one for one in metadata.requires("cavia") or [] if "extra ==" not in one]
print(metadata.version("cavia"), required, study.refresh().state, cavia.__file__)
"""
    ended = subprocess.run([python, "-c", program], capture_output=True, text=True, check=True)
    version, requires, state, file = ended.stdout.split()
    assert (version, requires, state) == (cavia.__version__, "[]", "finished")
    assert file.startswith(str(environment))


def test_has_the_version_of_the_service() -> None:
    project = (PACKAGE / "pyproject.toml").read_text()
    declared = re.search(r'^version = "(.*)"', project, re.MULTILINE)
    assert declared is not None
    assert json.loads((ROOT / "package.json").read_text())["version"] == declared.group(1) == cavia.__version__


def test_has_a_method_for_each_route_of_the_contract() -> None:
    contract = json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"]
    routes = {(method.upper(), path) for path, methods in contract.items() for method in methods}
    client = ast.parse((PACKAGE / "src" / "cavia" / "_client.py").read_text())
    called = [route_of(call) for call in ast.walk(client) if isinstance(call, ast.Call) and is_sent(call)]
    assert sorted(called) == sorted(routes)


def is_sent(call: ast.Call) -> bool:
    return ast.unparse(call.func) in ("self._transport.call", "self._transport.text")


def route_of(call: ast.Call) -> tuple[str, str]:
    """What ``call("GET", "studies", study)`` sends; ``text`` gets."""
    words = [word_of(one) for argument in call.args for one in unpacked(argument)]
    method = words.pop(0) if ast.unparse(call.func).endswith("call") else "GET"
    return method, "/v1/" + "/".join(words)


def unpacked(argument: ast.expr) -> list[ast.expr]:
    """``*("studies", study)`` as its parts."""
    if isinstance(argument, ast.Starred) and isinstance(argument.value, ast.Tuple):
        return argument.value.elts
    return [argument]


def word_of(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else f"{{{ast.unparse(node)}}}"
