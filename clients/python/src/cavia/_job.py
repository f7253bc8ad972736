"""Inside of a job: the trial that this program trains, as its environment says. Outside: a program run by hand."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .errors import CaviaError

if TYPE_CHECKING:
    from ._trial import Trial

_NEEDED = ("CAVIA_URL", "CAVIA_STUDY", "CAVIA_TRIAL", "CAVIA_ATTEMPT", "CAVIA_PARAMS")
_ALSO_KNOWN = ("CAVIA_SEED", "CAVIA_METRICS", "CAVIA_TOKEN", "CAVIA_KEY")
_current: dict[tuple[str | None, ...], Trial] = {}


def params(defaults: Mapping[str, Any] | None = None, /, **named: Any) -> dict[str, Any]:
    """The trial's params inside of a job; else the defaults, changed by the command line: ``--width 32``.

    So the same script trains a trial and runs by hand. Where the trial leaves a parameter out, because it does not
    matter there, the default stands.
    """
    known = {**(defaults or {}), **named}
    given = os.environ.get("CAVIA_PARAMS")
    if given is not None:
        return {**known, **json.loads(given)}
    return _from_command_line(known, sys.argv[1:])


def job() -> Trial | None:
    """The trial of the job that this program is, or None when it is none."""
    if not all(name in os.environ for name in _NEEDED):
        return None
    place = tuple(os.environ.get(name) for name in (*_NEEDED, *_ALSO_KNOWN))
    if place not in _current:
        _current.clear()
        _current[place] = _trial_of_environment(os.environ)
    return _current[place]


def report(step: int, *values: float, **named: float) -> bool:
    """`Trial.report` of the job's trial. By hand it does nothing, and never says to stop."""
    trial = job()
    return False if trial is None else trial.report(step, *values, **named)


def tell(*values: float, **named: float) -> None:
    """`Trial.tell` of the job's trial. By hand it prints the result."""
    from ._transport import json_of

    trial = job()
    if trial is None:
        if values and named:
            raise CaviaError("A value is told by the name of its metric when others are: tell(loss=0.3, accuracy=0.9).")
        print(json_of({"values": named}).decode() if named else " ".join(map(str, values)))  # noqa: T201
        return
    trial.tell(*values, **named)
    if trial.hold.kept is not None:
        # The job's disk may be gone soon; whoever runs the job reads its last line.
        print(json_of(trial.hold.kept).decode(), flush=True)  # noqa: T201


def is_job(environment: Mapping[str, str]) -> bool:
    """Whether the service started this program: only its jobs have a token."""
    return "CAVIA_TOKEN" in environment and all(name in environment for name in _NEEDED)


def job_id_in(environment: Mapping[str, str]) -> str | None:
    """The id that the runner gave the job; AWS Batch says it under a name of its own."""
    return environment.get("CAVIA_JOB_ID") or environment.get("AWS_BATCH_JOB_ID")


def _trial_of_environment(environment: Mapping[str, str]) -> Trial:
    from ._client import Client
    from ._trial import Trial

    document = {
        "number": int(environment["CAVIA_TRIAL"]),
        "attempt": int(environment["CAVIA_ATTEMPT"]),
        "params": json.loads(environment["CAVIA_PARAMS"]),
        "seed": int(environment.get("CAVIA_SEED", "0")),
        "state": "running",
        "values": None,
        "message": None,
    }
    metrics = tuple(metric for metric in environment.get("CAVIA_METRICS", "").split(",") if metric)
    # The token of the job, where there is one, and not the key of whoever started it.
    client = Client(environment["CAVIA_URL"], environment.get("CAVIA_TOKEN") or environment.get("CAVIA_KEY"))
    return Trial(client, environment["CAVIA_STUDY"], metrics, document)


def _from_command_line(defaults: dict[str, Any], arguments: Sequence[str]) -> dict[str, Any]:
    import argparse

    parser = argparse.ArgumentParser()
    for name, default in defaults.items():
        kind = _reader_of(default)
        parser.add_argument(f"--{name}", dest=name, type=kind, default=default, metavar=kind.__name__)
    return vars(parser.parse_args(arguments))


def _reader_of(default: Any) -> Any:
    if isinstance(default, bool):
        return boolean
    return type(default) if isinstance(default, (int, float)) else str


def boolean(text: str) -> bool:
    """As the service writes it."""
    if text.lower() not in ("true", "false"):
        raise ValueError
    return text.lower() == "true"
