from __future__ import annotations

import re
from pathlib import Path

from programs import run
from servers import ROOT, Server


def test_has_a_study_of_optuna_that_works_as_it_stands(server: Server, tmp_path: Path) -> None:
    page = (ROOT / "clients" / "python" / "README.md").read_text("utf-8")
    (block,) = re.findall(r"^```python with optuna\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    script = tmp_path / "example.py"
    script.write_text(block)
    ended = run([str(script)])
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout != ""
