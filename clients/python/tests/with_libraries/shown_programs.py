"""Recipes and examples, run as a person would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from servers import ROOT, Server

CLIENT = ROOT / "clients" / "python"


def run(program: Path, server: Server, folder: Path, *args: str) -> str:
    """Runs a program in a folder of its own. Returns what it printed."""
    environment = {
        **os.environ,
        "CAVIA_URL": server.url,
        "PYTHONPATH": str(CLIENT / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
    }
    ended = subprocess.run(
        [sys.executable, str(program), *args],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout
