"""`python -m cavia worker -- python train.py {*}`: trains trials with a program, in a job or anywhere."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

from ._command import filled_command, placeholders_in, require_command
from ._heartbeat import Heartbeat, beat_seconds
from ._hold import MESSAGE_LENGTH_MAX
from ._job import is_job, job, job_id_in
from ._open import study as open_study
from ._program import Ending, Program
from ._result_line import result_in
from ._say import say
from ._study import Study
from ._termination import Terminated
from ._transport import json_of
from ._trial import Trial
from .errors import (
    CaviaError,
    LeaseSupersededError,
    NotFoundError,
    RepeatedFailureError,
    StudyClosedError,
    TrialFinishedError,
)

EXIT_DONE, EXIT_GAVE_UP, EXIT_NO_PROGRAM = 0, 1, 127

_FIRST_SIGNAL_CODE = 128
_HANDED_ON = ("CAVIA_KEY", "CAVIA_SPOOL")
_NOT_LET_IN = (LeaseSupersededError, TrialFinishedError, StudyClosedError, NotFoundError)


def work(command: Sequence[str], study: str | None, url: str | None, key: str | None) -> int:
    """Trains what this process is for. Returns its exit code."""
    name = study or os.environ.get("CAVIA_STUDY")
    worker = _Worker()
    if study is None and is_job(os.environ):
        return worker.train_job(command)
    if not name:
        raise CaviaError("The worker must know its study: --study NAME, or CAVIA_STUDY.")
    return worker.train_study(command, open_study(name, url=url, key=key))


class _Worker:
    """What runs at the moment, and whether it was told to end."""

    def __init__(self) -> None:
        self._program: Program | None = None
        self._ended_by: int | None = None

    def train_job(self, command: Sequence[str]) -> int:
        """One trial, the one that the environment says, unless another job of this attempt was let in."""
        trial, job_id = job(), job_id_in(os.environ)
        if trial is None or job_id is None:
            raise CaviaError("The environment must have CAVIA_JOB_ID or AWS_BATCH_JOB_ID, which say what job this is.")
        # A job knows the params of its trial, not which others the space has: those are inactive.
        require_command(command, [*trial.params, *(name for part in command for name in placeholders_in(part))])
        if _is_missing(command[0]):
            return EXIT_NO_PROGRAM
        try:
            trial.hold.start(job_id)
        except _NOT_LET_IN as error:
            say(f"Nothing is trained: {error}")
            return EXIT_DONE
        heartbeat = Heartbeat(beat_seconds(None), trial.hold.beat)
        heartbeat.start()
        ending = self._run(command, trial, os.environ)
        heartbeat.stop()
        _tell_of_job(trial, ending)
        return ending.code

    def train_study(self, command: Sequence[str], study: Study) -> int:
        """Trial after trial, until the budget is spent."""
        require_command(command, list(study.document["space"]))
        if _is_missing(command[0]):
            return EXIT_NO_PROGRAM
        params: Mapping[str, Any] = {}
        try:
            for trial in study:
                params = trial.params
                with trial:
                    self._train(command, trial, study)
                if self._ended_by is not None:
                    return _FIRST_SIGNAL_CODE + self._ended_by
        except RepeatedFailureError as error:
            say(f"{error} The command by hand: {shlex.join(filled_command(command, params))}")
            return EXIT_GAVE_UP
        return EXIT_DONE

    def _train(self, command: Sequence[str], trial: Trial, study: Study) -> None:
        """Runs the program of a trial, and tells what came of it, unless the program has."""
        ending = self._run(command, trial, _environment_of(trial, study))
        result = _result_in(ending, trial)
        if result is None and self._ended_by is not None:
            # Leaving its block, the trial is given back.
            raise Terminated(self._ended_by)
        if result is None and trial.hold.is_told_by_another():
            return
        trial.hold.tell_if_open(result or {"state": "failed", "message": _message_of(ending)})

    def _run(self, command: Sequence[str], trial: Trial, environment: Mapping[str, str]) -> Ending:
        """Runs a program to its end. SIGTERM and SIGINT meanwhile end the program first."""
        with self._signals_forwarded():
            self._program = Program(filled_command(command, trial.params), environment)
            try:
                if self._ended_by is not None:
                    self._program.forward(self._ended_by)
                return self._program.wait()
            finally:
                self._program = None

    @contextmanager
    def _signals_forwarded(self) -> Iterator[None]:
        numbers = (signal.SIGTERM, signal.SIGINT)
        before = [signal.signal(number, self._on_signal) for number in numbers]
        try:
            yield
        finally:
            for number, handler in zip(numbers, before):
                signal.signal(number, handler)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self._ended_by = number
        if self._program is not None:
            self._program.forward(number)


def _tell_of_job(trial: Trial, ending: Ending) -> None:
    """What the program left, if it has not told by itself. What a signal means is for whoever runs the job to say."""
    result = _result_in(ending, trial)
    if result is None and 0 < ending.code < _FIRST_SIGNAL_CODE:
        result = {"state": os.environ.get("CAVIA_EXIT_CODE_MEANS", "failed"), "message": _message_of(ending)}
    if result is None:
        return
    trial.hold.tell_if_open(result)
    if trial.hold.kept is not None and ending.code == 0:
        # The disk of a job may be gone soon; its last line is read.
        print(json_of(trial.hold.kept).decode(), flush=True)  # noqa: T201


def _result_in(ending: Ending, trial: Trial) -> dict[str, Any] | None:
    return result_in(ending.last_line, trial.metrics) if ending.code == 0 else None


def _message_of(ending: Ending) -> str:
    """Why a program failed: the end of what it complained, since that says the most."""
    if ending.code == 0:
        last = f" Its last line was: {ending.last_line[:200]}" if ending.last_line else ""
        return f"It ended without a result.{last}"
    if ending.code > _FIRST_SIGNAL_CODE:
        how = f"It was ended by signal {ending.code - _FIRST_SIGNAL_CODE}."
    else:
        how = f"It exited with code {ending.code}."
    room = MESSAGE_LENGTH_MAX - len(how) - 1
    return f"{how}\n{ending.stderr_tail[-room:]}" if ending.stderr_tail else how


def _environment_of(trial: Trial, study: Study) -> dict[str, str]:
    """What the program sees, as in a job of the service, but for the token: it has the worker's key.

    Where the worker itself runs in such a job, that job's own variables are not the trial's.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CAVIA_")}
    key = {"CAVIA_KEY": study.client.key} if study.client.key else {}
    return {
        **inherited,
        **{name: os.environ[name] for name in _HANDED_ON if name in os.environ},
        **key,
        "CAVIA_URL": study.client.url,
        "CAVIA_STUDY": study.id,
        "CAVIA_TRIAL": str(trial.number),
        "CAVIA_ATTEMPT": str(trial.attempt),
        "CAVIA_PARAMS": json.dumps(trial.params),
        "CAVIA_SEED": str(trial.seed),
        "CAVIA_METRICS": ",".join(study.metrics),
    }


def _is_missing(program: str) -> bool:
    """Whether there is no such program, which is said. One with a slash is looked for from this folder."""
    if shutil.which(program):
        return False
    say(f"There is no program {program!r} that can be run, here or on the PATH; no trial was started.")
    return True
