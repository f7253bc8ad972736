from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from programs import run
from servers import ROOT, Server

import cavia

PAGES = [ROOT / "README.md", ROOT / "clients" / "python" / "README.md"]
CONTINUED_LINE = re.compile(r"\\\n\s*")


def blocks(language: str) -> list[str]:
    pattern = re.compile(rf"^```{language}\n(.*?)^```", re.MULTILINE | re.DOTALL)
    return [block for page in PAGES for block in pattern.findall(page.read_text("utf-8"))]


@pytest.mark.parametrize("block", blocks("python"), ids=lambda block: str(block.count("\n")))
def test_has_python_that_works_as_it_stands(block: str, server: Server, tmp_path: Path) -> None:
    script = tmp_path / "example.py"
    script.write_text(block)
    ended = run([str(script)])
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout != ""


def test_has_python_commands_that_work_as_they_stand(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("python ")]
    assert commands == [
        "python -m cavia worker --study digits -- python train.py {*}",
        "python -m cavia sync",
    ]
    (script,) = (block for block in blocks("python") if "cavia.params(" in block)
    (tmp_path / "train.py").write_text(script)
    monkeypatch.chdir(tmp_path)
    space = {"learningRate": cavia.log(1e-4, 1e-1), "width": cavia.integer(8, 64)}
    study = cavia.study("digits", space=space, minimize="loss", sampler="random", budget=2)
    for command in commands:
        arguments = command.replace("python train.py", f"{shutil.which('python3')} train.py").split()[1:]
        ended = run(arguments)
        assert ended.returncode == 0, ended.stderr
    trials = list(study.refresh().trials("complete"))
    assert [trial.value for trial in trials] == [trial["learningRate"] * trial["width"] for trial in trials]
    assert len(trials) == 2
