"""A function called for each trial, in this process or in several."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Callable, Mapping
from multiprocessing.process import BaseProcess
from pickle import PicklingError
from typing import TYPE_CHECKING, Any

from ._say import say
from ._termination import Terminated, termination_raises
from .errors import CaviaError

if TYPE_CHECKING:
    from multiprocessing.queues import SimpleQueue

    from ._study import Study
    from ._trial import Trial

_PATIENCE_SECONDS = 1.0
_LAST_WORDS_LENGTH_MAX = 1000


def optimize(study: Study, function: Callable[[Trial], Any], workers: int) -> None:
    if workers < 1:
        raise CaviaError(f"workers must be at least 1; got {workers}.")
    if workers == 1:
        _work(study, function)
    else:
        _work_in_processes(study, function, workers)


def _work(study: Study, function: Callable[[Trial], Any]) -> None:
    for trial in study:
        with trial:
            _tell(trial, function(trial))


def _tell(trial: Trial, result: Any) -> None:
    """One that told by itself returns None; whether it did is seen at the end of its block."""
    if result is None:
        return
    if isinstance(result, Mapping):
        trial.tell(**result)
    elif isinstance(result, (list, tuple)):
        trial.tell(*result)
    else:
        trial.tell(result)


def _work_in_processes(study: Study, function: Callable[[Trial], Any], workers: int) -> None:
    last_words: SimpleQueue[str] = multiprocessing.SimpleQueue()
    processes = [
        multiprocessing.Process(target=_work_as_process, args=(study, function, last_words), name=f"cavia-worker-{i}")
        for i in range(workers)
    ]
    with termination_raises():
        try:
            for process in processes:
                _start(process)
            for process in processes:
                process.join()
        except BaseException as error:
            # They give their trials back, as this one would. A terminal sends Ctrl-C to them too.
            _end(processes, patience_seconds=_PATIENCE_SECONDS if isinstance(error, KeyboardInterrupt) else 0)
            raise
    _judge([process.exitcode for process in processes], "" if last_words.empty() else last_words.get())


def _work_as_process(study: Study, function: Callable[[Trial], Any], last_words: SimpleQueue[str]) -> None:
    # The parent's handlers came along with a fork.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        _work(study, function)
    except (KeyboardInterrupt, Terminated):
        sys.exit(1)
    except CaviaError as error:
        say(str(error))
        # Nobody reads before all have ended, so what does not fit into the pipe would wait for ever.
        if last_words.empty():
            last_words.put(str(error)[:_LAST_WORDS_LENGTH_MAX])
        sys.exit(1)


def _start(process: BaseProcess) -> None:
    try:
        process.start()
    except (AttributeError, TypeError, PicklingError) as error:
        raise CaviaError(
            f"The function cannot be handed to another process ({error}): define it at the top of a module."
        ) from error


def _end(processes: list[Any], patience_seconds: float) -> None:
    started = [process for process in processes if process.pid is not None]
    for process in started:
        process.join(patience_seconds)
    for process in started:
        process.terminate()
    for process in started:
        process.join()


def _judge(exit_codes: list[int | None], last_words: str) -> None:
    """The others went on where one ended early; where all did, the study is not done."""
    early = [code for code in exit_codes if code != 0]
    if not early:
        return
    sentence = f"{len(early)} of {len(exit_codes)} workers ended early, with exit codes {early}."
    if len(early) == len(exit_codes):
        raise CaviaError(f"{sentence} One said: {last_words}" if last_words else sentence)
    say(sentence)
