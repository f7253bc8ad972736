from __future__ import annotations

import os
from pathlib import Path

import pytest
from servers import Server
from shown_programs import CLIENT, run

import cavia

RECIPES = CLIENT / "recipes"
# The study, and how many values each of its trials reports.
STUDIES = {
    "scikit_learn": ("scikit-learn", 0),
    "xgboost_callback": ("xgboost", 5),
    "mlflow_logging": ("mlflow", 3),
    "pytorch_loop": ("pytorch-loop", 30),
    "lightning_callback": ("lightning", 5),
    "hugging_face_trainer": (None, 0),
}
# PyTorch's package for Linux wants those of CUDA, 5.7 GB in all: CAVIA_TEST_TORCH=1, where torch==2.15.0,
# lightning==2.6.6, transformers==5.24.0 and accelerate are.
WITH_TORCH = ["pytorch_loop", "lightning_callback", "hugging_face_trainer"]
RUN = [name for name in STUDIES if name not in WITH_TORCH or os.environ.get("CAVIA_TEST_TORCH")]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where recipes leave what they write."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    return tmp_path


@pytest.mark.parametrize("name", RUN)
def test_does_what_it_says(name: str, server: Server, folder: Path) -> None:
    assert run(RECIPES / f"{name}.py", server, folder).strip()
    study, report_count = STUDIES[name]
    if study is None:
        return
    opened = cavia.study(study)
    trials = list(opened.trials())
    assert len(trials) == opened.document["budget"]["trials"]
    assert {trial.state for trial in trials} == {"complete"}
    assert {len(opened.trial(trial.number).document["intermediate"]) for trial in trials} == {report_count}
    if name == "mlflow_logging":
        look = folder / "look.py"
        look.write_text("import mlflow; print(len(mlflow.search_runs(output_format='list')))")
        assert run(look, server, folder).split()[-1] == "11"


def test_each_is_known() -> None:
    assert {path.stem for path in RECIPES.glob("*.py")} == set(STUDIES)


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.py")), ids=lambda path: path.stem)
def test_is_short(path: Path) -> None:
    assert len([line for line in path.read_text().splitlines() if line.strip()]) <= 45
