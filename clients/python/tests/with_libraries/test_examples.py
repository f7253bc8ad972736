from __future__ import annotations

import re
from pathlib import Path

from servers import ROOT, Server
from shown_programs import run

import cavia

EXAMPLES = ROOT / "examples"


def default_and_best(said: str) -> tuple[float, float]:
    default, best = (re.search(rf"^{what}:\D*([\d.]+)", said, re.MULTILINE) for what in ("default", "best"))
    assert default, said
    assert best, said
    return float(default[1]), float(best[1])


def test_digits_are_told_apart_visibly_better(server: Server, tmp_path: Path) -> None:
    default, best = default_and_best(run(EXAMPLES / "digits_svc.py", server, tmp_path, "12"))
    assert default == 1.22
    assert best <= 0.95


def test_a_network_learns_the_spiral_and_is_pruned_where_it_does_not(server: Server, tmp_path: Path) -> None:
    default, best = default_and_best(run(EXAMPLES / "numpy_mlp.py", server, tmp_path, "10"))
    assert default > 0.5
    assert best < 0.1
    study = cavia.study("numpy-mlp")
    assert len(study.trial(study.best.number).document["intermediate"]) == 60
    pruned = list(study.trials("pruned"))
    assert pruned
    assert all(11 <= len(study.trial(trial.number).document["intermediate"]) < 60 for trial in pruned)


def test_a_table_is_foretold_better(server: Server, tmp_path: Path) -> None:
    default, best = default_and_best(run(EXAMPLES / "xgboost_table.py", server, tmp_path, "12"))
    assert default > 0.1
    assert best < 0.095
