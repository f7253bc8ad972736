"""How a notebook shows a study: a small table."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from .errors import CaviaError

if TYPE_CHECKING:
    from ._study import Study
    from ._trial import Trial

_ROW_COUNT_MAX = 5


def study_html(study: Study) -> str:
    """What there is to see now; what was known last when the service cannot be reached."""
    try:
        trials = study.refresh().top(_ROW_COUNT_MAX)
        note = "" if trials else "No complete trial yet."
    except CaviaError as error:
        trials, note = [], str(error)
    progress = study.progress
    caption = (
        f"<b>{escape(study.name)}</b>: {escape(study.state)}, {progress['ended']} trials ended, "
        f"{progress['running']} running, {progress['left']} left"
    )
    table = _table(study.metrics, trials) if trials else ""
    return f"<div>{caption}</div>{table}{f'<div>{escape(note)}</div>' if note else ''}"


def _table(metrics: tuple[str, ...], trials: list[Trial]) -> str:
    names = list(dict.fromkeys(name for trial in trials for name in trial.params))
    rows = [
        [trial.number, *((trial.values or {}).get(metric, "") for metric in metrics), *_values_of(trial, names)]
        for trial in trials
    ]
    head = _row(["trial", *metrics, *names], "th")
    return f"<table><thead>{head}</thead><tbody>{''.join(_row(row, 'td') for row in rows)}</tbody></table>"


def _values_of(trial: Trial, names: list[str]) -> list[Any]:
    return [trial.params.get(name, "") for name in names]


def _row(cells: list[Any], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(_shown(cell))}</{tag}>' for cell in cells)}</tr>"


def _shown(cell: Any) -> str:
    return f"{cell:.6g}" if isinstance(cell, float) else str(cell)
